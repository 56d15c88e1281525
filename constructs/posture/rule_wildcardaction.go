package posture

import "github.com/securegofunction/cdk/internal/policy"

func init() {
	register(Rule{
		ID:       "wildcard-action",
		Title:    "Actions are allowed by a wildcard",
		Severity: Warning,
		Why:      "A wildcard allows more than the function calls, and also what AWS adds later: s3:* deletes the bucket, s3:Put* makes it public.",
		Fix:      "Name the actions that the function calls; a link of SecureGoFunction does.",
		Source:   "IAM guide, \"Security best practices in IAM\", Apply least-privilege permissions",
		Controls: Controls{
			SecurityHub: []string{"IAM.21"},
			NIST80053:   []string{"AC-2", "AC-3", "AC-5", "AC-6"},
			CDKNag: []string{"AwsSolutions-IAM5", "HIPAA.Security-IAMPolicyNoStatementsWithFullAccess", "NIST.800.53.R5-IAMPolicyNoStatementsWithFullAccess",
				"PCI.DSS.321-IAMPolicyNoStatementsWithFullAccess"},
			Checkov: []string{"CKV_AWS_63"},
		},
		check: wildcardAction,
	})
}

func wildcardAction(p *Posture) []Finding {
	var all []Finding
	for _, a := range p.allowances() {
		if a.administers() {
			continue
		}
		if a.statement.NotActions != nil {
			found := a.finding("allows all actions but those that it names, on %s", resources(a.statement))
			found.About = a.statement.NotActions
			all = append(all, found)
		}
		for _, action := range a.statement.Actions {
			if !pattern(action) || a.heldOn(action) {
				continue
			}
			found := a.finding("allows %s on %s", action, resources(a.statement))
			found.About, found.nag = []Text{action}, "Action"
			all = append(all, found)
		}
	}
	return once(all)
}

// heldOn says whether the functions may do the action on none of the statement's resources.
func (a allowance) heldOn(action Text) bool {
	if a.statement.Resources == nil {
		return false
	}
	for _, r := range a.statement.Resources {
		if !a.held(action.String(), r) {
			return false
		}
	}
	return true
}

func resources(s *policy.Statement) string {
	if s.NotResources != nil {
		return "all but " + some(s.NotResources)
	}
	return some(s.Resources)
}
