package posture

import (
	"fmt"
	"slices"
)

func init() {
	register(Rule{
		ID:       "administrator",
		Title:    "The function may do everything",
		Severity: Error,
		Why:      "Who makes the function run their code, by a fault of it or of a module, has the account.",
		Fix:      "Take the statement or the managed policy away and allow what the function calls, on the resources that it needs.",
		Source:   "IAM guide, \"Security best practices in IAM\", Apply least-privilege permissions; Security Hub guide, IAM.1",
		Controls: Controls{
			SecurityHub: []string{"IAM.1"},
			CIS:         []string{"v1.4.0/1.16", "v1.2.0/1.22"},
			NIST80053:   []string{"AC-2", "AC-3", "AC-5", "AC-6"},
			CDKNag: []string{"HIPAA.Security-IAMPolicyNoStatementsWithAdminAccess", "NIST.800.53.R4-IAMPolicyNoStatementsWithAdminAccess",
				"NIST.800.53.R5-IAMPolicyNoStatementsWithAdminAccess", "PCI.DSS.321-IAMPolicyNoStatementsWithAdminAccess"},
			Checkov: []string{"CKV_AWS_62"},
		},
		check: administrator,
	})
}

// administrators are AWS's managed policies that allow everything, or what leads to it (AWS Managed Policy Reference).
var administrators = []string{"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}

func administrator(p *Posture) []Finding {
	var all []Finding
	for _, i := range p.identities() {
		for _, a := range i.policies {
			if name, ok := managedByAWS(a.document); ok && slices.Contains(administrators, name) {
				found := i.at(a.source, fmt.Sprintf("AWS's managed policy %s is attached", name))
				found.About = []Text{Text(name)}
				all = append(all, found)
			}
		}
	}
	for _, a := range p.allowances() {
		if !a.administers() || a.heldOn("*") {
			continue
		}
		if a.statement.NotActions != nil {
			all = append(all, a.finding("allows everything but %s", some(a.statement.NotActions)))
			continue
		}
		all = append(all, a.finding("allows every action on %s", resources(a.statement)))
	}
	return once(all)
}
