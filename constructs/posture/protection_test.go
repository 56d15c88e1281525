package posture

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWhatProtectsAFunction(t *testing.T) {
	t.Parallel()
	const key, topic = `"K":{"Type":"AWS::KMS::Key"}`, `"N":{"Type":"AWS::SNS::Topic"}`
	alarm := func(properties string) string {
		return `"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{"MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":{"Ref":"F"}}],` + properties + `}}`
	}
	logs := func(p Protection) string {
		k := "none"
		if p.Logs.Key != nil {
			k = p.Logs.Key.Path
		}
		return fmt.Sprint(p.Logs.Group, " ", p.Logs.Path, " ", k, " ", p.Logs.RetentionDays)
	}
	environment := func(p Protection) string {
		if p.EnvironmentKey == nil {
			return "none"
		}
		return p.EnvironmentKey.ARN.String() + " " + p.EnvironmentKey.Path + " " + strings.Join(p.Variables, ",")
	}
	alarms := func(p Protection) string {
		var all []string
		for _, a := range p.Alarms {
			for _, n := range a.Notifies {
				all = append(all, fmt.Sprint(a.Metric, " of ", a.Of, " to ", n.Path, " heard ", n.Heard))
			}
			if len(a.Notifies) == 0 {
				all = append(all, fmt.Sprint(a.Metric, " of ", a.Of, " to nobody"))
			}
		}
		return strings.Join(all, "; ")
	}
	failed := func(p Protection) string {
		var all []string
		for _, e := range p.FailedEvents {
			all = append(all, e.Of+" to "+e.Path)
		}
		return strings.Join(all, "; ")
	}
	limits := func(p Protection) string {
		reserved := "none"
		if r := p.Limits.ReservedConcurrency; r != nil {
			reserved = fmt.Sprint(*r)
		}
		return fmt.Sprint(p.Limits.TimeoutSeconds, " ", p.Limits.MemoryMB, " ", reserved, " ", p.Limits.RecursiveLoop, " ", p.Limits.MaxEventAgeSeconds, " ", p.Limits.RetryAttempts)
	}
	for _, c := range []struct {
		situation, properties string
		resources             []string
		of                    func(Protection) string
		want                  string
	}{
		{"logs that Lambda makes", ``, nil, logs, "/aws/lambda/${F}  none 0"},
		{"logs of the default name", ``, []string{key, `"L":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":{"Fn::Sub":"/aws/lambda/${F}"},"RetentionInDays":30,"KmsKeyId":{"Fn::GetAtt":["K","Arn"]}}}`},
			logs, "/aws/lambda/${F} T/L T/K 30"},
		{"logs that are named", `,"LoggingConfig":{"LogGroup":{"Ref":"L"}}`, []string{`"L":{"Type":"AWS::Logs::LogGroup"}`}, logs, "${L} T/L none 0"},
		{"a retention that CDK's custom resource sets", ``, []string{`"L":{"Type":"Custom::LogRetention","Properties":{"LogGroupName":{"Fn::Join":["",["/aws/lambda/",{"Ref":"F"}]]},"RetentionInDays":7}}`},
			logs, "/aws/lambda/${F}  none 7"},
		{"a retention that is not known", `,"LoggingConfig":{"LogGroup":{"Ref":"L"}}`, []string{`"L":{"Type":"AWS::Logs::LogGroup","Properties":{"RetentionInDays":{"Ref":"Param"}}}`}, logs, "${L} T/L none -1"},
		{"no key", `,"Environment":{"Variables":{"A":"a"}}`, nil, environment, "none"},
		{"AWS's key", `,"KmsKeyArn":{"Fn::Sub":"arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/lambda"}`, nil, environment, "none"},
		{"a key", `,"KmsKeyArn":{"Fn::GetAtt":["K","Arn"]},"Environment":{"Variables":{"B":"b","A":"a"}}`, []string{key}, environment,
			"arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${K.KeyId} T/K A,B"},
		{"a key by its alias", `,"KmsKeyArn":{"Ref":"KA"}`, []string{key, `"KA":{"Type":"AWS::KMS::Alias","Properties":{"AliasName":"alias/x","TargetKeyId":{"Ref":"K"}}}`}, environment,
			"arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${K.KeyId} T/K "},
		{"a key that is in no template", `,"KmsKeyArn":"arn:aws:kms:eu-west-1:111122223333:key/k"`, nil, environment, "arn:aws:kms:eu-west-1:111122223333:key/k  "},

		{"no alarm", ``, nil, alarms, ""},
		{"an alarm without an action", ``, []string{alarm(`"Threshold":1`)}, alarms, "Errors of T/F to nobody"},
		{"an alarm whose actions are off", ``, []string{topic, alarm(`"ActionsEnabled":false,"AlarmActions":[{"Ref":"N"}]`)}, alarms, "Errors of T/F to nobody"},
		{"a topic that nobody reads", ``, []string{topic, alarm(`"AlarmActions":[{"Ref":"N"}]`)}, alarms, "Errors of T/F to T/N heard no"},
		{"a topic with a subscription", ``, []string{topic, alarm(`"AlarmActions":[{"Ref":"N"}]`), `"S":{"Type":"AWS::SNS::Subscription","Properties":{"TopicArn":{"Ref":"N"}}}`}, alarms, "Errors of T/F to T/N heard yes"},
		{"a topic with its own subscription", ``, []string{`"N":{"Type":"AWS::SNS::Topic","Properties":{"Subscription":[{"Protocol":"email","Endpoint":"a@example.com"}]}}`, alarm(`"AlarmActions":[{"Ref":"N"}]`)}, alarms,
			"Errors of T/F to T/N heard yes"},
		{"a topic that is in no template", ``, []string{alarm(`"AlarmActions":["arn:aws:sns:eu-west-1:111122223333:oncall"]`)}, alarms, "Errors of T/F to  heard cannot tell"},
		{"an alarm of an expression", ``, []string{`"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{"Metrics":[{"Id":"e","Expression":"a/b"},
			{"Id":"a","MetricStat":{"Metric":{"MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":{"Ref":"F"}}]}}},
			{"Id":"b","MetricStat":{"Metric":{"MetricName":"Invocations","Dimensions":[{"Name":"FunctionName","Value":{"Ref":"F"}}]}}}]}}`}, alarms, "Errors, Invocations of T/F to nobody"},
		{"an alarm of the failed events", `,"DeadLetterConfig":{"TargetArn":{"Fn::GetAtt":["Q","Arn"]}}`, []string{queue,
			`"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{"MetricName":"Visible","Dimensions":[{"Name":"QueueName","Value":{"Fn::GetAtt":["Q","QueueName"]}}]}}`}, alarms, "Visible of T/Q to nobody"},

		{"failed events are lost", ``, nil, failed, ""},
		{"a dead-letter queue", `,"DeadLetterConfig":{"TargetArn":{"Fn::GetAtt":["Q","Arn"]}}`, []string{queue}, failed, "T/F to T/Q"},
		{"a destination", ``, []string{queue, `"EC":{"Type":"AWS::Lambda::EventInvokeConfig","Properties":{"FunctionName":{"Ref":"F"},"Qualifier":"$LATEST","DestinationConfig":{"OnFailure":{"Destination":{"Fn::GetAtt":["Q","Arn"]}}}}}`},
			failed, "T/EC to T/Q"},
		{"a destination of a mapping", ``, []string{queue, `"M":{"Type":"AWS::Lambda::EventSourceMapping","Properties":{"FunctionName":{"Ref":"F"},"DestinationConfig":{"OnFailure":{"Destination":{"Fn::GetAtt":["Q","Arn"]}}}}}`},
			failed, "T/M to T/Q"},

		{"Lambda's limits", ``, nil, limits, "3 128 none Terminate 21600 2"},
		{"limits", `,"Timeout":10,"MemorySize":256,"ReservedConcurrentExecutions":0,"RecursiveLoop":"Allow"`,
			[]string{`"EC":{"Type":"AWS::Lambda::EventInvokeConfig","Properties":{"FunctionName":{"Ref":"F"},"MaximumEventAgeInSeconds":60,"MaximumRetryAttempts":0}}`}, limits, "10 256 0 Allow 60 0"},
		{"limits that are not known", `,"Timeout":{"Ref":"Param"},"MemorySize":"512"`, nil, limits, "-1 512 none Terminate 21600 2"},
	} {
		if got := c.of(f(t, function(t, c.properties, c.resources...)).Protection); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.situation, got, c.want)
		}
	}
}

func TestWhatWasRelaxed(t *testing.T) {
	t.Parallel()
	p := fromResources(t, `"F":{"Type":"AWS::Lambda::Function","Metadata":{"SecureGoFunction":{"Relaxed":[{"What":"egress to everywhere on port 443","Reason":"webhooks of our customers","Rule":"open-egress","Of":"0.0.0.0/0:443"}]}}}`)
	if got, want := f(t, p).Relaxed, []Relaxation{{"egress to everywhere on port 443", "webhooks of our customers", "open-egress", "0.0.0.0/0:443"}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
