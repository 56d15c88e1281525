package posture

import (
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// implicit is the role that the Serverless Application Model makes (SAM guide, AWS::Serverless::Function; aws/serverless-application-model,
// samtranslator/model). Of other functions without a role nothing is known.
func (m *model) implicit(function *template.Resource) *role {
	r := &role{arn: "arn:" + function.Stack.Partition + ":iam::" + function.Stack.Account + ":role/" + policy.Symbol(policy.Identity, function.ID+"Role"),
		trust: policy.Parse(function.Path, trustLambda)}
	if trust := function.Property("AssumeRolePolicyDocument"); trust != nil {
		r.trust = policy.Parse(function.Path, trust)
	}
	if _, sam := function.Stack.Globals("Function"); !sam || function.Type != "AWS::Serverless::Function" {
		r.add(&policy.Document{Name: function.Path, Unknown: "the function has no role in the template"})
		return r
	}
	r.add(awsManagedPolicy("AWSLambdaBasicExecutionRole"))
	if function.Property("VpcConfig") != nil {
		r.add(awsManagedPolicy("AWSLambdaVPCAccessExecutionRole"))
	}
	if tracing := function.Property("Tracing"); tracing != nil && !policy.TextOf(tracing).Is("Disabled") {
		r.add(awsManagedPolicy("AWSXrayWriteOnlyAccess"))
	}
	for i, p := range template.Items(function.Property("Policies")) {
		a := m.serverlessPolicy(fmt.Sprintf("%s Policies[%d]", function.Path, i), p.Value)
		if p.Maybe {
			a = maybe(a)
		}
		r.policies = append(r.policies, a)
	}
	if events, ok := function.Property("Events").(map[string]any); ok {
		for _, name := range sorted(events) {
			if d := eventPolicy(function.Path+"/"+name, policy.TextOf(template.At(events[name], "Type")).String()); d != nil {
				r.add(d)
			}
		}
	}
	if target := function.Property("DeadLetterQueue", "TargetArn"); target != nil {
		r.add(policy.Parse(function.Path, map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
			"Effect": policy.Allow, "Action": []any{"sqs:SendMessage", "sns:Publish"}, "Resource": target}}))
	}
	if function.Property("EventInvokeConfig", "DestinationConfig") != nil {
		r.add(&policy.Document{Name: function.Path, Unknown: "the Serverless Application Model adds what the destinations need", OnlyAllows: true})
	}
	if boundary := function.Property("PermissionsBoundary"); boundary != nil {
		a := m.managed(policy.TextOf(boundary))
		r.boundary = &a
	}
	return r
}

func (r *role) add(d *policy.Document) { r.policies = append(r.policies, attachment{document: d}) }

func (m *model) serverlessPolicy(name string, v any) attachment {
	switch v := v.(type) {
	case Text:
		if strings.HasPrefix(string(v), "arn:") {
			return m.managed(v)
		}
		if known, ok := v.Known(); ok {
			return attachment{document: awsManagedPolicy(known)}
		}
	case map[string]any:
		if v["Statement"] == nil && v["Version"] == nil {
			return attachment{document: &policy.Document{Name: name, Unknown: "it is a policy template of the Serverless Application Model", OnlyAllows: true}}
		}
		return attachment{document: policy.Parse(name, v)}
	}
	return attachment{document: &policy.Document{Name: name, Unknown: "it is not in the template"}}
}

// eventPolicy is what an event of the Serverless Application Model adds to the function's role: those that Lambda polls for add a managed
// policy, those that invoke it nothing.
func eventPolicy(name, kind string) *policy.Document {
	switch kind {
	case "SQS":
		return awsManagedPolicy("AWSLambdaSQSQueueExecutionRole")
	case "DynamoDB":
		return awsManagedPolicy("AWSLambdaDynamoDBExecutionRole")
	case "Kinesis":
		return awsManagedPolicy("AWSLambdaKinesisExecutionRole")
	case "Api", "HttpApi", "Schedule", "S3", "CloudWatchEvent", "EventBridgeRule", "CloudWatchLogs", "IoTRule", "AlexaSkill", "Cognito":
		return nil
	}
	return &policy.Document{Name: name, Unknown: "the Serverless Application Model adds what events of " + kind + " need", OnlyAllows: true}
}

var trustLambda = map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
	"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": "lambda.amazonaws.com"}}}
