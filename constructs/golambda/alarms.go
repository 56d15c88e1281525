package golambda

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// alarm is one CloudWatch alarm on a metric of a function or queue.
type alarm struct {
	id, description     string
	namespace, metric   string
	statistic, extended string // one of them
	threshold           float64
	periods, toRaise    int // of a minute each
	missing             string
	dimension           string
}

// A metric without data means that nothing went wrong, or that nothing ran:
// neither is worth waking somebody for.
const notBreaching = "notBreaching"

func functionAlarms(p SecureGoFunctionProps) []alarm {
	alarms := []alarm{{
		id: "ErrorsAlarm", metric: "Errors", statistic: "Sum", threshold: float64(p.Alarms.Errors), periods: 1, toRaise: 1,
		description: "Invocations fail: a fault, a permission that was taken away, or input that somebody tries out",
	}, {
		id: "ThrottlesAlarm", metric: "Throttles", statistic: "Sum", threshold: float64(p.Alarms.Throttles), periods: 1, toRaise: 1,
		description: "Invocations are refused for lack of concurrency: more load than expected, or a flood",
	}, {
		id: "DurationAlarm", metric: "Duration", extended: "p99", threshold: p.Alarms.DurationShare * float64(p.Timeout.Milliseconds()), periods: 5, toRaise: 3,
		description: "The slowest invocations come near the timeout of " + p.Timeout.String(),
	}}
	if p.ReservedConcurrency > 0 {
		alarms = append(alarms, alarm{
			id: "ConcurrencyAlarm", metric: "ConcurrentExecutions", statistic: "Maximum", threshold: p.Alarms.ConcurrencyShare * float64(p.ReservedConcurrency), periods: 1, toRaise: 1,
			description: "The function comes near its reserved concurrency of " + strconv.Itoa(p.ReservedConcurrency),
		})
	}
	for i := range alarms {
		alarms[i].namespace, alarms[i].dimension, alarms[i].missing = "AWS/Lambda", "FunctionName", notBreaching
	}
	return alarms
}

func failedEventsAlarm(threshold int) alarm {
	return alarm{
		id: "FailedEventsAlarm", namespace: "AWS/SQS", metric: "ApproximateNumberOfMessagesVisible", dimension: "QueueName",
		statistic: "Maximum", threshold: float64(threshold), periods: 1, toRaise: 1, missing: notBreaching,
		description: "Asynchronous events failed for good and wait in the queue of failed events",
	}
}

// render makes the alarm. CDK's own Alarm and Metric would take three times
// the calls.
func (a alarm) render(scope constructs.Construct, id, dimensionValue string, actions *[]any) awscloudwatch.CfnAlarm {
	props := &awscloudwatch.CfnAlarmProps{
		AlarmDescription: jsii.String(a.description), Namespace: jsii.String(a.namespace), MetricName: jsii.String(a.metric),
		Dimensions: []any{&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(a.dimension), Value: jsii.String(dimensionValue)}},
		Period:     jsii.Number(60), EvaluationPeriods: jsii.Number(a.periods), DatapointsToAlarm: jsii.Number(a.toRaise),
		Threshold: jsii.Number(a.threshold), ComparisonOperator: jsii.String("GreaterThanOrEqualToThreshold"),
		TreatMissingData: jsii.String(a.missing), AlarmActions: actions,
	}
	if a.extended != "" {
		props.ExtendedStatistic = jsii.String(a.extended)
	} else {
		props.Statistic = jsii.String(a.statistic)
	}
	return awscloudwatch.NewCfnAlarm(scope, jsii.String(id), props)
}
