package invoke

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// function that writes to w, prepared.
func function(t testing.TB, w io.Writer) *Function {
	t.Helper()
	f := &Function{Name: "orders", Version: "7", Level: LevelTrace, Out: w}
	if err := f.Prepare(); err != nil {
		t.Fatal(err)
	}
	return f
}

const (
	requestID = "79b4f56e-95b1-4643-9700-2807f4e68189"
	// what each record has, but for its own
	always  = `"functionName":"orders","functionVersion":"7"`
	invoked = `"requestId":"` + requestID + `",` + always + `,"coldStart":true,"xrayTraceId":"1-5759e988-bd862e3fe1be46a994272793"`
)

// lambdaContext is what aws-lambda-go calls a handler with.
func lambdaContext() context.Context {
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: requestID})
	return context.WithValue(ctx, TraceKey, "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
}

var at = time.Date(2026, 1, 9, 13, 0, 0, 123456789, time.FixedZone("CET", 3600))

func TestLine(t *testing.T) {
	t.Parallel()
	type pair struct{ A, B string }
	for _, c := range []struct {
		situation string
		logger    func(*slog.Logger) *slog.Logger
		args      []any
		want      string // after the fields that each record has
	}{
		{situation: "nothing more"},
		{situation: "each kind", args: []any{
			"s", "a<b>&", "i", -1, "u", uint64(math.MaxUint64), "f", 1.5, "b", true, "d", time.Second, "t", at, "a", pair{"<", "y"}, "n", nil,
		}, want: `,"s":"a<b>&","i":-1,"u":18446744073709551615,"f":1.5,"b":true,"d":1000000000,"t":"2026-01-09T13:00:00.123456789+01:00","a":{"A":"<","B":"y"},"n":null`},
		{situation: "line breaks, quotes, control characters, broken UTF-8", args: []any{"s\n", "a\n{\"level\":\"DEBUG\"}\r\t\\\x00\x7f\xff\u2028é"},
			want: `,"s\n":"a\n{\"level\":\"DEBUG\"}\u000d\t\\\u0000\u007f\ufffd\u2028é"`},
		{situation: "numbers that JSON has not", args: []any{"a", math.NaN(), "b", math.Inf(-1)}, want: `,"a":"NaN","b":"-Inf"`},
		{situation: "a group", args: []any{slog.Group("g", "a", 1, "b", 2), "c", 3}, want: `,"g":{"a":1,"b":2},"c":3`},
		{situation: "empty groups", args: []any{slog.Group("g"), slog.Group("h", slog.Group("i")), "c", 3}, want: `,"c":3`},
		{situation: "a group without a name", args: []any{slog.Group("", "a", 1)}, want: `,"a":1`},
		{
			situation: "the logger's attributes and groups",
			logger: func(l *slog.Logger) *slog.Logger {
				return l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").WithGroup("i")
			},
			args: []any{"c", 3},
			want: `,"a":1,"g":{"b":2,"h":{"i":{"c":3}}}`,
		},
		{
			situation: "the logger's groups, and nothing to put into them",
			logger: func(l *slog.Logger) *slog.Logger {
				return l.WithGroup("g").With(slog.Group("e")).With("b", 2).WithGroup("h").With()
			},
			want: `,"g":{"b":2}`,
		},
		{
			situation: "names that Lambda and CloudWatch read",
			logger:    func(l *slog.Logger) *slog.Logger { return l.With("requestId", "mine") },
			args:      []any{"level", "debug", "timestamp", 1, "message", 2, "time", 3, "_aws", 4, slog.Group("", "coldStart", 5), slog.Group("g", "level", 6)},
			want:      `,"requestId_":"mine","level_":"debug","timestamp_":1,"message_":2,"time_":3,"_aws_":4,"coldStart_":5,"g":{"level":6}`,
		},
		{
			situation: "names that Lambda reads, in a group of the logger",
			logger:    func(l *slog.Logger) *slog.Logger { return l.WithGroup("g").With("level", 1) },
			args:      []any{"message", 2},
			want:      `,"g":{"level":1,"message":2}`,
		},
		{situation: "a value that resolves itself", args: []any{"a", secret{}}, want: `,"a":"[redacted]"`},
		{situation: "values that cannot be written", args: []any{"a", make(chan int), "b", panics{}, "c", (*nilError)(nil), "d", 1},
			want: `,"a":"!ERROR: json: unsupported type: chan int","b":"!PANIC: no text","c":"<nil>","d":1`},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			f := function(t, &out)
			ctx, _ := f.begin(lambdaContext())
			logger := f.Logger()
			if c.logger != nil {
				logger = c.logger(logger)
			}
			r := slog.NewRecord(at, slog.LevelInfo, "hello", 0)
			r.Add(c.args...)
			if err := logger.Handler().Handle(ctx, r); err != nil {
				t.Fatal(err)
			}
			want := `{"timestamp":"2026-01-09T12:00:00.123Z","level":"INFO","message":"hello",` + invoked + c.want + "}\n"
			if out.String() != want {
				t.Errorf("got\n%swant\n%s", out.String(), want)
			}
			if !json.Valid(out.Bytes()) {
				t.Errorf("%s is no JSON", out.String())
			}
		})
	}
}

type secret struct{}

func (secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

type panics struct{}

func (panics) MarshalText() ([]byte, error) { panic("no text") }

type nilError struct{ text string }

func (e *nilError) Error() string { return e.text }

func TestErrors(t *testing.T) {
	t.Parallel()
	eof := `{"type":"*errors.errorString","message":"EOF"}`
	denied := &fs.PathError{Op: "open", Path: "/a", Err: fs.ErrPermission}
	cycle := &cyclic{}
	cycle.cause = cycle
	for _, c := range []struct {
		situation string
		err       error
		want      string
	}{
		{"one", io.EOF, eof},
		{"wrapped", fmt.Errorf("read: %w", io.EOF), `{"type":"*fmt.wrapError","message":"read: EOF","causes":[` + eof + `]}`},
		{"joined, one wrapped", errors.Join(io.EOF, denied),
			`{"type":"*errors.joinError","message":"EOF\nopen /a: permission denied","causes":[` + eof +
				`,{"type":"*fs.PathError","message":"open /a: permission denied","causes":[{"type":"*errors.errorString","message":"permission denied"}]}]}`},
		{"two in one format", fmt.Errorf("%w, %w", io.EOF, io.EOF), `{"type":"*fmt.wrapErrors","message":"EOF, EOF","causes":[` + eof + `,` + eof + `]}`},
		{"unwraps to nil among others", several{nil, io.EOF, nil}, `{"type":"invoke.several","message":"several","causes":[` + eof + `]}`},
		{"unwraps to nil", &cyclic{}, `{"type":"*invoke.cyclic","message":"cyclic"}`},
		{"unwraps to itself", cycle, strings.Repeat(`{"type":"*invoke.cyclic","message":"cyclic","causes":[`, deepest) + `{"type":"*invoke.cyclic","message":"cyclic"}` + strings.Repeat("]}", deepest)},
	} {
		if got := string(appendError(nil, c.err)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.situation, got, c.want)
		}
	}

	wide := make([]error, 10_000)
	for i := range wide {
		wide[i] = io.EOF
	}
	if got := appendError(nil, errors.Join(wide...)); bytes.Count(got, []byte("errorString")) != mostErrs-1 || !json.Valid(got) {
		t.Errorf("of %d joined errors %d are written, want %d", len(wide), bytes.Count(got, []byte("errorString")), mostErrs-1)
	}
}

type several []error

func (several) Error() string     { return "several" }
func (s several) Unwrap() []error { return s }

type cyclic struct{ cause error }

func (*cyclic) Error() string   { return "cyclic" }
func (c *cyclic) Unwrap() error { return c.cause }

func TestLevels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		level slog.Level
		name  string
	}{
		{-100, "TRACE"}, {LevelTrace, "TRACE"}, {slog.LevelDebug - 1, "TRACE"}, {slog.LevelDebug, "DEBUG"}, {slog.LevelInfo - 1, "DEBUG"},
		{slog.LevelInfo, "INFO"}, {slog.LevelInfo + 2, "INFO"}, {slog.LevelWarn, "WARN"}, {slog.LevelError, "ERROR"}, {LevelFatal, "FATAL"}, {100, "FATAL"},
	} {
		if got := levelName(c.level); got != c.name {
			t.Errorf("level %d: got %s, want %s", c.level, got, c.name)
		}
	}
	for name, want := range map[string]slog.Level{"TRACE": LevelTrace, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARN": slog.LevelWarn, "ERROR": slog.LevelError, "FATAL": LevelFatal, "": slog.LevelInfo, "loud": slog.LevelInfo} {
		f := FromEnvironment(func(k string) string { return map[string]string{"AWS_LAMBDA_LOG_LEVEL": name}[k] })
		if f.Level != want {
			t.Errorf("AWS_LAMBDA_LOG_LEVEL %q: got %v, want %v", name, f.Level, want)
		}
	}
}

// A record belongs to the invocation whose context it comes with, not to the
// function whose logger is the default.
func TestContextDecidesWhoseRecordItIs(t *testing.T) {
	t.Parallel()
	var ours, theirs bytes.Buffer
	logger := function(t, &ours).Logger().With("a", 1)
	f := function(t, &theirs)
	f.Level = slog.LevelWarn
	ctx, _ := f.begin(lambdaContext())

	logger.InfoContext(ctx, "dropped: the other function's level is WARN")
	logger.WarnContext(ctx, "theirs")
	logger.Debug("ours")
	if got := theirs.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"theirs",`+invoked+`,"a":1}`) {
		t.Errorf("with the context: got %s", got)
	}
	if got := ours.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"ours",`+always+`,"a":1}`) {
		t.Errorf("without: got %s", got)
	}
}

// Lambda takes a record without a timestamp for INFO.
func TestRecordWithoutTime(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := function(t, &out).Logger().Handler().Handle(t.Context(), slog.NewRecord(time.Time{}, slog.LevelError, "hello", 0)); err != nil {
		t.Fatal(err)
	}
	stamp := fmt.Sprint(parsed(t, out.String())[0]["timestamp"])
	if at, err := time.Parse(time.RFC3339, stamp); err != nil || time.Since(at) > time.Minute {
		t.Errorf("timestamp %s, %v", stamp, err)
	}
}

// Loggers that are derived from one have nothing of each other.
func TestDerivedLoggers(t *testing.T) {
	t.Parallel()
	for situation, derive := range map[string]func(*slog.Logger, string) *slog.Logger{
		"attributes": func(l *slog.Logger, name string) *slog.Logger { return l.With(name, 1) },
		"groups":     func(l *slog.Logger, name string) *slog.Logger { return l.WithGroup(name) },
	} {
		var out bytes.Buffer
		base := function(t, &out).Logger()
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			base = derive(base, name)
			first, second := derive(base, "first"), derive(base, "second")
			out.Reset()
			first.Info("hello", "x", 1)
			if strings.Contains(out.String(), "second") || !strings.Contains(out.String(), "first") {
				t.Errorf("%s: after %s: %s", situation, name, out.String())
			}
			_ = second
		}
	}
}

func TestSlogContract(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		out.Reset()
		return function(t, &out).Logger().Handler()
	}, func(t *testing.T) map[string]any {
		m := map[string]any{}
		if err := json.Unmarshal(out.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		m[slog.TimeKey], m[slog.MessageKey] = m["timestamp"], m["message"]
		if strings.HasSuffix(t.Name(), "/zero-time") {
			delete(m, slog.TimeKey) // slog wants none; Lambda would take the record for INFO
		}
		return m
	})
}

func FuzzString(f *testing.F) {
	f.Add("a\"b\\c\n\x00\x7f\xff\u2028\U0001f600<>&")
	f.Fuzz(func(t *testing.T, s string) {
		line := appendString(nil, s)
		var got string
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		plain, _ := json.Marshal(s)
		var want string
		if err := json.Unmarshal(plain, &want); err != nil || got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if bytes.ContainsAny(line, "\n\r") {
			t.Errorf("%q breaks the line", line)
		}
	})
}

// A line as handlers write them: three attributes.
func write(ctx context.Context, logger *slog.Logger) {
	logger.LogAttrs(ctx, slog.LevelInfo, "order placed", slog.String("order", "A-1003"), slog.Int("items", 3), slog.Duration("took", 1250*time.Microsecond))
}

func TestLineAllocatesNothing(t *testing.T) {
	f := function(t, io.Discard)
	ctx, _ := f.begin(lambdaContext())
	logger := f.Logger()
	if n := testing.AllocsPerRun(100, func() { write(ctx, logger) }); n != 0 {
		t.Errorf("a line allocates %v times", n)
	}
}

func BenchmarkLine(b *testing.B) {
	b.Run("handler", func(b *testing.B) {
		f := function(b, io.Discard)
		ctx, _ := f.begin(lambdaContext())
		logger := f.Logger()
		b.ReportAllocs()
		for b.Loop() {
			write(ctx, logger)
		}
	})
	b.Run("dropped", func(b *testing.B) {
		f := function(b, io.Discard)
		f.Level = slog.LevelWarn
		ctx, _ := f.begin(lambdaContext())
		logger := f.Logger()
		b.ReportAllocs()
		for b.Loop() {
			write(ctx, logger)
		}
	})
	b.Run("slog.JSONHandler", func(b *testing.B) { // writes none of the invocation's fields
		logger := slog.New(slog.NewJSONHandler(io.Discard, nil))
		ctx := lambdaContext()
		b.ReportAllocs()
		for b.Loop() {
			write(ctx, logger)
		}
	})
	b.Run("slog.JSONHandler with the same fields", func(b *testing.B) { // once for the whole invocation
		logger := slog.New(slog.NewJSONHandler(io.Discard, nil)).With("requestId", requestID, "functionName", "orders", "functionVersion", "7", "coldStart", true, "xrayTraceId", "1-5759e988-bd862e3fe1be46a994272793")
		ctx := lambdaContext()
		b.ReportAllocs()
		for b.Loop() {
			write(ctx, logger)
		}
	})
	b.Run("lambdacontext.NewLogHandler", func(b *testing.B) { // aws-lambda-go's, on the same stand-in for stdout
		logger := slog.New(withRequestID{slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{ReplaceAttr: lambdacontext.ReplaceAttr})})
		ctx := lambdaContext()
		b.ReportAllocs()
		for b.Loop() {
			write(ctx, logger)
		}
	})
}

// withRequestID does what aws-lambda-go's handler does, which writes to stdout
// only.
type withRequestID struct{ slog.Handler }

func (h withRequestID) Handle(ctx context.Context, r slog.Record) error {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String("requestId", lc.AwsRequestID))
	}
	return h.Handler.Handle(ctx, r)
}
