package posture

import (
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// wellKnown are the managed policies of AWS that functions commonly have, by action on every resource (AWS Managed Policy Reference, each
// policy's page). Of others the content is not known here: AWS changes them, and some deny.
var wellKnown = map[string][]any{
	"AdministratorAccess":             {"*"},
	"AWSLambdaBasicExecutionRole":     {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
	"AWSLambdaVPCAccessExecutionRole": {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"},
	"AWSLambdaSQSQueueExecutionRole":  {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
	"AWSLambdaDynamoDBExecutionRole":  {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
	"AWSLambdaKinesisExecutionRole":   {"kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:ListStreams", "kinesis:SubscribeToShard", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
	"AWSXRayDaemonWriteAccess":        {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"},
	"AWSXrayWriteOnlyAccess":          {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"},
	"AmazonS3FullAccess":              {"s3:*", "s3-object-lambda:*"},
	"AmazonS3ReadOnlyAccess":          {"s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*"},
	"AmazonSQSFullAccess":             {"sqs:*"},
	"AmazonSSMReadOnlyAccess":         {"ssm:Describe*", "ssm:Get*", "ssm:List*"},
}

// awsManaged returns the name of a managed policy of AWS, without its path.
func awsManaged(arn Text) (string, bool) {
	account, ok := policy.ARNPart(arn, 4)
	resource, _ := policy.ARNPart(arn, 5)
	if !ok || !account.Is("aws") || !strings.HasPrefix(string(resource), "policy/") {
		return "", false
	}
	return resource.String()[strings.LastIndexByte(resource.String(), '/')+1:], true
}

func awsManagedPolicy(name string) *policy.Document {
	name = name[strings.LastIndexByte(name, '/')+1:]
	actions, ok := wellKnown[name]
	if !ok {
		return &policy.Document{Name: "AWS's managed policy " + name, Unknown: "its content is AWS's and not in the templates"}
	}
	return policy.Parse("AWS's managed policy "+name, map[string]any{"Version": "2012-10-17",
		"Statement": map[string]any{"Effect": policy.Allow, "Action": actions, "Resource": "*"}})
}
