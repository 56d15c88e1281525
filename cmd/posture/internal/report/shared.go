package report

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// allOf are the findings that concern a function: its own, and those of no function alone on what it uses. They are sorted as the report's are.
func (d *Document) allOf(f *posture.Function) []posture.Finding {
	var all []posture.Finding
	u := usesOf(f)
	for _, x := range d.Report.Findings {
		if x.Function == f.Path || x.Function == "" && u.has(x) {
			all = append(all, x)
		}
	}
	return all
}

// uses are the constructs and the resources that a function has to do with, beside others.
type uses struct{ paths, resources map[string]bool }

func usesOf(f *posture.Function) uses {
	u := uses{map[string]bool{}, map[string]bool{}}
	u.at(f.Path, f.Role.Path)
	u.named(f.Role.ARN, f.Role.Boundary, f.Reaches.VPC)
	u.named(slices.Concat(f.Reaches.Subnets, f.Reaches.Groups)...)
	for _, p := range f.May {
		u.at(p.Policy)
		if p.Effect != "Deny" && !p.Limits {
			u.named(p.Resources...)
		}
	}
	for _, e := range f.Reaches.Endpoints {
		if e.Reachable != posture.No {
			u.at(e.Path)
		}
	}
	for _, n := range f.Reaches.Names {
		u.at(n.Path)
	}
	for _, o := range f.Reaches.Egress {
		u.at(o.Source, o.Of)
	}
	for _, o := range f.Reaches.Ingress {
		u.at(o.Source)
	}
	for _, i := range f.InvokedBy {
		u.at(i.Path)
		u.named(i.Who, i.SourceARN)
	}
	p := f.Protection
	u.at(p.Logs.Path)
	u.named(p.Logs.Group, p.CodeSigning)
	for _, k := range []*posture.CustomerKey{p.EnvironmentKey, p.Logs.Key} {
		if k != nil {
			u.at(k.Path)
			u.named(k.ARN)
		}
	}
	for _, a := range p.Alarms {
		u.at(a.Path)
		for _, n := range a.Notifies {
			u.at(n.Path)
		}
	}
	for _, e := range p.FailedEvents {
		u.at(e.Path)
	}
	return u
}

func (u uses) at(paths ...string) {
	for _, path := range paths {
		if path != "" {
			u.paths[construct(path)] = true
		}
	}
}

func (u uses) named(values ...posture.Text) {
	for _, v := range values {
		for _, symbol := range v.Symbols() {
			u.resources[owned(symbol)] = true
		}
	}
}

// has says whether a finding is at something that the function uses, or within it.
func (u uses) has(f posture.Finding) bool {
	if f.LogicalID != "" && slices.ContainsFunc(symbolsOf(f), func(s string) bool { return u.resources[s] }) {
		return true
	}
	for path := f.Path; path != ""; {
		if u.paths[path] {
			return true
		}
		path = path[:max(0, strings.LastIndexByte(path, '/'))]
	}
	return false
}

// tally is what was found of a function: what is open by its severity, how much of that is of no function alone, and what is acknowledged.
type tally struct {
	counted
	shared, taken int
}

func tallyOf(all []posture.Finding) tally {
	var open []posture.Finding
	t := tally{}
	for _, f := range all {
		switch {
		case f.Acknowledged != nil:
			t.taken++
			continue
		case f.Function == "":
			t.shared++
		}
		open = append(open, f)
	}
	t.counted = count(open)
	return t
}

// page.html reads these.
func (t tally) Errors() int   { return t.errors }
func (t tally) Warnings() int { return t.warnings }
func (t tally) Notes() int    { return t.notes }
func (t tally) Taken() int    { return t.taken }
