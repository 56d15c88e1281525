package handler

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/securegofunction/cdk/handler/internal/invoke"
)

// Levels of Lambda that slog has no name for, for slog.Log.
const (
	LevelTrace = invoke.LevelTrace
	LevelFatal = invoke.LevelFatal
)

// Start runs the function: it calls handle with each event, and does not
// return. It is lambda.Start of aws-lambda-go, with the log and the metrics of
// this package; slog's and log's defaults are its own from then on.
//
// Events are decoded from JSON and answers encoded as encoding/json does. An
// answer that is an io.Reader is streamed, as by lambda.Start.
//
// An error of handle is logged with level ERROR and what it wraps, and the
// process serves the next event. A panic is logged with level FATAL and its
// stack, and ends the process: Lambda starts a new one. Both fail the
// invocation, and the caller is told the error's text.
//
// Options that are wrong, and an error of Init, are logged with level FATAL and
// end the process.
func Start[In, Out any](handle func(context.Context, In) (Out, error), options ...Option) {
	f := invoke.FromEnvironment(os.Getenv)
	f.Out = os.Stdout
	for _, set := range options {
		set(f)
	}
	ctx := context.Background()
	err := f.Prepare()
	f.SetDefault()
	if err == nil {
		err = f.Init(ctx)
	}
	if err != nil {
		slog.Log(ctx, LevelFatal, "cannot start", "error", err)
		os.Exit(1)
	}
	if f.SampleDebug && f.Level > slog.LevelDebug {
		slog.Warn("SampleDebug has no effect: Lambda drops what is below LogLevel of the stack's function, so set that to DEBUG")
	}
	lambda.Start(invoke.Start(f, handle))
}

// Option of Start.
type Option func(*invoke.Function)

// Init is called before the first event, in the time that Lambda gives a
// function to start: 10 seconds. To load the configuration there spares the
// first event the wait, and a link that is missing is found at once:
//
//	handler.Init(func(ctx context.Context) error {
//		_, err := config.Load[Config](ctx)
//		return err
//	})
func Init(first func(context.Context) error) Option {
	return func(f *invoke.Function) { f.Inits = append(f.Inits, first) }
}

// Service that the function is part of: a dimension of its metrics, and a field
// of its records. Defaults to the function's name, and to no field.
func Service(name string) Option {
	return func(f *invoke.Function) { f.Service = name }
}

// Namespace of the function's metrics. Defaults to the service.
func Namespace(name string) Option {
	return func(f *invoke.Function) { f.Namespace = name }
}

// SampleDebug writes the records below INFO in this share of the invocations
// only, above 0 and up to 1. For that, LogLevel of the stack's function has to be
// DEBUG or TRACE: Lambda drops what is below it. Defaults to none, which writes
// all that LogLevel lets through.
func SampleDebug(share float64) Option {
	return func(f *invoke.Function) { f.SampleDebug, f.DebugShare = true, share }
}
