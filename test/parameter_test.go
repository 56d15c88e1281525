package test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
)

// Every way to name a parameter comes to its exact ARN, and to that alone.
func TestParameterARNs(t *testing.T) {
	const prefix = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
	for situation, c := range map[string]struct {
		link         func(awscdk.Stack) link.Link
		name, wanted string
	}{
		"a qualified name": {func(awscdk.Stack) link.Link { return link.Parameter("LIMIT", "/app/limit", link.Plain("a number")) },
			"/app/limit", prefix + "/app/limit"},
		"a simple name": {func(awscdk.Stack) link.Link { return link.Parameter("LIMIT", "limit", link.Plain("a number")) },
			"limit", prefix + "/limit"},
		"a token that begins with a slash": {func(s awscdk.Stack) link.Link {
			return link.Parameter("LIMIT", *awscdk.NewCfnParameter(s, jsii.String("Name"), nil).ValueAsString(), link.FullyQualifiedName(), link.Plain("a number"))
		}, "${Name}", prefix + "${Name}"},
		"a token without a slash": {func(s awscdk.Stack) link.Link {
			return link.Parameter("LIMIT", *awscdk.NewCfnParameter(s, jsii.String("Name"), nil).ValueAsString(), link.SimpleName(), link.Plain("a number"))
		}, "${Name}", prefix + "/${Name}"},
		"a parameter of the app": {func(s awscdk.Stack) link.Link {
			return link.ParameterFrom("LIMIT", awsssm.NewStringParameter(s, jsii.String("Limit"), &awsssm.StringParameterProps{
				ParameterName: jsii.String("/app/limit"), StringValue: jsii.String("7")}), link.Plain("a number"))
		}, "${Limit}", prefix + "${Limit}"},
		"an imported SecureString": {func(s awscdk.Stack) link.Link {
			return link.ParameterFrom("LIMIT", awsssm.StringParameter_FromSecureStringParameterAttributes(s, jsii.String("Limit"),
				&awsssm.SecureStringParameterAttributes{ParameterName: jsii.String("/app/limit")}), link.EncryptedWith(newKey(s)))
		}, "/app/limit", prefix + "/app/limit"},
	} {
		s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Links = []link.Link{c.link(stack)} })
		same(t, situation+": the variable", s.at("Fn/Function").Properties["Environment"], `{"Variables": {"LIMIT": "`+c.name+`"}}`)
		for _, statement := range s.at("Fn/Role/RunTime").Properties["PolicyDocument"].(map[string]any)["Statement"].([]any) {
			statement := statement.(map[string]any)
			if actions, ok := statement["Action"].([]any); ok && actions[0] == "ssm:GetParameter" {
				same(t, situation+": the resource", statement["Resource"], `"`+c.wanted+`"`)
			}
			if conditions, ok := statement["Condition"].(map[string]any); ok {
				if context, ok := conditions["StringEquals"].(map[string]any)["kms:EncryptionContext:PARAMETER_ARN"]; ok {
					same(t, situation+": what the key decrypts", context, `"`+c.wanted+`"`)
				}
			}
		}
	}
}
