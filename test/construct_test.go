package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
)

func TestTags(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		awscdk.Tags_Of(newFunction(stack, nil)).Add(jsii.String("team"), jsii.String("orders"), nil)
	})
	for _, path := range []string{"Fn/Function", "Fn/Role", "Fn/Logs", "Fn/SecurityGroup"} {
		if tags := fmt.Sprint(s.at(path).Properties["Tags"]); !strings.Contains(tags, "map[Key:team Value:orders]") {
			t.Errorf("%s has the tags %s", path, tags)
		}
	}
}

// memory is an aspect, written in Go as a team would.
type memory struct{ seen int }

func (m *memory) Visit(node constructs.IConstruct) {
	if f, ok := node.(awslambda.CfnFunction); ok {
		m.seen++
		f.SetMemorySize(jsii.Number(1024))
	}
}

func TestAspects(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) { awscdk.Aspects_Of(newFunction(stack, nil)).Add(&memory{}, nil) })
	same(t, "memory", s.at("Fn/Function").Properties["MemorySize"], `1024`)
}

func TestDependencies(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		before := awslogs.NewLogGroup(stack, jsii.String("Before"), nil)
		fn := newFunction(stack, nil)
		fn.Node().AddDependency(before)
		after := awslogs.NewLogGroup(stack, jsii.String("After"), nil)
		after.Node().AddDependency(fn)
	})
	if !slices.Contains(s.at("Fn/Function").DependsOn, "Before") || !slices.Contains(s.at("After").DependsOn, "Fn/Function") {
		t.Errorf("function waits for %v, and what comes after it for %v", s.at("Fn/Function").DependsOn, s.at("After").DependsOn)
	}
}

func TestFunctionIsAScope(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		fn := newFunction(stack, nil)
		awslogs.NewLogGroup(fn, jsii.String("Extra"), nil)
		if path := *fn.Node().Path(); path != "S/Fn" {
			t.Errorf("the path is %s", path)
		}
	})
	s.at("Fn/Extra")
}

// Removal policies that CDK sets on a whole scope win, as everywhere.
func TestRemovalPoliciesOfAScope(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		newFunction(stack, nil)
		awscdk.RemovalPolicies_Of(stack).Destroy(nil)
	})
	for _, path := range []string{"Fn/Logs", "SecureGoFunctionsKey", "Network/FlowLogs"} {
		same(t, path, s.at(path).DeletionPolicy, `"Delete"`)
	}
}

func TestInvokersWork(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		fn := newFunction(stack, nil)
		awsevents.NewRule(stack, jsii.String("Nightly"), &awsevents.RuleProps{
			Schedule: awsevents.Schedule_Rate(awscdk.Duration_Days(jsii.Number(1))),
			Targets:  &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(fn.Function, nil)}})
	})
	permission := s.at(s.ofType("AWS::Lambda::Permission")[0]).Properties
	same(t, "who may invoke", permission, `{"Action": "lambda:InvokeFunction", "FunctionName": "${Fn/Function.Arn}", "Principal": "events.amazonaws.com", "SourceArn": "${Nightly.Arn}"}`)
}

// Grants that write a resource or key policy too need a principal with a name.
func TestGrantsWithAResourcePolicy(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		fn := newFunction(stack, nil)
		key := awskms.NewKey(stack, jsii.String("Key"), nil)
		awssecretsmanager.NewSecret(stack, jsii.String("Secret"), &awssecretsmanager.SecretProps{EncryptionKey: key}).GrantRead(fn, nil)
	})
	if policy := fmt.Sprint(s.at("Key").Properties["KeyPolicy"]); !strings.Contains(policy, "${Fn/Role.Arn}") {
		t.Errorf("the key's policy does not name the role: %s", policy)
	}
	if policy := fmt.Sprint(s.at("Fn/Role/RunTime").Properties); !strings.Contains(policy, "secretsmanager:GetSecretValue") {
		t.Errorf("the run-time policy lacks the grant: %s", policy)
	}
}

// Construct ids are a contract: another one replaces a user's resource.
func TestConstructIDs(t *testing.T) {
	s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		parameterLink(stack, p)
		p.ReservedConcurrency = 1
	})
	var made []string
	for path, r := range s.resources {
		if path != "Key" && !strings.HasPrefix(path, "Network/Vpc/") {
			made = append(made, path+" "+r.Type)
		}
	}
	slices.Sort(made)
	same(t, "what is made", made, `[
		"Fn/Bound AWS::IAM::ManagedPolicy",
		"Fn/ConcurrencyAlarm AWS::CloudWatch::Alarm",
		"Fn/DeniedCalls AWS::Logs::MetricFilter",
		"Fn/DeniedCallsAlarm AWS::CloudWatch::Alarm",
		"Fn/DurationAlarm AWS::CloudWatch::Alarm",
		"Fn/ErrorsAlarm AWS::CloudWatch::Alarm",
		"Fn/Function AWS::Lambda::Function",
		"Fn/Function/EventInvokeConfig AWS::Lambda::EventInvokeConfig",
		"Fn/Logs AWS::Logs::LogGroup",
		"Fn/Role AWS::IAM::Role",
		"Fn/Role/RunTime AWS::IAM::ManagedPolicy",
		"Fn/Role/Service AWS::IAM::ManagedPolicy",
		"Fn/SecurityGroup AWS::EC2::SecurityGroup",
		"Fn/ThrottlesAlarm AWS::CloudWatch::Alarm",
		"Fn/To-ssm AWS::EC2::SecurityGroupIngress",
		"Network/Endpoint-ssm/Endpoint AWS::EC2::VPCEndpoint",
		"Network/Endpoint-ssm/SecurityGroup AWS::EC2::SecurityGroup",
		"Network/FlowLog AWS::EC2::FlowLog",
		"Network/FlowLogs AWS::Logs::LogGroup",
		"Network/FlowLogsPolicy AWS::IAM::ManagedPolicy",
		"Network/FlowLogsRole AWS::IAM::Role",
		"Network/RefusedPackets AWS::Logs::MetricFilter",
		"Network/RefusedPacketsAlarm AWS::CloudWatch::Alarm",
		"Network/Vpc AWS::EC2::VPC",
		"SecureGoFunctionsAlarms AWS::SNS::Topic",
		"SecureGoFunctionsAlarms/Policy AWS::SNS::TopicPolicy",
		"SecureGoFunctionsFailedEvents AWS::SQS::Queue",
		"SecureGoFunctionsFailedEvents/Policy AWS::SQS::QueuePolicy",
		"SecureGoFunctionsFailedEventsAlarm AWS::CloudWatch::Alarm",
		"SecureGoFunctionsKey AWS::KMS::Key"]`)
}
