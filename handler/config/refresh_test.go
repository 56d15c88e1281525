package config

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

type orders struct {
	APIKey Secret `link:"API_KEY"`
	Expiry string `link:"EXPIRY,optional"`
	Bearer Secret `link:"BEARER"`
}

// warm is a function that has loaded orders once.
func warm(t *testing.T) (*fakeAWS, *lambdaWith) {
	aws := newFakeAWS(t)
	aws.put("/app/key", "first")
	aws.put("/app/expiry", "1h")
	aws.put(secretARN, canary)
	l := aws.lambda(map[string]string{"API_KEY": "/app/key", "EXPIRY": "/app/expiry", "BEARER": secretARN})
	mustLoad[orders](t, l)
	aws.called()
	return aws, l
}

func loaded(t *testing.T, l *lambdaWith) string {
	t.Helper()
	return mustLoad[orders](t, l).APIKey.Reveal()
}

func TestValuesAreReadAgainInTheBackground(t *testing.T) {
	t.Parallel()
	aws, l := warm(t)
	aws.put("/app/key", "second")

	l.pass(DefaultFreshFor - time.Second)
	if got := loaded(t, l); got != "first" || len(aws.called()) != 0 {
		t.Errorf("before its time: got %q", got)
	}
	l.pass(time.Second)
	aws.set(func(f *fakeAWS) { f.hold = make(chan struct{}) })
	began, calls := time.Now(), 0
	for i := range 100 {
		for i == 1 && calls < 2 { // once the read is on its way
			calls += len(aws.called())
			time.Sleep(time.Millisecond)
		}
		if got := loaded(t, l); got != "first" {
			t.Fatalf("while the read is under way: got %q", got)
		}
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("100 calls waited: they took %v", took)
	}
	close(aws.hold)
	settled[orders](t, l)
	if got := loaded(t, l); got != "second" {
		t.Errorf("after the read: got %q", got)
	}
	if more := aws.called(); len(more) != 0 {
		t.Errorf("further calls %q, want one to each service", more)
	}
}

func TestFreshForIsOfTheCall(t *testing.T) {
	t.Parallel()
	aws, l := warm(t)
	l.pass(time.Minute)
	if loaded(t, l); len(aws.called()) != 0 {
		t.Error("read before DefaultFreshFor")
	}
	if _, err := load[orders](t.Context(), l.loader, []Option{FreshFor(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	settled[orders](t, l)
	if calls := aws.called(); len(calls) != 2 {
		t.Errorf("calls %q, want one to each service", calls)
	}
}

func TestARefreshOutlivesItsInvocation(t *testing.T) {
	t.Parallel()
	aws, l := warm(t)
	aws.put("/app/key", "second")
	aws.hold = make(chan struct{})
	l.pass(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := load[orders](ctx, l.loader, nil); err != nil {
		t.Fatal(err)
	}
	cancel()
	time.Sleep(10 * time.Millisecond) // for a read that heeds ctx to end
	close(aws.hold)
	settled[orders](t, l)
	if got := loaded(t, l); got != "second" {
		t.Errorf("got %q", got)
	}
}

func TestManyGoroutinesRefreshOnce(t *testing.T) {
	t.Parallel()
	aws, l := warm(t)
	l.pass(time.Hour)
	var running sync.WaitGroup
	for range 50 {
		running.Go(func() {
			if _, err := load[orders](t.Context(), l.loader, nil); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	settled[orders](t, l)
	if calls := aws.called(); len(calls) != 2 {
		t.Errorf("calls %q, want one to each service", calls)
	}
}

func TestAnOptionalParameterThatIsDeletedGoes(t *testing.T) {
	t.Parallel()
	aws, l := warm(t)
	aws.set(func(f *fakeAWS) { delete(f.parameters, "/app/expiry") })
	l.pass(time.Hour)
	loaded(t, l)
	settled[orders](t, l)
	if got := mustLoad[orders](t, l); got.Expiry != "" || got.APIKey.Reveal() != "first" {
		t.Errorf("got %+v", got)
	}
}

func TestPlainSettingsAreReadOnce(t *testing.T) {
	t.Parallel()
	type Config struct {
		Colour Text `link:"COLOUR"`
	}
	l := newFakeAWS(t).lambda(map[string]string{"COLOUR": "blue"})
	first := mustLoad[Config](t, l)
	l.pass(time.Hour)
	mustLoad[Config](t, l)
	settled[Config](t, l)
	if mustLoad[Config](t, l) != first {
		t.Error("the environment, which cannot change, was read again")
	}
}

// The clock of a fresh environment may be set.
func TestAClockThatIsSetBackDoesNotKeepValues(t *testing.T) {
	t.Parallel()
	aws, l := warm(t)
	aws.put("/app/key", "second")
	l.pass(-24 * time.Hour)
	loaded(t, l)
	settled[orders](t, l)
	if got := loaded(t, l); got != "second" {
		t.Errorf("got %q", got)
	}
}

// While the process is frozen the answer is lost. The read is begun again, and
// this time the call waits.
func TestAReadThatAFreezeCutOff(t *testing.T) {
	t.Parallel()
	aws, l := warm(t)
	hold := make(chan struct{})
	aws.set(func(f *fakeAWS) { f.hold = hold })
	l.pass(time.Hour)
	loaded(t, l)
	for len(aws.called()) == 0 { // until the read is on its way
		time.Sleep(time.Millisecond)
	}

	aws.set(func(f *fakeAWS) { f.hold = nil })
	aws.put("/app/key", "second")
	l.pass(frozen - 2*time.Second)
	if got := loaded(t, l); got != "first" {
		t.Errorf("a read that may still run was given up: got %q", got)
	}
	l.pass(time.Minute)
	if got := loaded(t, l); got != "second" {
		t.Errorf("the call did not wait: got %q", got)
	}
	close(hold) // the read that was given up ends now, and changes nothing
	time.Sleep(20 * time.Millisecond)
	if got := loaded(t, l); got != "second" {
		t.Errorf("a read that was given up won: got %q", got)
	}
}

// An answer that comes in spite of all is used only if it is the newest.
func TestAnOlderReadDoesNotWin(t *testing.T) {
	t.Parallel()
	type reading struct {
		ctx    context.Context
		answer chan string
	}
	_, l := warm(t)
	readings := make(chan reading, 10)
	l.fetch = func(ctx context.Context, sources []source) map[source]answer {
		r := reading{ctx, make(chan string)}
		readings <- r
		value, answers := <-r.answer, map[source]answer{}
		for _, s := range sources {
			answers[s] = answer{value: value}
		}
		return answers
	}
	l.pass(time.Hour)
	loaded(t, l)
	older := <-readings
	l.pass(time.Hour)
	done := make(chan string)
	go func() { done <- loaded(t, l) }()
	newer := <-readings
	if older.ctx.Err() == nil {
		t.Error("the read that was given up goes on")
	}
	newer.answer <- "newer"
	if got := <-done; got != "newer" {
		t.Errorf("got %q", got)
	}
	older.answer <- "older"
	time.Sleep(20 * time.Millisecond)
	if got := loaded(t, l); got != "newer" {
		t.Errorf("got %q", got)
	}
}

// The same, where the broken connection is noticed before the next call.
func TestAReadThatFailsInAFreeze(t *testing.T) {
	t.Parallel()
	aws, l := warm(t)
	hold := make(chan struct{})
	aws.set(func(f *fakeAWS) {
		f.hold, f.refuse = hold, only("/app/key", "ExpiredTokenException", "Signature expired")
	})
	l.pass(time.Hour)
	loaded(t, l)
	l.pass(time.Minute)
	close(hold)
	settled[orders](t, l)

	aws.set(func(f *fakeAWS) { f.hold, f.refuse = nil, nil })
	aws.put("/app/key", "second")
	if got := loaded(t, l); got != "second" {
		t.Errorf("the call did not wait, or the read was put off: got %q", got)
	}
}

// Nothing answers any more: one invocation in each wait is slowed, not all.
func TestAReadThatIsLateIsPutOff(t *testing.T) {
	var logged lockedBuffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, nil)))
	aws, l := warm(t)
	hold := make(chan struct{})
	defer close(hold)
	aws.set(func(f *fakeAWS) { f.hold = hold })
	l.pass(time.Hour)
	loaded(t, l)
	l.pass(time.Minute)
	loaded(t, l) // waits
	if text := logged.take(); !strings.Contains(text, `"error":"the values did not come in the time that an invocation waits for them"`) || !strings.Contains(text, `"retry":"5s"`) {
		t.Errorf("logged %s", text)
	}
	began := time.Now()
	loaded(t, l)
	l.pass(firstRetry)
	loaded(t, l) // begins a read in the background
	if took := time.Since(began); took > patience/2 {
		t.Errorf("the next calls waited too, %v", took)
	}
}

func TestTheWaitAfterAFreezeIsShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation       string
		left            time.Duration
		atLeast, atMost time.Duration
	}{
		{"a second where there is time", time.Minute, 900 * time.Millisecond, 3 * time.Second},
		{"a quarter of what is left", 400 * time.Millisecond, 50 * time.Millisecond, 300 * time.Millisecond},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			aws, l := warm(t)
			hold := make(chan struct{})
			defer close(hold)
			aws.set(func(f *fakeAWS) { f.hold = hold })
			l.pass(time.Hour)
			loaded(t, l)
			l.pass(time.Hour)
			ctx, cancel := context.WithTimeout(t.Context(), c.left)
			defer cancel()
			began := time.Now()
			config, err := load[orders](ctx, l.loader, nil)
			took := time.Since(began)
			if err != nil || config.APIKey.Reveal() != "first" || took < c.atLeast || took > c.atMost {
				t.Errorf("got %v, %v after %v, want the last good values after %v to %v", config, err, took, c.atLeast, c.atMost)
			}
		})
	}
}

// Not parallel: it takes the process's log.
func TestAFailedRefreshIsLoggedAndTriedAgain(t *testing.T) {
	var logged lockedBuffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, nil)))
	aws, l := warm(t)
	aws.put("/app/key", "second")
	refused := "AccessDeniedException"
	aws.set(func(f *fakeAWS) {
		f.refuse = func(_, name string) (string, string) {
			if name == "/app/key" && refused != "" {
				return refused, "no"
			}
			return "", ""
		}
	})
	l.pass(time.Hour)

	tried := func() bool {
		t.Helper()
		if got := loaded(t, l); got != "first" {
			t.Fatalf("got %q, want the last good value", got)
		}
		settled[orders](t, l)
		return len(aws.called()) > 0
	}
	for _, wait := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second, 5 * time.Minute, 5 * time.Minute} {
		if !tried() {
			t.Fatalf("not tried at the end of the wait before %v", wait)
		}
		text := logged.take()
		for _, want := range []string{`"level":"WARN"`, `orders.APIKey: variable API_KEY: parameter \"/app/key\" is denied`, `"retry":"` + wait.String() + `"`, `"age":"`} {
			if !strings.Contains(text, want) {
				t.Errorf("logged %s, want %s", text, want)
			}
		}
		if strings.Contains(text, canary) || strings.Contains(text, "first") {
			t.Errorf("a value was logged: %s", text)
		}
		l.pass(wait - time.Second)
		if tried() {
			t.Fatalf("tried again before %v", wait)
		}
		l.pass(time.Second)
	}
	aws.set(func(*fakeAWS) { refused = "" })
	loaded(t, l)
	settled[orders](t, l)
	if got := loaded(t, l); got != "second" || logged.take() != "" {
		t.Errorf("got %q", got)
	}
	l.pass(time.Hour)
	aws.set(func(*fakeAWS) { refused = "AccessDeniedException" })
	loaded(t, l)
	settled[orders](t, l)
	if text := logged.take(); !strings.Contains(text, `"retry":"5s"`) {
		t.Errorf("a success did not begin the waits anew: %s", text)
	}
}

// A log handler may load a configuration itself.
func TestLogHandlersMayLoad(t *testing.T) {
	aws, l := warm(t)
	aws.set(func(f *fakeAWS) { f.refuse = only("/app/key", "AccessDeniedException", "no") })
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(loadingHandler{func() { mustLoad[orders](t, l) }}))
	l.pass(time.Hour)
	loaded(t, l)
	settled[orders](t, l)
}

type loadingHandler struct{ load func() }

func (loadingHandler) Enabled(context.Context, slog.Level) bool    { return true }
func (h loadingHandler) Handle(context.Context, slog.Record) error { h.load(); return nil }
func (h loadingHandler) WithAttrs([]slog.Attr) slog.Handler        { return h }
func (h loadingHandler) WithGroup(string) slog.Handler             { return h }

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.String()
	b.Reset()
	return text
}
