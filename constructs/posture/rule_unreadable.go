package posture

func init() {
	register(Rule{
		ID:       "unreadable",
		Title:    "A part of the template is not understood",
		Severity: Error,
		Why:      "What a macro, a module or a nested stack adds when it is deployed is not seen, so the other answers may be wrong.",
		Fix:      "Give the template as it is deployed: synthesize nested stacks into the same cdk.out, expand macros (sam's are understood), or acknowledge what is added.",
		Source:   "CloudFormation guide, \"Perform custom processing with template macros\"",
		check: func(p *Posture) []Finding {
			var all []Finding
			for _, u := range p.Unreadable {
				all = append(all, Finding{Path: u.Where, Message: u.Why})
			}
			return all
		},
	})
}
