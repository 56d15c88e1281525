package invoke

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/securegofunction/cdk/handler/internal/emf"
)

// lines parses what was written.
func parsed(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(text) {
		m := map[string]any{}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		all = append(all, m)
	}
	return all
}

type order struct{ Items int }

type receipt struct {
	Total float64
	Note  string
}

func TestRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		event     string
		handle    func(context.Context, order) (any, error)
		answer    string
		err       string
		log       string // the one record's message and error
		reader    bool
	}{
		{
			situation: "an answer",
			event:     `{"Items":2}`,
			handle:    func(_ context.Context, o order) (any, error) { return receipt{float64(o.Items), "<b>"}, nil },
			answer:    `{"Total":2,"Note":"<b>"}`,
		},
		{
			situation: "no answer",
			event:     `{}`,
			handle:    func(context.Context, order) (any, error) { return nil, nil },
			answer:    `null`,
		},
		{
			situation: "a stream",
			event:     `{}`,
			handle:    func(context.Context, order) (any, error) { return strings.NewReader("text"), nil },
			reader:    true,
		},
		{
			situation: "an error",
			event:     `{}`,
			handle:    func(context.Context, order) (any, error) { return nil, fmt.Errorf("charge: %w", io.EOF) },
			err:       "charge: EOF",
			log:       `ERROR invocation failed map[causes:[map[message:EOF type:*errors.errorString]] message:charge: EOF type:*fmt.wrapError]`,
		},
		{
			situation: "an event of another form",
			event:     `{"Items":"two"}`,
			handle:    func(context.Context, order) (any, error) { return nil, errors.New("called") },
			err:       "json: cannot unmarshal string into Go struct field order.Items of type int",
			log:       `ERROR invocation failed map[causes:[map[message:json: cannot unmarshal string into Go struct field order.Items of type int type:*json.UnmarshalTypeError]] message:decode the event as invoke.order: json: cannot unmarshal string into Go struct field order.Items of type int type:*fmt.wrapError]`,
		},
		{
			situation: "an answer that JSON has no form for",
			event:     `{}`,
			handle:    func(context.Context, order) (any, error) { return make(chan int), nil },
			err:       "json: unsupported type: chan int",
			log:       `ERROR invocation failed map[causes:[map[message:json: unsupported type: chan int type:*json.UnsupportedTypeError]] message:encode the answer of type chan int: json: unsupported type: chan int type:*fmt.wrapError]`,
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			end := Run(lambdaContext(), function(t, &out), []byte(c.event), c.handle)
			message := ""
			if end.Err != nil {
				message = end.Err.Error()
			}
			if message != c.err {
				t.Errorf("error %q, want %q", message, c.err)
			}
			if string(end.JSON) != c.answer {
				t.Errorf("answer %s, want %s", end.JSON, c.answer)
			}
			if _, ok := end.Answer.(io.Reader); ok != c.reader {
				t.Errorf("answer %T, want a reader: %t", end.Answer, c.reader)
			}
			log := ""
			for _, r := range parsed(t, out.String()) {
				log += fmt.Sprintf("%v %v %v", r["level"], r["message"], r["error"])
				if r["requestId"] != requestID {
					t.Errorf("request id %v, want %s", r["requestId"], requestID)
				}
			}
			if log != c.log {
				t.Errorf("log\n%s\nwant\n%s", log, c.log)
			}
		})
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	var nobody *order
	for _, c := range []struct {
		situation string
		panic     func()
		kind      string // in aws-lambda-go's words
		message   string
		log       string
	}{
		{"with a text", func() { panic("out of luck") }, "string", "out of luck", "map[message:out of luck type:string]"},
		{"with an error", func() { panic(fmt.Errorf("a: %w", io.EOF)) }, "wrapError", "a: EOF", "map[causes:[map[message:EOF type:*errors.errorString]] message:a: EOF type:*fmt.wrapError]"},
		{"of the runtime", func() { nobody.Items++ }, "errorString", "runtime error: invalid memory address or nil pointer dereference", "map[message:runtime error: invalid memory address or nil pointer dereference type:runtime.errorString]"},
		{"with a secret", func() { panic(hidden{"sk-canary-4f1d"}) }, "hidden", "[redacted]", "map[message:[redacted] type:invoke.hidden]"},
		{"with nil", func() { panic(nil) }, "PanicNilError", (*runtime.PanicNilError).Error(nil), "map[message:" + (*runtime.PanicNilError).Error(nil) + " type:*runtime.PanicNilError]"},
		{"after another", func() {
			defer func() { panic("second") }()
			panic("first")
		}, "string", "second", "map[message:second type:string]"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			end := Run(lambdaContext(), function(t, &out), []byte(`{}`), func(context.Context, order) (order, error) {
				c.panic()
				return order{}, nil
			})
			var report messages.InvokeResponse_Error
			if !errors.As(end.Err, &report) || !report.ShouldExit || report.Type != c.kind || report.Message != c.message {
				t.Fatalf("reports %+v, want %s %q and an exit", end.Err, c.kind, c.message)
			}
			if end.Panic == nil {
				t.Error("the outcome does not have the panic")
			}
			records := parsed(t, out.String())
			if len(records) != 1 || records[0]["level"] != "FATAL" || records[0]["message"] != "invocation panicked" || records[0]["requestId"] != requestID {
				t.Fatalf("log %s, want one record of the panic", out.String())
			}
			if got := fmt.Sprint(records[0]["error"]); got != c.log {
				t.Errorf("error on the log %s, want %s", got, c.log)
			}

			// The first frame is where it panicked, and none is ours.
			_, file, _, _ := runtime.Caller(0)
			stack, _ := records[0]["stack"].([]any)
			if len(stack) < 2 || len(stack) != len(report.StackTrace) || !strings.Contains(fmt.Sprint(stack[0]), file+":") || report.StackTrace[0].Path != file {
				t.Errorf("stack %v, reported %+v, want its top in this file", stack, report.StackTrace)
			}
			for _, frame := range stack {
				if f := fmt.Sprint(frame); strings.HasPrefix(f, "runtime.") || strings.Contains(f, "Run[") || strings.Contains(f, "panicFrames") {
					t.Errorf("frame %s is not the handler's", f)
				}
			}
		})
	}
}

type hidden struct{ value string }

func (hidden) String() string { return "[redacted]" }

// What the handler measured is written once, however it ends.
func TestMetricsAreWrittenHoweverItEnds(t *testing.T) {
	t.Parallel()
	for situation, finish := range map[string]func() error{
		"it answers":         func() error { return nil },
		"it fails":           func() error { return io.EOF },
		"it panics":          func() error { panic("out of luck") },
		"its goroutine ends": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(situation, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			f := function(t, &out)
			var wg sync.WaitGroup
			wg.Go(func() {
				Run(lambdaContext(), f, []byte(`{}`), func(ctx context.Context, _ order) (order, error) {
					emf.FromContext(ctx).Sum("Orders", 1, "Count", nil)
					emf.FromContext(ctx).Sum("Orders", 1, "Count", nil)
					return order{}, finish()
				})
			})
			wg.Wait()
			var values []any
			for _, r := range parsed(t, out.String()) {
				if r["_aws"] != nil {
					values = append(values, r["Orders"])
				}
			}
			if fmt.Sprint(values) != "[2]" {
				t.Errorf("wrote %v, want one document with 2", values)
			}
		})
	}
}

func TestDroppedMetricIsAnErrorOnTheLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	end := Run(lambdaContext(), function(t, &out), []byte(`{}`), func(ctx context.Context, _ order) (order, error) {
		emf.FromContext(ctx).Sum("Größe", 1, "Count", nil)
		return order{}, nil
	})
	records := parsed(t, out.String())
	if end.Err != nil || end.Dropped == nil || len(records) != 1 || records[0]["level"] != "ERROR" || records[0]["message"] != "metrics were dropped" || !strings.Contains(fmt.Sprint(records[0]["error"]), "Größe") {
		t.Errorf("got %v, %v, log %s", end.Err, end.Dropped, out.String())
	}
}

func TestColdStart(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"on-demand": "true false false", "": "true false false", "provisioned-concurrency": "false false false"} {
		var out bytes.Buffer
		f := FromEnvironment(func(k string) string { return map[string]string{"AWS_LAMBDA_INITIALIZATION_TYPE": kind}[k] })
		f.Out = &out
		if err := f.Prepare(); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			ctx, _ := f.begin(lambdaContext())
			f.Logger().InfoContext(ctx, "hello")
		}
		var got []string
		for _, r := range parsed(t, out.String()) {
			got = append(got, fmt.Sprint(r["coldStart"]))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("initialization type %q: got %v, want %s", kind, got, want)
		}
	}
}

func TestSampling(t *testing.T) {
	t.Parallel()
	const runs = 2000
	for _, c := range []struct {
		situation string
		level     slog.Level
		sample    bool
		share     float64
		least     int // invocations with debug
		most      int
	}{
		{"no sampling at DEBUG", slog.LevelDebug, false, 0, runs, runs},
		{"no sampling at INFO", slog.LevelInfo, false, 0, 0, 0},
		{"a fifth at DEBUG", slog.LevelDebug, true, 0.2, runs / 10, runs * 3 / 10},
		{"all at DEBUG", slog.LevelDebug, true, 1, runs, runs},
		{"a fifth at INFO", slog.LevelInfo, true, 0.2, 0, 0},
	} {
		var out bytes.Buffer
		f := &Function{Name: "orders", Level: c.level, SampleDebug: c.sample, DebugShare: c.share, Out: &out}
		if err := f.Prepare(); err != nil {
			t.Fatal(err)
		}
		for range runs {
			ctx, _ := f.begin(lambdaContext())
			f.Logger().DebugContext(ctx, "detail")
			f.Logger().InfoContext(ctx, "normal")
		}
		if got := strings.Count(out.String(), `"detail"`); got < c.least || got > c.most {
			t.Errorf("%s: %d of %d invocations wrote debug, want %d to %d", c.situation, got, runs, c.least, c.most)
		}
		if got := strings.Count(out.String(), `"normal"`); got != runs {
			t.Errorf("%s: %d of %d invocations wrote info", c.situation, got, runs)
		}
		out.Reset()
		f.Logger().Debug("outside")
		if got := out.Len() > 0; got != (c.level == slog.LevelDebug && !c.sample) {
			t.Errorf("%s: debug outside an invocation is written: %t", c.situation, got)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		f         *Function
		want      string
	}{
		{"a share of nothing", &Function{Name: "orders", SampleDebug: true}, "share 0 of invocations at debug: give one above 0, up to 1"},
		{"a share of more than all", &Function{Name: "orders", SampleDebug: true, DebugShare: 5}, "share 5 of invocations at debug: give one above 0, up to 1"},
		{"AWS's namespace", &Function{Name: "orders", Namespace: "AWS/Lambda"}, `namespace "AWS/Lambda": AWS/ is for AWS's own metrics`},
		{"a namespace with a star", &Function{Name: "orders", Namespace: "shop*"}, `namespace "shop*": use letters, digits, blanks and .-_/#: alone`},
		{"a blank service", &Function{Name: "orders", Namespace: "shop", Service: " "}, `value " " is blank`},
		{"two mistakes", &Function{Name: "orders", Namespace: "shop", Service: " ", SampleDebug: true}, "share 0 of invocations at debug: give one above 0, up to 1\nvalue \" \" is blank"},
	} {
		if err := c.f.Prepare(); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.situation, err, c.want)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation, service, namespace string
		want                          string // namespace, service, service of records
	}{
		{"none given", "", "", "orders orders <nil>"},
		{"a service", "checkout", "", "checkout checkout checkout"},
		{"a namespace", "", "Shop", "Shop orders <nil>"},
		{"both", "checkout", "Shop", "Shop checkout checkout"},
	} {
		var out bytes.Buffer
		f := &Function{Name: "orders", Service: c.service, Namespace: c.namespace, Out: &out}
		if err := f.Prepare(); err != nil {
			t.Fatal(err)
		}
		f.Logger().Info("hello")
		if got := fmt.Sprint(f.Namespace, " ", f.Service, " ", parsed(t, out.String())[0]["service"]); got != c.want {
			t.Errorf("%s: got %s, want %s", c.situation, got, c.want)
		}
	}
}

// aws-lambda-go prints each failure. Those that are on the log are left out, and
// those that it alone knows of are not.
func TestReportsOfAWSLambdaGo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	f := function(t, &out)
	const report = `{"errorMessage":"failed to parse deadline","errorType":"errorString"}` + "\n"
	p := printed{f}
	logged := func() int {
		defer out.Reset()
		if n, err := p.Write([]byte(report)); n != len(report) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
		for _, r := range parsed(t, out.String()) {
			if r["level"] != "ERROR" || r["message"] != "invocation failed" || !strings.Contains(fmt.Sprint(r["error"]), "errorString: failed to parse deadline") {
				t.Errorf("wrote %v", r)
			}
		}
		return strings.Count(out.String(), "\n")
	}
	if n := logged() + logged(); n != 2 {
		t.Errorf("of two reports of failures that are not on the log, %d were written", n)
	}
	_, err := Start(f, func(context.Context, order) (order, error) { return order{}, io.EOF })(lambdaContext(), []byte(`{}`))
	if n := strings.Count(out.String(), "\n"); err == nil || n != 1 {
		t.Errorf("%v: %d records, want one", err, n)
	}
	out.Reset()
	if n := logged(); n != 0 {
		t.Error("a failure that is on the log was written again")
	}
	if n := logged(); n != 1 {
		t.Error("the next one was left out too")
	}

	for _, text := range []string{`{"errorMessage":1}`, `{"errorMessage":`, `{"other":1}`} {
		f.failed.Store(1)
		p.Write([]byte(text))
		if r := parsed(t, out.String()); len(r) != 1 || r[0]["message"] != text || r[0]["level"] != "INFO" {
			t.Errorf("%s, which is no report: wrote %v", text, r)
		}
		out.Reset()
	}
}

// Lambda Managed Instances run several invocations at a time in a process.
func TestInvocationsSideBySide(t *testing.T) {
	t.Parallel()
	var out locked
	f := function(t, &out)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			Run(lambdaContext(), f, fmt.Appendf(nil, `{"Items":%d}`, i), func(ctx context.Context, o order) (order, error) {
				f.Logger().InfoContext(ctx, "hello", "items", o.Items)
				emf.FromContext(ctx).Keep("Items", float64(o.Items), "Count", nil)
				return o, nil
			})
		})
	}
	wg.Wait()
	seen := map[any]int{}
	cold := 0
	for _, r := range parsed(t, out.b.String()) {
		if r["_aws"] != nil {
			seen[r["Items"]]++
			continue
		}
		seen[r["items"]]++
		if r["coldStart"] == true {
			cold++
		}
	}
	for i := range 50 {
		if seen[float64(i)] != 2 {
			t.Errorf("invocation %d wrote %d lines, want a record and a document", i, seen[float64(i)])
		}
	}
	if cold != 1 {
		t.Errorf("%d invocations were cold starts, want the first alone", cold)
	}
}

type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}
