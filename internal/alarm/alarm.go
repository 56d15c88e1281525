package alarm

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Alarm is one CloudWatch alarm on a metric. Missing data means that nothing
// went wrong, or that nothing ran: neither is worth waking somebody for.
type Alarm struct {
	ID, Description     string
	Namespace, Metric   string
	Statistic, Extended string // one of them
	Threshold           float64
	Periods, ToRaise    int    // of a minute each
	Dimension           string // "" for a metric that has none
}

// ByName is the metric of an alarm whose metric goes by the name of what it
// watches, and has no dimension.
const ByName = ""

// Make makes the alarm of what has the name. CDK's own Alarm and Metric would take three times the
// calls.
func (a Alarm) Make(scope constructs.Construct, id, name string, actions *[]any) awscloudwatch.CfnAlarm {
	props := &awscloudwatch.CfnAlarmProps{
		AlarmDescription: jsii.String(a.Description), Namespace: jsii.String(a.Namespace), MetricName: jsii.String(a.Metric),
		Period: jsii.Number(60), EvaluationPeriods: jsii.Number(a.Periods), DatapointsToAlarm: jsii.Number(a.ToRaise),
		Threshold: jsii.Number(a.Threshold), ComparisonOperator: jsii.String("GreaterThanOrEqualToThreshold"),
		TreatMissingData: jsii.String("notBreaching"), AlarmActions: actions,
	}
	if a.Metric == ByName {
		props.MetricName = jsii.String(name)
	}
	if a.Dimension != "" {
		props.Dimensions = []any{&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(a.Dimension), Value: jsii.String(name)}}
	}
	if a.Extended != "" {
		props.ExtendedStatistic = jsii.String(a.Extended)
	} else {
		props.Statistic = jsii.String(a.Statistic)
	}
	return awscloudwatch.NewCfnAlarm(scope, jsii.String(id), props)
}

// Tell has the alarm, made under the id, take a caller's actions.
func Tell(made awscloudwatch.CfnAlarm, id string, actions []awscloudwatch.IAlarmAction) {
	var arns []*string
	for _, action := range actions {
		arns = append(arns, jsii.String(Bind(action, made, id)))
	}
	made.SetAlarmActions(&arns)
}

// Bind asks a caller's action for its ARN. It takes CDK's alarm, so it is shown
// ours as an imported one, by a name that is the alarm's own: a Lambda action
// names its permission after it.
func Bind(action awscloudwatch.IAlarmAction, alarm awscloudwatch.CfnAlarm, name string) string {
	shown := alarm.Node().TryFindChild(&name)
	if shown == nil {
		shown = awscloudwatch.Alarm_FromAlarmArn(alarm, &name, alarm.AttrArn())
	}
	return *action.Bind(alarm, shown.(awscloudwatch.IAlarm)).AlarmActionArn
}
