package posture

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Acknowledgement takes a finding as it is, for a reason.
type Acknowledgement struct {
	Rule string `json:"rule"`
	// Path is a construct's: it holds for that and for all within it.
	Path   string `json:"path"`
	Reason string `json:"reason"`
	// Source is "given", "SecureGoFunction", "CDK" or "cdk-nag".
	Source string `json:"source"`

	appliesTo []string // of cdk-nag
}

// Acknowledge takes the findings of a rule at a construct's path, and at all within it, as they are. The reason is required.
func Acknowledge(rule, path, reason string) Acknowledgement {
	return Acknowledgement{Rule: rule, Path: strings.Trim(path, "/"), Reason: reason, Source: "given"}
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
		_, ours := rules[a.Rule]
		switch {
		case !ours && a.Source != "given": // another tool's
		case a.Reason == "":
			report.WithoutReason = append(report.WithoutReason, a)
		case !used[j]:
			report.Unused = append(report.Unused, a)
		}
	}
}

// takes says whether an acknowledgement is of the finding.
func (a Acknowledgement) takes(f Finding, rule Rule) bool {
	if a.Rule != rule.ID && !(a.Source != "given" && slices.Contains(rule.Controls.CDKNag, a.Rule)) {
		return false
	}
	if f.Path != a.Path && !strings.HasPrefix(f.Path, a.Path+"/") && a.Path != f.Path+"/Resource" {
		return false
	}
	if len(a.appliesTo) == 0 {
		return true
	}
	// cdk-nag may hold one to "Resource::<value>", "Action::<value>" or "Policy::<value>".
	return slices.ContainsFunc(f.About, func(about Text) bool {
		return slices.ContainsFunc(a.appliesTo, func(entry string) bool {
			_, value, ok := strings.Cut(entry, "::")
			return ok && about.Is(value)
		})
	})
}

// recorded are the acknowledgements that the templates hold, and CDK's manifest.
func (p *Posture) recorded() []Acknowledgement {
	var all []Acknowledgement
	for _, s := range p.model.assembly.Stacks {
		for _, path := range sorted(s.Acknowledged) {
			for _, id := range sorted(s.Acknowledged[path]) {
				// CDK writes <plugin>::<rule>.
				rule := id[strings.LastIndexByte(id, ':')+1:]
				all = append(all, Acknowledgement{Rule: rule, Path: path, Reason: s.Acknowledged[path][id], Source: "CDK"})
			}
		}
		all = append(all, nag(s.Metadata(), s.Path)...)
		for _, r := range s.Resources {
			all = append(all, nag(r.Metadata, constructPath(r))...)
			ours, _ := r.Metadata["SecureGoFunction"].(map[string]any)
			for _, e := range template.List(ours["Acknowledged"]) {
				v := s.Resolve(e)
				all = append(all, Acknowledgement{Rule: policy.TextOf(template.At(v, "Rule")).String(), Path: constructPath(r),
					Reason: policy.TextOf(template.At(v, "Reason")).String(), Source: "SecureGoFunction"})
			}
		}
	}
	return all
}

// nag reads cdk-nag's suppressions in the metadata of a resource or a template.
func nag(metadata map[string]any, path string) []Acknowledgement {
	var all []Acknowledgement
	for _, e := range template.List(template.At(metadata, "cdk_nag", "rules_to_suppress")) {
		entry, _ := e.(map[string]any)
		id, _ := entry["id"].(string)
		reason, _ := entry["reason"].(string)
		if encoded, _ := entry["is_reason_encoded"].(bool); encoded {
			if text, err := base64.StdEncoding.DecodeString(reason); err == nil {
				reason = string(text)
			}
		}
		a := Acknowledgement{Rule: id, Path: path, Reason: reason, Source: "cdk-nag"}
		for _, to := range template.List(entry["applies_to"]) {
			// A regular expression, an object there, is matched by no value here.
			text, _ := to.(string)
			a.appliesTo = append(a.appliesTo, text)
		}
		all = append(all, a)
	}
	return all
}
