package posture

import "fmt"

func init() {
	register(Rule{
		ID:       "log-retention",
		Title:    "Logs are kept for ever",
		Severity: Warning,
		Why:      "Logs hold what users sent. Kept for ever, they are a growing cost and a growing loss when somebody reads them.",
		Fix:      "Give the function a log group with a retention (RetentionInDays). Without one, Lambda makes a group that keeps all.",
		Source:   "CloudWatch Logs guide, \"Working with log groups and log streams\"; Lambda guide, \"Sending Lambda function logs to CloudWatch Logs\"",
		Controls: Controls{
			NIST80053: []string{"AU-11", "SI-12"},
			CDKNag: []string{"HIPAA.Security-CloudWatchLogGroupRetentionPeriod", "NIST.800.53.R4-CloudWatchLogGroupRetentionPeriod",
				"NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod", "PCI.DSS.321-CloudWatchLogGroupRetentionPeriod", "Serverless-CloudWatchLogGroupRetentionPeriod"},
			Checkov: []string{"CKV_AWS_66"},
		},
		check: logRetention,
	})
}

func logRetention(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		logs := f.Protection.Logs
		switch {
		case logs.RetentionDays != 0:
		case logs.resource != nil:
			all = append(all, at(logs.resource, "the log group has no retention").of(f))
		default:
			all = append(all, at(f.resource, fmt.Sprintf("the log group %s is in no template, so Lambda makes it and keeps all", logs.Group)).of(f))
		}
	}
	return all
}
