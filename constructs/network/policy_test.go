package network

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/iam/iamtest"
)

// ireland's parts are tokens, as in an app.
var ireland = site{"${Token[AWS.Partition.1]}", "${Token[AWS.Region.2]}", "${Token[AWS.AccountId.3]}", "${Token[AWS.URLSuffix.4]}"}

const elsewhere = "${Token[TOKEN.17]}"

func (at site) arn(service, resource string) string {
	return "arn:" + at.partition + ":" + service + ":" + at.region + ":" + at.account + ":" + resource
}

// An endpoint lets through what the role may do and no more, to the accounts
// that the role's statement means.
func TestNarrowed(t *testing.T) {
	t.Parallel()
	const accounts = `"aws:PrincipalAccount": "ACCOUNT", "aws:ResourceAccount": "ACCOUNT"`
	statement := func(action, resources, conditions string) string {
		return `{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ` + action + `, "Resource": ` + resources + `, "Condition": {` + conditions + `}}`
	}
	for _, c := range []struct {
		situation string
		s         iam.Statement
		other     bool // from another stack than the endpoint's
		want      []string
	}{
		{"as it is", iam.Statement{Actions: []string{"ssm:GetParameter", "ssm:GetParameters"}, Resources: []string{ireland.arn("ssm", "parameter/a")}}, false,
			[]string{statement(`["ssm:GetParameter", "ssm:GetParameters"]`, `"arn:PARTITION:ssm:REGION:ACCOUNT:parameter/a"`, `"StringEquals": {`+accounts+`}`)}},
		{"the site is known to every stack", iam.Statement{Actions: []string{"ssm:GetParameter"}, Resources: []string{ireland.arn("ssm", "parameter/a")}}, true,
			[]string{statement(`"ssm:GetParameter"`, `"arn:PARTITION:ssm:REGION:ACCOUNT:parameter/a"`, `"StringEquals": {`+accounts+`}`)}},
		{"with its conditions", iam.Statement{Actions: []string{"s3:PutObject"}, Resources: []string{"arn:aws:s3:::b/*"}, Conditions: iam.Conditions{
			"StringEquals": {"s3:x-amz-server-side-encryption": {"aws:kms"}}, "Bool": {"aws:SecureTransport": {"true"}}}}, false,
			[]string{statement(`"s3:PutObject"`, `"arn:aws:s3:::b/*"`, `"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"s3:x-amz-server-side-encryption": "aws:kms", `+accounts+`}`)}},
		{"a resource of another account, by its ARN", iam.Statement{Actions: []string{"sqs:SendMessage"}, Resources: []string{
			"arn:aws:sqs:eu-west-1:444455556666:theirs", ireland.arn("sqs", "ours"), "arn:aws:sqs:eu-west-1:444455556666:also"}}, false,
			[]string{
				statement(`"sqs:SendMessage"`, `["arn:aws:sqs:eu-west-1:444455556666:theirs", "arn:aws:sqs:eu-west-1:444455556666:also"]`,
					`"StringEquals": {"aws:PrincipalAccount": "ACCOUNT", "aws:ResourceAccount": "444455556666"}`),
				statement(`"sqs:SendMessage"`, `"arn:PARTITION:sqs:REGION:ACCOUNT:ours"`, `"StringEquals": {`+accounts+`}`)}},
		{"an account that the link names itself", iam.Statement{Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::theirs/*"}, Conditions: iam.Conditions{
			"StringEquals": {"aws:ResourceAccount": {"444455556666"}}}}, false,
			[]string{statement(`"s3:GetObject"`, `"arn:aws:s3:::theirs/*"`, `"StringEquals": {"aws:PrincipalAccount": "ACCOUNT", "aws:ResourceAccount": "444455556666"}`)}},
		{"any account", iam.Statement{Actions: []string{"sqs:SendMessage"}, Resources: []string{"arn:aws:sqs:eu-west-1:*:jobs"}}, false,
			[]string{statement(`"sqs:SendMessage"`, `"arn:aws:sqs:eu-west-1:*:jobs"`, `"StringEquals": {`+accounts+`}`)}},
		{"EventBridge, which knows no resource account", iam.Statement{Actions: []string{"events:PutEvents"}, Resources: []string{ireland.arn("events", "event-bus/orders")}}, false,
			[]string{statement(`"events:PutEvents"`, `"arn:PARTITION:events:REGION:ACCOUNT:event-bus/orders"`, `"StringEquals": {"aws:PrincipalAccount": "ACCOUNT"}`)}},
		{"a token of its own stack", iam.Statement{Actions: []string{"sqs:SendMessage"}, Resources: []string{elsewhere}}, false,
			[]string{statement(`"sqs:SendMessage"`, `"`+elsewhere+`"`, `"StringEquals": {`+accounts+`}`)}},
		{"tokens of another stack", iam.Statement{Actions: []string{"dynamodb:GetItem"}, Resources: []string{elsewhere, elsewhere + "/index/*", ireland.arn("dynamodb", "table/t")}}, true,
			[]string{statement(`"dynamodb:GetItem"`, `["arn:PARTITION:dynamodb:REGION:ACCOUNT:*", "arn:PARTITION:dynamodb:REGION:ACCOUNT:table/t"]`, `"StringEquals": {`+accounts+`}`)}},
		{"a bucket of another stack, whose ARN has no account", iam.Statement{Actions: []string{"s3:GetObject"}, Resources: []string{elsewhere + "/*"}}, true,
			[]string{statement(`"s3:GetObject"`, `"*"`, `"StringEquals": {`+accounts+`}`)}},
		{"a condition of another stack", iam.Statement{Actions: []string{"s3:PutObject"}, Resources: []string{"arn:aws:s3:::b/*"}, Conditions: iam.Conditions{
			"StringEquals": {"s3:x-amz-server-side-encryption": {"aws:kms"}, "s3:x-amz-server-side-encryption-aws-kms-key-id": {elsewhere}}, "ArnLike": {"aws:PrincipalArn": {elsewhere}}}}, true,
			[]string{statement(`"s3:PutObject"`, `"arn:aws:s3:::b/*"`, `"StringEquals": {"s3:x-amz-server-side-encryption": "aws:kms", `+accounts+`}`)}},
		{"a denial", iam.Statement{Effect: iam.Deny, Actions: []string{"s3:*"}, Resources: []string{"*"}}, false, nil},
		{"all but some actions", iam.Statement{NotActions: []string{"s3:*"}, Resources: []string{"*"}}, false, nil},
		{"no action", iam.Statement{Resources: []string{"*"}}, false, nil},
	} {
		before := iamtest.Compact(t, c.s.JSON())
		got := ireland.narrowed(c.s, !c.other)
		names := strings.NewReplacer("PARTITION", ireland.partition, "REGION", ireland.region, "ACCOUNT", ireland.account)
		for i := range max(len(got), len(c.want)) {
			switch {
			case i >= len(got):
				t.Errorf("%s: %s is missing", c.situation, c.want[i])
			case i >= len(c.want):
				t.Errorf("%s: %s is too much", c.situation, iamtest.Compact(t, got[i].JSON()))
			default:
				if g, w := iamtest.Compact(t, got[i].JSON()), iamtest.Compact(t, json.RawMessage(names.Replace(c.want[i]))); g != w {
					t.Errorf("%s:\n got %s\nwant %s", c.situation, g, w)
				}
			}
		}
		if after := iamtest.Compact(t, c.s.JSON()); after != before {
			t.Errorf("%s: the role's statement was changed:\n was %s\n now %s", c.situation, before, after)
		}
	}
}

func TestNobodyIsAdmittedToAnEndpointWithoutStatements(t *testing.T) {
	t.Parallel()
	v := &vpc{admitted: map[string][]iam.Statement{"sns": ireland.narrowed(iam.Statement{Actions: []string{"sns:Publish"}, Resources: []string{"*"}}, true)}}
	if got, want := fmt.Sprint(v.statements("sqs")), fmt.Sprint([]iam.Statement{{Effect: iam.Deny, Principal: map[string]string{"AWS": "*"}, Actions: []string{"*"}, Resources: []string{"*"}}}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Functions with the same link share a statement, in the order in which they
// came.
func TestStatementsMerge(t *testing.T) {
	t.Parallel()
	v := &vpc{admitted: map[string][]iam.Statement{}}
	for _, name := range []string{"b", "a", "b"} {
		v.admitted["ssm"] = append(v.admitted["ssm"], ireland.narrowed(iam.Statement{Actions: []string{"ssm:GetParameter"}, Resources: []string{name}}, true)...)
	}
	got := v.statements("ssm")
	if len(got) != 1 || fmt.Sprint(got[0].Resources) != "[b a]" {
		t.Errorf("got %v", got)
	}
}

func TestNameIn(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, c := range [][2]string{{"orders-dev", "Orders/Network"}, {"orders-prod", "Orders/Network"}, {"orders-dev", "Orders/Other"}, {strings.Repeat("a", 128), "p"}, {strings.Repeat("a", 127) + "b", "p"}} {
		name := nameIn(c[0], c[1], 54)
		if other, taken := seen[name]; taken || len(name) > 54 || name != nameIn(c[0], c[1], 54) {
			t.Errorf("%v: %s, %d characters, also of %q", c, name, len(name), other)
		}
		seen[name] = fmt.Sprint(c)
	}
}
