package network

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
)

// flowFields are the default format's, and what tells who was refused what, and
// which way (VPC guide, "Flow log records").
var flowFields = []string{
	"version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "action", "log-status",
	"vpc-id", "subnet-id", "tcp-flags", "pkt-srcaddr", "pkt-dstaddr", "flow-direction", "traffic-path",
}

func flowFormat() string { return "${" + strings.Join(flowFields, "} ${") + "}" }

// refusedOutbound is the pattern of flow log records of packets that something
// in the VPC tried to send and that were refused. It names the fields by their
// order.
func refusedOutbound() string {
	columns := make([]string, len(flowFields))
	for i, field := range flowFields {
		columns[i] = strings.ReplaceAll(field, "-", "_")
		switch field {
		case "action":
			columns[i] += `="REJECT"`
		case "flow-direction":
			columns[i] += `="egress"`
		}
	}
	return "[" + strings.Join(columns, ", ") + "]"
}

// flowLogs records the VPC's traffic. CDK's own FlowLog would write an inline
// policy and a trust that any account's flow logs could use.
func flowLogs(n *Network, logs logs) {
	group := logs.group(n, "FlowLogs")
	at := logs.stack.Site()
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
		PolicyDocument: iam.Document(
			iam.Statement{Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"}, Resources: []string{arn}},
			// CloudWatch Logs guide, "Encrypt log data", step 2.
			iam.Statement{Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"}, Resources: []string{keyring.ARN(logs.key)}, Conditions: iam.Conditions{
				"StringEquals": {"kms:ViaService": {"logs." + at.Region + ".amazonaws.com"}},
				"ArnLike":      {"kms:EncryptionContext:aws:logs:arn": {"arn:" + at.Partition + ":logs:" + at.Region + ":" + at.Account + ":log-group:" + *group.LogGroupName()}},
			}},
			iam.Statement{Actions: []string{"kms:DescribeKey"}, Resources: []string{keyring.ARN(logs.key)},
				Conditions: iam.Conditions{"StringEquals": {"kms:ViaService": {"logs." + at.Region + ".amazonaws.com"}}}},
		),
	})
	log := awsec2.NewCfnFlowLog(n, jsii.String("FlowLog"), &awsec2.CfnFlowLogProps{
		ResourceId: jsii.String(n.VpcID), ResourceType: jsii.String("VPC"), TrafficType: jsii.String("ALL"),
		LogDestinationType: jsii.String("cloud-watch-logs"), LogGroupName: group.LogGroupName(), LogFormat: jsii.String(flowFormat()),
		DeliverLogsPermissionArn: role.AttrArn(), MaxAggregationInterval: jsii.Number(60),
	})
	// Traffic before the policy is attached would go unrecorded.
	log.AddResourceDependency(policy, nil)
	n.AlarmTopic = logs.watch(n, "RefusedPackets", group, refusedOutbound(), "RefusedPackets", n.VpcID,
		"Packets out of the network's functions are refused: a link is missing, or somebody tries doors")
}
