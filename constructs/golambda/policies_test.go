package golambda

import (
	"slices"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/iam/iamtest"
)

var orders = names{
	partition: "aws", region: "eu-west-1", account: "111122223333", logGroup: "Orders-Logs", key: "KEY", queue: "QUEUE", queueKey: "QUEUE_KEY",
}

// The statements are those that the AWS guides named in the code's comments
// ask for.
func TestPolicies(t *testing.T) {
	t.Parallel()
	china := orders
	china.partition, china.region, china.account, china.queueKey = "aws-cn", "cn-north-1", "444455556666", ""
	links := []iam.Statement{{Actions: []string{"ssm:GetParameter"}, Resources: []string{"PARAMETER"}}}
	for _, c := range []struct {
		situation string
		made      []iam.Statement
		want      string
	}{
		{"run time", runTime(orders, nil), `[
			{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "arn:aws:logs:eu-west-1:111122223333:log-group:Orders-Logs:*"},
			{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "KEY", "Condition": {
				"StringEquals": {"kms:ViaService": "logs.eu-west-1.amazonaws.com"},
				"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:Orders-Logs"}}},
			{"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "KEY", "Condition": {"StringEquals": {"kms:ViaService": "logs.eu-west-1.amazonaws.com"}}},
			{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "QUEUE"},
			{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "QUEUE_KEY", "Condition": {
				"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}}]`},
		{"run time elsewhere, with a queue under no key and a link", runTime(china, links), `[
			{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "arn:aws-cn:logs:cn-north-1:444455556666:log-group:Orders-Logs:*"},
			{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "KEY", "Condition": {
				"StringEquals": {"kms:ViaService": "logs.cn-north-1.amazonaws.com"},
				"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws-cn:logs:cn-north-1:444455556666:log-group:Orders-Logs"}}},
			{"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "KEY", "Condition": {"StringEquals": {"kms:ViaService": "logs.cn-north-1.amazonaws.com"}}},
			{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "QUEUE"},
			{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "PARAMETER"}]`},
		{"network interfaces", networkInterfaces(orders), `[
			{"Effect": "Allow", "Action": ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], "Resource": "*"},
			{"Effect": "Allow", "Action": ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses",
				"ec2:UnassignPrivateIpAddresses"], "Resource": "arn:aws:ec2:eu-west-1:111122223333:*/*"}]`},
		{"network interfaces, by the function's own code", networkInterfacesDeny(orders, "Orders-Fn"), `[
			{"Effect": "Deny", "Action": ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
				"ec2:DetachNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"], "Resource": "*", "Condition": {
				"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:Orders-Fn"}}}]`},
		{"tracing", tracing(), `[{"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}]`},
		{"the environment", environmentKey(orders, "Orders-Fn"), `[{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "KEY", "Condition": {
			"StringEquals": {"kms:EncryptionContext:aws:lambda:FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:Orders-Fn"}}}]`},
	} {
		sameStatements(t, c.situation, c.made, c.want)
	}
}

func TestRunTimeNamesEveryResource(t *testing.T) {
	key, other := newKey(t, "eu-west-1"), &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:key/2"}
	bare := orders
	bare.queueKey = ""
	for _, c := range []struct {
		situation string
		names     names
		links     []link.Link
	}{
		{"no links", orders, nil},
		{"a queue under no key", bare, nil},
		{"parameters", orders, []link.Link{
			link.Parameter("K1", "/a", link.EncryptedWith(key)), link.Parameter("K2", "b", link.EncryptedWith(other)), plainParameter("K3", "/c"),
			link.Parameter("K4", "${Token[TOKEN.1]}", link.SimpleName(), link.EncryptedWith(key))}},
		{"everywhere", orders, []link.Link{link.Everywhere(443, "webhooks of our customers")}},
	} {
		made, err := planOf(withNAT(), c.links...)
		requireMistakes(t, c.situation, err)
		streams := 0
		for _, s := range runTime(c.names, made.statements) {
			if len(s.Actions) == 0 || len(s.Resources) == 0 {
				t.Errorf("%s: %+v names no action or no resource", c.situation, s)
			}
			for _, action := range s.Actions {
				if strings.ContainsAny(action, "*?") {
					t.Errorf("%s: the action %s is a pattern", c.situation, action)
				}
				if action == "logs:CreateLogGroup" {
					t.Errorf("%s: a late write could bring a deleted log group back", c.situation)
				}
			}
			for _, resource := range s.Resources {
				if resource == "arn:aws:logs:eu-west-1:111122223333:log-group:Orders-Logs:*" {
					streams++
				} else if resource == "" || strings.ContainsAny(resource, "*?") {
					t.Errorf("%s: %v on the resource %q", c.situation, s.Actions, resource)
				}
			}
			for operator, keys := range s.Conditions {
				for key, values := range keys {
					if len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return v == "" || strings.ContainsAny(v, "*?") }) {
						t.Errorf("%s: %v where %s %s %q", c.situation, s.Actions, key, operator, values)
					}
				}
			}
			if strings.HasPrefix(s.Actions[0], "kms:") && len(s.Conditions["StringEquals"]["kms:ViaService"]) == 0 {
				t.Errorf("%s: %v on %v for whoever asks, and not through one service", c.situation, s.Actions, s.Resources)
			}
		}
		if streams != 1 {
			t.Errorf("%s: the log group's streams are named %d times, want once", c.situation, streams)
		}
	}
}

// Whatever Lambda may do to network interfaces with the role, the function's
// own code may not.
func TestCodeMayNotTouchNetworkInterfaces(t *testing.T) {
	t.Parallel()
	var denied []string
	for _, s := range networkInterfacesDeny(orders, "Orders-Fn") {
		if s.Effect == iam.Deny && slices.Equal(s.Resources, []string{"*"}) {
			denied = append(denied, s.Actions...)
		}
	}
	for _, s := range networkInterfaces(orders) {
		for _, action := range s.Actions {
			if !slices.Contains(denied, action) {
				t.Errorf("%s is let and not denied", action)
			}
		}
	}
}

// Functions of a stack share a key, and none can read another's environment.
func TestEnvironmentsAreApart(t *testing.T) {
	t.Parallel()
	one, two := iamtest.Compact(t, environmentKey(orders, "Orders-Fn")), iamtest.Compact(t, environmentKey(orders, "Mail-Fn"))
	if one == two {
		t.Errorf("two functions have the same statements: %s", one)
	}
}
