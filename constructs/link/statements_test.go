package link

import (
	"testing"

	"github.com/securegofunction/cdk/internal/iam"
)

func init() {
	send := Statement{Actions: []string{"ses:SendEmail"}, Resources: []string{"arn:aws:ses:eu-west-1:111122223333:identity/example.com"}}
	document(documented{function: "Statements", call: `Statements("SES has no link: receipts go out by e-mail", []string{"email"}, send)`,
		link: Statements("SES has no link: receipts go out by e-mail", []string{"email"}, send)})
}

func TestStatementsOpenTheirDoors(t *testing.T) {
	t.Parallel()
	const reason = "no link serves"
	get := Statement{Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a/*"}}
	for _, c := range []struct {
		situation  string
		endpoints  []string
		statements []Statement
		want       string
		doors      Doors
	}{
		{"one", nil, []Statement{get}, `[{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}]`,
			Doors{Relaxed: []Relaxation{{What: "a raw statement allows s3:GetObject on arn:aws:s3:::a/*", Reason: reason}}}},
		{"endpoints and gateways", []string{"email", "s3", "ecr.api", "dynamodb"}, []Statement{get}, `[{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}]`,
			Doors{Endpoints: []string{"email", "ecr.api"}, Gateways: []string{"s3", "dynamodb"}, Relaxed: []Relaxation{{What: "a raw statement allows s3:GetObject on arn:aws:s3:::a/*", Reason: reason}}}},
		{"an action that IAM knows no resource of, and a token", nil, []Statement{
			{Actions: []string{"cloudwatch:PutMetricData"}, Resources: []string{"*"}, Conditions: Conditions{"StringEquals": {"cloudwatch:namespace": {"Orders"}}}},
			{Effect: iam.Allow, Actions: []string{"sqs:Get*", "sqs:SendMessage"}, Resources: []string{token}}},
			`[{"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": {"StringEquals": {"cloudwatch:namespace": "Orders"}}},
			  {"Effect": "Allow", "Action": ["sqs:Get*", "sqs:SendMessage"], "Resource": "` + token + `"}]`,
			Doors{Relaxed: []Relaxation{{What: "a raw statement allows cloudwatch:PutMetricData on * under conditions", Reason: reason},
				{What: "a raw statement allows sqs:Get*, sqs:SendMessage on " + token, Reason: reason}}}},
		{"what denies may be as wide as it likes", nil, []Statement{
			{Effect: iam.Deny, Actions: []string{"*"}, Resources: []string{"*"}},
			{Effect: iam.Deny, NotActions: []string{"logs:*", "xray:*"}, Resources: []string{"*"}}},
			`[{"Effect": "Deny", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "NotAction": ["logs:*", "xray:*"], "Resource": "*"}]`,
			Doors{Relaxed: []Relaxation{{What: "a raw statement denies * on *", Reason: reason}, {What: "a raw statement denies all but logs:*, xray:* on *", Reason: reason}}}},
	} {
		opensDoors(t, c.situation, Statements(reason, c.endpoints, c.statements...), ireland, c.want, c.doors)
	}
}

func TestStatementsRefuse(t *testing.T) {
	t.Parallel()
	const at = "link.Statements: "
	actions := func(a ...string) Statement { return Statement{Actions: a, Resources: []string{"arn:aws:s3:::a"}} }
	on := func(r ...string) Statement { return Statement{Actions: []string{"s3:Get*"}, Resources: r} }
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"no reason", Statements(" \n", nil, actions("s3:GetObject")), "a reason is needed: say what the function does with them, and why no link serves"},
		{"no statement", Statements("why", nil), "there is no statement: give one or leave the link out"},
		{"an empty endpoint", Statements("why", []string{""}, actions("s3:GetObject")), `endpoint "" does not exist: give the part of com.amazonaws.region.name after the region, such as kinesis-streams`},
		{"an endpoint with a wildcard", Statements("why", []string{"*"}, actions("s3:GetObject")), `endpoint "*" does not exist: give the part of com.amazonaws.region.name after the region, such as kinesis-streams`},
		{"the zero value", Statements("why", nil, Statement{}), "statement 0: it has no action: give one such as s3:GetObject\nstatement 0: it has no resource: give an ARN"},
		{"an effect that does not exist", Statements("why", nil, Statement{Effect: "allow", Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a"}}), `statement 0: effect "allow" does not exist: give Allow or Deny`},
		{"a principal", Statements("why", nil, Statement{Principal: map[string]string{"AWS": "*"}, Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a"}}),
			"statement 0: it has a Principal, which only the policy of a resource or key has: leave it out"},
		{"every action", Statements("why", nil, actions("*")), "statement 0: it allows *, which is every action there is: name the actions"},
		{"every action on everything", Statements("why", nil, Statement{Actions: []string{"*"}, Resources: []string{"*"}}), "statement 0: it allows *, which is every action there is: name the actions"},
		{"every action of every service", Statements("why", nil, actions("*:*")), `statement 0: action "*:*" is malformed: give one such as s3:GetObject`},
		{"an empty action", Statements("why", nil, actions("")), `statement 0: action "" is malformed: give one such as s3:GetObject`},
		{"an action without a service", Statements("why", nil, actions("GetObject")), `statement 0: action "GetObject" is malformed: give one such as s3:GetObject`},
		{"an action that is a token", Statements("why", nil, actions(token)), `statement 0: action "` + token + `" is malformed: give one such as s3:GetObject`},
		{"a wildcard on everything", Statements("why", nil, on("*")), "statement 0: it allows s3:Get* on every resource: name the actions or the resources"},
		{"a wildcard on everything of one kind", Statements("why", nil, on("arn:aws:s3:::*")), "statement 0: it allows s3:Get* on every resource: name the actions or the resources"},
		{"the same with a partition that is a token", Statements("why", nil, on("arn:"+token+":s3:*:*:**")), "statement 0: it allows s3:Get* on every resource: name the actions or the resources"},
		{"everything, among others", Statements("why", nil, on("arn:aws:s3:::a", "*")), "statement 0: it allows s3:Get* on every resource: name the actions or the resources"},
		{"an empty resource", Statements("why", nil, on("")), `statement 0: resource "" is neither an ARN nor *: give an ARN`},
		{"a name for a resource", Statements("why", nil, on("bucket")), `statement 0: resource "bucket" is neither an ARN nor *: give an ARN`},
		{"all but some, allowed", Statements("why", nil, Statement{NotActions: []string{"iam:*"}, Resources: []string{"arn:aws:s3:::a"}}), "statement 0: it allows by NotActions, which takes in what AWS adds later: name the actions"},
		{"actions and all but some", Statements("why", nil, Statement{Effect: iam.Deny, Actions: []string{"s3:GetObject"}, NotActions: []string{"iam:GetUser"}, Resources: []string{"*"}}), "statement 0: it has both Actions and NotActions: keep one"},
		{"conditions without values, in their order", Statements("why", nil, Statement{Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a"},
			Conditions: Conditions{"StringLike": {"b": nil, "a": {}}, "StringEquals": {"c": nil}}}),
			"statement 0: condition StringEquals of c has no value: give one or leave it out\nstatement 0: condition StringLike of a has no value: give one or leave it out\n" +
				"statement 0: condition StringLike of b has no value: give one or leave it out"},
		{"the second of two, and no reason", Statements("", nil, actions("s3:GetObject"), actions("*")),
			"a reason is needed: say what the function does with them, and why no link serves\nstatement 1: it allows *, which is every action there is: name the actions"},
	} {
		isRefused(t, c.situation, c.link, at+c.want)
	}
}

func TestStatementsAreNotTheCallers(t *testing.T) {
	t.Parallel()
	statements := []Statement{{Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a"}}}
	endpoints := []string{"email"}
	l := Statements("why", endpoints, statements...)
	statements[0], endpoints[0] = Statement{}, "sts"
	if doors, err := l.Open(ireland); err != nil || doors.Statements[0].Actions[0] != "s3:GetObject" || doors.Endpoints[0] != "email" {
		t.Errorf("got %+v, %v: a link changed after it was made", doors, err)
	}
}
