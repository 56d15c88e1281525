package handler_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/securegofunction/cdk/internal/runtimeapi"
)

var bootstrap string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "handler")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bootstrap = filepath.Join(dir, "bootstrap")
	if out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-o", bootstrap, "./testdata/function").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the test function: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// stream is what the process wrote.
type stream struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

// take returns the lines that came since. The pipe is a moment behind the
// answer: it waits for as many as are wanted.
func (s *stream) take(t *testing.T, want int) []map[string]any {
	t.Helper()
	var text string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		if text = s.b.String(); strings.Count(text, "\n") >= want {
			s.b.Reset()
			s.mu.Unlock()
			break
		}
		s.mu.Unlock()
	}
	var all []map[string]any
	for line := range strings.Lines(text) {
		m := map[string]any{}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Errorf("line %q is no JSON: %v", line, err)
		}
		if _, err := time.Parse(time.RFC3339, fmt.Sprint(m["timestamp"])); err != nil {
			t.Errorf("line %q: %v", line, err)
		}
		all = append(all, m)
	}
	return all
}

func start(t *testing.T, env map[string]string) (*runtimeapi.Process, *stream) {
	t.Helper()
	out := &stream{}
	p, err := runtimeapi.Start(t.Context(), runtimeapi.Function{Bootstrap: bootstrap, Env: env, Logs: out, Timeout: 30 * time.Second, InitTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p, out
}

func invoke(p *runtimeapi.Process, do string) (string, error) {
	answer, err := p.Invoke(context.Background(), fmt.Appendf(nil, `{"do":%q}`, do))
	return string(answer), err
}

var (
	uuid  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	trace = regexp.MustCompile(`^1-[0-9a-f]{8}-[0-9a-f]{24}$`)
)

// The fields of a record, over invocations of one process.
func TestRecordsOfInvocations(t *testing.T) {
	t.Parallel()
	p, out := start(t, map[string]string{"OPTIONS": "service"})
	seen := map[any]bool{}
	for i := range 3 {
		answer, err := invoke(p, "log")
		if err != nil || answer != `{"did":"log","n":0.5}` {
			t.Fatalf("invocation %d: %s, %v", i, answer, err)
		}
		lines := out.take(t, 2)
		if len(lines) != 2 || lines[0]["_aws"] != nil || lines[1]["_aws"] == nil {
			t.Fatalf("invocation %d: wrote %v, want a record, then metrics", i, lines)
		}
		record, document := lines[0], lines[1]
		id, traced := fmt.Sprint(record["requestId"]), fmt.Sprint(record["xrayTraceId"])
		if !uuid.MatchString(id) || !trace.MatchString(traced) || seen[id] || seen[traced] {
			t.Errorf("invocation %d: request %s, trace %s, want new ones", i, id, traced)
		}
		seen[id], seen[traced] = true, true
		if document["requestId"] != record["requestId"] {
			t.Errorf("invocation %d: metrics of request %v, want %s", i, document["requestId"], id)
		}
		for _, k := range []string{"requestId", "xrayTraceId", "timestamp"} {
			delete(record, k)
		}
		want := map[string]any{
			"level": "INFO", "message": "hello", "items": 3.0, "level_": "debug",
			"functionName": "local", "functionVersion": "$LATEST", "service": "orders", "coldStart": i == 0,
		}
		if !maps.Equal(record, want) {
			t.Errorf("invocation %d: got %v, want %v", i, record, want)
		}
	}
}

// brief is a line in a word or two: its level and its message, or its metrics.
func brief(line map[string]any) string {
	aws, ok := line["_aws"].(map[string]any)
	if !ok {
		return fmt.Sprint(line["level"], " ", line["message"])
	}
	var names []string
	for _, d := range aws["CloudWatchMetrics"].([]any) {
		for _, m := range d.(map[string]any)["Metrics"].([]any) {
			name := fmt.Sprint(m.(map[string]any)["Name"])
			names = append(names, fmt.Sprintf("%s=%v", name, line[name]))
		}
	}
	return fmt.Sprint(line["level"], " ", strings.Join(names, " "))
}

func TestInvocation(t *testing.T) {
	t.Parallel()
	const calls = "INFO Calls=1"
	for _, c := range []struct {
		do, level, options string
		answer             string
		err                string // type and message of the function error
		lines              []string
		exits              bool
	}{
		{do: "levels", level: "TRACE", lines: []string{"TRACE at a level", "DEBUG at a level", "INFO at a level", "WARN at a level", "ERROR at a level", "FATAL at a level", calls}},
		{do: "levels", level: "DEBUG", lines: []string{"DEBUG at a level", "INFO at a level", "WARN at a level", "ERROR at a level", "FATAL at a level", calls}},
		{do: "levels", level: "INFO", lines: []string{"INFO at a level", "WARN at a level", "ERROR at a level", "FATAL at a level", calls}},
		{do: "levels", level: "", lines: []string{"INFO at a level", "WARN at a level", "ERROR at a level", "FATAL at a level", calls}},
		{do: "levels", level: "WARN", lines: []string{"WARN at a level", "ERROR at a level", "FATAL at a level", "WARN Calls=1"}},
		{do: "levels", level: "ERROR", lines: []string{"ERROR at a level", "FATAL at a level", "ERROR Calls=1"}},
		{do: "levels", level: "FATAL", lines: []string{"FATAL at a level", "FATAL Calls=1"}},
		{do: "levels", level: "INFO", options: "sample", lines: []string{
			"WARN SampleDebug has no effect: Lambda drops what is below LogLevel of the stack's function, so set that to DEBUG",
			"INFO at a level", "WARN at a level", "ERROR at a level", "FATAL at a level", calls}},
		{do: "print", lines: []string{"INFO printed\nwith two lines", calls}},
		{do: "stream", answer: "streamed", lines: []string{calls}},
		{do: "log", options: "init", lines: []string{"INFO starting", "INFO hello", calls}},
		{do: "fail", level: "WARN", err: "wrapError charge: unexpected EOF\nopen /etc/shadow: permission denied", lines: []string{"ERROR invocation failed", "WARN Calls=1"}},
		{do: "unencodable", err: "UnsupportedTypeError json: unsupported type: chan int", lines: []string{"ERROR invocation failed", calls}},
		{do: "panic", level: "ERROR", err: "errorString runtime error: invalid memory address or nil pointer dereference", exits: true,
			lines: []string{"FATAL invocation panicked", "ERROR Calls=1"}},
		{do: "exit", err: "exited", exits: true, lines: []string{"FATAL cannot go on"}},
		{do: "metrics", lines: []string{
			"INFO Calls=1 Payment=1.5", "INFO OrderValue=42.5", "INFO OrderValue=1", "ERROR metrics were dropped"}},
		{do: "metrics elsewhere", lines: []string{"ERROR metric outside an invocation was dropped: give the context that the handler was called with", calls}},
	} {
		t.Run(strings.Join([]string{c.do, c.level, c.options}, " "), func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"AWS_LAMBDA_LOG_FORMAT": "JSON", "OPTIONS": c.options}
			if c.level != "" {
				env["AWS_LAMBDA_LOG_LEVEL"] = c.level
			}
			p, out := start(t, env)
			answer, err := invoke(p, c.do)
			var failed *runtimeapi.FunctionError
			switch {
			case c.err == "" && c.answer == "":
				c.answer = fmt.Sprintf(`{"did":%q,"n":0.5}`, c.do)
				fallthrough
			case c.err == "":
				if err != nil || answer != c.answer {
					t.Errorf("got %s, %v, want %s", answer, err, c.answer)
				}
			case errors.As(err, &failed):
				if got := failed.Type + " " + failed.Message; got != c.err {
					t.Errorf("failed with %q, want %q", got, c.err)
				}
			case err == nil || !strings.Contains(err.Error(), c.err):
				t.Errorf("got %s, %v, want %q", answer, err, c.err)
			}

			// The process serves the next event, unless the last one has left
			// it in an unknown state. What the first one wrote is there by then.
			_, err = invoke(p, "log")
			if ended := (*runtimeapi.ProcessError)(nil); errors.As(err, &ended) != c.exits || err != nil && !c.exits {
				t.Errorf("the next event: %v, want an ended process: %t", err, c.exits)
			}
			if !c.exits {
				if level := cmp.Or(c.level, "INFO"); slices.Contains([]string{"WARN", "ERROR", "FATAL"}, level) {
					c.lines = append(c.lines, level+" Calls=1")
				} else {
					c.lines = append(c.lines, "INFO hello", calls)
				}
			}
			var got []string
			for _, line := range out.take(t, len(c.lines)) {
				got = append(got, brief(line))
			}
			if !slices.Equal(got, c.lines) {
				t.Errorf("wrote\n%q, want\n%q", got, c.lines)
			}
		})
	}
}

// An event that is no event of the handler's is an error with its request.
func TestEventOfAnotherForm(t *testing.T) {
	t.Parallel()
	p, out := start(t, nil)
	_, err := p.Invoke(t.Context(), []byte(`{"do":1}`))
	var failed *runtimeapi.FunctionError
	if !errors.As(err, &failed) || failed.Type != "UnmarshalTypeError" {
		t.Errorf("got %v", err)
	}
	lines := out.take(t, 1)
	if len(lines) != 1 || lines[0]["level"] != "ERROR" || !uuid.MatchString(fmt.Sprint(lines[0]["requestId"])) || !strings.Contains(fmt.Sprint(lines[0]["error"]), "decode the event as main.event") {
		t.Errorf("wrote %v", lines)
	}
}

// An error is on the log with all that it wraps, and a panic with its stack.
func TestFailuresOnTheLog(t *testing.T) {
	t.Parallel()
	p, out := start(t, nil)
	if _, err := invoke(p, "fail"); err == nil {
		t.Fatal("got no error")
	}
	const want = `{"causes":[{"causes":[{"message":"unexpected EOF","type":"*errors.errorString"},` +
		`{"causes":[{"message":"permission denied","type":"*errors.errorString"}],"message":"open /etc/shadow: permission denied","type":"*fs.PathError"}],` +
		`"message":"unexpected EOF\nopen /etc/shadow: permission denied","type":"*errors.joinError"}],` +
		`"message":"charge: unexpected EOF\nopen /etc/shadow: permission denied","type":"*fmt.wrapError"}`
	if got, _ := json.Marshal(out.take(t, 2)[0]["error"]); string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if _, err := invoke(p, "panic"); err == nil {
		t.Fatal("got no error")
	}
	stack := fmt.Sprint(out.take(t, 2)[0]["stack"])
	if !regexp.MustCompile(`^\[main\.broken \S+/testdata/function/main\.go:\d+ main\.handle \S+/testdata/function/main\.go:\d+\]$`).MatchString(stack) {
		t.Errorf("got stack %s, want the handler's two frames", stack)
	}
}

// Nothing that is told of a secret holds its value.
func TestSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	for do, lines := range map[string]int{"secret": 3, "panic with a secret": 2} {
		p, out := start(t, map[string]string{"AWS_LAMBDA_LOG_LEVEL": "TRACE"})
		_, err := invoke(p, do)
		if err == nil {
			t.Fatalf("%s: got no error", do)
		}
		all := fmt.Sprint(err, out.take(t, lines))
		if strings.Contains(all, "canary") || !strings.Contains(all, "[redacted]") {
			t.Errorf("%s: got %s", do, all)
		}
	}
}

func TestDimensionsOfMetrics(t *testing.T) {
	t.Parallel()
	p, out := start(t, map[string]string{"OPTIONS": "service"})
	if _, err := invoke(p, "metrics"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range out.take(t, 4)[:3] {
		d := line["_aws"].(map[string]any)["CloudWatchMetrics"].([]any)[0].(map[string]any)
		got = append(got, fmt.Sprintln(d["Namespace"], d["Dimensions"], line["FunctionName"], line["Service"], line["Method"]))
	}
	want := []string{
		"Shop [[FunctionName Service]] local orders <nil>\n",
		"Shop [[FunctionName Service Method]] local orders card\n",
		"Shop [[FunctionName Service Method]] local orders other\n",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSamplingInAProcess(t *testing.T) {
	t.Parallel()
	p, out := start(t, map[string]string{"OPTIONS": "sample", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"})
	for range 60 {
		if _, err := invoke(p, "levels"); err != nil {
			t.Fatal(err)
		}
	}
	p.Close() // which waits for the last line
	lines := map[any]int{}
	for _, l := range out.take(t, 60*5) {
		lines[l["requestId"]]++
	}
	with, without := 0, 0
	for _, n := range lines {
		switch n {
		case 5:
			without++
		case 6:
			with++
		}
	}
	if with+without != 60 || with < 10 || without < 10 {
		t.Errorf("of 60 invocations, half of them sampled, %d wrote debug and %d did not", with, without)
	}
}

// A function that cannot start says why, at a level that is never dropped.
func TestCannotStart(t *testing.T) {
	t.Parallel()
	for option, want := range map[string][]string{
		"bad":      {"share 0 of invocations at debug: give one above 0, up to 1", `namespace "AWS/Lambda": AWS/ is for AWS's own metrics`},
		"bad init": {"variable API_KEY: file does not exist"},
	} {
		out := &stream{}
		p, err := runtimeapi.Start(t.Context(), runtimeapi.Function{Bootstrap: bootstrap, Logs: out, Env: map[string]string{"OPTIONS": option, "AWS_LAMBDA_LOG_LEVEL": "FATAL"}})
		var ended *runtimeapi.ProcessError
		if !errors.As(err, &ended) {
			p.Close()
			t.Errorf("%s: got %v, want an ended process", option, err)
			continue
		}
		lines := out.take(t, 1)
		if len(lines) != 1 || brief(lines[0]) != "FATAL cannot start" {
			t.Errorf("%s: wrote %v", option, lines)
			continue
		}
		for _, w := range want {
			if !strings.Contains(fmt.Sprint(lines[0]["error"]), w) {
				t.Errorf("%s: wrote %v, want %q in it", option, lines[0]["error"], w)
			}
		}
	}
}

// A handler is small, and starts fast: nothing of CDK is in it.
func TestNoCDK(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", ".", "./metrics", "./handlertest", "./testdata/function").Output()
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range strings.FieldsSeq(string(out)) {
		if strings.Contains(pkg, "aws-cdk-go") || strings.Contains(pkg, "jsii") || strings.Contains(pkg, "constructs") {
			t.Errorf("imports %s", pkg)
		}
	}
	root, err := exec.Command("go", "list", "-deps", ".", "./metrics").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(root), "aws-sdk-go-v2") {
		t.Error("the log and the metrics import the AWS SDK")
	}
}
