//go:build unix

package config

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/securegofunction/cdk/internal/runtimeapi"
)

// build compiles a handler of testdata as the construct compiles a function's.
func build(t testing.TB, entry, arch string) string {
	t.Helper()
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", bootstrap, "./testdata/"+entry)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", entry, err, out)
	}
	return bootstrap
}

// The compiled function, invoked several times, while its secrets are rotated
// and it is frozen in the midst of a read.
func TestBootstrapSeesRotatedSecrets(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("a bootstrap runs on Linux alone")
	}
	aws := newFakeAWS(t)
	aws.put("/app/key", "first")
	aws.put(secretARN, `{"password":"first"}`)
	process, err := runtimeapi.Start(t.Context(), runtimeapi.Function{
		Bootstrap: build(t, "handler", runtime.GOARCH),
		ARN:       "arn:aws:lambda:eu-west-1:111122223333:function:orders",
		Env: map[string]string{"API_KEY": "/app/key", "DB_PASSWORD": secretARN + "#password", "AWS_ENDPOINT_URL": aws.url,
			"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer process.Close()
	pid := 0
	invoked := func() string {
		t.Helper()
		text, err := process.Invoke(t.Context(), []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			APIKey, Password string
			PID              int
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		pid = got.PID
		return got.APIKey + " " + got.Password
	}
	if got := invoked(); got != "first first" {
		t.Fatalf("cold: got %q", got)
	}
	if got := invoked(); got != "first first" || len(aws.called()) != 2 {
		t.Fatalf("warm: got %q, or it read again", got)
	}

	aws.put("/app/key", "second")
	aws.put(secretARN, `{"password":"second"}`)
	time.Sleep(1100 * time.Millisecond)
	if got := invoked(); got != "first first" {
		t.Errorf("the invocation that begins the read: got %q", got)
	}
	for end := time.Now().Add(5 * time.Second); ; {
		got := invoked()
		if got == "second second" {
			break
		}
		if got != "first first" || time.Now().After(end) {
			t.Fatalf("the invocations after it: got %q", got)
		}
	}

	hold := make(chan struct{})
	aws.set(func(f *fakeAWS) { f.hold = hold })
	aws.put("/app/key", "third")
	aws.put(secretARN, `{"password":"third"}`)
	time.Sleep(1100 * time.Millisecond)
	aws.called()
	if got := invoked(); got != "second second" {
		t.Errorf("before the freeze: got %q", got)
	}
	for len(aws.called()) == 0 { // until the read is on its way
		time.Sleep(time.Millisecond)
	}
	signal(t, pid, syscall.SIGSTOP)
	time.Sleep(frozen + 500*time.Millisecond)
	aws.set(func(f *fakeAWS) { f.hold = nil })
	signal(t, pid, syscall.SIGCONT)
	if got := invoked(); got != "third third" {
		t.Errorf("after the freeze: got %q", got)
	}
	close(hold)
}

func signal(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		t.Fatal(err)
	}
}

// What a handler pays for config.Load: a sixteenth of what the SDK's clients
// cost it.
func TestSize(t *testing.T) {
	t.Parallel()
	size := map[string]int64{}
	for _, name := range []string{"without", "with", "sdk"} {
		info, err := os.Stat(build(t, "size/"+name, "arm64"))
		if err != nil {
			t.Fatal(err)
		}
		size[name] = info.Size()
	}
	with, sdk := size["with"]-size["without"], size["sdk"]-size["without"]
	t.Logf("a handler for linux/arm64 has %d bytes, with config.Load %d more, with the SDK's clients %d more", size["without"], with, sdk)
	if with > 400_000 || with > sdk/10 {
		t.Errorf("config.Load adds %d bytes to a handler of %d, and the SDK's clients %d", with, size["without"], sdk)
	}
}
