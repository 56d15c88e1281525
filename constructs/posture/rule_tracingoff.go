package posture

func init() {
	register(Rule{
		ID:       "tracing-off",
		Title:    "The function's requests are not traced",
		Severity: Note,
		Why:      "Without traces nobody sees where a request went on to and which part of it failed or was slow.",
		Fix:      "Set TracingConfig.Mode to Active, and let the role put traces to X-Ray.",
		Source:   "Lambda guide, \"Visualize Lambda function invocations using AWS X-Ray\"",
		Controls: Controls{
			SecurityHub: []string{"Lambda.7"},
			NIST80053:   []string{"CA-7"},
			CDKNag:      []string{"Serverless-LambdaTracing"},
			Checkov:     []string{"CKV_AWS_50"},
		},
		check: func(p *Posture) []Finding {
			var all []Finding
			for _, f := range p.Functions {
				answer := Yes
				if _, known := f.Protection.Tracing.Known(); !known {
					answer = CannotTell
				}
				if !f.Protection.Tracing.Is("Active") {
					all = append(all, at(f.resource, "tracing is not active").of(f).unsure(answer))
				}
			}
			return all
		},
	})
}
