package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambdaeventsources"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

func TestRoleTrustsLambdaOnly(t *testing.T) {
	s := synthFunction(t, nil)
	same(t, "the function's role", s.at("Fn/Role").Properties, `{"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}}`)
	same(t, "who uses the role", s.at("Fn/Function").Properties["Role"], `"${Fn/Role.Arn}"`)
}

// The statements are those that the AWS guides name in the code's comments.
func TestPoliciesAreExact(t *testing.T) {
	s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Links = []link.Link{link.Parameter("API_KEY", "/my_app/api_key", link.EncryptedWith(newKey(stack)))}
	})
	const group = `arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Fn/Logs}`
	const fn = `arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn/Function}`
	for path, want := range map[string]string{
		"Fn/Role/RunTime": `[
			{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "` + group + `:*"},
			{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "${SecureGoFunctionsKey.Arn}", "Condition": {
				"StringEquals": {"kms:ViaService": "logs.${AWS::Region}.amazonaws.com"}, "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "` + group + `"}}},
			{"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "${SecureGoFunctionsKey.Arn}", "Condition": {
				"StringEquals": {"kms:ViaService": "logs.${AWS::Region}.amazonaws.com"}}},
			{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "${SecureGoFunctionsFailedEvents.Arn}"},
			{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "${SecureGoFunctionsKey.Arn}", "Condition": {
				"StringEquals": {"kms:ViaService": "sqs.${AWS::Region}.amazonaws.com"}}},
			{"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"],
				"Resource": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/my_app/api_key"},
			{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "${Key.Arn}", "Condition": {"StringEquals": {
				"kms:ViaService": "ssm.${AWS::Region}.amazonaws.com",
				"kms:EncryptionContext:PARAMETER_ARN": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/my_app/api_key"}}}]`,
		"Fn/Role/Service": `[
			{"Effect": "Allow", "Action": ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], "Resource": "*"},
			{"Effect": "Allow", "Action": ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"],
				"Resource": "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:*/*"},
			{"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}]`,
		"Fn/Bound": `[{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "${SecureGoFunctionsKey.Arn}", "Condition": {
			"StringEquals": {"kms:EncryptionContext:aws:lambda:FunctionArn": "` + fn + `"}}}, {"Effect": "Deny", "Action": ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
			"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DetachNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"],
			"Resource": "*", "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": "` + fn + `"}}}]`,
	} {
		policy := s.at(path)
		same(t, path, policy.Properties["PolicyDocument"].(map[string]any)["Statement"], want)
		same(t, path+" is attached to", policy.Properties["Roles"], `["${Fn/Role}"]`)
	}
	same(t, "all managed policies", s.ofType("AWS::IAM::ManagedPolicy"),
		`["Fn/Bound", "Fn/Role/RunTime", "Fn/Role/Service", "Network/FlowLogsPolicy"]`)
	same(t, "inline policies", len(s.ofType("AWS::IAM::Policy")), `0`)
}

// Lambda checks what the role may do when it makes the function, and on
// deletion the interfaces have to go before the policy that lets them.
func TestOrderOfPolicies(t *testing.T) {
	s := synthFunction(t, nil)
	waits := s.at("Fn/Function").DependsOn
	for _, path := range []string{"Fn/Role", "Fn/Role/RunTime", "Fn/Role/Service"} {
		if !slices.Contains(waits, path) {
			t.Errorf("the function does not wait for %s, only for %v", path, waits)
		}
	}
	if waits := s.at("Fn/SecurityGroup").DependsOn; !slices.Contains(waits, "Fn/Role/Service") {
		t.Errorf("the security group does not wait for the network interfaces' policy, only for %v", waits)
	}
}

func TestNoNetworkInterfacesWithoutVpc(t *testing.T) {
	s := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Network = network.None("calls public APIs only")
	})
	if _, ok := s.resources["Fn/SecurityGroup"]; ok {
		t.Error("a security group was made for a function in no VPC")
	}
	for _, path := range []string{"Fn/Role/Service", "Fn/Bound"} {
		if text := fmt.Sprint(s.at(path).Properties); strings.Contains(text, "ec2:") {
			t.Errorf("%s speaks of network interfaces for a function in no VPC: %s", path, text)
		}
	}
	if _, ok := s.at("Fn/Function").Properties["VpcConfig"]; ok {
		t.Error("the function has a VpcConfig")
	}
}

// Whoever grants, and to whichever of the two, it lands in the managed policy.
func TestGrantsLandInTheRunTimePolicy(t *testing.T) {
	for situation, grant := range map[string]func(awscdk.Stack, *golambda.SecureGoFunction){
		"to fn": func(s awscdk.Stack, fn *golambda.SecureGoFunction) {
			awss3.NewBucket(s, jsii.String("Bucket"), nil).GrantRead(fn, nil)
		},
		"to fn.Function": func(s awscdk.Stack, fn *golambda.SecureGoFunction) {
			awss3.NewBucket(s, jsii.String("Bucket"), nil).GrantRead(fn.Function, nil)
		},
		"by an event source": func(s awscdk.Stack, fn *golambda.SecureGoFunction) {
			fn.Function.AddEventSource(awslambdaeventsources.NewSqsEventSource(awssqs.NewQueue(s, jsii.String("Bucket"), nil), nil))
		},
		"twice": func(s awscdk.Stack, fn *golambda.SecureGoFunction) {
			b := awss3.NewBucket(s, jsii.String("Bucket"), nil)
			b.GrantRead(fn, nil)
			b.GrantRead(fn, nil)
		},
	} {
		s := synth(t, func(stack awscdk.Stack) { grant(stack, newFunction(stack, nil)) })
		same(t, situation+": inline policies", len(s.ofType("AWS::IAM::Policy")), `0`)
		text := fmt.Sprint(s.at("Fn/Role/RunTime").Properties["PolicyDocument"])
		if n := strings.Count(text, "${Bucket.Arn}"); n == 0 || n > 2 {
			t.Errorf("%s: the run-time policy names the granted resource %d times: %s", situation, n, text)
		}
		if !strings.Contains(text, "logs:PutLogEvents") {
			t.Errorf("%s: the planned statements are gone from the run-time policy: %s", situation, text)
		}
	}
}

// CDK would spread grants over several policies, too.
func TestManyGrantsFit(t *testing.T) {
	const tables = 40
	s := synth(t, func(stack awscdk.Stack) {
		fn := newFunction(stack, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Network = network.None("grants alone") })
		for i := range tables {
			awsdynamodb.NewTable(stack, jsii.String(fmt.Sprint("Table", i)), &awsdynamodb.TableProps{PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING}}).GrantReadWriteData(fn)
		}
	})
	all := ""
	for _, path := range s.ofType("AWS::IAM::ManagedPolicy") {
		text, err := json.Marshal(s.at(path).Properties["PolicyDocument"])
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 6144 {
			t.Errorf("%s has %d characters", path, len(text))
		}
		if strings.HasPrefix(path, "Fn/Role/Granted") && !slices.Contains(s.at("Fn/Function").DependsOn, path) {
			t.Errorf("the function does not wait for %s", path)
		}
		all += string(text)
	}
	for i := range tables {
		if !strings.Contains(all, fmt.Sprintf("${Table%d.Arn}", i)) {
			t.Errorf("the grant of table %d is lost", i)
		}
	}
	if !strings.Contains(all, "logs:PutLogEvents") {
		t.Error("the planned statements are gone")
	}
}

// A grant opens IAM only. The function is told which link opens the network as
// well, and an endpoint that it reaches lets the grant through.
func TestGrantsAndTheNetwork(t *testing.T) {
	grantTable := func(s awscdk.Stack, fn *golambda.SecureGoFunction) {
		awsdynamodb.NewTable(s, jsii.String("Table"), &awsdynamodb.TableProps{PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING}}).GrantReadData(fn)
	}
	for _, c := range []struct {
		situation string
		set       func(awscdk.Stack, *golambda.SecureGoFunctionProps)
		grant     func(awscdk.Stack, *golambda.SecureGoFunction)
		want      string // "" where nothing is warned of
	}{
		{"a table, in a VPC", nil, grantTable, "a grant allows dynamodb:BatchGetItem, and opens no network: if the function's code calls dynamodb, it will time out; use link.TableRead, TableWrite or TableReadWrite, which opens both"},
		{"a table, in no VPC", func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Network = network.None("public APIs only") }, grantTable, ""},
		{"a queue that Lambda polls", nil, func(s awscdk.Stack, fn *golambda.SecureGoFunction) {
			fn.Function.AddEventSource(awslambdaeventsources.NewSqsEventSource(awssqs.NewQueue(s, jsii.String("Queue"), nil), nil))
		}, ""},
		{"a parameter, beside a link to another", parameterLink, func(s awscdk.Stack, fn *golambda.SecureGoFunction) {
			awsssm.NewStringParameter(s, jsii.String("Limit"), &awsssm.StringParameterProps{StringValue: jsii.String("3")}).GrantRead(fn)
		}, ""},
		{"a service that has no link", nil, func(_ awscdk.Stack, fn *golambda.SecureGoFunction) {
			fn.Function.AddToRolePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: jsii.Strings("ses:SendEmail"), Resources: jsii.Strings("*")}))
		}, "a grant allows ses:SendEmail, and opens no network: if the function's code calls ses, it will time out; use a link that names the endpoint of ses in its Doors"},
		{"a denial", nil, func(_ awscdk.Stack, fn *golambda.SecureGoFunction) {
			fn.Function.AddToRolePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Effect: awsiam.Effect_DENY, Actions: jsii.Strings("ses:*"), Resources: jsii.Strings("*")}))
		}, ""},
	} {
		s := synth(t, func(stack awscdk.Stack) { c.grant(stack, newFunction(stack, c.set)) })
		told := slices.DeleteFunc(s.warnings, func(w string) bool { return !strings.Contains(w, "opens no network") })
		if c.want == "" && len(told) > 0 || c.want != "" && (len(told) != 1 || !strings.HasPrefix(told[0], c.want)) {
			t.Errorf("%s: warned %q, want %q", c.situation, told, c.want)
		}
		if endpoint, ok := s.resources["Network/Endpoint-ssm/Endpoint"]; ok {
			if text := fmt.Sprint(endpoint.Properties["PolicyDocument"]); !strings.Contains(text, "${Limit}") {
				t.Errorf("%s: the endpoint does not let the grant through: %s", c.situation, text)
			}
		}
	}
}

func TestPermissionsBoundary(t *testing.T) {
	s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.PermissionsBoundary = awsiam.ManagedPolicy_FromManagedPolicyName(stack, jsii.String("Boundary"), jsii.String("team-boundary"))
	})
	same(t, "boundary", s.at("Fn/Role").Properties["PermissionsBoundary"], `"arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/team-boundary"`)
}

func TestGivenRoleOfThisApp(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		role := awsiam.NewRole(stack, jsii.String("TeamRole"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)})
		fn := newFunction(stack, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Role = role })
		awss3.NewBucket(stack, jsii.String("Bucket"), nil).GrantRead(fn, nil)
	})
	for _, path := range []string{"Fn/RunTime", "Fn/Service", "Fn/Bound"} {
		same(t, path, s.at(path).Properties["Roles"], `["${TeamRole}"]`)
	}
	if text := fmt.Sprint(s.at("Fn/RunTime").Properties); !strings.Contains(text, "${Bucket.Arn}") {
		t.Errorf("the grant is not in the run-time policy: %s", text)
	}
	for _, path := range []string{"Fn/RunTime", "Fn/Service"} {
		if waits := s.at("Fn/Function").DependsOn; !slices.Contains(waits, path) {
			t.Errorf("the function does not wait for %s, only for %v", path, waits)
		}
	}
}

func TestGivenRoleThatIsImported(t *testing.T) {
	of := func(account string, options *awsiam.FromRoleArnOptions) func(awscdk.Stack) awsiam.IRole {
		return func(stack awscdk.Stack) awsiam.IRole {
			return awsiam.Role_FromRoleArn(stack, jsii.String("Imported"), jsii.String("arn:aws:iam::"+account+":role/team"), options)
		}
	}
	for situation, c := range map[string]struct {
		role     func(awscdk.Stack) awsiam.IRole
		attached bool
	}{
		"imported":                       {of("111122223333", nil), true},
		"imported and not to be changed": {of("111122223333", &awsiam.FromRoleArnOptions{Mutable: jsii.Bool(false)}), false},
		"imported from another account":  {of("999900001111", nil), false},
		"of this app and not to be changed": {func(s awscdk.Stack) awsiam.IRole {
			return awsiam.NewRole(s, jsii.String("Team"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)}).WithoutPolicyUpdates(nil)
		}, false},
	} {
		app := newApp(t)
		stack := awscdk.NewStack(app, jsii.String("S"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}})
		fn := newFunction(stack, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Role = c.role(stack) })
		awss3.NewBucket(stack, jsii.String("Bucket"), nil).GrantRead(fn, nil)
		s := synthStack(t, app, "S")
		told := strings.Join(slices.DeleteFunc(s.warnings, func(w string) bool { return strings.Contains(w, "opens no network") }), "\n")
		for _, action := range []string{"logs:PutLogEvents", "xray:PutTraceSegments", "ec2:CreateNetworkInterface", "ec2:DetachNetworkInterface", "aws:lambda:FunctionArn", "s3:GetObject*"} {
			if strings.Contains(told, action) == c.attached {
				t.Errorf("a role %s: is %s told to its owner? %t, warnings:\n%s", situation, action, !c.attached, told)
			}
		}
		if _, ok := s.resources["Fn/RunTime"]; ok != c.attached {
			t.Errorf("a role %s: run-time policy attached: %t", situation, ok)
		}
		same(t, "inline policies beside a role "+situation, len(s.ofType("AWS::IAM::Policy")), `0`)
	}
}
