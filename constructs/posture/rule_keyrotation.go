package posture

import (
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
)

func init() {
	register(Rule{
		ID:       "key-rotation",
		Title:    "The key is not rotated",
		Severity: Warning,
		Why:      "Key material that is never replaced is a growing loss when it leaks.",
		Fix:      "Set EnableKeyRotation: KMS keeps the old material for what is encrypted with it, and nothing else changes.",
		Source:   "KMS guide, \"Rotate AWS KMS keys\"",
		Controls: Controls{
			SecurityHub: []string{"KMS.4"},
			CIS:         []string{"v5.0.0/3.6", "v3.0.0/3.6", "v1.4.0/3.8", "v1.2.0/2.8"},
			NIST80053:   []string{"SC-12", "SC-12(2)", "SC-28(3)"},
			CDKNag: []string{"AwsSolutions-KMS5", "NIST.800.53.R4-KMSBackingKeyRotationEnabled", "NIST.800.53.R5-KMSBackingKeyRotationEnabled",
				"PCI.DSS.321-KMSBackingKeyRotationEnabled"},
			Checkov: []string{"CKV_AWS_7"},
		},
		check: keyRotation,
	})
}

func keyRotation(p *Posture) []Finding {
	var all []Finding
	for _, key := range p.usedKeys() {
		answer := template.Bool(key.Property("EnableKeyRotation"))
		if key.Type == "AWS::KMS::Key" && rotates(key) && answer != Yes {
			all = append(all, at(key, "EnableKeyRotation is not set").unsure(answer))
		}
	}
	return all
}

// rotates says whether KMS can rotate the key by itself: a symmetric one, whose material is KMS's own (KMS guide, "Rotate AWS KMS keys").
func rotates(key *template.Resource) bool {
	spec, origin := key.Text("KeySpec"), key.Text("Origin")
	return (spec == "" || spec.Is("SYMMETRIC_DEFAULT")) && (origin == "" || origin.Is("AWS_KMS")) && !strings.Contains(string(key.Text("KeyUsage")), "MAC")
}
