package posture

import "slices"

// relaxed takes findings as they are where SecureGoFunction recorded with a function that somebody gave the protection up, and why.
func (p *Posture) relaxed(findings []Finding) {
	type answer struct {
		Relaxation
		function *Function
	}
	answers := map[string][]answer{} // by the rule
	for _, f := range p.Functions {
		for _, r := range f.Relaxed {
			if r.Rule != "" && r.Reason != "" {
				answers[r.Rule] = append(answers[r.Rule], answer{r, f})
			}
		}
	}
	for i := range findings {
		f := &findings[i]
		for _, a := range answers[f.Rule] {
			if f.Acknowledged == nil && p.model.isOf(*f, a.function, a.Of) {
				f.Acknowledged = &Acknowledgement{Rule: f.Rule, Path: a.function.Path, Reason: a.Reason, Source: "SecureGoFunction"}
			}
		}
	}
}

// isOf says whether a finding is of the function itself, or about what a relaxation of the function's names.
func (m *model) isOf(f Finding, function *Function, of Text) bool {
	if f.Function != "" && f.Function != function.Path {
		return false
	}
	if of == "" {
		return f.Path == function.Path
	}
	return of.Is(f.Path) || slices.Contains(f.About, of) || f.resource != nil && m.named(of, f.resource.Type) == f.resource
}

// atPath returns a finding about the resource of a construct's path, as the model names it. kinds are those that it may be.
func (m *model) atPath(path, stack, message string, kinds ...string) Finding {
	for _, r := range m.of(kinds...) {
		if constructPath(r) == path {
			return at(r, message)
		}
	}
	return Finding{Path: path, Stack: stack, Message: message}
}
