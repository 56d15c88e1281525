package handlertest_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/handlertest"
	"github.com/securegofunction/cdk/handler/metrics"
)

// The handler of a main package.
func place(ctx context.Context, o order) (receipt, error) {
	cfg, err := config.Load[Config](ctx)
	if err != nil {
		return receipt{}, err
	}
	slog.InfoContext(ctx, "order placed", "order", o.ID, "bucket", cfg.Bucket.Name)
	metrics.Count(ctx, "OrdersPlaced", 1)
	return receipt{Total: 42.5}, nil
}

func ExampleRun() {
	t := exampleT() // func TestOrder(t *testing.T)

	got := handlertest.Run(t, place, order{ID: "A-1003"},
		handlertest.Config(&Config{APIKey: config.NewSecret("sk-test-4f1d"), Bucket: config.Bucket{Name: "receipts"}}))

	fmt.Println(got.Answer.Total, got.Err)
	fmt.Println(got.Logs[0].Level, got.Logs[0].Message, got.Logs[0].Attrs["bucket"])
	fmt.Println(got.Metrics[0].Name, got.Metrics[0].Values)
	// Output:
	// 42.5 <nil>
	// INFO order placed receipts
	// OrdersPlaced [1]
}

func exampleT() testing.TB { return exampleTest{} }

type exampleTest struct{ testing.TB }

func (exampleTest) Helper()                  {}
func (exampleTest) Logf(string, ...any)      {}
func (exampleTest) Errorf(string, ...any)    {}
func (exampleTest) Context() context.Context { return context.Background() }
