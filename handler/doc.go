// Package handler is the frame of a Lambda function in Go: the log, the metrics,
// and how it fails. What is typed is slog:
//
//	package main
//
//	type Config struct {
//		APIKey config.Secret `link:"API_KEY"` // link.Parameter("API_KEY", …) of the stack
//	}
//
//	func main() { handler.Start(handle) }
//
//	func handle(ctx context.Context, order Order) (Receipt, error) {
//		cfg, err := config.Load[Config](ctx)
//		if err != nil {
//			return Receipt{}, err
//		}
//		slog.InfoContext(ctx, "order placed", "order", order.ID)
//		metrics.Count(ctx, "OrdersPlaced", 1)
//		return charge(ctx, cfg.APIKey, order)
//	}
//
// # The log
//
// A record is one line of JSON on standard output. Lambda passes it to
// CloudWatch Logs as it is, and drops it if its level is below LogLevel of the
// stack's function, as this package already does (Lambda guide, "Configuring
// JSON and plain text log formats", "Log-level filtering"):
//
//	{"timestamp":"2026-01-09T12:00:00.123Z","level":"INFO","message":"order placed",
//	 "requestId":"79b4f56e-…","functionName":"orders","functionVersion":"7","coldStart":false,
//	 "xrayTraceId":"1-5759e988-…","order":"A-1003"}
//
// Levels are TRACE, DEBUG, INFO, WARN, ERROR and FATAL: of another one Lambda
// would make INFO. An attribute with the name of one of these members gets an
// underscore at its end, at the top of a record: level would decide whether
// Lambda drops it. An error is written with its type, its message and what it
// wraps, errors.Join included, under causes. A line break in a value cannot
// start another record. A record takes about as long as with slog's own JSON
// handler, and one of plain values allocates nothing.
//
// The invocation's fields come from the context: pass it on, to
// slog.InfoContext and not to slog.Info. Derive loggers (slog.With) in functions
// and not in variables of a package, which are set before Start. What fails
// before Start is text on standard error, which Lambda takes for INFO: put what
// can fail into [Init].
//
// Package log becomes records as well: of level INFO, and FATAL where log.Fatal
// ends the process. aws-lambda-go prints each failure with it, which is left out
// since the record of it is there, with more (aws-lambda-go#533).
//
// # Sampling
//
// Lambda drops records below LogLevel, so nothing can raise a few invocations
// above it. The other way round works: LogLevel of the stack is DEBUG, and
// [SampleDebug] keeps DEBUG and TRACE back in all but a share of the
// invocations.
//
// # What is not covered
//
// A panic in a goroutine that the handler started, a fatal error of the runtime
// and an invocation that times out end the process from outside: their text on
// standard error is not JSON, Lambda takes it for INFO, and metrics of that
// invocation are lost. A record larger than 256 KB is not cut; CloudWatch Logs
// may. There are no spans for X-Ray, only the id by which it finds the records.
// Options of lambda.StartWithOptions, such as a callback for SIGTERM, are not
// passed on.
//
// Unverified in an account: all of it is tested with the compiled function
// against a Runtime API on this machine, by the rules that the guide states.
package handler
