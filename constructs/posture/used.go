package posture

import "github.com/securegofunction/cdk/constructs/posture/internal/template"

// use is a resource that functions use.
type use struct {
	resource *template.Resource
	by       []*Function
}

// used returns the resources of the kinds that functions use: that a statement of theirs names, that sends them events, that takes what failed,
// or that their alarms notify. They are sorted by their paths.
func (p *Posture) used(kinds ...string) []use {
	by := map[*template.Resource][]*Function{}
	for _, f := range p.Functions {
		for _, r := range p.model.usedBy(f) {
			if all := by[r]; len(all) == 0 || all[len(all)-1] != f {
				by[r] = append(all, f)
			}
		}
	}
	var all []use
	for _, r := range p.model.of(kinds...) {
		if by[r] != nil {
			all = append(all, use{r, by[r]})
		}
	}
	return all
}

func (m *model) usedBy(f *Function) []*template.Resource {
	var all []*template.Resource
	for _, s := range f.May {
		if s.Effect == "Allow" && !s.Limits {
			for _, arn := range s.Resources {
				all = append(all, m.subject(arn))
			}
		}
	}
	for _, i := range f.InvokedBy {
		all = append(all, m.named(i.SourceARN))
	}
	for _, s := range m.sources(f) {
		all = append(all, m.named(s.arn))
	}
	for _, e := range f.Protection.FailedEvents {
		all = append(all, e.resource)
	}
	for _, a := range f.Protection.Alarms {
		for _, n := range a.Notifies {
			all = append(all, n.resource)
		}
	}
	return all
}

// about is a finding about what functions use. It names the function if it is one's alone.
func (u use) about(message string) Finding {
	f := at(u.resource, message)
	if len(u.by) == 1 {
		f = f.of(u.by[0])
	}
	return f
}
