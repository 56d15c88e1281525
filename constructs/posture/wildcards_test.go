package posture

import (
	"testing"

	"github.com/securegofunction/cdk/internal/policy"
)

func TestWide(t *testing.T) {
	t.Parallel()
	name, parameter := policy.Symbol(policy.Identity, "Table"), policy.Symbol(policy.Anything, "TableArn")
	for _, c := range []struct {
		situation string
		resource  Text
		want      bool
	}{
		{"everything", "*", true},
		{"a queue", "arn:aws:sqs:eu-west-1:111122223333:orders", false},
		{"queues that begin so", "arn:aws:sqs:eu-west-1:111122223333:orders-*", true},
		{"any region", "arn:aws:sqs:*:111122223333:orders", true},
		{"any account", "arn:aws:sqs:eu-west-1:*:orders", true},
		{"any partition", "arn:*:sqs:eu-west-1:111122223333:orders", false},
		{"a bucket's objects", "arn:aws:s3:::orders/*", false},
		{"any bucket's objects", "arn:aws:s3:::*/receipts", true},
		{"buckets that begin so", "arn:aws:s3:::orders*", true},
		{"an access point's objects", "arn:aws:s3:eu-west-1:111122223333:accesspoint/orders/object/*", false},
		{"any access point", "arn:aws:s3:eu-west-1:111122223333:accesspoint/*", true},
		{"a table's indexes", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/*", false},
		{"a table of the template", "arn:aws:dynamodb:eu-west-1:111122223333:table/" + name + "/index/*", false},
		{"any table", "arn:aws:dynamodb:eu-west-1:111122223333:table/*", true},
		{"a log group's streams", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/orders:*", false},
		{"log groups that begin so", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/*", true},
		{"any log group", "arn:aws:logs:eu-west-1:111122223333:*", true},
		{"a path of parameters", "arn:aws:ssm:eu-west-1:111122223333:parameter/orders/*", false},
		{"any parameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/*", true},
		{"a secret by its name", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-??????", false},
		{"secrets that begin so", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-*", true},
		{"a function's versions", "arn:aws:lambda:eu-west-1:111122223333:function:orders:*", false},
		{"any function", "arn:aws:lambda:eu-west-1:111122223333:function:*", true},
		{"roles of a path", "arn:aws:iam::111122223333:role/team/*", true},
		{"any user of a database", "arn:aws:rds-db:eu-west-1:111122223333:dbuser:cluster-ABC/*", true},
		{"a method of an API", "arn:aws:execute-api:eu-west-1:111122223333:abcdef/prod/*", false},
		{"any API", "arn:aws:execute-api:eu-west-1:111122223333:*", true},
		{"what is within a REST API", "arn:aws:apigateway:eu-west-1::/restapis/abcdef/*", false},
		{"any REST API", "arn:aws:apigateway:eu-west-1::/restapis/*", true},
		{"anything of EC2", "arn:aws:ec2:eu-west-1:111122223333:*/*", true},
		{"what a parameter names", parameter, false},
		{"what is within that", parameter + "/index/*", false},
		{"what begins as that", parameter + "*", true},
		{"an asterisk that is one", "arn:aws:sqs:eu-west-1:111122223333:${*}", false},
		{"a policy variable", "arn:aws:s3:::orders/${aws:PrincipalTag/team}/*", false},
	} {
		if got := wide(c.resource); got != c.want {
			t.Errorf("%s: wide(%s) is %v", c.situation, c.resource, got)
		}
	}
}
