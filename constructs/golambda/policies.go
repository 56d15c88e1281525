package golambda

import "github.com/securegofunction/cdk/internal/iam"

// names are those of the resources that the policies speak of: tokens, except
// in tests.
type names struct {
	partition, region, account string
	logGroup                   string
	key                        string // ARN
	queue, queueKey            string // ARNs; queueKey may be empty
}

// runTime is the policy of what the function's code does. It names every
// resource: no wildcard but the end of the log group's own streams.
func runTime(n names, links []iam.Statement) []iam.Statement {
	group := "arn:" + n.partition + ":logs:" + n.region + ":" + n.account + ":log-group:" + n.logGroup
	statements := []iam.Statement{
		// Never logs:CreateLogGroup: a late write would bring a deleted group
		// back to life without its key and retention.
		{Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{group + ":*"}},
		// CloudWatch Logs guide, "Encrypt log data", step 2.
		{Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"}, Resources: []string{n.key}, Conditions: iam.Conditions{
			"StringEquals": {"kms:ViaService": {"logs." + n.region + ".amazonaws.com"}},
			"ArnLike":      {"kms:EncryptionContext:aws:logs:arn": {group}},
		}},
		{Actions: []string{"kms:DescribeKey"}, Resources: []string{n.key}, Conditions: iam.Conditions{
			"StringEquals": {"kms:ViaService": {"logs." + n.region + ".amazonaws.com"}},
		}},
		// Lambda sends failed events as the function's role.
		{Actions: []string{"sqs:SendMessage"}, Resources: []string{n.queue}},
	}
	if n.queueKey != "" {
		statements = append(statements, iam.Statement{
			// Through the queue only: without that the function could decrypt
			// whatever else is under the key.
			Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"}, Resources: []string{n.queueKey},
			Conditions: iam.Conditions{"StringEquals": {"kms:ViaService": {"sqs." + n.region + ".amazonaws.com"}}},
		})
	}
	return append(statements, links...)
}

// service is the policy of what Lambda itself does as the role, for the
// function: it has to be there before the function is made.
func service(n names, inVpc bool) []iam.Statement {
	if inVpc {
		return append(networkInterfaces(n), tracing()...)
	}
	return tracing()
}

// bound is the policy that names the function, which is why the function
// cannot wait for it.
func bound(n names, function string, inVpc bool) []iam.Statement {
	if inVpc {
		return append(environmentKey(n, function), networkInterfacesDeny(n, function)...)
	}
	return environmentKey(n, function)
}

// networkInterfaces lets Lambda attach the function to its subnets (Lambda
// guide, "Giving Lambda functions access to resources in an Amazon VPC"). The
// two descriptions know no resource; narrower ones for the rest, such as
// network-interface/* with subnet/*, fail in the field
// (hashicorp/terraform-provider-aws#20698).
func networkInterfaces(n names) []iam.Statement {
	return []iam.Statement{
		{Actions: []string{"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"}, Resources: []string{"*"}},
		{Actions: []string{"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"},
			Resources: []string{"arn:" + n.partition + ":ec2:" + n.region + ":" + n.account + ":*/*"}},
	}
}

// networkInterfacesDeny keeps the function's own code from what
// networkInterfaces lets the service do (same page, "Security best practices").
func networkInterfacesDeny(n names, function string) []iam.Statement {
	return []iam.Statement{{
		Effect: iam.Deny,
		Actions: []string{"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
			"ec2:DetachNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"},
		Resources:  []string{"*"},
		Conditions: iam.Conditions{"ArnEquals": {"lambda:SourceFunctionArn": {functionARN(n, function)}}},
	}}
}

// tracing lets Lambda send traces. X-Ray knows no resources to name (Service
// Authorization Reference, "AWS X-Ray").
func tracing() []iam.Statement {
	return []iam.Statement{{Actions: []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, Resources: []string{"*"}}}
}

// environmentKey lets the function, and no other under the same key, resolve
// its environment (Lambda guide, "Securing environment variables").
func environmentKey(n names, function string) []iam.Statement {
	return []iam.Statement{{
		Actions: []string{"kms:Decrypt"}, Resources: []string{n.key},
		Conditions: iam.Conditions{"StringEquals": {"kms:EncryptionContext:aws:lambda:FunctionArn": {functionARN(n, function)}}},
	}}
}

func functionARN(n names, function string) string {
	return "arn:" + n.partition + ":lambda:" + n.region + ":" + n.account + ":function:" + function
}
