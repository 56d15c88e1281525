package posture

func init() {
	register(Rule{
		ID:       "decrypt-without-context",
		Title:    "The function decrypts whatever is under a key",
		Severity: Warning,
		Why:      "Without a condition the function decrypts what it gets hold of under that key: other functions' parameters, logs and environments too.",
		Fix:      "Hold kms:Decrypt to the service that calls it for the function (kms:ViaService), and to what it decrypts (kms:EncryptionContext), such as PARAMETER_ARN.",
		Source:   "KMS guide, \"kms:ViaService\" and \"kms:EncryptionContext:context-key\"",
		Controls: Controls{NIST80053: []string{"AC-6"}},
		check:    decryptWithoutContext,
	})
}

func decryptWithoutContext(p *Posture) []Finding {
	var all []Finding
	for _, a := range p.allowances() {
		if a.administers() || !a.allows("kms:Decrypt") || narrowed(a.statement, "kms:ViaService", "kms:EncryptionContext:") {
			continue
		}
		for _, resource := range a.statement.Resources {
			if a.held("kms:Decrypt", resource) || !keys(resource) {
				continue
			}
			found := a.finding("allows kms:Decrypt on %s, whatever is encrypted", resource)
			found.About = []Text{"kms:Decrypt", resource}
			all = append(all, found)
		}
	}
	return once(all)
}
