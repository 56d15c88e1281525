package report

import (
	"fmt"
	"slices"

	"github.com/securegofunction/cdk/constructs/posture"
)

// standing is what a finding is in a comparison.
type standing int

const (
	asBefore standing = iota
	newSince
	// reopened is one whose acknowledgement is gone.
	reopened
	// newlyLookedFor is one of a rule that the version before was not looked at for.
	newlyLookedFor
)

// findings are the changes of those of each function, by its path.
func (c *Change) findings(before, after *Document, fileStack string) map[string][]Entry {
	all := map[string][]Entry{}
	add := func(f posture.Finding, effect, what string) {
		text := fmt.Sprintf("%s %s %s at %s: %s", what, f.Severity, visible(f.Rule), visible(f.Path), visible(message(f)))
		all[f.Function] = append(all[f.Function], Entry{effect, layerFinding, text})
	}
	was, is := before.Report.Findings, after.Report.Findings
	stays := make([]bool, len(was))
	c.standings = make([]standing, len(is))
	for i, j := range paired(was, is, fileStack) {
		f, reason := is[i], ""
		if j >= 0 {
			stays[j] = true
			if a := was[j].Acknowledged; a != nil {
				reason = a.Reason
			}
		}
		switch {
		case j < 0 && !before.looksFor(f.Rule):
			c.standings[i] = newlyLookedFor
			if f.Acknowledged == nil {
				c.NewlyLookedFor++
			}
		case f.Acknowledged == nil && j < 0:
			c.standings[i] = newSince
			add(f, opens, "new")
		case f.Acknowledged == nil && was[j].Acknowledged != nil:
			c.standings[i] = reopened
			add(f, opens, "no longer acknowledged:")
		case f.Acknowledged != nil && reason == "":
			if j < 0 {
				c.standings[i] = newSince
			}
			add(f, alters, fmt.Sprintf("acknowledged because %q:", visible(f.Acknowledged.Reason)))
		case f.Acknowledged != nil && reason != f.Acknowledged.Reason:
			add(f, alters, fmt.Sprintf("acknowledged because %q, was %q:", visible(f.Acknowledged.Reason), visible(reason)))
		}
	}
	for j, f := range was {
		if !stays[j] && f.Acknowledged == nil && after.looksFor(f.Rule) {
			add(f, closes, "no longer:")
		}
	}
	return all
}

// looksFor says whether the document's findings are of a rule too. A document without rules does not tell.
func (d *Document) looksFor(rule string) bool {
	return len(d.Rules) == 0 || slices.ContainsFunc(d.Rules, func(r posture.Rule) bool { return r.ID == rule })
}

// judged are the open findings that this version answers for: with a baseline, those alone that are new since, or whose acknowledgement is gone.
func (d *Document) judged() []posture.Finding {
	if d.Change == nil {
		return d.Report.Open()
	}
	var all []posture.Finding
	for i, f := range d.Report.Findings {
		if s := d.Change.standings[i]; f.Acknowledged == nil && (s == newSince || s == reopened) {
			all = append(all, f)
		}
	}
	return all
}

// loose are the acknowledgements that nothing needs, and those that have no reason: with a baseline, those alone that are new since.
func (d *Document) loose() (unused, withoutReason []posture.Acknowledgement) {
	if d.Change == nil {
		return d.Report.Unused, d.Report.WithoutReason
	}
	since := func(all, before []posture.Acknowledgement) []posture.Acknowledgement {
		return slices.DeleteFunc(slices.Clone(all), func(a posture.Acknowledgement) bool {
			return slices.ContainsFunc(before, func(b posture.Acknowledgement) bool { return a.Rule == b.Rule && a.Path == b.Path })
		})
	}
	return since(d.Report.Unused, d.Change.before.Unused), since(d.Report.WithoutReason, d.Change.before.WithoutReason)
}

// Fails says whether a finding of the severity, or of a worse one, is open, and with a baseline, whether one is that is new since. An
// acknowledgement that nothing needs, or that has no reason, counts as a warning.
func (d *Document) Fails(on posture.Severity) bool {
	n := count(d.judged())
	unused, withoutReason := d.loose()
	loose := len(unused) + len(withoutReason)
	switch on {
	case posture.Note:
		return n.errors+n.warnings+n.notes+loose > 0
	case posture.Warning:
		return n.errors+n.warnings+loose > 0
	}
	return n.errors > 0
}
