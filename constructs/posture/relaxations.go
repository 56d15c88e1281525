package posture

import "slices"

// relaxedBy takes a finding as it is where SecureGoFunction recorded, in one of these words, that somebody gave the protection up, and why.
func (f Finding) relaxedBy(rule string, function *Function, whats ...string) Finding {
	for _, r := range function.Relaxed {
		if slices.Contains(whats, r.What) && r.Reason != "" {
			f.Acknowledged = &Acknowledgement{Rule: rule, Path: function.Path, Reason: r.Reason, Source: "SecureGoFunction"}
		}
	}
	return f
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
