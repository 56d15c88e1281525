package posture

import "fmt"

func init() {
	register(Rule{
		ID:       "shared-role",
		Title:    "Functions share a role",
		Severity: Warning,
		Why:      "Each of them may do what any of them needs, and CloudTrail does not tell them apart by their role.",
		Fix:      "Give each function a role of its own.",
		Source:   "Lambda guide, \"Defining Lambda function permissions with an execution role\"; IAM guide, \"Security best practices in IAM\"",
		Controls: Controls{NIST80053: []string{"AC-6"}},
		check:    sharedRole,
	})
}

func sharedRole(p *Posture) []Finding {
	var all []Finding
	for _, i := range p.identities() {
		if len(i.functions) > 1 {
			all = append(all, i.at(nil, fmt.Sprintf("%s run as one role", i.names())))
		}
	}
	return all
}
