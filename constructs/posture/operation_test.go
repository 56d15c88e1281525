package posture

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestOperation(t *testing.T) {
	t.Parallel()
	const (
		deadLetters = `,"DeadLetterConfig":{"TargetArn":"arn:aws:sqs:eu-west-1:111122223333:failed"}`
		redrive     = `"RedrivePolicy":{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:failed","maxReceiveCount":5}`
		topic       = `"N":{"Type":"AWS::SNS::Topic"}`
		blocked     = `"PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":`
	)
	alarm := func(properties string) string {
		return `"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{"Namespace":"AWS/Lambda",` + properties + `}}`
	}
	own := func(metric string) string {
		return `"MetricName":` + metric + `,"Dimensions":[{"Name":"FunctionName","Value":{"Ref":"F"}}]`
	}
	mapping := func(source, properties string) string {
		return `"M":{"Type":"AWS::Lambda::EventSourceMapping","Properties":{"FunctionName":{"Ref":"F"},"EventSourceArn":` + source + properties + `}}`
	}
	queue := func(properties string) string {
		return `"Q":{"Type":"AWS::SQS::Queue","Properties":{` + properties + `}}`
	}
	fromQueue := func(properties, queueProperties string) string {
		return mapping(`{"Fn::GetAtt":["Q","Arn"]}`, properties) + "," + queue(queueProperties)
	}
	permission := func(principal, properties string) string {
		return `"P":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":{"Ref":"F"},"Action":"lambda:InvokeFunction","Principal":"` + principal + `"` + properties + `}}`
	}
	may := func(action, resource string) string {
		return `"R":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action +
			`","Resource":` + resource + `}]}}]}}`
	}
	bucket := func(properties string) string {
		return may("s3:GetObject", `{"Fn::Sub":"${B.Arn}/receipts/*"}`) + `,"B":{"Type":"AWS::S3::Bucket","Properties":{` + properties + `}}`
	}
	policyOf := func(statement string) string {
		return `,"BP":{"Type":"AWS::S3::BucketPolicy","Properties":{"Bucket":{"Ref":"B"},"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*",` +
			`"Resource":[{"Fn::GetAtt":["B","Arn"]},{"Fn::Sub":"${B.Arn}/*"}],` + statement + `}]}}}`
	}

	for _, c := range []struct {
		situation, rule, properties, resources string
		want                                   []string
	}{
		{"an alarm on errors", "no-alarm", "", alarm(own(`"Errors"`)), nil},
		{"an alarm on something else", "no-alarm", "", alarm(own(`"Throttles"`)), []string{"T/F"}},
		{"an alarm on a parameter's metric", "no-alarm", "", alarm(own(`{"Ref":"Param"}`)), []string{"T/F?"}},
		{"an alarm on all functions", "no-alarm", "", alarm(`"MetricName":"Errors"`), nil},
		{"an alarm on another function", "no-alarm", "", alarm(`"MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":"other"}]`), []string{"T/F"}},

		{"an alarm that a composite one asks for", "alarm-without-action", "", alarm(own(`"Errors"`)) +
			`,"CA":{"Type":"AWS::CloudWatch::CompositeAlarm","Properties":{"AlarmRule":{"Fn::Sub":"ALARM(${A})"}}}`, nil},
		{"an alarm without an action", "alarm-without-action", "", alarm(own(`"Errors"`)), []string{"T/A"}},
		{"another's alarm without an action", "alarm-without-action", "", alarm(`"MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":"other"}]`), nil},

		{"a topic that nobody hears", "unheard-topic", "", alarm(own(`"Errors"`)+`,"AlarmActions":[{"Ref":"N"}]`) + "," + topic, []string{"T/N"}},
		{"a topic that somebody may hear", "unheard-topic", "", alarm(own(`"Errors"`)+`,"AlarmActions":[{"Ref":"N"}]`) + "," + topic +
			`,"NS":{"Type":"AWS::SNS::Subscription","Condition":"Asked","Properties":{"TopicArn":{"Ref":"N"}}}`, []string{"T/N?"}},
		{"a topic that is not there", "unheard-topic", "", alarm(own(`"Errors"`) + `,"AlarmActions":["arn:aws:sns:eu-west-1:111122223333:n"]`), nil},

		{"nobody invokes it", "lost-events", "", "", []string{"T/F?"}},
		{"nobody invokes it, and failed events are kept", "lost-events", deadLetters, "", nil},
		{"an on-failure destination", "lost-events", "", `"E":{"Type":"AWS::Lambda::EventInvokeConfig","Properties":{"FunctionName":{"Ref":"F"},` +
			`"DestinationConfig":{"OnFailure":{"Destination":"arn:aws:sqs:eu-west-1:111122223333:failed"}}}}`, nil},
		{"a rule invokes it", "lost-events", "", permission("events.amazonaws.com", ""), []string{"T/F"}},
		{"an API invokes it", "lost-events", "", permission("apigateway.amazonaws.com", ""), nil},
		{"an account may invoke it", "lost-events", "", permission("111122223333", ""), []string{"T/F?"}},
		{"a URL invokes it", "lost-events", "", permission("*", `,"InvokedViaFunctionUrl":true`), nil},
		{"a stream without a destination", "lost-events", "", mapping(`"arn:aws:kinesis:eu-west-1:111122223333:stream/s"`, ""), []string{"T/M"}},
		{"a table's stream without one", "lost-events", "", mapping(`{"Fn::GetAtt":["Orders","StreamArn"]}`, "") + `,"Orders":{"Type":"AWS::DynamoDB::Table"}`, []string{"T/M"}},
		{"a cluster without one", "lost-events", "", mapping(`{"Ref":"Kafka"}`, "") + `,"Kafka":{"Type":"AWS::MSK::Cluster"}`, []string{"T/M"}},
		{"a stream of another stack without one", "lost-events", "", mapping(`{"Fn::ImportValue":"stream"}`, `,"StartingPosition":"LATEST"`), []string{"T/M?"}},
		{"a queue of another stack", "lost-events", "", mapping(`{"Fn::ImportValue":"queue"}`, ""), nil},
		{"a stream with one", "lost-events", "", mapping(`"arn:aws:kinesis:eu-west-1:111122223333:stream/s"`,
			`,"DestinationConfig":{"OnFailure":{"Destination":"arn:aws:sqs:eu-west-1:111122223333:failed"}}`), nil},
		{"a stream's destination keeps no asynchronous events", "lost-events", "", mapping(`"arn:aws:kinesis:eu-west-1:111122223333:stream/s"`,
			`,"DestinationConfig":{"OnFailure":{"Destination":"arn:aws:sqs:eu-west-1:111122223333:failed"}}`) + "," + permission("sns.amazonaws.com", ""), []string{"T/F"}},
		{"Kafka elsewhere", "lost-events", "", `"M":{"Type":"AWS::Lambda::EventSourceMapping","Properties":{"FunctionName":{"Ref":"F"},"SelfManagedEventSource":{}}}`, []string{"T/M"}},
		{"a queue without a redrive policy", "lost-events", "", fromQueue("", ""), []string{"T/Q"}},
		{"a queue with one", "lost-events", "", fromQueue("", redrive), nil},
		{"a queue that is not there", "lost-events", "", mapping(`"arn:aws:sqs:eu-west-1:111122223333:q"`, ""), nil},

		{"a queue with SQS's default", "visibility-timeout", `,"Timeout":5`, fromQueue("", ""), nil},
		{"a queue with SQS's default, and a longer timeout", "visibility-timeout", `,"Timeout":6`, fromQueue("", ""), []string{"T/Q"}},
		{"a batching window", "visibility-timeout", `,"Timeout":5`, fromQueue(`,"MaximumBatchingWindowInSeconds":1`, ""), []string{"T/Q"}},
		{"a timeout of its own", "visibility-timeout", `,"Timeout":6`, fromQueue("", `"VisibilityTimeout":36`), nil},
		{"a timeout that is a parameter", "visibility-timeout", `,"Timeout":{"Ref":"Param"}`, fromQueue("", ""), nil},

		{"a bucket that a statement names", "tls-not-enforced", "", bucket(""), []string{"T/B"}},
		{"a bucket that denies plain HTTP", "tls-not-enforced", "", bucket("") + policyOf(`"Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}`), nil},
		{"a bucket that denies it to some", "tls-not-enforced", "", bucket("") +
			policyOf(`"Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"},"StringEquals":{"aws:PrincipalTag/team":"a"}}`), []string{"T/B?"}},
		{"a bucket that denies it to one role", "tls-not-enforced", "", bucket("") +
			policyOf(`"Principal":{"AWS":"arn:aws:iam::111122223333:role/x"},"Condition":{"Bool":{"aws:SecureTransport":"false"}}`), []string{"T/B"}},
		{"a bucket that the function does not use", "tls-not-enforced", "", `"B":{"Type":"AWS::S3::Bucket"}`, nil},
		{"a bucket that its boundary alone names", "tls-not-enforced", "", `"R":{"Type":"AWS::IAM::Role","Properties":{"PermissionsBoundary":{"Ref":"PB"}}},"PB":{"Type":"AWS::IAM::ManagedPolicy",` +
			`"Properties":{"PolicyDocument":{"Statement":[{"Effect":"Allow","Action":"*","Resource":{"Fn::GetAtt":["B","Arn"]}}]}}},"B":{"Type":"AWS::S3::Bucket"}`, nil},
		{"a bucket that denies it for itself, and not for what is in it", "tls-not-enforced", "", bucket("") + strings.Replace(
			policyOf(`"Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}`), `,{"Fn::Sub":"${B.Arn}/*"}`, "", 1), []string{"T/B"}},
		{"a source queue", "tls-not-enforced", "", fromQueue("", ""), []string{"T/Q"}},

		{"a bucket that says nothing", "public-bucket", "", bucket(""), []string{"T/B?"}},
		{"a bucket that blocks all", "public-bucket", "", bucket(blocked + `true}`), nil},
		{"a bucket that blocks less", "public-bucket", "", bucket(blocked + `false}`), []string{"T/B"}},
		{"a bucket of which a parameter decides", "public-bucket", "", bucket(blocked + `{"Ref":"Param"}}`), []string{"T/B?"}},
		{"a bucket that notifies", "public-bucket", "", permission("s3.amazonaws.com", `,"SourceArn":{"Fn::GetAtt":["B","Arn"]}`) + `,"B":{"Type":"AWS::S3::Bucket"}`, []string{"T/B?"}},

		{"a supported runtime", "runtime-end", `,"Runtime":"provided.al2023"`, "", nil},
		{"on the day", "runtime-end", `,"Runtime":"python3.10"`, "", []string{"T/F"}},
		{"some days to come", "runtime-end", `,"Runtime":"dotnet8"`, "", nil},
		{"a runtime that nobody has heard of", "runtime-end", `,"Runtime":"go2.x"`, "", nil},
		{"a runtime that is a parameter", "runtime-end", `,"Runtime":{"Ref":"Param"}`, "", nil},
		{"a container image", "runtime-end", `,"PackageType":"Image"`, "", nil},

		{"active tracing", "tracing-off", `,"TracingConfig":{"Mode":"Active"}`, "", nil},
		{"passed through", "tracing-off", `,"TracingConfig":{"Mode":"PassThrough"}`, "", []string{"T/F"}},
		{"tracing by a parameter", "tracing-off", `,"TracingConfig":{"Mode":{"Ref":"Param"}}`, "", []string{"T/F?"}},

		{"all limits", "limits-missing", `,"Timeout":5,"MemorySize":256`, "", nil},
		{"no memory", "limits-missing", `,"Timeout":5`, "", []string{"T/F"}},
		{"invoked from outside", "limits-missing", `,"Timeout":5,"MemorySize":256`, permission("apigateway.amazonaws.com", ""), []string{"T/F"}},
		{"invoked from outside, and held", "limits-missing", `,"Timeout":5,"MemorySize":256,"ReservedConcurrentExecutions":5`, permission("apigateway.amazonaws.com", ""), nil},
		{"invoked from inside", "limits-missing", `,"Timeout":5,"MemorySize":256`, permission("events.amazonaws.com", ""), nil},

		{"the default", "recursion-guard", "", "", nil},
		{"a loop by a parameter", "recursion-guard", `,"RecursiveLoop":{"Ref":"Param"}`, "", []string{"T/F?"}},

		{"signing that refuses", "code-signing", `,"CodeSigningConfigArn":{"Ref":"C"}`,
			`"C":{"Type":"AWS::Lambda::CodeSigningConfig","Properties":{"CodeSigningPolicies":{"UntrustedArtifactOnDeployment":"Enforce"}}}`, nil},
		{"signing that warns", "code-signing", `,"CodeSigningConfigArn":{"Ref":"C"}`, `"C":{"Type":"AWS::Lambda::CodeSigningConfig"}`, []string{"T/C"}},
		{"no signing", "code-signing", "", "", nil},

		{"JSON", "log-format", `,"LoggingConfig":{"LogFormat":"JSON"}`, "", nil},
		{"text", "log-format", `,"LoggingConfig":{"LogFormat":"Text"}`, "", []string{"T/F"}},
	} {
		var resources []string
		if c.resources != "" {
			resources = append(resources, c.resources)
		}
		var want []string
		for _, path := range c.want {
			want = append(want, c.rule+" "+path)
		}
		if got := found(function(t, c.properties, resources...), c.rule); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", c.situation, got, want)
		}
	}
}

// What several functions use is found once, and is nobody's alone.
func TestWhatFunctionsShareIsFoundOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2} {
		resources := `"Q":{"Type":"AWS::SQS::Queue"}`
		for i := range n {
			resources += fmt.Sprintf(`,"F%d":{"Type":"AWS::Lambda::Function","Properties":{"DeadLetterConfig":{"TargetArn":{"Fn::GetAtt":["Q","Arn"]}}}}`, i)
		}
		p, err := FromJSON("T", []byte(`{"Resources":{`+resources+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := found(p, "tls-not-enforced"); !slices.Equal(got, []string{"tls-not-enforced T/Q"}) {
			t.Errorf("%d functions: got %q", n, got)
		}
		for _, f := range p.Check().Findings {
			if f.Rule == "tls-not-enforced" && (f.Function != "") != (n == 1) {
				t.Errorf("%d functions: the finding is about %q", n, f.Function)
			}
		}
	}
}
