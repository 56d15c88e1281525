package posture

func init() {
	register(Rule{
		ID:       "code-signing",
		Title:    "Code that nobody signed is deployed all the same",
		Severity: Note,
		Why:      "A code signing configuration that only warns, which is its default, lets through what a thief of deployment rights puts there.",
		Fix:      "Set CodeSigningPolicies.UntrustedArtifactOnDeployment to Enforce.",
		Source:   "Lambda guide, \"Using code signing to verify code integrity with Lambda\"; CloudFormation reference, AWS::Lambda::CodeSigningConfig",
		check:    codeSigning,
	})
}

// codeSigning is about functions that have a configuration: an asset of CDK cannot be signed (aws/aws-cdk#13286).
func codeSigning(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		config := p.model.named(f.Protection.CodeSigning, "AWS::Lambda::CodeSigningConfig")
		if config == nil {
			continue
		}
		action := config.Text("CodeSigningPolicies", "UntrustedArtifactOnDeployment")
		if _, known := action.Known(); !known {
			all = append(all, at(config, "whether what is not signed is refused is not known").of(f).unsure(CannotTell))
		} else if !action.Is("Enforce") {
			all = append(all, at(config, "what is not signed is warned about and deployed").of(f))
		}
	}
	return all
}
