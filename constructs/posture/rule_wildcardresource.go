package posture

func init() {
	register(Rule{
		ID:       "wildcard-resource",
		Title:    "Resources are allowed by a wildcard",
		Severity: Warning,
		Why:      "A wildcard reaches resources of other functions and teams, and those that are made later.",
		Fix:      "Name the resources. What is within one, such as a bucket's objects, may keep its asterisk; so may actions for which IAM knows no resource.",
		Source:   "IAM guide, \"Security best practices in IAM\", Apply least-privilege permissions; Service Authorization Reference",
		Controls: Controls{
			SecurityHub: []string{"KMS.1", "KMS.2"},
			NIST80053:   []string{"AC-2", "AC-3", "AC-5", "AC-6"},
			CDKNag:      []string{"AwsSolutions-IAM5"},
			Checkov:     []string{"CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_111"},
		},
		check: wildcardResource,
	})
}

func wildcardResource(p *Posture) []Finding {
	var all []Finding
	for _, a := range p.allowances() {
		// A condition on tags names resources too.
		if a.administers() || narrowed(a.statement, "aws:ResourceTag/", "kms:ResourceAliases", "ec2:ResourceTag/", "secretsmanager:ResourceTag/", "ssm:ResourceTag/", "s3:ExistingObjectTag/") {
			continue
		}
		if a.statement.NotResources != nil {
			found := a.finding("allows %s on all resources but those that it names", some(a.statement.Actions))
			found.About = a.statement.NotResources
			all = append(all, found)
		}
		for _, resource := range a.statement.Resources {
			if !wide(resource) {
				continue
			}
			var actions []Text
			for _, action := range bound(a.statement) {
				if !escalates(action) && !a.held(action.String(), resource) {
					actions = append(actions, action)
				}
			}
			if len(actions) == 0 && a.statement.NotActions == nil {
				continue
			}
			if a.statement.NotActions != nil {
				actions = []Text{"all but " + Text(some(a.statement.NotActions))}
			}
			found := a.finding("allows %s on %s", some(actions), resource)
			found.About, found.nag = []Text{resource}, "Resource"
			all = append(all, found)
		}
	}
	return once(all)
}
