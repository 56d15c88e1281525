package network

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/alarm"
	"github.com/securegofunction/cdk/internal/keyring"
)

// logs is how a network keeps its logs, and whom it tells of what they hold.
type logs struct {
	stack   *keyring.Stack
	key     awskms.IKey
	days    awslogs.RetentionDays
	removal awscdk.RemovalPolicy
	actions []awscloudwatch.IAlarmAction
}

// newLogs for what is made in the stack. A nil key is the stack's own.
func newLogs(stack *keyring.Stack, key awskms.IKey, days awslogs.RetentionDays, removal awscdk.RemovalPolicy, actions []awscloudwatch.IAlarmAction) logs {
	if key == nil {
		key = stack.Key(removal)
	}
	stack.AdmitLogs(key)
	return logs{stack, key, days, removal, actions}
}

// group makes a log group. It has no name of its own: the key admits log groups
// by the stack's name, which CloudFormation begins every name with.
func (l logs) group(scope constructs.Construct, id string) awslogs.LogGroup {
	return awslogs.NewLogGroup(scope, jsii.String(id), &awslogs.LogGroupProps{EncryptionKey: l.key, Retention: l.days, RemovalPolicy: l.removal})
}

// watch raises an alarm for each minute in which the group has an event of the
// pattern. metric counts them; vpcID tells networks apart. The topic is nil where
// actions take its place.
func (l logs) watch(scope constructs.Construct, id string, group awslogs.LogGroup, pattern, metric, vpcID, description string) awssns.Topic {
	namespace := "SecureGoFunction/" + metric
	awslogs.NewCfnMetricFilter(scope, jsii.String(id), &awslogs.CfnMetricFilterProps{
		LogGroupName: group.LogGroupName(), FilterPattern: jsii.String(pattern),
		MetricTransformations: []any{&awslogs.CfnMetricFilter_MetricTransformationProperty{
			MetricNamespace: jsii.String(namespace), MetricName: jsii.String(vpcID), MetricValue: jsii.String("1")}},
	})
	refused := alarm.Alarm{ID: id + "Alarm", Description: description, Namespace: namespace, Metric: alarm.ByName, Statistic: "Sum", Threshold: 1, Periods: 1, ToRaise: 1}
	if len(l.actions) > 0 {
		alarm.Tell(refused.Make(scope, refused.ID, vpcID, nil), refused.ID, l.actions)
		return nil
	}
	topic := alarm.TopicOf(l.stack, l.key)
	refused.Make(scope, refused.ID, vpcID, &[]any{topic.ARN})
	return topic.Topic
}

func checkActions(actions []awscloudwatch.IAlarmAction) error {
	for i, action := range actions {
		if action == nil {
			return fmt.Errorf("AlarmActions[%d] is nil: give an alarm action or leave it out", i)
		}
	}
	return nil
}
