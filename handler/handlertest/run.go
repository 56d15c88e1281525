package handlertest

import (
	"cmp"
	"context"
	"encoding/json"
	"log"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/securegofunction/cdk/handler"
	"github.com/securegofunction/cdk/handler/internal/invoke"
)

// What the handler sees of its invocation.
const (
	FunctionName = "local"
	FunctionARN  = "arn:aws:lambda:us-east-1:123456789012:function:local"
	RequestID    = "8f507cfc-4697-4b07-9a37-1a2b3c4d5e6f"
	TraceID      = "1-5759e988-bd862e3fe1be46a994272793"
)

// Result of an invocation.
type Result[Out any] struct {
	// Answer is what the handler returned.
	Answer Out
	// Err is what Lambda is told of a failure: the handler's own error, an event
	// that cannot be decoded, an answer that cannot be encoded, or a panic.
	Err error
	// Panic is what the handler panicked with, nil if it did not.
	Panic any
	// Logs are the records that came with the handler's context, in their order.
	Logs []Record
	// Metrics in the order in which they were written.
	Metrics []Metric
}

// Run invokes the handler with the event, once, as the first invocation of its
// process. The event passes through JSON, as in Lambda, and the context has a
// deadline, a LambdaContext and a trace id. Tests may run in parallel.
//
// Run fails the test if a metric is one that CloudWatch would refuse, or a
// secret that Config was given is on the log, in a metric or in
// the error. An error or a panic of the handler is in the result.
//
// The first Run makes a logger of its own slog's default, for the rest of the
// test binary.
func Run[In, Out any](t testing.TB, handle func(context.Context, In) (Out, error), event In, options ...Option) Result[Out] {
	t.Helper()
	once.Do(setDefault)

	var out output
	s := settings{
		function: invoke.Function{Name: FunctionName, Version: "$LATEST", Out: &out},
		timeout:  10 * time.Second,
	}
	for _, set := range options {
		set(&s)
	}
	if err := s.function.Prepare(); err != nil {
		t.Fatalf("options of the handler: %v", err)
	}
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatalf("encode the event of type %T: %v", event, err)
	}

	ctx := t.Context()
	for _, with := range s.contexts {
		ctx = with(ctx)
	}
	if err := s.function.Init(ctx); err != nil {
		t.Fatalf("handler.Init: %v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: RequestID, InvokedFunctionArn: FunctionARN})
	ctx = context.WithValue(ctx, invoke.TraceKey, "Root="+TraceID+";Sampled=0")
	end := invoke.Run(ctx, &s.function, payload, handle)

	if end.Dropped != nil {
		t.Errorf("metrics that CloudWatch would refuse: %v", end.Dropped)
	}

	if end.Err != nil {
		s.look(t, "the error", end.Err.Error())
	}

	result := Result[Out]{Answer: end.Answer, Err: end.Err, Panic: end.Panic}
	for _, line := range out.taken() {
		if s.look(t, "the log", line) {
			t.Logf("%s", line)
		}
		record, metrics, err := parse(line)
		if err != nil {
			t.Errorf("a line of the log: %v", err)
		}
		if metrics == nil {
			result.Logs = append(result.Logs, record)
		}
		result.Metrics = append(result.Metrics, metrics...)
	}
	return result
}

// Option of Run.
type Option func(*settings)

type settings struct {
	function invoke.Function
	timeout  time.Duration
	contexts []func(context.Context) context.Context
	secrets  []secret
}

// look fails the test, and returns false, if the text holds a secret. It does
// not repeat the text, which is on its way to the log of a build.
func (s *settings) look(t testing.TB, where, text string) bool {
	t.Helper()
	clean := true
	for _, secret := range s.secrets {
		if secret.in(text) {
			t.Errorf("%s holds the secret of %s: print the config.Secret and not what Reveal returns", where, secret.field)
			clean = false
		}
	}
	return clean
}

// Level is the lowest that is written, LogLevel of the stack's function.
// Defaults to INFO.
func Level(level slog.Level) Option {
	return func(s *settings) { s.function.Level = level }
}

// Timeout is how long the invocation has, by its context. Defaults to 10
// seconds, as the stack's function.
func Timeout(d time.Duration) Option {
	return func(s *settings) { s.timeout = d }
}

// Warm makes it an invocation of a process that served others before.
func Warm() Option {
	return func(s *settings) { s.function.Warm = true }
}

// Start takes the options that handler.Start is given.
func Start(options ...handler.Option) Option {
	return func(s *settings) {
		for _, set := range options {
			set(&s.function)
		}
	}
}

var once sync.Once

// setDefault leaves package log as it is: what it prints has no context, and
// belongs to no test.
func setDefault() {
	f := &invoke.Function{Name: cmp.Or(os.Getenv("AWS_LAMBDA_FUNCTION_NAME"), FunctionName), Out: os.Stderr}
	if err := f.Prepare(); err != nil {
		panic(err) // never
	}
	w, flags := log.Writer(), log.Flags()
	slog.SetDefault(f.Logger())
	log.SetOutput(w)
	log.SetFlags(flags)
}

// output collects lines.
type output struct {
	mu    sync.Mutex
	lines []string
}

func (o *output) Write(line []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, string(line[:len(line)-1]))
	return len(line), nil
}

func (o *output) taken() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lines
}
