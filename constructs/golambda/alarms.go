package golambda

import (
	"strconv"

	"github.com/securegofunction/cdk/internal/alarm"
)

func functionAlarms(p SecureGoFunctionProps) []alarm.Alarm {
	alarms := []alarm.Alarm{{
		ID: "ErrorsAlarm", Metric: "Errors", Statistic: "Sum", Threshold: float64(p.Alarms.Errors), Periods: 1, ToRaise: 1,
		Description: "Invocations fail: a fault, a permission that was taken away, or input that somebody tries out",
	}, {
		ID: "ThrottlesAlarm", Metric: "Throttles", Statistic: "Sum", Threshold: float64(p.Alarms.Throttles), Periods: 1, ToRaise: 1,
		Description: "Invocations are refused for lack of concurrency: more load than expected, or a flood",
	}, {
		ID: "DurationAlarm", Metric: "Duration", Extended: "p99", Threshold: p.Alarms.DurationShare * float64(p.Timeout.Milliseconds()), Periods: 5, ToRaise: 3,
		Description: "The slowest invocations come near the timeout of " + p.Timeout.String(),
	}}
	if p.ReservedConcurrency > 0 {
		alarms = append(alarms, alarm.Alarm{
			ID: "ConcurrencyAlarm", Metric: "ConcurrentExecutions", Statistic: "Maximum", Threshold: p.Alarms.ConcurrencyShare * float64(p.ReservedConcurrency), Periods: 1, ToRaise: 1,
			Description: "The function comes near its reserved concurrency of " + strconv.Itoa(p.ReservedConcurrency),
		})
	}
	for i := range alarms {
		alarms[i].Namespace, alarms[i].Dimension = "AWS/Lambda", "FunctionName"
	}
	return append(alarms, alarm.Alarm{
		ID: "DeniedCallsAlarm", Namespace: deniedNamespace, Metric: alarm.ByName, Statistic: "Sum", Threshold: float64(p.Alarms.DeniedCalls), Periods: 1, ToRaise: 1,
		Description: "AWS denied calls of the function: its code tries what no link allows, or a permission was taken away",
	})
}

// deniedNamespace holds a metric for each function, of the function's name: a
// filter of plain text gives its metric no dimension.
const deniedNamespace = "SecureGoFunction/DeniedCalls"

// deniedCalls matches what AWS's services call a denial, in the error's code or
// in its message (IAM guide, "Troubleshoot access denied error messages"). A
// handler that swallows its errors logs none.
const deniedCalls = `?AccessDenied ?AccessDeniedException ?UnauthorizedOperation ?AuthorizationError ?AuthorizationErrorException ?"not authorized to perform"`

func failedEventsAlarm(threshold int) alarm.Alarm {
	return alarm.Alarm{
		ID: "FailedEventsAlarm", Namespace: "AWS/SQS", Metric: "ApproximateNumberOfMessagesVisible", Dimension: "QueueName",
		Statistic: "Maximum", Threshold: float64(threshold), Periods: 1, ToRaise: 1,
		Description: "Asynchronous events failed for good and wait in the queue of failed events",
	}
}
