package posture

import (
	"fmt"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "tls-not-enforced",
		Title:    "A queue, topic or bucket takes requests without TLS",
		Severity: Warning,
		Why:      "SQS, SNS and S3 answer over plain HTTP too. One client with http:// in its settings sends data that everybody on the way reads and changes.",
		Fix:      "Deny requests where aws:SecureTransport is false in the resource's policy (CDK: enforceSSL).",
		Source: "SQS guide, \"Enforce encryption of data in transit\"; SNS guide, \"Enforce encryption of data in transit\"; S3 guide, " +
			"\"Security best practices for Amazon S3\"",
		Controls: Controls{
			SecurityHub: []string{"S3.5"},
			CIS:         []string{"v5.0.0/2.1.1", "v3.0.0/2.1.1", "v1.4.0/2.1.2"},
			NIST80053:   []string{"AC-4", "AC-17(2)", "IA-5(1)", "SC-7(4)", "SC-8", "SC-8(1)", "SC-8(2)", "SC-12(3)", "SC-13", "SC-23", "SC-23(3)", "SI-7(6)"},
			CDKNag: []string{"AwsSolutions-S10", "AwsSolutions-SNS3", "AwsSolutions-SQS4", "HIPAA.Security-S3BucketSSLRequestsOnly",
				"NIST.800.53.R4-S3BucketSSLRequestsOnly", "NIST.800.53.R5-S3BucketSSLRequestsOnly", "PCI.DSS.321-S3BucketSSLRequestsOnly"},
			Checkov: []string{"CKV_AWS_379"},
		},
		check: tlsNotEnforced,
	})
}

// plain are the requests that carry data, by the kind of resource.
var plain = map[string]struct {
	called  string
	actions []string
	within  Text
}{
	"AWS::SQS::Queue": {"queue", []string{"sqs:SendMessage", "sqs:ReceiveMessage"}, ""},
	"AWS::SNS::Topic": {"topic", []string{"sns:Publish"}, ""},
	"AWS::S3::Bucket": {"bucket", []string{"s3:GetObject", "s3:PutObject"}, "/*"},
}

func tlsNotEnforced(p *Posture) []Finding {
	var all []Finding
	for _, u := range p.used("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::S3::Bucket") {
		if answer := p.model.takesPlain(u.resource); answer != No {
			message := fmt.Sprintf("functions use the %s, and its policy does not deny requests without TLS", plain[u.resource.Type].called)
			all = append(all, u.about(message).unsure(answer))
		}
	}
	return all
}

// takesPlain says whether somebody of the account, whom all else allows it, gets through to a resource without TLS.
func (m *model) takesPlain(r *template.Resource) Answer {
	policies := policy.Policies{Identity: []*policy.Document{allowAll}, Resource: m.resourcePolicy(r)}
	answer := No
	for _, action := range plain[r.Type].actions {
		answer = policy.Or(answer, policy.Evaluate(policies, policy.Request{
			Principal: policy.Role("arn:" + r.Stack.Partition + ":iam::" + r.Stack.Account + ":role/somebody"), Action: action,
			Resource: r.ARN() + plain[r.Type].within, ResourceAccount: r.Stack.Account,
			Context: policy.Context{}.With("aws:SecureTransport", "false"),
		}).Answer)
	}
	return answer
}

var allowAll = &policy.Document{Version: "2012-10-17", Statements: []*policy.Statement{{Effect: policy.Allow, Actions: []Text{"*"}, Resources: []Text{"*"}}}}
