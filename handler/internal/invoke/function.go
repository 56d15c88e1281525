package invoke

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/securegofunction/cdk/handler/internal/emf"
)

// Function is what all invocations of a function share. Prepare it before the
// first one, and leave it alone from then on.
type Function struct {
	Name, Version string
	// Service and Namespace say where the metrics are. Service is on each record
	// too, if it is set. They default to the function's name, and to Service.
	Service, Namespace string
	// Level is the lowest that is written.
	Level slog.Level
	// SampleDebug writes what is below INFO in DebugShare of the invocations
	// only, which is above 0, up to 1. Without it Level alone counts.
	SampleDebug bool
	DebugShare  float64
	// Warm says that no invocation waits for the environment to start.
	Warm bool
	// Inits are called before the first invocation.
	Inits []func(context.Context) error
	// Out takes whole lines, one in each call of Write.
	Out io.Writer

	invoked atomic.Bool
	failed  atomic.Int64 // failures that aws-lambda-go is about to print again
	fields  []byte
	metrics emf.Settings
}

// FromEnvironment reads what Lambda says of the function (Lambda guide, "Using
// Lambda environment variables", "Log-level filtering").
func FromEnvironment(getenv func(string) string) *Function {
	start := getenv("AWS_LAMBDA_INITIALIZATION_TYPE")
	return &Function{
		Name:    cmp.Or(getenv("AWS_LAMBDA_FUNCTION_NAME"), "local"),
		Version: getenv("AWS_LAMBDA_FUNCTION_VERSION"),
		Level:   parseLevel(getenv("AWS_LAMBDA_LOG_LEVEL")),
		Warm:    start != "" && start != "on-demand",
	}
}

// Prepare checks the settings and fills in the defaults.
func (f *Function) Prepare() error {
	f.fields = appendField(nil, "functionName", f.Name)
	f.fields = appendField(f.fields, "functionVersion", f.Version)
	if f.Service != "" {
		f.fields = appendField(f.fields, "service", f.Service)
	}
	f.Service = cmp.Or(f.Service, f.Name)
	f.Namespace = cmp.Or(f.Namespace, f.Service)
	var wrong []error
	if f.SampleDebug && !(f.DebugShare > 0 && f.DebugShare <= 1) {
		wrong = append(wrong, fmt.Errorf("share %v of invocations at debug: give one above 0, up to 1", f.DebugShare))
	}
	var err error
	f.metrics, err = emf.NewSettings(f.Namespace, f.Service, f.Name, levelName(max(f.Level, slog.LevelInfo)), f.Out)
	return errors.Join(append(wrong, err)...)
}

// Init calls Inits, up to the first error. A panic is left to be one: nothing
// has begun that it could fail.
func (f *Function) Init(ctx context.Context) error {
	for _, first := range f.Inits {
		if err := first(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Logger writes records of this function, whatever slog's default is.
func (f *Function) Logger() *slog.Logger { return slog.New(&logHandler{function: f}) }

// outside is the level of records that belong to no invocation.
func (f *Function) outside() slog.Level {
	if f.SampleDebug {
		return max(f.Level, slog.LevelInfo)
	}
	return f.Level
}

type invocationKey struct{}

// invocation is what one call of the handler has of its own.
type invocation struct {
	function *Function
	level    slog.Level
	fields   []byte
}

func (f *Function) begin(ctx context.Context) (context.Context, *emf.Recorder) {
	inv := &invocation{function: f, level: f.outside()}
	if f.SampleDebug && rand.Float64() < f.DebugShare {
		inv.level = f.Level
	}
	id := ""
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		id = lc.AwsRequestID
	}
	inv.fields = appendField(make([]byte, 0, 256), "requestId", id)
	inv.fields = append(inv.fields, f.fields...)
	if f.invoked.Swap(true) || f.Warm {
		inv.fields = append(inv.fields, `,"coldStart":false`...)
	} else {
		inv.fields = append(inv.fields, `,"coldStart":true`...)
	}
	if trace := traceID(ctx); trace != "" {
		inv.fields = appendField(inv.fields, "xrayTraceId", trace)
	}
	metrics := f.metrics.NewRecorder(id)
	return emf.NewContext(context.WithValue(ctx, invocationKey{}, inv), metrics), metrics
}

// TraceKey is under which aws-lambda-go puts the tracing header.
var TraceKey any = "x-amzn-trace-id"

// traceID is the root of the tracing header, by which X-Ray finds the records
// of a trace (X-Ray guide, "Tracing header").
func traceID(ctx context.Context) string {
	header, _ := ctx.Value(TraceKey).(string)
	for part := range strings.SplitSeq(header, ";") {
		if root, ok := strings.CutPrefix(part, "Root="); ok {
			return root
		}
	}
	return ""
}

// Outcome is how an invocation ended.
type Outcome[Out any] struct {
	Answer Out
	// JSON is the answer encoded, unless it is an io.Reader, which aws-lambda-go
	// streams.
	JSON json.RawMessage
	// Err is what Lambda is told.
	Err error
	// Panic is what the handler panicked with, nil if it did not.
	Panic any
	// Dropped names the metrics that were, and why.
	Dropped error
}
