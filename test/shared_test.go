package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/network"
)

func TestSharedKey(t *testing.T) {
	s := synthFunction(t, nil)
	same(t, "the key", without(s.at("SecureGoFunctionsKey").Properties, "KeyPolicy", "Description"), `{"EnableKeyRotation": true}`)
	same(t, "who may use the key", s.at("SecureGoFunctionsKey").Properties["KeyPolicy"], `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": {"AWS": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, "Action": "kms:*", "Resource": "*"},
		{"Effect": "Allow", "Principal": {"Service": "logs.${AWS::Region}.amazonaws.com"},
			"Action": ["kms:Decrypt", "kms:Describe*", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"], "Resource": "*",
			"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:S-*"}}},
		{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*",
			"Condition": {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
				"ArnLike": {"aws:SourceArn": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:S-*"}}}]}`)
}

func TestSharedTopic(t *testing.T) {
	s := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Alarms.Emails = []string{"oncall@example.com"}
	})
	same(t, "the topic", s.at("SecureGoFunctionsAlarms").Properties, `{"KmsMasterKeyId": "${SecureGoFunctionsKey.Arn}"}`)
	same(t, "who may publish", s.at("SecureGoFunctionsAlarms/Policy").Properties["PolicyDocument"].(map[string]any)["Statement"], `[
		{"Sid": "AllowPublishThroughSSLOnly", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": "${SecureGoFunctionsAlarms}",
			"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
		{"Sid": "1", "Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish", "Resource": "${SecureGoFunctionsAlarms}",
			"Condition": {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
				"ArnLike": {"aws:SourceArn": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:S-*"}}}]`)
	same(t, "who is told", s.at("SecureGoFunctionsAlarms/oncall@example.com").Properties, `{"Protocol": "email", "Endpoint": "oncall@example.com", "TopicArn": "${SecureGoFunctionsAlarms}"}`)
}

func TestSharedQueue(t *testing.T) {
	s := synthFunction(t, nil)
	same(t, "the queue", s.at("SecureGoFunctionsFailedEvents").Properties, `{"KmsMasterKeyId": "${SecureGoFunctionsKey.Arn}", "MessageRetentionPeriod": 1209600}`)
	same(t, "TLS only", s.at("SecureGoFunctionsFailedEvents/Policy").Properties["PolicyDocument"].(map[string]any)["Statement"], `[{"Effect": "Deny",
		"Principal": {"AWS": "*"}, "Action": "sqs:*", "Resource": "${SecureGoFunctionsFailedEvents.Arn}", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]`)
}

func TestAlarms(t *testing.T) {
	s := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.ReservedConcurrency = 10 })
	const common = `"AlarmActions": ["${SecureGoFunctionsAlarms}"], "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Period": 60, "TreatMissingData": "notBreaching", `
	const ofFunction = common + `"Namespace": "AWS/Lambda", "Dimensions": [{"Name": "FunctionName", "Value": "${Fn/Function}"}], `
	for path, want := range map[string]string{
		"Fn/ErrorsAlarm":                     `{` + ofFunction + `"MetricName": "Errors", "Statistic": "Sum", "Threshold": 1, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}`,
		"Fn/ThrottlesAlarm":                  `{` + ofFunction + `"MetricName": "Throttles", "Statistic": "Sum", "Threshold": 1, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}`,
		"Fn/DurationAlarm":                   `{` + ofFunction + `"MetricName": "Duration", "ExtendedStatistic": "p99", "Threshold": 8000, "EvaluationPeriods": 5, "DatapointsToAlarm": 3}`,
		"Fn/ConcurrencyAlarm":                `{` + ofFunction + `"MetricName": "ConcurrentExecutions", "Statistic": "Maximum", "Threshold": 8, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}`,
		"Fn/DeniedCallsAlarm":                `{` + common + `"Namespace": "SecureGoFunction/DeniedCalls", "MetricName": "${Fn/Function}", "Statistic": "Sum", "Threshold": 1, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}`,
		"SecureGoFunctionsFailedEventsAlarm": `{` + common + `"Namespace": "AWS/SQS", "Dimensions": [{"Name": "QueueName", "Value": "${SecureGoFunctionsFailedEvents.QueueName}"}], "MetricName": "ApproximateNumberOfMessagesVisible", "Statistic": "Maximum", "Threshold": 1, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}`,
	} {
		same(t, path, without(s.at(path).Properties, "AlarmDescription"), want)
	}
	if alarms := slices.DeleteFunc(s.ofType("AWS::CloudWatch::Alarm"), func(path string) bool { return strings.HasPrefix(path, "Network/") }); len(alarms) != 6 {
		t.Errorf("alarms %v, not 6", alarms)
	}
	same(t, "denied calls", s.at("Fn/DeniedCalls").Properties, `{"LogGroupName": "${Fn/Logs}",
		"FilterPattern": "?AccessDenied ?AccessDeniedException ?UnauthorizedOperation ?AuthorizationError ?AuthorizationErrorException ?\"not authorized to perform\"",
		"MetricTransformations": [{"MetricNamespace": "SecureGoFunction/DeniedCalls", "MetricName": "${Fn/Function}", "MetricValue": "1"}]}`)
}

func TestLowestThresholdOfAQueueCounts(t *testing.T) {
	for _, thresholds := range [][]int{{5, 3}, {3, 5}} {
		s := synth(t, func(stack awscdk.Stack) {
			for i, n := range thresholds {
				golambda.NewSecureGoFunction(stack, fmt.Sprint("Fn", i), &golambda.SecureGoFunctionProps{Entry: handler,
					Network: network.None("nothing to reach"), Alarms: golambda.Alarms{FailedEvents: n}})
			}
		})
		same(t, fmt.Sprint("of functions that ask for ", thresholds), s.at("SecureGoFunctionsFailedEventsAlarm").Properties["Threshold"], `3`)
	}
}

func TestCallersAlarmActions(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		topic := awssns.NewTopic(stack, jsii.String("Team"), nil)
		runbook := awslambda.NewFunction(stack, jsii.String("Runbook"), &awslambda.FunctionProps{Runtime: awslambda.Runtime_PYTHON_3_13(),
			Handler: jsii.String("index.handler"), Code: awslambda.Code_FromInline(jsii.String("def handler(event, context): pass"))})
		actions := []awscloudwatch.IAlarmAction{awscloudwatchactions.NewSnsAction(topic), awscloudwatchactions.NewLambdaAction(runbook, nil)}
		net := network.New(stack, "Network", &network.Props{AlarmActions: actions})
		if net.AlarmTopic != nil {
			t.Error("the network tells a topic beside the actions")
		}
		for _, id := range []string{"Fn", "Other"} {
			golambda.NewSecureGoFunction(stack, id, &golambda.SecureGoFunctionProps{Entry: handler, Network: net, Alarms: golambda.Alarms{Actions: actions}})
		}
	})
	for _, path := range s.ofType("AWS::CloudWatch::Alarm") {
		same(t, path, s.at(path).Properties["AlarmActions"], `["${Team}", "${Runbook.Arn}"]`)
	}
	if _, ok := s.resources["SecureGoFunctionsAlarms"]; ok {
		t.Error("the shared topic was made, and nobody uses it")
	}
	// A Lambda action has to be allowed for each alarm.
	if alarms, permissions := len(s.ofType("AWS::CloudWatch::Alarm")), len(s.ofType("AWS::Lambda::Permission")); alarms != permissions {
		t.Errorf("%d alarms and %d permissions to run the runbook", alarms, permissions)
	}
}

func TestWarningIfNobodyListens(t *testing.T) {
	const id = "SecureGoFunction:noAlarmSubscriber"
	for situation, c := range map[string]struct {
		build func(awscdk.Stack)
		warns bool
	}{
		"nobody": {func(s awscdk.Stack) { newFunction(s, nil) }, true},
		"nobody, acknowledged": {func(s awscdk.Stack) {
			newFunction(s, nil)
			awscdk.Annotations_Of(s).AcknowledgeWarning(jsii.String(id), jsii.String("a dashboard is watched"))
		}, false},
		"an e-mail of another function": {func(s awscdk.Stack) {
			net := newFunction(s, nil)
			golambda.NewSecureGoFunction(s, "Other", &golambda.SecureGoFunctionProps{Entry: handler, Network: network.None("nothing to hide"), Alarms: golambda.Alarms{Emails: []string{"oncall@example.com"}}})
			_ = net
		}, false},
		"a subscription added later": {func(s awscdk.Stack) {
			newFunction(s, nil).AlarmTopic.AddSubscription(awssnssubscriptions.NewUrlSubscription(jsii.String("https://example.com/alarm"), nil))
		}, false},
	} {
		s := synth(t, c.build)
		if got := strings.Contains(strings.Join(s.warnings, "\n"), id); got != c.warns {
			t.Errorf("%s: warned %t, warnings %v", situation, got, s.warnings)
		}
	}
}

func TestFunctionsShareKeyTopicAndQueue(t *testing.T) {
	count := func(n int) map[string]int {
		s := synth(t, func(stack awscdk.Stack) {
			net := network.New(stack, "Network", nil)
			for i := range n {
				golambda.NewSecureGoFunction(stack, fmt.Sprint("Fn", i), &golambda.SecureGoFunctionProps{Entry: handler, Network: net,
					Alarms: golambda.Alarms{Emails: []string{"oncall@example.com"}}})
			}
		})
		kinds := map[string]int{"all": len(s.resources)}
		for _, r := range s.resources {
			kinds[r.Type]++
		}
		return kinds
	}
	one, three := count(1), count(3)
	for _, kind := range []string{"AWS::KMS::Key", "AWS::SNS::Topic", "AWS::SNS::Subscription", "AWS::SQS::Queue"} {
		if one[kind] != 1 || three[kind] != 1 {
			t.Errorf("%s: %d for one function, %d for three", kind, one[kind], three[kind])
		}
	}
	// README.md and the package's documentation state this number.
	each := (three["all"] - one["all"]) / 2
	if each != 13 {
		t.Errorf("one more function adds %d resources, not 13", each)
	}
	const subscription = 1
	withKey := synth(t, func(stack awscdk.Stack) { network.New(stack, "Network", nil) })
	if beside := one["all"] - each - subscription - len(withKey.resources); beside != 3 {
		t.Errorf("the first function adds %d resources beside the key and the topic, which a network has too, not 3", beside)
	}
}

func TestGivenKey(t *testing.T) {
	t.Run("of this app", func(t *testing.T) {
		s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			key := newKey(stack)
			p.Key, p.Network = key, network.New(stack, "Network", &network.Props{Key: key})
		})
		if _, ok := s.resources["SecureGoFunctionsKey"]; ok {
			t.Error("the stack's own key was made beside the given one")
		}
		same(t, "environment", s.at("Fn/Function").Properties["KmsKeyArn"], `"${Key.Arn}"`)
		same(t, "logs", s.at("Fn/Logs").Properties["KmsKeyId"], `"${Key.Arn}"`)
		for _, kind := range []string{"AWS::SNS::Topic", "AWS::SQS::Queue"} {
			same(t, kind, s.at(s.ofType(kind)[0]).Properties["KmsMasterKeyId"], `"${Key.Arn}"`)
		}
		policy := fmt.Sprint(s.at("Key").Properties["KeyPolicy"])
		for _, part := range []string{"log-group:S-*", "alarm:S-*"} {
			if strings.Count(policy, part) != 1 {
				t.Errorf("the key's policy admits %q %d times: %s", part, strings.Count(policy, part), policy)
			}
		}
	})
	t.Run("of another function", func(t *testing.T) {
		s := synth(t, func(stack awscdk.Stack) {
			fn := newFunction(stack, nil)
			golambda.NewSecureGoFunction(stack, "Other", &golambda.SecureGoFunctionProps{Entry: handler, Network: network.None("nothing to reach"), Key: fn.Key})
		})
		same(t, "topics", s.ofType("AWS::SNS::Topic"), `["SecureGoFunctionsAlarms"]`)
		same(t, "queues", s.ofType("AWS::SQS::Queue"), `["SecureGoFunctionsFailedEvents"]`)
	})
	t.Run("imported", func(t *testing.T) {
		app := newApp(t)
		stack := awscdk.NewStack(app, jsii.String("S"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}})
		newFunction(stack, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			p.Key = awskms.Key_FromKeyArn(stack, jsii.String("Key"), jsii.String("arn:aws:kms:eu-west-1:999900001111:key/1234abcd-12ab-34cd-56ef-1234567890ab"))
		})
		told := strings.Join(synthStack(t, app, "S").warnings, "\n")
		// Ready to be pasted by somebody in another account.
		for _, part := range []string{"logs.eu-west-1.amazonaws.com", "kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:eu-west-1:111122223333:log-group:S-*",
			"cloudwatch.amazonaws.com", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:S-*"} {
			if !strings.Contains(told, part) {
				t.Errorf("the key's owner is not told of %q: %s", part, told)
			}
		}
	})
	t.Run("of another stack", func(t *testing.T) {
		app := newApp(t)
		security, stack := awscdk.NewStack(app, jsii.String("Security"), nil), awscdk.NewStack(app, jsii.String("S"), nil)
		key := awskms.NewKey(security, jsii.String("Key"), nil)
		newFunction(stack, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Key = key })
		if policy := fmt.Sprint(synthStack(t, app, "Security").at("Key").Properties); !strings.Contains(policy, "log-group:S-*") {
			t.Errorf("the key admits not the logs of the function's stack, but %s", policy)
		}
	})
}

func TestGivenQueue(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		queue := awssqs.NewQueue(stack, jsii.String("Failed"), &awssqs.QueueProps{EncryptionMasterKey: newKey(stack)})
		net := network.New(stack, "Network", nil)
		for _, id := range []string{"Fn", "Other"} {
			golambda.NewSecureGoFunction(stack, id, &golambda.SecureGoFunctionProps{Entry: handler, Network: net, FailedEvents: queue})
		}
	})
	same(t, "queues", s.ofType("AWS::SQS::Queue"), `["Failed"]`)
	same(t, "where failed events go", s.at("Fn/Function").Properties["DeadLetterConfig"], `{"TargetArn": "${Failed.Arn}"}`)
	statements := fmt.Sprint(s.at("Fn/Role/RunTime").Properties)
	for _, part := range []string{"${Failed.Arn}", "${Key.Arn}"} {
		if !strings.Contains(statements, part) {
			t.Errorf("the run-time policy lacks %s: %s", part, statements)
		}
	}
	watched := 0
	for _, path := range s.ofType("AWS::CloudWatch::Alarm") {
		if fmt.Sprint(s.at(path).Properties["Dimensions"]) == "[map[Name:QueueName Value:${Failed.QueueName}]]" {
			watched++
		}
	}
	same(t, "alarms on the queue of two functions", watched, `1`)
}

// A key that goes before the logs that it encrypts would take them with it.
func TestKeyStaysIfAnyLogsStay(t *testing.T) {
	const destroy, retain = awscdk.RemovalPolicy_DESTROY, awscdk.RemovalPolicy_RETAIN
	for _, c := range []struct {
		policies []awscdk.RemovalPolicy
		want     string
	}{
		{[]awscdk.RemovalPolicy{destroy, destroy}, "Delete"},
		{[]awscdk.RemovalPolicy{destroy, ""}, "Retain"},
		{[]awscdk.RemovalPolicy{retain, destroy}, "Retain"},
		{[]awscdk.RemovalPolicy{"", destroy}, "Retain"},
	} {
		s := synth(t, func(stack awscdk.Stack) {
			for i, policy := range c.policies {
				golambda.NewSecureGoFunction(stack, fmt.Sprint("Fn", i), &golambda.SecureGoFunctionProps{Entry: handler, Network: network.None("nothing to reach"), RemovalPolicy: policy})
			}
		})
		if got := s.at("SecureGoFunctionsKey").DeletionPolicy; got != c.want {
			t.Errorf("functions that ask for %q leave the key to %s, not %s", c.policies, got, c.want)
		}
	}
}

func TestEachStackHasItsOwnSharedPart(t *testing.T) {
	app := newApp(t)
	for _, name := range []string{"S", "T"} {
		newFunction(awscdk.NewStack(app, jsii.String(name), nil), nil)
	}
	for _, name := range []string{"S", "T"} {
		s := synthStack(t, app, name)
		same(t, name+": keys", s.ofType("AWS::KMS::Key"), `["SecureGoFunctionsKey"]`)
		same(t, name+": queues", s.ofType("AWS::SQS::Queue"), `["SecureGoFunctionsFailedEvents"]`)
	}
}

func TestNestedStackIsNamedByItsOutermost(t *testing.T) {
	app := newApp(t)
	stack := awscdk.NewStack(app, jsii.String("S"), nil)
	nested := awscdk.NewNestedStack(stack, jsii.String("Nested"), nil)
	newFunction(nested, nil)
	app.Synth(nil)
	dir := *app.Outdir()
	text := readFile(t, dir, "*.nested.template.json")
	if !strings.Contains(text, ":log-group:S-*") {
		t.Errorf("the nested stack's key does not admit the logs of a stack whose name begins with S: %s", text)
	}
}
