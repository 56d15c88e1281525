package posture

import (
	"cmp"
	"fmt"
	"slices"
)

func init() {
	register(Rule{
		ID:       "managed-policy",
		Title:    "A managed policy of AWS is attached",
		Severity: Warning,
		Why: "AWS's managed policies name no resource: AWSLambdaBasicExecutionRole lets the function write to the logs of every other, and make log " +
			"groups without a key. AWS changes them without asking.",
		Fix:    "Allow what the function needs on its own resources, in a policy of your own.",
		Source: "IAM guide, \"Managed policies and inline policies\"; AWS Managed Policy Reference",
		Controls: Controls{
			NIST80053: []string{"AC-6"},
			CDKNag:    []string{"AwsSolutions-IAM4"},
		},
		check: managedPolicy,
	})
}

func managedPolicy(p *Posture) []Finding {
	var all []Finding
	for _, i := range p.identities() {
		for _, a := range i.policies {
			name, ok := managedByAWS(a.document)
			if !ok || slices.Contains(administrators, name) {
				continue
			}
			message := fmt.Sprintf("%s is attached, whose content is AWS's", name)
			if a.document.Unknown == "" {
				message = fmt.Sprintf("%s is attached: it allows %s on every resource", name, some(a.document.Statements[0].Actions))
			}
			found := i.at(a.source, message)
			found.About, found.nag = []Text{cmp.Or(a.arn, Text(name))}, "Policy"
			all = append(all, found)
		}
	}
	return once(all)
}
