package golambda

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/securegofunction/cdk/internal/alarm"
)

// alarmsOf are all alarms that a function brings.
func alarmsOf(p SecureGoFunctionProps) []alarm.Alarm {
	return append(functionAlarms(p), failedEventsAlarm(p.Alarms.FailedEvents))
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	errors := alarm.Alarm{ID: "ErrorsAlarm", Namespace: "AWS/Lambda", Metric: "Errors", Statistic: "Sum", Threshold: 1, Periods: 1, ToRaise: 1, Dimension: "FunctionName"}
	throttles := errors
	throttles.ID, throttles.Metric = "ThrottlesAlarm", "Throttles"
	// 0.8 of 10 seconds, in milliseconds, in three minutes of five.
	duration := alarm.Alarm{ID: "DurationAlarm", Namespace: "AWS/Lambda", Metric: "Duration", Extended: "p99", Threshold: 8000, Periods: 5, ToRaise: 3, Dimension: "FunctionName"}
	concurrency := alarm.Alarm{ID: "ConcurrencyAlarm", Namespace: "AWS/Lambda", Metric: "ConcurrentExecutions", Statistic: "Maximum", Threshold: 40, Periods: 1, ToRaise: 1, Dimension: "FunctionName"}
	denied := alarm.Alarm{ID: "DeniedCallsAlarm", Namespace: "SecureGoFunction/DeniedCalls", Statistic: "Sum", Threshold: 1, Periods: 1, ToRaise: 1}
	failed := alarm.Alarm{ID: "FailedEventsAlarm", Namespace: "AWS/SQS", Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Threshold: 1, Periods: 1, ToRaise: 1, Dimension: "QueueName"}
	for _, c := range []struct {
		situation string
		reserved  int
		want      []alarm.Alarm
	}{
		{"no concurrency reserved", 0, []alarm.Alarm{errors, throttles, duration, denied, failed}},
		{"a concurrency of 50 reserved", 50, []alarm.Alarm{errors, throttles, duration, concurrency, denied, failed}},
	} {
		p := sound()
		p.ReservedConcurrency = c.reserved
		got := alarmsOf(p)
		for i := range got {
			if got[i].Description == "" {
				t.Errorf("%s: %s does not say what it means", c.situation, got[i].ID)
			}
			got[i].Description = ""
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.situation, got, c.want)
		}
	}
}

// An alarm that can never be raised, or is raised by nothing, is worse than none.
func TestAlarmsCanBeRaised(t *testing.T) {
	t.Parallel()
	for _, reserved := range []int{1, 5} {
		p := sound()
		p.ReservedConcurrency = reserved
		ids := map[string]bool{}
		for _, a := range alarmsOf(p) {
			if ids[a.ID] {
				t.Errorf("%d reserved: %s is there twice", reserved, a.ID)
			}
			ids[a.ID] = true
			if (a.Statistic == "") == (a.Extended == "") {
				t.Errorf("%d reserved: %s has the statistics %q and %q, want one", reserved, a.ID, a.Statistic, a.Extended)
			}
			if a.Threshold <= 0 || a.ToRaise < 1 || a.ToRaise > a.Periods {
				t.Errorf("%d reserved: %s: %v in %d of %d periods", reserved, a.ID, a.Threshold, a.ToRaise, a.Periods)
			}
		}
		if !ids["ConcurrencyAlarm"] {
			t.Errorf("%d reserved: nobody watches it", reserved)
		}
	}
}

func TestEachThresholdIsOfOneAlarm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		set       func(*SecureGoFunctionProps)
		id        string
		threshold float64
	}{
		{"errors", func(p *SecureGoFunctionProps) { p.Alarms.Errors = 7 }, "ErrorsAlarm", 7},
		{"throttles", func(p *SecureGoFunctionProps) { p.Alarms.Throttles = 7 }, "ThrottlesAlarm", 7},
		{"the share of the timeout", func(p *SecureGoFunctionProps) { p.Alarms.DurationShare = 0.5 }, "DurationAlarm", 5000},
		{"the timeout", func(p *SecureGoFunctionProps) { p.Timeout = 15 * time.Minute }, "DurationAlarm", 720000},
		{"the share of the concurrency", func(p *SecureGoFunctionProps) { p.Alarms.ConcurrencyShare = 0.25 }, "ConcurrencyAlarm", 5},
		{"the concurrency", func(p *SecureGoFunctionProps) { p.ReservedConcurrency = 100 }, "ConcurrencyAlarm", 80},
		{"denied calls", func(p *SecureGoFunctionProps) { p.Alarms.DeniedCalls = 7 }, "DeniedCallsAlarm", 7},
		{"failed events", func(p *SecureGoFunctionProps) { p.Alarms.FailedEvents = 7 }, "FailedEventsAlarm", 7},
	} {
		p := sound()
		p.ReservedConcurrency = 20
		before := alarmsOf(p)
		c.set(&p)
		for i, a := range alarmsOf(p) {
			if a.ID != c.id {
				if a != before[i] {
					t.Errorf("%s: %s changed too, from %+v to %+v", c.situation, a.ID, before[i], a)
				}
				continue
			}
			if a.Threshold != c.threshold {
				t.Errorf("%s: %s is raised from %v, want %v", c.situation, a.ID, a.Threshold, c.threshold)
			}
			a.Threshold, a.Description = before[i].Threshold, before[i].Description
			if a != before[i] {
				t.Errorf("%s: more of %s changed than its threshold: from %+v to %+v", c.situation, a.ID, before[i], a)
			}
		}
	}
}

// Who is woken at night reads the description first.
func TestDescriptionsNameTheLimit(t *testing.T) {
	t.Parallel()
	p := sound()
	p.Timeout, p.ReservedConcurrency = 90*time.Second, 20
	for _, a := range alarmsOf(p) {
		for id, limit := range map[string]string{"DurationAlarm": "timeout of 1m30s", "ConcurrencyAlarm": "concurrency of 20"} {
			if a.ID == id && !strings.Contains(a.Description, limit) {
				t.Errorf("%s says %q, without the %s", a.ID, a.Description, limit)
			}
		}
	}
}
