package handlertest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/securegofunction/cdk/handler"
	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/handlertest"
	"github.com/securegofunction/cdk/handler/metrics"
)

type Config struct {
	APIKey config.Secret     `link:"API_KEY"`
	Many   config.Parameters `link:"MANY"`
	Bucket config.Bucket     `link:"RECEIPTS"`
}

const canary = `sk-"canary"-4f1d`

func given() *Config {
	return &Config{
		APIKey: config.NewSecret(canary),
		Many:   config.Parameters{"db": config.NewSecret("pw-canary-9c2e"), "theme": config.NewSecret("dark")},
		Bucket: config.Bucket{Name: "receipts"},
	}
}

type order struct {
	ID string
	N  int
}

type receipt struct {
	Total float64 `json:"total"`
	seen  string
}

// fake is a test that may fail.
type fake struct {
	testing.TB
	failures []string
}

func (f *fake) Helper()             {}
func (f *fake) Logf(string, ...any) {}
func (f *fake) Errorf(form string, a ...any) {
	f.failures = append(f.failures, fmt.Sprintf(form, a...))
}
func (f *fake) Fatalf(form string, a ...any) {
	f.Errorf(form, a...)
	runtime.Goexit()
}

// fails are the failures of a Run.
func fails(t *testing.T, run func(testing.TB)) []string {
	f := &fake{TB: t}
	var wg sync.WaitGroup
	wg.Go(func() { run(f) })
	wg.Wait()
	return f.failures
}

func TestRun(t *testing.T) {
	t.Parallel()
	got := handlertest.Run(t, func(ctx context.Context, o order) (receipt, error) {
		cfg, err := config.Load[Config](ctx)
		if err != nil {
			return receipt{}, err
		}
		lc, _ := lambdacontext.FromContext(ctx)
		deadline, ok := ctx.Deadline()
		slog.InfoContext(ctx, "order placed", "order", o.ID, "key", cfg.APIKey, slog.Group("g", "n", o.N))
		slog.DebugContext(ctx, "detail")
		metrics.Count(ctx, "Orders", o.N)
		return receipt{1.5, fmt.Sprint(cfg.Bucket.Name, " ", lc.AwsRequestID, " ", lc.InvokedFunctionArn, " ", ok, time.Until(deadline).Round(time.Second))}, nil
	}, order{"A-1003", 3}, handlertest.Config(given()))

	want := receipt{1.5, "receipts " + handlertest.RequestID + " " + handlertest.FunctionARN + " true 10s"}
	if got.Answer != want || got.Err != nil || got.Panic != nil {
		t.Errorf("got %+v, %v, %v, want %+v", got.Answer, got.Err, got.Panic, want)
	}
	if len(got.Logs) != 1 {
		t.Fatalf("got %d records, want one: %+v", len(got.Logs), got.Logs)
	}
	record := got.Logs[0]
	if age := time.Since(record.Time); age < -time.Second || age > time.Minute {
		t.Errorf("the record is %v old", age)
	}
	record.Time = time.Time{}
	if want := (handlertest.Record{Level: slog.LevelInfo, Message: "order placed", Attrs: map[string]any{
		"requestId": handlertest.RequestID, "functionName": "local", "functionVersion": "$LATEST", "coldStart": true, "xrayTraceId": handlertest.TraceID,
		"order": "A-1003", "key": "[redacted]", "g": map[string]any{"n": 3.0},
	}}); !reflect.DeepEqual(record, want) {
		t.Errorf("got %+v, want %+v", record, want)
	}
	if want := []handlertest.Metric{{Namespace: "local", Name: "Orders", Unit: "Count", Dimensions: map[string]string{"FunctionName": "local", "Service": "local"}, Values: []float64{3}}}; !reflect.DeepEqual(got.Metrics, want) {
		t.Errorf("got %+v, want %+v", got.Metrics, want)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	dimension := metrics.NewDimension("Method", "card")
	initialized := ""
	got := handlertest.Run(t, func(ctx context.Context, _ order) (string, error) {
		deadline, _ := ctx.Deadline()
		slog.Log(ctx, handler.LevelTrace, "fine")
		metrics.Gauge(ctx, "Value", 1, metrics.None, dimension.Is("card"))
		metrics.Gauge(ctx, "Value", 2, metrics.None, dimension.Is("card"))
		return fmt.Sprint(time.Until(deadline).Round(time.Second)), nil
	}, order{},
		handlertest.Config(given()), handlertest.Level(handler.LevelTrace), handlertest.Timeout(time.Minute), handlertest.Warm(),
		handlertest.Start(handler.Service("orders"), handler.Namespace("Shop"), handler.SampleDebug(1), handler.Init(func(ctx context.Context) error {
			cfg, err := config.Load[Config](ctx)
			initialized = cfg.Bucket.Name
			return err
		})))
	if got.Answer != "1m0s" || initialized != "receipts" {
		t.Errorf("timeout %s, initialized with %q", got.Answer, initialized)
	}
	if len(got.Logs) != 1 || got.Logs[0].Level != handler.LevelTrace || got.Logs[0].Attrs["coldStart"] != false || got.Logs[0].Attrs["service"] != "orders" {
		t.Errorf("got %+v", got.Logs)
	}
	if want := []handlertest.Metric{{"Shop", "Value", "None", map[string]string{"FunctionName": "local", "Service": "orders", "Method": "card"}, []float64{1, 2}}}; !reflect.DeepEqual(got.Metrics, want) {
		t.Errorf("got %+v, want %+v", got.Metrics, want)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	failed := handlertest.Run(t, func(ctx context.Context, _ order) (string, error) {
		metrics.Count(ctx, "Orders", 1)
		return "", fmt.Errorf("charge: %w", io.ErrUnexpectedEOF)
	}, order{})
	if !errors.Is(failed.Err, io.ErrUnexpectedEOF) || len(failed.Logs) != 1 || failed.Logs[0].Level != slog.LevelError || len(failed.Metrics) != 1 {
		t.Errorf("an error: got %+v", failed)
	}

	panicked := handlertest.Run(t, func(ctx context.Context, _ order) (string, error) {
		metrics.Count(ctx, "Orders", 1)
		panic("out of luck")
	}, order{})
	if panicked.Err == nil || panicked.Panic != "out of luck" || len(panicked.Logs) != 1 || panicked.Logs[0].Level != handler.LevelFatal || len(panicked.Metrics) != 1 {
		t.Errorf("a panic: got %+v", panicked)
	}

	unencodable := handlertest.Run(t, func(context.Context, order) (any, error) { return func() {}, nil }, order{})
	if unencodable.Err == nil {
		t.Error("an answer that JSON has no form for: got no error")
	}
}

// What would go wrong in production without a word fails the test.
func TestRunFailsTheTest(t *testing.T) {
	t.Parallel()
	const hint = ": print the config.Secret and not what Reveal returns"
	for _, c := range []struct {
		situation string
		handle    func(context.Context, *Config) error
		options   []handlertest.Option
		want      []string
	}{
		{situation: "a secret on the log", handle: func(ctx context.Context, cfg *Config) error {
			slog.InfoContext(ctx, "hello", "key", cfg.APIKey.Reveal())
			return nil
		}, want: []string{"the log holds the secret of handlertest_test.Config.APIKey" + hint}},
		{situation: "a secret of a map, in a message below WARN", handle: func(ctx context.Context, cfg *Config) error {
			slog.InfoContext(ctx, "hello "+cfg.Many["db"].Reveal())
			return nil
		}, want: []string{"the log holds the secret of handlertest_test.Config.Many[db]" + hint}},
		{situation: "a secret in the error, which is on the log too", handle: func(_ context.Context, cfg *Config) error {
			return errors.New("denied: " + cfg.APIKey.Reveal())
		}, want: []string{"the error holds the secret of handlertest_test.Config.APIKey" + hint, "the log holds the secret of handlertest_test.Config.APIKey" + hint}},
		{situation: "a panic with a secret", handle: func(_ context.Context, cfg *Config) error {
			panic(cfg.APIKey.Reveal())
		}, want: []string{"the error holds the secret of handlertest_test.Config.APIKey" + hint, "the log holds the secret of handlertest_test.Config.APIKey" + hint}},
		{situation: "a short secret", handle: func(ctx context.Context, cfg *Config) error {
			slog.InfoContext(ctx, cfg.Many["theme"].Reveal())
			return nil
		}},
		{situation: "a redacted secret", handle: func(ctx context.Context, cfg *Config) error {
			slog.InfoContext(ctx, "hello", "cfg", cfg)
			return fmt.Errorf("%+v", cfg)
		}},
		{situation: "a metric that CloudWatch refuses", handle: func(ctx context.Context, _ *Config) error {
			metrics.Count(ctx, "Größe", 1)
			return nil
		}, want: []string{`metrics that CloudWatch would refuse: metric "Größe": name "Größe" holds 'ö': CloudWatch takes printable ASCII`}},
		{situation: "bad options of the handler", options: []handlertest.Option{handlertest.Start(handler.SampleDebug(2))},
			want: []string{"options of the handler: share 2 of invocations at debug: give one above 0, up to 1"}},
		{situation: "an Init that fails", options: []handlertest.Option{handlertest.Start(handler.Init(func(context.Context) error { return io.EOF }))},
			want: []string{"handler.Init: EOF"}},
	} {
		got := fails(t, func(t testing.TB) {
			handlertest.Run(t, func(ctx context.Context, _ order) (string, error) {
				cfg, err := config.Load[Config](ctx)
				if err != nil {
					return "", err
				}
				return "", c.handle(ctx, cfg)
			}, order{}, append(c.options, handlertest.Config(given()))...)
		})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%q, want\n%q", c.situation, got, c.want)
		}
	}

	got := fails(t, func(t testing.TB) {
		handlertest.Run(t, func(context.Context, chan int) (string, error) { return "", nil }, make(chan int))
	})
	if want := []string{"encode the event of type chan int: json: unsupported type: chan int"}; !slices.Equal(got, want) {
		t.Errorf("an event that JSON has no form for: got %q, want %q", got, want)
	}
}

// slog has one default logger, and tests that run side by side each find their
// own records.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	for i := range 20 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			got := handlertest.Run(t, func(ctx context.Context, o order) (int, error) {
				var wg sync.WaitGroup
				for range 5 {
					wg.Go(func() {
						slog.InfoContext(ctx, "hello", "n", o.N)
						slog.With("more", true).WithGroup("g").InfoContext(ctx, "hello", "n", o.N)
						metrics.Count(ctx, "Orders", o.N)
					})
				}
				wg.Wait()
				return o.N, nil
			}, order{N: i})
			if len(got.Logs) != 10 {
				t.Errorf("got %d records, want 10", len(got.Logs))
			}
			for _, r := range got.Logs {
				n := r.Attrs["n"]
				if g, ok := r.Attrs["g"].(map[string]any); ok {
					n = g["n"]
				}
				if n != float64(i) {
					t.Errorf("got a record of run %v", n)
				}
			}
			if len(got.Metrics) != 1 || got.Metrics[0].Values[0] != float64(5*i) {
				t.Errorf("got metrics %+v", got.Metrics)
			}
		})
	}
}

// Records that belong to no run, and package log, go where they went.
func TestOtherRecords(t *testing.T) {
	handlertest.Run(t, func(context.Context, order) (string, error) { return "", nil }, order{})
	var out bytes.Buffer
	log.SetOutput(&out)
	defer log.SetOutput(os.Stderr)
	got := handlertest.Run(t, func(context.Context, order) (string, error) {
		log.Print("printed")
		return "", nil
	}, order{})
	if !strings.Contains(out.String(), "printed") || len(got.Logs) != 0 {
		t.Errorf("package log wrote %q, and the run's log has %+v", out.String(), got.Logs)
	}
}
