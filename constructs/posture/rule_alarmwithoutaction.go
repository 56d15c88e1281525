package posture

import "strings"

func init() {
	register(Rule{
		ID:       "alarm-without-action",
		Title:    "The alarm does nothing",
		Severity: Warning,
		Why:      "An alarm without an action, or with its actions off, changes a colour in a console that nobody looks at.",
		Fix:      "Give the alarm AlarmActions, such as a topic that somebody is subscribed to, and leave ActionsEnabled on.",
		Source:   "CloudWatch guide, \"Using Amazon CloudWatch alarms\"",
		Controls: Controls{
			SecurityHub: []string{"CloudWatch.15", "CloudWatch.17"},
			NIST80053:   []string{"AU-6(1)", "AU-6(5)", "CA-7", "IR-4(1)", "IR-4(5)", "SI-2", "SI-4(5)", "SI-4(12)", "SI-20"},
			CDKNag: []string{"HIPAA.Security-CloudWatchAlarmAction", "NIST.800.53.R4-CloudWatchAlarmAction",
				"NIST.800.53.R5-CloudWatchAlarmAction"},
			Checkov: []string{"CKV_AWS_319"},
		},
		check: alarmWithoutAction,
	})
}

func alarmWithoutAction(p *Posture) []Finding {
	var all []Finding
	seen := map[string]bool{}
	for _, f := range p.Functions {
		for _, a := range f.Protection.Alarms {
			if len(a.Notifies) > 0 || seen[a.Path] || p.model.composed(a) {
				continue
			}
			seen[a.Path] = true
			all = append(all, p.model.atPath(a.Path, f.Stack, "the alarm has no action, or they are off", "AWS::CloudWatch::Alarm").of(f))
		}
	}
	return all
}

// composed says whether a composite alarm asks for the alarm, and so acts for it.
func (m *model) composed(a Alarm) bool {
	for _, alarm := range m.of("AWS::CloudWatch::Alarm") {
		if constructPath(alarm) != a.Path {
			continue
		}
		for _, composite := range m.of("AWS::CloudWatch::CompositeAlarm") {
			if strings.Contains(string(composite.Text("AlarmRule")), string(alarm.Name())) {
				return true
			}
		}
	}
	return false
}
