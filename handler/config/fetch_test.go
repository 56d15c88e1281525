package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/securegofunction/cdk/internal/contract"
)

func TestAsFewCallsAsTheAPIAllows(t *testing.T) {
	t.Parallel()
	for n, calls := range map[int]int{1: 1, 9: 1, 10: 1, 11: 2, 20: 2, 50: 5} {
		aws := newFakeAWS(t)
		var sources []source
		for i := range n {
			name := fmt.Sprintf("/app/%d", i)
			aws.put(name, name+"'s")
			sources = append(sources, source{contract.Parameter, name})
		}
		answers := newClient(aws.getenv(nil)).fetch(t.Context(), sources)
		for _, s := range sources {
			if a := answers[s]; a.err != nil || a.value != s.name+"'s" {
				t.Errorf("%d parameters: %s is %+v", n, s.name, a)
			}
		}
		if got := aws.called(); len(got) != calls {
			t.Errorf("%d parameters: %d calls, want %d", n, len(got), calls)
		}
	}
}

// One parameter or secret is read once, however many fields read it.
func TestFieldsShareACall(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	aws.put("/app/key", canary)
	aws.put(secretARN, `{"a":"1","b":"2"}`)
	type Config struct {
		Key   Secret `link:"KEY"`
		Again Secret `link:"AGAIN"`
		A     int    `link:"SECRET_A"`
		B     int    `link:"SECRET_B"`
		Whole Secret `link:"SECRET"`
	}
	got := mustLoad[Config](t, aws.lambda(map[string]string{"KEY": "/app/key", "AGAIN": "/app/key", "SECRET_A": secretARN + "#a", "SECRET_B": secretARN + "#b", "SECRET": secretARN}))
	if got.Again.Reveal() != canary || got.A != 1 || got.B != 2 || got.Whole.Reveal() != `{"a":"1","b":"2"}` {
		t.Errorf("got %+v", got)
	}
	if calls := aws.called(); len(calls) != 2 || calls[0] != "GetParameters /app/key" || calls[1] != "GetSecretValue "+secretARN {
		t.Errorf("calls %q", calls)
	}
}

func TestSecretsAreReadSideBySide(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	var sources []source
	for i := range 5 {
		arn := fmt.Sprintf("%s%d", secretARN, i)
		aws.put(arn, "x")
		sources = append(sources, source{contract.Secret, arn})
	}
	for i := range 50 {
		name := fmt.Sprintf("/app/%d", i)
		aws.put(name, "x")
		sources = append(sources, source{contract.Parameter, name})
	}
	hold := make(chan struct{})
	aws.hold = hold
	done := make(chan map[source]answer)
	go func() { done <- newClient(aws.getenv(nil)).fetch(t.Context(), sources) }()
	under := 0
	for under < 10 { // no call is answered before all are there
		under += len(aws.called())
		time.Sleep(time.Millisecond)
	}
	close(hold)
	if got := <-done; len(got) != len(sources) {
		t.Errorf("%d answers, want %d", len(got), len(sources))
	}
}

func TestPathsAreReadPageByPage(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	for i := range 23 {
		aws.put(fmt.Sprintf("/flags/%02d/x", i), fmt.Sprint(i))
	}
	aws.put("/flagship", "none of it")
	s := source{contract.Parameters, "/flags"}
	a := newClient(aws.getenv(nil)).fetch(t.Context(), []source{s})[s]
	if a.err != nil || len(a.below) != 23 || a.below["22/x"].Reveal() != "22" || a.below["00/x"].Reveal() != "0" {
		t.Errorf("got %d, %v", len(a.below), a.err)
	}
	if calls := strings.Join(aws.called(), ", "); calls != "GetParametersByPath /flags, GetParametersByPath /flags 1, GetParametersByPath /flags 2" {
		t.Errorf("calls %s", calls)
	}
	aws.refuse = only("/flags", "AccessDeniedException", "no")
	if a := newClient(aws.getenv(nil)).fetch(t.Context(), []source{s})[s]; a.err == nil || a.below != nil {
		t.Errorf("denied: got %+v", a)
	}
}
