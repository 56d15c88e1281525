package posture

import "fmt"

func init() {
	register(Rule{
		ID:       "unknown-permissions",
		Title:    "What the function may do is not all in the templates",
		Severity: Note,
		Why:      "The role, or a policy of it, is elsewhere: what it allows is not looked at here, and can change without a deployment.",
		Fix:      "Make the role and its policies in the app; where another team gives them, acknowledge it, and say who looks at them.",
		Source:   "Lambda guide, \"Defining Lambda function permissions with an execution role\"",
		Controls: Controls{NIST80053: []string{"AC-6"}},
		check:    unknownPermissions,
	})
}

func unknownPermissions(p *Posture) []Finding {
	var all []Finding
	for _, i := range p.identities() {
		for _, a := range i.policies {
			if _, ok := managedByAWS(a.document); ok {
				continue
			}
			if a.document.Unknown != "" {
				all = append(all, i.at(a.source, fmt.Sprintf("%s: %s", a.document.Name, a.document.Unknown)))
			}
			for n, s := range a.document.Statements {
				if s.Unreadable != "" {
					all = append(all, i.at(a.source, fmt.Sprintf("statement %d of %s: %s", a.document.Number(n), a.document.Name, s.Unreadable)))
				}
			}
		}
	}
	return once(all)
}
