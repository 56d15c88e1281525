// Package metrics counts and measures what matters to the business, so that
// alarms can stand on it. Figures go out with the log, in CloudWatch's embedded
// metric format: no call, no layer, no permission, and no endpoint of a network.
//
//	metrics.Count(ctx, "OrdersPlaced", 1)
//	metrics.Duration(ctx, "Payment", time.Since(start))
//	metrics.Gauge(ctx, "OrderValue", 42.50, metrics.None)
//
// They are written once, at the end of the invocation, after an error or a panic
// of the handler too. handler.Start does it; without it, as in a context that
// comes from elsewhere, a figure is dropped and an error is logged.
//
// Every metric has the dimensions FunctionName and Service, and no other by
// accident: each combination of values is a metric that is paid for, so a
// [Dimension] lists the values it can have. The alarm in the stack:
//
//	awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
//		Namespace:  jsii.String("Shop"),
//		MetricName: jsii.String("OrdersPlaced"),
//		DimensionsMap: &map[string]*string{"FunctionName": fn.Function.FunctionName(), "Service": jsii.String("orders")},
//	})
//
// A metric that CloudWatch would refuse is dropped, and an error on the log says
// why. It is never an error of the handler: a figure is not worth an invocation.
//
// Not covered: figures of an invocation that times out or whose process is
// ended (os.Exit, log.Fatal, a panic in another goroutine) are lost with it;
// high-resolution metrics; statistics sets.
//
// Lambda hands a line that is JSON to CloudWatch Logs as it is (Lambda guide,
// "Configuring JSON and plain text log formats"), and drops one whose level is
// below the function's, INFO where it has none ("Log-level filtering"). Each
// document therefore has a level that passes: INFO, or the function's own if
// that is higher, which a filter on $.level should know. The format is checked
// here against its specification; that CloudWatch takes the figures from the
// log has not been verified in an account.
package metrics
