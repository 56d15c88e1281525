package posture

import (
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "no-alarm",
		Title:    "Nobody is told when the function fails",
		Severity: Warning,
		Why:      "Errors are the first sign of a fault, of a permission that was taken away, and of somebody who tries inputs out.",
		Fix:      "Add an alarm on the function's metric Errors (namespace AWS/Lambda), with an action.",
		Source:   "Lambda guide, \"Using CloudWatch metrics with Lambda\"; \"Types of metrics for Lambda functions\"",
		check:    noAlarm,
	})
}

func noAlarm(p *Posture) []Finding {
	ofAll := No // an alarm without dimensions is about all functions of the account and region
	for _, r := range p.model.of("AWS::CloudWatch::Alarm") {
		if r.Text("MetricName").Is("Errors") && r.Text("Namespace").Is("AWS/Lambda") && r.Property("Dimensions") == nil {
			ofAll = policy.Or(ofAll, certainly(r))
		}
	}
	var all []Finding
	for _, f := range p.Functions {
		answer := ofAll
		for _, a := range f.Protection.Alarms {
			answer = policy.Or(answer, a.watchesErrors())
		}
		if answer != Yes {
			all = append(all, at(f.resource, "no alarm is on the function's errors").of(f).unsure(policy.Not(answer)))
		}
	}
	return all
}

func (a Alarm) watchesErrors() Answer {
	metrics, known := a.Metric.Known()
	if !known {
		return CannotTell
	}
	for _, name := range strings.Split(metrics, ", ") {
		if name == "Errors" && a.maybe {
			return CannotTell
		} else if name == "Errors" {
			return Yes
		}
	}
	return No
}
