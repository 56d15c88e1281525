package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Acknowledgement takes a finding as it is, for a reason.
type Acknowledgement struct {
	Rule string `json:"rule"`
	// Path is a construct's: it holds for that and for all within it. An empty one is the whole app's.
	Path   string `json:"path"`
	Reason string `json:"reason"`
	// Source is "given", "SecureGoFunction", "CDK" or "cdk-nag".
	Source string `json:"source"`

	finding string       // the path of the one finding that CDK's own is of, if it names one
	ours    bool         // it says that the rule is one of this package's
	nag     *suppression // of cdk-nag
}

// Acknowledge takes the findings of a rule at a construct's path, and at all within it, as they are. The reason is required.
func Acknowledge(rule, path, reason string) Acknowledgement {
	return Acknowledgement{Rule: rule, Path: strings.Trim(path, "/"), Reason: reason, Source: "given", ours: true}
}

// Fault says what is wrong with an acknowledgement that is Unused or WithoutReason.
func (a Acknowledgement) Fault() string {
	switch {
	case !slices.ContainsFunc(registered, func(r Rule) bool { return r.ID == a.Rule }):
		return fmt.Sprintf("no rule is called %s: the acknowledgement takes nothing", a.Rule)
	case a.Reason == "":
		return fmt.Sprintf("the acknowledgement of %s has no reason: say why", a.Rule)
	}
	return fmt.Sprintf("the acknowledgement of %s is not needed any more: take it out", a.Rule)
}

func (p *Posture) acknowledge(report *Report, rules map[string]Rule, given []Acknowledgement) {
	all := slices.Concat(given, p.recorded())
	used := make([]bool, len(all))
	for i := range report.Findings {
		f := &report.Findings[i]
		for j, a := range all {
			if a.Reason == "" || !a.takes(*f, rules[f.Rule]) {
				continue
			}
			used[j] = true
			if f.Acknowledged == nil {
				f.Acknowledged = &all[j]
			}
		}
	}
	for j, a := range all {
		_, known := rules[a.Rule]
		switch {
		case a.nag != nil, !known && !a.ours: // another tool's
		case known && a.Reason == "":
			report.WithoutReason = append(report.WithoutReason, a)
		case !used[j]:
			report.Unused = append(report.Unused, a)
		}
	}
}

// takes says whether an acknowledgement is of the finding.
func (a Acknowledgement) takes(f Finding, rule Rule) bool {
	switch {
	case a.nag != nil:
		return a.nag.takes(f, rule)
	case a.Rule != rule.ID:
		return false
	case a.finding != "":
		return a.finding == Bracketed(f.Path)
	}
	return below(f.Path, a.Path) || a.Path == f.Path+"/Resource"
}

func below(path, around string) bool {
	return around == "" || path == around || strings.HasPrefix(path, around+"/")
}

// Bracketed is a construct's path as it may stand within the brackets of CDK's <rule>[<path>].
func Bracketed(path string) string { return strings.NewReplacer("[", "(", "]", ")").Replace(path) }

// recorded are the acknowledgements that the templates hold, and CDK's manifest.
func (p *Posture) recorded() []Acknowledgement {
	var all []Acknowledgement
	for _, s := range p.model.assembly.Stacks {
		for _, path := range sorted(s.Acknowledged) {
			for _, id := range sorted(s.Acknowledged[path]) {
				all = append(all, p.Recorded(id, path, s.Acknowledged[path][id]))
			}
		}
		all = append(all, p.model.nag(s.Metadata(), s.Path, suppression{stack: s})...)
		for _, r := range s.Resources {
			all = append(all, p.model.nag(r.Metadata, constructPath(r), suppression{resource: r})...)
			ours, _ := r.Metadata["SecureGoFunction"].(map[string]any)
			for _, e := range template.List(ours["Acknowledged"]) {
				v := s.Resolve(e)
				all = append(all, Acknowledgement{Rule: policy.TextOf(template.At(v, "Rule")).String(), Path: constructPath(r),
					Reason: policy.TextOf(template.At(v, "Reason")).String(), Source: "SecureGoFunction", ours: true})
			}
		}
	}
	return all
}

// Plugin is the name by which CDK knows the rules of this package, as package validation gives them.
const Plugin = "securegofunction-posture"

// Recorded is an acknowledgement of CDK's own kind, which it records as <plugin>::<rule> or <plugin>::<rule>[<finding>] at a construct's path.
// Without a plugin, CDK takes it for an annotation's.
func (p *Posture) Recorded(id, path, reason string) Acknowledgement {
	head, finding, bracketed := strings.Cut(id, "[")
	finding = strings.TrimSuffix(finding, "]")
	plugin, rule, named := strings.Cut(head, "::")
	if !named {
		plugin, rule = "Annotation", head
	}
	a := Acknowledgement{Rule: rule, Path: strings.Trim(path, "/"), Reason: reason, Source: "CDK", finding: finding, ours: plugin == Plugin}
	switch {
	case slices.ContainsFunc(registered, func(r Rule) bool { return slices.Contains(r.Controls.CDKNag, rule) }):
		a.Source, a.nag = "cdk-nag", &suppression{model: p.model, id: rule, path: a.Path, all: !bracketed}
		if bracketed {
			a.nag.applies = []any{finding}
		}
	case plugin != Plugin && plugin != "Annotation":
		a.Rule = id // another plugin's
	}
	return a
}
