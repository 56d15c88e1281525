package runtimeapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var bootstrap string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "runtimeapi")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bootstrap = filepath.Join(dir, "bootstrap")
	if out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", bootstrap, "./testdata/handler").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the test handler: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// answer mirrors what testdata/handler answers.
type handlerAnswer struct {
	PID       int
	RequestID string
	ARN       string
	Trace     string
	Remaining float64
	Env       []string
}

func start(t *testing.T, fn Function) *Process {
	t.Helper()
	fn.Bootstrap = bootstrap
	p, err := Start(t.Context(), fn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func invoke(t *testing.T, p *Process) handlerAnswer {
	t.Helper()
	out, err := p.Invoke(t.Context(), []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	var a handlerAnswer
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("answer %s: %v", out, err)
	}
	return a
}

func TestOneProcessAnswersSeveralInvocations(t *testing.T) {
	t.Parallel()
	var logs bytes.Buffer
	p := start(t, Function{ARN: "arn:aws:lambda:eu-west-1:111122223333:function:orders", Timeout: 30 * time.Second, Logs: &logs})
	first, second := invoke(t, p), invoke(t, p)

	if first.PID != second.PID {
		t.Errorf("the invocations ran in processes %d and %d, want one", first.PID, second.PID)
	}
	if first.RequestID == "" || first.RequestID == second.RequestID {
		t.Errorf("request ids %q and %q, want two different ones", first.RequestID, second.RequestID)
	}
	if want := "arn:aws:lambda:eu-west-1:111122223333:function:orders"; first.ARN != want {
		t.Errorf("function ARN %q, want %q", first.ARN, want)
	}
	if !strings.HasPrefix(first.Trace, "Root=1-") {
		t.Errorf("trace id %q, want Root=1-…", first.Trace)
	}
	if first.Remaining < 15 || first.Remaining > 30 {
		t.Errorf("%.1f s remain of 30 s", first.Remaining)
	}
	p.Close()
	if got := strings.Count(logs.String(), "answering"); got != 2 {
		t.Errorf("%d log lines, want 2:\n%s", got, &logs)
	}
}

func TestEnvironmentIsTheFunctionsOwn(t *testing.T) {
	t.Setenv("SECRET_OF_THE_PARENT", "x")
	env := invoke(t, start(t, Function{Env: map[string]string{"API_KEY": "/my_app/api_key", "AWS_REGION": "eu-north-1", "AWS_LAMBDA_RUNTIME_API": "elsewhere"}})).Env

	for _, want := range []string{"API_KEY=/my_app/api_key", "AWS_REGION=eu-north-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_LAMBDA_FUNCTION_NAME=local", "_HANDLER=bootstrap"} {
		if !slices.Contains(env, want) {
			t.Errorf("%s is missing from %q", want, env)
		}
	}
	for _, kv := range env {
		if name, _, _ := strings.Cut(kv, "="); name == "SECRET_OF_THE_PARENT" || name == "HOME" {
			t.Errorf("%s was inherited", name)
		}
	}
}

func TestAnErrorLeavesTheProcessUsable(t *testing.T) {
	t.Parallel()
	p := start(t, Function{})
	before := invoke(t, p)
	for _, c := range []struct {
		situation, payload string
		want               FunctionError
	}{
		{"the handler returns an error", `{"do":"fail"}`, FunctionError{"errorString", "no such order"}},
		{"the answer fails half way", `{"do":"break"}`, FunctionError{"errorString", "disk gone"}},
	} {
		var got *FunctionError
		if _, err := p.Invoke(t.Context(), []byte(c.payload)); !errors.As(err, &got) || *got != c.want {
			t.Errorf("%s: got %v, want %v", c.situation, err, &c.want)
		}
	}
	if after := invoke(t, p); after.PID != before.PID {
		t.Errorf("process %d answered, want %d", after.PID, before.PID)
	}
}

func TestAPanicIsReportedAndEndsTheProcess(t *testing.T) {
	t.Parallel()
	p := start(t, Function{})
	var got *FunctionError
	if _, err := p.Invoke(t.Context(), []byte(`{"do":"panic"}`)); !errors.As(err, &got) || got.Message != "index out of luck" {
		t.Errorf("got %v, want the panic", err)
	}
	var ended *ProcessError
	if _, err := p.Invoke(t.Context(), []byte(`{}`)); !errors.As(err, &ended) || !strings.Contains(ended.Logs, "index out of luck") {
		t.Errorf("next invocation: got %v, want an exited process with its logs", err)
	}
}

func TestAProcessThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation, payload string
		timeout            time.Duration
		ctx                time.Duration
		reason, logs       string
		is                 error
	}{
		{"it hangs", `{"do":"hang"}`, time.Second, time.Minute, "task timed out after 1s", "about to hang", context.DeadlineExceeded},
		{"the caller gives up", `{"do":"hang"}`, time.Minute, time.Second, "given up", "about to hang", context.DeadlineExceeded},
		{"it exits", `{"do":"exit"}`, time.Minute, time.Minute, "exited during an invocation: exit status 7", "about to exit", nil},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			p := start(t, Function{Timeout: c.timeout})
			ctx, cancel := context.WithTimeout(t.Context(), c.ctx)
			defer cancel()
			var got *ProcessError
			_, err := p.Invoke(ctx, []byte(c.payload))
			if !errors.As(err, &got) || !strings.Contains(got.Reason, c.reason) || !strings.Contains(got.Logs, c.logs) {
				t.Fatalf("got %v, want %q with logs %q", err, c.reason, c.logs)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v is not %v", err, c.is)
			}
			if _, err := p.Invoke(t.Context(), []byte(`{}`)); !errors.As(err, &got) {
				t.Errorf("next invocation: got %v, want a process error", err)
			}
		})
	}
}

func TestAProcessThatDoesNotStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation, atStart, want string
		limit                    time.Duration
	}{
		{"it exits at once", "exit", "bootstrap exited before it asked for an invocation: exit status 3; its logs end:\nmissing variable", time.Minute},
		{"it never asks", "hang", "bootstrap did not ask for an invocation within 1s; its logs end:\nwaiting for nothing", time.Second},
		{"it reports an error", "report", "function error Config.Missing: no API_KEY", time.Minute},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			p, err := Start(t.Context(), Function{Bootstrap: bootstrap, InitTimeout: c.limit, Env: map[string]string{"AT_START": c.atStart}})
			if err == nil {
				p.Close()
				t.Fatal("got no error")
			}
			if err.Error() != c.want {
				t.Errorf("got %q, want %q", err, c.want)
			}
		})
	}
}

func TestWhatCannotBeStarted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		fn        Function
		want      string
	}{
		{"no such file", Function{Bootstrap: filepath.Join(t.TempDir(), "none")}, "executable for this machine"},
		{"an ARN of something else", Function{Bootstrap: bootstrap, ARN: "arn:aws:s3:::bucket"}, `function ARN "arn:aws:s3:::bucket": want arn:aws:lambda:`},
	} {
		if _, err := Start(t.Context(), c.fn); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.situation, err, c.want)
		}
	}
}

func TestADoneContextEndsTheProcess(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, Function{Bootstrap: bootstrap})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	cancel()
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the process lives on")
	}
}

func TestCloseDuringAnInvocation(t *testing.T) {
	t.Parallel()
	p := start(t, Function{Timeout: time.Minute})
	result := make(chan error)
	go func() {
		_, err := p.Invoke(t.Context(), []byte(`{"do":"hang"}`))
		result <- err
	}()
	for !strings.Contains(p.logs.String(), "about to hang") {
		time.Sleep(10 * time.Millisecond)
	}
	p.Close()
	var got *ProcessError
	if err := <-result; !errors.As(err, &got) {
		t.Errorf("got %v, want a process error", err)
	}
}

func TestAnAnswerToAnUnknownInvocationIsRefused(t *testing.T) {
	t.Parallel()
	p := start(t, Function{})
	var address string
	for _, kv := range p.cmd.Env {
		if v, ok := strings.CutPrefix(kv, "AWS_LAMBDA_RUNTIME_API="); ok {
			address = v
		}
	}
	r, err := http.Post("http://"+address+"/2018-06-01/runtime/invocation/none/response", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusBadRequest {
		t.Errorf("status %s, want 400", r.Status)
	}
	invoke(t, p)
}

func TestTailKeepsTheEnd(t *testing.T) {
	t.Parallel()
	l := &tail{}
	for i := range 1000 {
		fmt.Fprintf(l, "line %d\n", i)
	}
	if got := l.String(); len(got) > tailSize || !strings.HasSuffix(got, "line 999") {
		t.Errorf("kept %d bytes ending %q", len(got), got[len(got)-20:])
	}
}
