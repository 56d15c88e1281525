package metrics

import (
	"context"
	"log/slog"
	"time"

	"github.com/securegofunction/cdk/handler/internal/emf"
)

// Unit of a metric.
type Unit string

// CloudWatch's units (CloudWatch API reference, "MetricDatum").
const (
	None         Unit = "None"
	Seconds      Unit = "Seconds"
	Milliseconds Unit = "Milliseconds"
	Microseconds Unit = "Microseconds"
	Bytes        Unit = "Bytes"
	Kilobytes    Unit = "Kilobytes"
	Megabytes    Unit = "Megabytes"
	Gigabytes    Unit = "Gigabytes"
	Percent      Unit = "Percent"
	Counts       Unit = "Count"
	PerSecond    Unit = "Count/Second"
)

// Count adds n to a counter, whose unit is Count. The invocation gives CloudWatch
// one value, the sum: use the statistic Sum.
//
// The name is 1 to 255 characters of printable ASCII and starts with no colon.
// FunctionName, Service, requestId, timestamp, level, message and _aws are taken.
func Count(ctx context.Context, name string, n int, labels ...Label) {
	if r := recorder(ctx, name); r != nil {
		r.Sum(name, float64(n), string(Counts), plain(labels))
	}
}

// Duration adds one measurement, in milliseconds, of which percentiles can be
// taken. Names are those of Count.
func Duration(ctx context.Context, name string, d time.Duration, labels ...Label) {
	Gauge(ctx, name, float64(d)/float64(time.Millisecond), Milliseconds, labels...)
}

// Gauge adds one figure as it is now, such as the value of an order or the
// length of a queue. Each counts: the statistics are Average, Minimum, Maximum
// and percentiles. A metric has one unit. Names are those of Count.
func Gauge(ctx context.Context, name string, value float64, unit Unit, labels ...Label) {
	if r := recorder(ctx, name); r != nil {
		r.Keep(name, value, string(unit), plain(labels))
	}
}

func recorder(ctx context.Context, name string) *emf.Recorder {
	r := emf.FromContext(ctx)
	if r == nil {
		slog.ErrorContext(ctx, "metric outside an invocation was dropped: give the context that the handler was called with", "metric", name)
	}
	return r
}

func plain(labels []Label) []emf.Label {
	all := make([]emf.Label, len(labels))
	for i, l := range labels {
		all[i] = l.label
	}
	return all
}
