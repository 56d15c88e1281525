package metrics_test

import (
	"context"
	"fmt"
	"time"

	"github.com/securegofunction/cdk/handler/metrics"
)

// Paid orders, by how: three metrics, Other among them.
var method = metrics.NewDimension("Method", "card", "invoice")

func Example() {
	charge := func(context.Context) error { return nil }

	handle := func(ctx context.Context, order struct{ Value float64 }) (string, error) {
		start := time.Now()
		if err := charge(ctx); err != nil {
			return "", fmt.Errorf("charge: %w", err)
		}
		metrics.Duration(ctx, "Payment", time.Since(start))
		metrics.Gauge(ctx, "OrderValue", order.Value, metrics.None)
		metrics.Count(ctx, "OrdersPaid", 1, method.Is("card"))
		return "paid", nil
	}
	_ = handle // handler.Start(handle, handler.Namespace("Shop"), handler.Service("orders"))
}
