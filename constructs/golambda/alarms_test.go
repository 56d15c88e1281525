package golambda

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// alarmsOf are all alarms that a function brings.
func alarmsOf(p SecureGoFunctionProps) []alarm {
	return append(functionAlarms(p), failedEventsAlarm(p.Alarms.FailedEvents))
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	errors := alarm{id: "ErrorsAlarm", namespace: "AWS/Lambda", metric: "Errors", statistic: "Sum", threshold: 1, periods: 1, toRaise: 1, missing: "notBreaching", dimension: "FunctionName"}
	throttles := errors
	throttles.id, throttles.metric = "ThrottlesAlarm", "Throttles"
	// 0.8 of 10 seconds, in milliseconds, in three minutes of five.
	duration := alarm{id: "DurationAlarm", namespace: "AWS/Lambda", metric: "Duration", extended: "p99", threshold: 8000, periods: 5, toRaise: 3, missing: "notBreaching", dimension: "FunctionName"}
	concurrency := alarm{id: "ConcurrencyAlarm", namespace: "AWS/Lambda", metric: "ConcurrentExecutions", statistic: "Maximum", threshold: 40, periods: 1, toRaise: 1, missing: "notBreaching", dimension: "FunctionName"}
	failed := alarm{id: "FailedEventsAlarm", namespace: "AWS/SQS", metric: "ApproximateNumberOfMessagesVisible", statistic: "Maximum", threshold: 1, periods: 1, toRaise: 1, missing: "notBreaching", dimension: "QueueName"}
	for _, c := range []struct {
		situation string
		reserved  int
		want      []alarm
	}{
		{"no concurrency reserved", 0, []alarm{errors, throttles, duration, failed}},
		{"a concurrency of 50 reserved", 50, []alarm{errors, throttles, duration, concurrency, failed}},
	} {
		p := sound()
		p.ReservedConcurrency = c.reserved
		got := alarmsOf(p)
		for i := range got {
			if got[i].description == "" {
				t.Errorf("%s: %s does not say what it means", c.situation, got[i].id)
			}
			got[i].description = ""
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
			if ids[a.id] {
				t.Errorf("%d reserved: %s is there twice", reserved, a.id)
			}
			ids[a.id] = true
			if (a.statistic == "") == (a.extended == "") {
				t.Errorf("%d reserved: %s has the statistics %q and %q, want one", reserved, a.id, a.statistic, a.extended)
			}
			if a.threshold <= 0 || a.toRaise < 1 || a.toRaise > a.periods {
				t.Errorf("%d reserved: %s: %v in %d of %d periods", reserved, a.id, a.threshold, a.toRaise, a.periods)
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
		{"failed events", func(p *SecureGoFunctionProps) { p.Alarms.FailedEvents = 7 }, "FailedEventsAlarm", 7},
	} {
		p := sound()
		p.ReservedConcurrency = 20
		before := alarmsOf(p)
		c.set(&p)
		for i, a := range alarmsOf(p) {
			if a.id != c.id {
				if a != before[i] {
					t.Errorf("%s: %s changed too, from %+v to %+v", c.situation, a.id, before[i], a)
				}
				continue
			}
			if a.threshold != c.threshold {
				t.Errorf("%s: %s is raised from %v, want %v", c.situation, a.id, a.threshold, c.threshold)
			}
			a.threshold, a.description = before[i].threshold, before[i].description
			if a != before[i] {
				t.Errorf("%s: more of %s changed than its threshold: from %+v to %+v", c.situation, a.id, before[i], a)
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
			if a.id == id && !strings.Contains(a.description, limit) {
				t.Errorf("%s says %q, without the %s", a.id, a.description, limit)
			}
		}
	}
}
