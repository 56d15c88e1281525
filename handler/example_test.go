package handler_test

import (
	"context"
	"log/slog"

	"github.com/securegofunction/cdk/handler"
	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/metrics"
)

type Config struct {
	APIKey config.Secret `link:"API_KEY"`
}

type Order struct{ ID string }

type Receipt struct{ Total float64 }

func charge(context.Context, config.Secret, Order) (Receipt, error) { return Receipt{}, nil }

func handle(ctx context.Context, order Order) (Receipt, error) {
	cfg, err := config.Load[Config](ctx)
	if err != nil {
		return Receipt{}, err
	}
	slog.InfoContext(ctx, "order placed", "order", order.ID)
	metrics.Count(ctx, "OrdersPlaced", 1)
	return charge(ctx, cfg.APIKey, order)
}

// The whole of a main function.
func ExampleStart() {
	handler.Start(handle)
}

// The configuration is read before the first event comes, and one invocation of
// a hundred logs at debug.
func ExampleInit() {
	handler.Start(handle,
		handler.Service("orders"),
		handler.Namespace("Shop"),
		handler.SampleDebug(0.01),
		handler.Init(func(ctx context.Context) error {
			_, err := config.Load[Config](ctx)
			return err
		}))
}
