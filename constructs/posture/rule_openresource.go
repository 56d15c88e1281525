package posture

import (
	"fmt"
	"slices"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "open-resource",
		Title:    "Everybody may use what the function uses",
		Severity: Error,
		Why: "A policy that allows every principal something admits every AWS account, and where it allows the unsigned, the internet: who writes to the " +
			"function's queue or bucket chooses its input, and who reads has its data.",
		Fix: "Name the account, the role, or the service and its source (aws:SourceArn, aws:SourceAccount) in the resource's policy, or hold it to the " +
			"organization (aws:PrincipalOrgID).",
		Source: "IAM guide, \"AWS JSON policy elements: Principal\", All principals; AWS Config guide, sqs-queue-no-public-access and sns-topic-no-public-access",
		Controls: Controls{
			SecurityHub: []string{"S3.2", "S3.3", "SNS.4", "SQS.3"},
			CIS:         []string{"v7.0.0/2.21"},
			NIST80053:   []string{"AC-3", "AC-4", "AC-6", "AC-21", "SC-7"},
		},
		check: openResource,
	})
}

func openResource(p *Posture) []Finding {
	var all []Finding
	for _, u := range p.used("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable",
		"AWS::Kinesis::Stream", "AWS::Events::EventBus", "AWS::EFS::FileSystem") {
		own := p.model.resourcePolicy(u.resource)
		for n, s := range own.Statements {
			everybody := s.NotPrincipals != nil || slices.Contains(s.Principals, policy.Everybody)
			answer := policy.And(known(s.Effect == policy.Allow && s.Unreadable == "" && everybody && !closed(s) && !near(s)), policy.Not(restricts(u.resource)))
			if answer == No {
				continue
			}
			if s.Maybe {
				answer = CannotTell
			}
			found := u.about(fmt.Sprintf("statement %d of its policy allows everybody %s", own.Number(n), some(s.Actions))).unsure(answer)
			found.About = s.Actions
			all = append(all, found)
		}
	}
	return all
}

func known(b bool) Answer {
	if b {
		return Yes
	}
	return No
}

// near says whether a condition of a statement for everybody says from where they have to come.
func near(s *policy.Statement) bool {
	return narrowed(s, "aws:SourceVpc", "aws:VpcSourceIp", "aws:SourceIp", "aws:SourceOwner", "aws:userid", "s3:DataAccessPointA", "elasticfilesystem:AccessedViaMountTarget")
}

// restricts says whether S3 keeps everybody away from a bucket, whatever its policy says.
func restricts(r *template.Resource) Answer {
	if r.Type != "AWS::S3::Bucket" {
		return No
	}
	return template.Bool(r.Property("PublicAccessBlockConfiguration", "RestrictPublicBuckets"))
}
