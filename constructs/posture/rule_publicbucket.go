package posture

import (
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "public-bucket",
		Title:    "A bucket can be made public",
		Severity: Warning,
		Why:      "One wrong statement or ACL opens the bucket to the internet where Block Public Access does not stop it.",
		Fix:      "Give the bucket a PublicAccessBlockConfiguration with all four settings (CDK: BlockPublicAccess.BLOCK_ALL).",
		Source:   "S3 guide, \"Blocking public access to your Amazon S3 storage\"",
		Controls: Controls{
			SecurityHub: []string{"S3.8"},
			CIS:         []string{"v5.0.0/2.1.4", "v3.0.0/2.1.4", "v1.4.0/2.1.5"},
			NIST80053: []string{"AC-3", "AC-3(7)", "AC-4", "AC-4(21)", "AC-6", "AC-21", "SC-7", "SC-7(3)", "SC-7(4)", "SC-7(9)", "SC-7(11)", "SC-7(16)",
				"SC-7(20)", "SC-7(21)"},
			CDKNag: []string{"AwsSolutions-S2", "HIPAA.Security-S3BucketLevelPublicAccessProhibited", "NIST.800.53.R5-S3BucketLevelPublicAccessProhibited",
				"PCI.DSS.321-S3BucketLevelPublicAccessProhibited"},
			Checkov: []string{"CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"},
		},
		check: publicBucket,
	})
}

func publicBucket(p *Posture) []Finding {
	var all []Finding
	for _, u := range p.used("AWS::S3::Bucket") {
		settings := u.resource.Property("PublicAccessBlockConfiguration")
		if settings == nil {
			// S3 blocks it for buckets that are made since April 2023 (AWS News Blog, "Amazon S3 Security Changes Are Coming in April of 2023").
			all = append(all, u.about("functions use the bucket, and the template does not block public access").unsure(CannotTell))
			continue
		}
		blocked, off := Yes, []string(nil)
		for _, name := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			answer := template.Bool(template.At(settings, name))
			if blocked = policy.And(blocked, answer); answer != Yes {
				off = append(off, name)
			}
		}
		if blocked != Yes {
			all = append(all, u.about("functions use the bucket, and it lacks "+strings.Join(off, ", ")).unsure(policy.Not(blocked)))
		}
	}
	return all
}
