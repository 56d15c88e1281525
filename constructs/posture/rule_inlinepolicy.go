package posture

import (
	"fmt"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
)

func init() {
	register(Rule{
		ID:       "inline-policy",
		Title:    "The role has an inline policy",
		Severity: Note,
		Why:      "An inline policy has no versions to return to and is not listed among the account's policies.",
		Fix:      "Attach a managed policy (AWS::IAM::ManagedPolicy) in its place.",
		Source:   "IAM guide, \"Managed policies and inline policies\"",
		Controls: Controls{
			NIST80053: []string{"AC-2", "AC-3", "AC-6"},
			CDKNag: []string{"HIPAA.Security-IAMNoInlinePolicy", "NIST.800.53.R4-IAMNoInlinePolicy", "NIST.800.53.R5-IAMNoInlinePolicy",
				"PCI.DSS.321-IAMNoInlinePolicy"},
		},
		check: inlinePolicy,
	})
}

func inlinePolicy(p *Posture) []Finding {
	var all []Finding
	for _, i := range p.identities() {
		seen := map[*template.Resource]bool{}
		for _, a := range i.policies {
			if a.source == nil || seen[a.source] {
				continue
			}
			seen[a.source] = true
			switch a.source.Type {
			case "AWS::IAM::Role":
				message := "the role has an inline policy"
				if n := len(a.source.List("Policies")); n > 1 {
					message = fmt.Sprintf("the role has %d inline policies", n)
				}
				all = append(all, i.at(a.source, message))
			case "AWS::IAM::Policy", "AWS::IAM::RolePolicy":
				all = append(all, i.at(a.source, "the policy is inline in the function's role"))
			}
		}
	}
	return once(all)
}
