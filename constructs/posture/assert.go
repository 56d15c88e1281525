package posture

import (
	"slices"
	"strings"
)

// T is the part of testing.TB that the assertions need.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// May fails the test unless the function certainly may do the action on the resource. Functions, resources and keys are named as for Function
// and Decide.
func (p *Posture) May(t T, function, action, resource string, keys ...Key) {
	t.Helper()
	if d, ok := p.ask(t, function, action, resource, keys); ok && d.Answer != Yes {
		t.Errorf("%s: may it %s on %s? %s%s", function, action, resource, d.Answer, because(d, "no statement allows it"))
	}
}

// MayNot fails the test unless the function certainly may not do the action on the resource: "cannot tell" fails too.
func (p *Posture) MayNot(t T, function, action, resource string, keys ...Key) {
	t.Helper()
	if d, ok := p.ask(t, function, action, resource, keys); ok && d.Answer != No {
		t.Errorf("%s: may it %s on %s? %s%s", function, action, resource, d.Answer, because(d, ""))
	}
}

func (p *Posture) ask(t T, function, action, resource string, keys []Key) (Decision, bool) {
	t.Helper()
	f, err := p.Function(function)
	if err != nil {
		t.Errorf("%v", err)
		return Decision{}, false
	}
	d, err := p.Decide(f, action, resource, keys...)
	if err != nil {
		t.Errorf("%s: %v", f.Path, err)
		return Decision{}, false
	}
	return d, true
}

func because(d Decision, otherwise string) string {
	if len(d.Because) > 0 {
		otherwise = strings.Join(d.Because, "; ")
	}
	if otherwise == "" {
		return ""
	}
	return ": " + otherwise
}

// ReachesOnly fails the test if the function may reach anything but the destinations, or if one of them is none of the function's. A
// destination is the service of an endpoint ("ssm"), a name that the filters let through, Unnamed, Internet, or the path of a construct or a
// range, with or without its port.
func (p *Posture) ReachesOnly(t T, function string, destinations ...string) {
	t.Helper()
	f, err := p.Function(function)
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	reached := f.Reaches.Destinations()
	for _, d := range reached {
		if !slices.ContainsFunc(destinations, func(name string) bool { return goesTo(d, name) }) {
			t.Errorf("%s reaches %s%s", f.Path, d, because(Decision{Because: f.Reaches.Because}, ""))
		}
	}
	for _, name := range destinations {
		if !slices.ContainsFunc(reached, func(d string) bool { return goesTo(d, name) }) {
			t.Errorf("%s does not reach %s: it reaches %s", f.Path, name, strings.Join(reached, ", "))
		}
	}
}

// NoFindings fails the test for each finding that is not acknowledged, and for each acknowledgement that is not needed or has no reason.
func (p *Posture) NoFindings(t T, acknowledged ...Acknowledgement) {
	t.Helper()
	report := p.Check(acknowledged...)
	for _, f := range report.Open() {
		t.Errorf("%s: %s: %s", f.Rule, f.Path, f.Message)
	}
	for _, a := range append(report.Unused, report.WithoutReason...) {
		t.Errorf("%s: %s", a.Path, a.Fault())
	}
}
