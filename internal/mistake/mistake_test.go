package mistake

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/nonode"
)

func TestMain(m *testing.M) { nonode.Run(m) }

func TestError(t *testing.T) {
	t.Parallel()
	one, two, three := errors.New("one"), errors.New("two"), errors.New("three")
	for _, c := range []struct {
		situation string
		err       error
		want      string
	}{
		{"one mistake is one line", one, "S/Fn: one"},
		{"one mistake, joined with none", errors.Join(nil, errors.Join(one), nil), "S/Fn: one"},
		{"one mistake of several lines stays as it is", errors.New("go build failed:\nmain.go:1:1: oh"), "S/Fn: go build failed:\nmain.go:1:1: oh"},
		{"two mistakes are bullets", errors.Join(one, two), "S/Fn: 2 mistakes\n  - one\n  - two"},
		{"joined mistakes that are joined again are counted one by one, in their order", errors.Join(errors.Join(one, nil, two), nil, errors.Join(errors.Join(three))),
			"S/Fn: 3 mistakes\n  - one\n  - two\n  - three"},
		{"several lines are indented under one bullet", errors.Join(fmt.Errorf("parameter: %w", errors.Join(one, two)), three),
			"S/Fn: 2 mistakes\n  - parameter: one\n    two\n  - three"},
	} {
		if got := (Error{Path: "S/Fn", Err: c.err}).Error(); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.situation, got, c.want)
		}
	}
}

func TestErrorIsWhatItHolds(t *testing.T) {
	t.Parallel()
	err := error(Error{Path: "S/Fn", Err: errors.Join(errors.New("one"), &fs.PathError{Op: "open", Path: "handler", Err: fs.ErrNotExist})})
	var at *fs.PathError
	if !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &at) {
		t.Errorf("neither errors.Is nor errors.As see through %v", err)
	}
}

// scope is a construct that knows its path alone.
type scope struct {
	constructs.Construct
	path string
}

type node struct {
	constructs.Node
	path string
}

func (s *scope) Node() constructs.Node { return &node{path: s.path} }

func (n *node) Path() *string { return jsii.String(n.path) }

func TestStopNamesThePath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		scope     constructs.Construct
		want      string
	}{
		{"in a stack", &scope{path: "S"}, "S/Fn: oh"},
		{"deeper", &scope{path: "Prod/S/Orders"}, "Prod/S/Orders/Fn: oh"},
		{"in the app itself, whose path is empty", &scope{path: ""}, "Fn: oh"},
		{"without a scope", nil, "Fn: oh"},
	} {
		got := func() (said any) {
			defer func() { said = recover() }()
			Stop(c.scope, "Fn", errors.New("oh"))
			return nil
		}()
		if err, ok := got.(Error); !ok || err.Error() != c.want {
			t.Errorf("%s: panicked with %v, want the Error %q", c.situation, got, c.want)
		}
	}
}

// A scope without a Node: reading the path, which is a round trip, would panic.
func TestStopDoesNothingWithoutMistakes(t *testing.T) {
	t.Parallel()
	Stop(&struct{ constructs.Construct }{}, "Fn", nil)
	Stop(&struct{ constructs.Construct }{}, "Fn", errors.Join(nil, nil))
}

func TestID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		scope     constructs.Construct
		id, want  string // want is "" where nothing is wrong
	}{
		{"a scope and an id", &scope{}, "Orders", ""},
		{"no scope", nil, "Orders", "scope is nil: give the stack or construct that this belongs to"},
		{"no id", &scope{}, "", "id is empty: give one that is unique in its scope"},
		{"a token", &scope{}, "Orders${Token[TOKEN.1]}", `id "Orders${Token[TOKEN.1]}" is a token: a construct's id has to be known at synth`},
	} {
		if got := text(ID(c.scope, c.id)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}

func TestRemovalPolicy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		policy awscdk.RemovalPolicy
		sound  bool
	}{
		{"", true}, {awscdk.RemovalPolicy_RETAIN, true}, {awscdk.RemovalPolicy_DESTROY, true},
		{awscdk.RemovalPolicy_SNAPSHOT, false}, {awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE, false}, {"retain", false}, {"KEEP", false},
	} {
		got := text(RemovalPolicy(c.policy))
		switch {
		case c.sound && got != "":
			t.Errorf("%q is refused: %s", c.policy, got)
		case !c.sound && (!strings.Contains(got, `"`+string(c.policy)+`"`) || !strings.HasSuffix(got, "give RETAIN or DESTROY")):
			t.Errorf("%q: got %q, want the value and RETAIN or DESTROY", c.policy, got)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestRefused(t *testing.T) {
	t.Parallel()
	said := func(panics func()) (r any) {
		defer func() { r = recover() }()
		defer Refused(nil, "Fn")
		panics()
		return nil
	}
	if r := said(func() {}); r != nil {
		t.Errorf("nothing went wrong: %v", r)
	}
	if r, ok := said(func() { panic("no such layer") }).(Error); !ok || r.Error() != "Fn: CDK refuses it: no such layer" {
		t.Errorf("what CDK says: %v", r)
	}
	if r, ok := said(func() { Stop(nil, "Network", errors.New("too small")) }).(Error); !ok || r.Error() != "Network: too small" {
		t.Errorf("a mistake that has its path: %v", r)
	}
	if _, ok := said(func() { var p *Error; _ = p.Path }).(runtime.Error); !ok {
		t.Error("a fault of the program was made to look like the caller's")
	}
}
