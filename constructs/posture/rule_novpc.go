package posture

func init() {
	register(Rule{
		ID:       "no-vpc",
		Title:    "The function runs in no VPC",
		Severity: Note,
		Why: "Outside of a VPC nothing holds the function's packets: it reaches every address of the internet, and neither endpoint policies nor flow " +
			"logs see what it sends.",
		Fix:    "Put the function in isolated subnets of a VPC, with endpoints for the services that it calls, or say why it needs no network of its own.",
		Source: "Lambda guide, \"Giving Lambda functions access to resources in an Amazon VPC\"",
		Controls: Controls{
			SecurityHub: []string{"Lambda.3"},
			NIST80053:   []string{"AC-3", "AC-4", "AC-6", "AC-21", "SC-7"},
			CDKNag: []string{"HIPAA.Security-LambdaInsideVPC", "NIST.800.53.R4-LambdaInsideVPC", "NIST.800.53.R5-LambdaInsideVPC",
				"PCI.DSS.321-LambdaInsideVPC"},
			Checkov: []string{"CKV_AWS_117"},
		},
		check: func(p *Posture) []Finding {
			var all []Finding
			for _, f := range p.Functions {
				if f.Reaches.Outside != No {
					all = append(all, at(f.resource, "the function is in no VPC: nothing holds what it sends").of(f).unsure(f.Reaches.Outside))
				}
			}
			return all
		},
	})
}
