package network

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
)

// flowLogs records the VPC's traffic in the log group. CDK's own FlowLog would
// write an inline policy and a trust that any account's flow logs could use.
func flowLogs(n *Network, at keyring.Site, group awslogs.LogGroup) {
	role := awsiam.NewCfnRole(n, jsii.String("FlowLogsRole"), &awsiam.CfnRoleProps{
		// VPC guide, "IAM role for publishing flow logs to CloudWatch Logs":
		// the conditions keep other accounts from borrowing the service.
		AssumeRolePolicyDocument: map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": "vpc-flow-logs.amazonaws.com"},
			"Condition": map[string]any{
				"StringEquals": map[string]any{"aws:SourceAccount": at.Account},
				"ArnLike":      map[string]any{"aws:SourceArn": "arn:" + at.Partition + ":ec2:" + at.Region + ":" + at.Account + ":vpc-flow-log/*"},
			}}}},
	})
	arn := *group.LogGroupArn()
	policy := awsiam.NewCfnManagedPolicy(n, jsii.String("FlowLogsPolicy"), &awsiam.CfnManagedPolicyProps{
		Description: jsii.String("Lets VPC flow logs write to their log group"),
		Roles:       &[]any{role.Ref()},
		PolicyDocument: iam.Document(iam.Statement{
			Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
			Resources: []string{arn},
		}),
	})
	log := awsec2.NewCfnFlowLog(n, jsii.String("FlowLog"), &awsec2.CfnFlowLogProps{
		ResourceId: jsii.String(n.VpcID), ResourceType: jsii.String("VPC"), TrafficType: jsii.String("ALL"),
		LogDestinationType: jsii.String("cloud-watch-logs"), LogGroupName: group.LogGroupName(),
		DeliverLogsPermissionArn: role.AttrArn(), MaxAggregationInterval: jsii.Number(60),
	})
	// Traffic before the policy is attached would go unrecorded.
	log.AddResourceDependency(policy, nil)
}
