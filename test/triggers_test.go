package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3notifications"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// Whatever CDK has for a thing is what its links ask for.
var (
	_ link.Queue         = awssqs.IQueue(nil)
	_ link.Topic         = awssns.ITopic(nil)
	_ link.Bus           = awsevents.IEventBus(nil)
	_ link.Stream        = awskinesis.IStream(nil)
	_ link.StreamedTable = awsdynamodb.ITable(nil)
	_ link.StateMachine  = awsstepfunctions.IStateMachine(nil)
	_ link.Function      = awslambda.IFunction(nil)
	_ link.EventBucket   = awss3.IBucket(nil)
	_ link.RestMethod    = awsapigateway.Method(nil)
	_ link.HTTPApi       = awsapigatewayv2.IHttpApi(nil)
)

// linked synthesizes the function Fn with links to what is made in its stack.
func linked(t *testing.T, links func(awscdk.Stack) []link.Link) synthesized {
	t.Helper()
	return synth(t, func(stack awscdk.Stack) { newLinked(stack, links(stack)...) })
}

func newLinked(stack awscdk.Stack, links ...link.Link) *golambda.SecureGoFunction {
	return golambda.NewSecureGoFunction(stack, "Fn", &golambda.SecureGoFunctionProps{
		Entry: handler, Network: network.None("what invokes it is tested"), Links: links})
}

// newFailures makes a queue for failures, under the key of newKey.
func newFailures(stack awscdk.Stack) awssqs.Queue {
	return awssqs.NewQueue(stack, jsii.String("Failures"), &awssqs.QueueProps{Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: newKey(stack)})
}

// below returns the resource of a construct in the one below Fn whose id begins
// so.
func (s synthesized) below(prefix, id string) resource {
	s.t.Helper()
	var found []string
	for path := range s.resources {
		if strings.HasPrefix(path, "Fn/"+prefix) && strings.HasSuffix(path, "/"+id) {
			found = append(found, path)
		}
	}
	if len(found) != 1 {
		s.t.Fatalf("%s of %s: found %v", id, prefix, found)
	}
	return s.at(found[0])
}

// statementsFor returns the function's statements about a service, sorted by
// what they allow.
func (s synthesized) statementsFor(service string) []any {
	s.t.Helper()
	var all []any
	for _, statement := range s.at("Fn/Role/RunTime").Properties["PolicyDocument"].(map[string]any)["Statement"].([]any) {
		if strings.Contains(fmt.Sprint(statement.(map[string]any)["Action"]), service+":") {
			all = append(all, statement)
		}
	}
	return all
}

const (
	arnOf    = "arn:${AWS::Partition}:"
	hereOf   = ":${AWS::Region}:${AWS::AccountId}:"
	permitOf = `{"Action": "lambda:InvokeFunction", "FunctionName": "${Fn/Function.Arn}", "Principal": "%s.amazonaws.com", "SourceArn": "%s"}`
)

func TestTriggerQueue(t *testing.T) {
	s := linked(t, func(stack awscdk.Stack) []link.Link {
		queue := awssqs.NewQueue(stack, jsii.String("Jobs"), &awssqs.QueueProps{
			Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: newKey(stack), VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(65)),
			DeadLetterQueue: &awssqs.DeadLetterQueue{MaxReceiveCount: jsii.Number(5), Queue: awssqs.NewQueue(stack, jsii.String("Dead"), nil)}})
		return []link.Link{link.QueueConsume(queue, &link.QueueConsumeOptions{BatchSize: 100, BatchWindow: 5 * time.Second, MaxConcurrency: 2})}
	})
	same(t, "the mapping", s.below("Queue-", "Mapping").Properties, `{
		"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Fn/Function}", "FunctionResponseTypes": ["ReportBatchItemFailures"],
		"BatchSize": 100, "MaximumBatchingWindowInSeconds": 5, "ScalingConfig": {"MaximumConcurrency": 2}}`)
	same(t, "what Lambda may do as the role", s.statementsFor("sqs")[1], `{"Effect": "Allow",
		"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], "Resource": "${Jobs.Arn}"}`)
	if !slices.Contains(s.at("Fn/Function").DependsOn, "Fn/Role/RunTime") {
		t.Error("the mapping may be made before the role may read: the function does not wait for its policy")
	}
}

func TestTriggerQueueChecksTheQueue(t *testing.T) {
	const seconds, receives = 60, 5
	for _, c := range []struct {
		situation         string
		seconds, receives float64 // 0 for none
		options           *link.QueueConsumeOptions
		want              []string
	}{
		{"enough of both", seconds, receives, nil, nil},
		{"the queue's own defaults", 0, 0, nil, []string{
			"its visibility timeout is 30s, and a message would be handled again while it is: give it 1m0s or more",
			"it has no dead-letter queue, and a message that cannot be handled comes again until it expires"}},
		{"a batch window on top", seconds, receives, &link.QueueConsumeOptions{BatchWindow: time.Second}, []string{"its visibility timeout is 1m0s, and a message would be handled again while it is: give it 1m1s or more"}},
		{"few receives", seconds, 3, nil, []string{"its dead-letter queue takes messages after a MaxReceiveCount of 3"}},
		{"few receives, with a reason", seconds, 3, &link.QueueConsumeOptions{FewReceives: "orders are not repeated"}, nil},
	} {
		stack := awscdk.NewStack(newApp(t), jsii.String("S"), nil)
		props := &awssqs.QueueProps{}
		if c.seconds > 0 {
			props.VisibilityTimeout = awscdk.Duration_Seconds(jsii.Number(c.seconds))
		}
		if c.receives > 0 {
			props.DeadLetterQueue = &awssqs.DeadLetterQueue{MaxReceiveCount: jsii.Number(c.receives), Queue: awssqs.NewQueue(stack, jsii.String("Dead"), nil)}
		}
		queue := awssqs.NewQueue(stack, jsii.String("Jobs"), props)
		_, err := link.QueueConsume(queue, c.options, link.NoCustomerKey("SSE-SQS is enough for numbers of jobs")).Open(link.Site{Timeout: 10 * time.Second})
		if len(c.want) == 0 && err != nil {
			t.Errorf("%s: %v", c.situation, err)
		}
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), "link.QueueConsume of S/Jobs: ") || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %s", c.situation, err, want)
			}
		}
	}
	stack := awscdk.NewStack(newApp(t), jsii.String("S"), nil)
	imported := awssqs.Queue_FromQueueArn(stack, jsii.String("Imported"), jsii.String("arn:aws:sqs:eu-west-1:111122223333:jobs"))
	if _, err := link.QueueConsume(imported, nil, link.NoCustomerKey("theirs")).Open(link.Site{Timeout: time.Minute}); err != nil {
		t.Errorf("a queue that cannot be seen: %v", err)
	}
}

func TestTriggerStream(t *testing.T) {
	s := linked(t, func(stack awscdk.Stack) []link.Link {
		failures := newFailures(stack)
		stream := awskinesis.NewStream(stack, jsii.String("Clicks"), &awskinesis.StreamProps{Encryption: awskinesis.StreamEncryption_KMS, EncryptionKey: failures.EncryptionMasterKey()})
		table := awsdynamodb.NewTable(stack, jsii.String("Orders"), &awsdynamodb.TableProps{
			PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING}, Stream: awsdynamodb.StreamViewType_NEW_IMAGE})
		return []link.Link{
			link.StreamConsume(stream, failures, nil),
			link.TableStreamConsume(table, failures, &link.StreamConsumeOptions{StartingPosition: "LATEST", BatchSize: 10, BatchWindow: time.Minute, Parallel: 2, Retries: 3, MaxRecordAge: time.Hour},
				link.NoCustomerKey("numbers of orders")),
		}
	})
	same(t, "the mapping of a stream", s.below("Stream-", "Mapping").Properties, `{
		"EventSourceArn": "${Clicks.Arn}", "FunctionName": "${Fn/Function}", "FunctionResponseTypes": ["ReportBatchItemFailures"], "StartingPosition": "TRIM_HORIZON",
		"BisectBatchOnFunctionError": true, "MaximumRetryAttempts": 10, "MaximumRecordAgeInSeconds": 21600, "DestinationConfig": {"OnFailure": {"Destination": "${Failures.Arn}"}}}`)
	same(t, "the mapping of a table", s.below("TableStream-", "Mapping").Properties, `{
		"EventSourceArn": "${Orders.StreamArn}", "FunctionName": "${Fn/Function}", "FunctionResponseTypes": ["ReportBatchItemFailures"], "StartingPosition": "LATEST",
		"BatchSize": 10, "MaximumBatchingWindowInSeconds": 60, "ParallelizationFactor": 2,
		"BisectBatchOnFunctionError": true, "MaximumRetryAttempts": 3, "MaximumRecordAgeInSeconds": 3600, "DestinationConfig": {"OnFailure": {"Destination": "${Failures.Arn}"}}}`)
	same(t, "failures", s.statementsFor("sqs")[1], `{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "${Failures.Arn}"}`)
	stack := awscdk.NewStack(newApp(t), jsii.String("S"), nil)
	_, err := link.TableStreamConsume(awsdynamodb.Table_FromTableName(stack, jsii.String("Orders"), jsii.String("orders")), newFailures(stack), nil, link.NoCustomerKey("theirs")).Open(link.Site{})
	if err == nil || !strings.Contains(err.Error(), "it has no stream: give the table a Stream, or import it with its TableStreamArn") {
		t.Errorf("a table without a stream: got %v", err)
	}
}

// The queue's own policy lets the topic send what it cannot deliver, and the
// key's lets it encrypt that: without them it is lost, and nothing says so.
func TestTriggerTopic(t *testing.T) {
	s := linked(t, func(stack awscdk.Stack) []link.Link {
		failures := newFailures(stack)
		// Topic and queue under one key are where a careless key policy is a
		// cycle.
		orders := awssns.NewTopic(stack, jsii.String("Orders"), &awssns.TopicProps{MasterKey: failures.EncryptionMasterKey()})
		returns := awssns.NewTopic(stack, jsii.String("Returns"), nil)
		return []link.Link{
			link.TopicSubscribe(orders, failures, &link.TopicSubscribeOptions{Attributes: map[string]any{"store": []string{"north"}}}),
			link.TopicSubscribe(returns, failures, nil),
		}
	})
	if got := s.ofType("AWS::SNS::Subscription"); len(got) != 2 {
		t.Fatalf("got the subscriptions %v, want two", got)
	}
	for _, path := range s.ofType("AWS::SNS::Subscription") {
		scope := strings.TrimSuffix(path, "/Subscription")
		topic, filter := "${Returns}", ""
		if s.at(path).Properties["FilterPolicy"] != nil {
			topic, filter = "${Orders}", `"FilterPolicy": {"store": ["north"]}, "FilterPolicyScope": "MessageAttributes",`
		}
		same(t, path, s.at(path).Properties, `{"Protocol": "lambda", "TopicArn": "`+topic+`", "Endpoint": "${Fn/Function.Arn}", `+filter+` "RedrivePolicy": {"deadLetterTargetArn": "${Failures.Arn}"}}`)
		same(t, "the permission of "+topic, s.at(scope+"/Permission").Properties, fmt.Sprintf(permitOf, "sns", topic))
	}
	same(t, "the queue's policy", s.at("Failures/Policy").Properties["PolicyDocument"].(map[string]any)["Statement"], `[
		{"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "sns.amazonaws.com"}, "Resource": "${Failures.Arn}", "Condition": {"ArnEquals": {"aws:SourceArn": "${Orders}"}}},
		{"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "sns.amazonaws.com"}, "Resource": "${Failures.Arn}", "Condition": {"ArnEquals": {"aws:SourceArn": "${Returns}"}}}]`)
	same(t, "the key's policy", s.at("Key").Properties["KeyPolicy"].(map[string]any)["Statement"].([]any)[1:], `[
		{"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Principal": {"Service": "sns.amazonaws.com"}, "Resource": "*",
			"Condition": {"StringLike": {"kms:EncryptionContext:aws:sqs:arn": "`+arnOf+`sqs`+hereOf+`*"}}}]`)
}

func TestTriggerRule(t *testing.T) {
	s := linked(t, func(stack awscdk.Stack) []link.Link {
		failures := newFailures(stack)
		bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
		return []link.Link{
			link.Rule("orders", bus, map[string]any{"source": []string{"my_app.orders"}, "detail": map[string]any{"total": []any{map[string]any{"numeric": []any{">", 100}}}}}, failures),
			link.Rule("health", nil, map[string]any{"source": []string{"aws.health"}}, failures),
		}
	})
	const target = `"Targets": [{"Id": "Function", "Arn": "${Fn/Function.Arn}", "DeadLetterConfig": {"Arn": "${Failures.Arn}"}}]`
	same(t, "a rule of a bus", s.at("Fn/Rule-orders/Rule").Properties, `{"EventBusName": "${Bus}", "EventPattern": {"source": ["my_app.orders"], "detail": {"total": [{"numeric": [">", 100]}]}}, `+target+`}`)
	same(t, "a rule of the default bus", s.at("Fn/Rule-health/Rule").Properties, `{"EventPattern": {"source": ["aws.health"]}, `+target+`}`)
	same(t, "the permission", s.at("Fn/Rule-orders/Permission").Properties, fmt.Sprintf(permitOf, "events", "${Fn/Rule-orders/Rule.Arn}"))
	same(t, "the queue's policy", s.at("Failures/Policy").Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)[0], `
		{"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "events.amazonaws.com"}, "Resource": "${Failures.Arn}", "Condition": {"ArnEquals": {"aws:SourceArn": "${Fn/Rule-orders/Rule.Arn}"}}}`)
	if got := len(s.at("Key").Properties["KeyPolicy"].(map[string]any)["Statement"].([]any)); got != 2 {
		t.Errorf("two rules put %d statements into the key's policy, want the account's and one of EventBridge's", got)
	}
}

// CDK says nothing when a policy is not its own to change.
func TestTriggerFailuresElsewhere(t *testing.T) {
	s := linked(t, func(stack awscdk.Stack) []link.Link {
		failures := awssqs.Queue_FromQueueAttributes(stack, jsii.String("Failures"), &awssqs.QueueAttributes{
			QueueArn: jsii.String("arn:aws:sqs:eu-west-1:111122223333:failures"), KeyArn: jsii.String("arn:aws:kms:eu-west-1:111122223333:key/1")})
		return []link.Link{link.Rule("health", nil, map[string]any{"source": []string{"aws.health"}}, failures)}
	})
	for _, want := range []string{
		"the policy of the queue S/Failures, which takes failures, is not in this app: its owner has to add the statement {",
		"the policy of the key arn:aws:kms:eu-west-1:111122223333:key/1, which takes failures, is not in this app",
		"or what events.amazonaws.com cannot deliver is lost",
	} {
		if !slices.ContainsFunc(s.warnings, func(w string) bool { return strings.Contains(w, want) }) {
			t.Errorf("no warning says %q: %v", want, s.warnings)
		}
	}
}

func TestTriggerBucket(t *testing.T) {
	pattern := func(s synthesized) any { return s.below("Bucket-", "Rule").Properties["EventPattern"] }
	for _, c := range []struct {
		situation, key string
		options        *link.BucketEventsOptions
		types          string
	}{
		{"all objects", ``, nil, `["Object Created"]`},
		{"a prefix", `, "object": {"key": [{"prefix": "in/"}]}`, &link.BucketEventsOptions{Prefix: "in/"}, `["Object Created"]`},
		{"a suffix of what is deleted", `, "object": {"key": [{"suffix": ".csv"}]}`, &link.BucketEventsOptions{Suffix: ".csv", Types: []string{"Object Deleted"}}, `["Object Deleted"]`},
		{"both, with a star of its own", `, "object": {"key": [{"wildcard": "a\\*/*.csv"}]}`, &link.BucketEventsOptions{Prefix: "a*/", Suffix: ".csv"}, `["Object Created"]`},
	} {
		s := linked(t, func(stack awscdk.Stack) []link.Link {
			return []link.Link{link.BucketEvents(awss3.NewBucket(stack, jsii.String("Receipts"), nil), newFailures(stack), c.options)}
		})
		same(t, c.situation, pattern(s), `{"source": ["aws.s3"], "detail-type": `+c.types+`, "detail": {"bucket": {"name": ["${Receipts}"]}`+c.key+`}}`)
		same(t, c.situation+": the bucket", s.at("Receipts").Properties, `{"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": true}}}`)
		if got := s.ofType("AWS::Lambda::Function"); len(got) != 1 {
			t.Errorf("%s: got the functions %v, want Fn alone", c.situation, got)
		}
	}
}

// CDK's notifications write over what the bucket's own resource says.
func TestTriggerBucketWithNotifications(t *testing.T) {
	var bucket awss3.Bucket
	s := synth(t, func(stack awscdk.Stack) {
		bucket = awss3.NewBucket(stack, jsii.String("Receipts"), nil)
		newLinked(stack, link.BucketEvents(bucket, newFailures(stack), nil), link.BucketEvents(bucket, awssqs.NewQueue(stack, jsii.String("Other"), nil), &link.BucketEventsOptions{Prefix: "in/"}))
		bucket.AddEventNotification(awss3.EventType_OBJECT_REMOVED, awss3notifications.NewSqsDestination(awssqs.NewQueue(stack, jsii.String("Removed"), nil)))
	})
	same(t, "CDK's notifications", s.at("Receipts/Notifications").Properties["NotificationConfiguration"].(map[string]any)["EventBridgeConfiguration"], `{}`)
	same(t, "the bucket", s.at("Receipts").Properties, `{}`)
	s = linked(t, func(stack awscdk.Stack) []link.Link {
		return []link.Link{link.BucketEvents(awss3.Bucket_FromBucketName(stack, jsii.String("Theirs"), jsii.String("theirs")), newFailures(stack), nil)}
	})
	if want := "the bucket S/Theirs is not in this app: its owner has to turn on Amazon EventBridge"; !slices.ContainsFunc(s.warnings, func(w string) bool { return strings.Contains(w, want) }) {
		t.Errorf("an imported bucket: no warning says %q: %v", want, s.warnings)
	}
}

func TestTriggerSchedule(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		failures := newFailures(stack)
		boundary := awsiam.ManagedPolicy_FromManagedPolicyName(stack, jsii.String("Boundary"), jsii.String("boundary"))
		golambda.NewSecureGoFunction(stack, "Fn", &golambda.SecureGoFunctionProps{
			Entry: handler, Network: network.None("what invokes it is tested"), PermissionsBoundary: boundary, Links: []link.Link{
				link.Schedule("nightly", "cron(0 3 * * ? *)", failures, nil),
				link.Schedule("often", "rate(5 minutes)", failures, &link.ScheduleOptions{Timezone: "Europe/Berlin", Window: 2 * time.Minute,
					Input: map[string]any{"job": "sweep"}, Key: failures.EncryptionMasterKey(), MaxEventAge: time.Minute})}})
	})
	const target = `"Arn": "${Fn/Function.Arn}", "DeadLetterConfig": {"Arn": "${Failures.Arn}"}, `
	same(t, "the defaults", s.at("Fn/Schedule-nightly/Schedule").Properties, `{"ScheduleExpression": "cron(0 3 * * ? *)", "FlexibleTimeWindow": {"Mode": "OFF"},
		"Target": {`+target+`"RoleArn": "${Fn/Schedule-nightly/Role.Arn}", "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 185}}}`)
	same(t, "all options", s.at("Fn/Schedule-often/Schedule").Properties, `{"ScheduleExpression": "rate(5 minutes)", "ScheduleExpressionTimezone": "Europe/Berlin",
		"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 2}, "KmsKeyArn": "${Key.Arn}",
		"Target": {`+target+`"RoleArn": "${Fn/Schedule-often/Role.Arn}", "Input": "{\"job\":\"sweep\"}", "RetryPolicy": {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 185}}}`)
	role := s.at("Fn/Schedule-often/Role").Properties
	same(t, "who takes the role", role["AssumeRolePolicyDocument"], `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "scheduler.amazonaws.com"},
		"Condition": {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}", "aws:SourceArn": "`+arnOf+`scheduler`+hereOf+`schedule-group/default"}}}]}`)
	if role["PermissionsBoundary"] == nil {
		t.Error("the schedule's role has no boundary, and the function's has one")
	}
	policy := s.at("Fn/Schedule-often/Policy").Properties
	same(t, "whose policy it is", policy["Roles"], `["${Fn/Schedule-often/Role}"]`)
	same(t, "what the role may do", policy["PolicyDocument"].(map[string]any)["Statement"], `[
		{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "${Fn/Function.Arn}"},
		{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "${Failures.Arn}"},
		{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "${Key.Arn}", "Condition": {"StringEquals": {
			"kms:EncryptionContext:aws:sqs:arn": "${Failures.Arn}", "kms:ViaService": "sqs.${AWS::Region}.amazonaws.com"}}},
		{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "${Key.Arn}", "Condition": {"StringLike": {
			"kms:EncryptionContext:aws:scheduler:schedule:arn": "`+arnOf+`scheduler`+hereOf+`schedule/default/*"}}}]`)
	if got := s.ofType("AWS::Lambda::Permission"); len(got) != 0 {
		t.Errorf("a schedule acts by its role, and there are the permissions %v", got)
	}
}

func TestTriggerURL(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		caller := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
		fn := newLinked(stack, link.FunctionURL([]string{*caller.RoleArn()}, &link.CORS{Origins: []string{"https://www.example.com"}, Methods: []string{"POST"}, Headers: []string{"x-id"}, MaxAge: time.Hour}))
		// As the documentation of FunctionURL has it.
		if url := fn.Node().FindChild(jsii.String("URL")).Node().DefaultChild().(awslambda.CfnUrl).AttrFunctionUrl(); url == nil {
			t.Error("the function's URL is not to be had")
		}
	})
	same(t, "the URL", s.at("Fn/URL").Properties, `{"AuthType": "AWS_IAM", "TargetFunctionArn": "${Fn/Function.Arn}",
		"Cors": {"AllowOrigins": ["https://www.example.com"], "AllowMethods": ["POST"], "AllowHeaders": ["x-id"], "MaxAge": 3600}}`)
	same(t, "who may call it", s.at("Fn/URL/Caller1").Properties, `{"Action": "lambda:InvokeFunctionUrl", "FunctionName": "${Fn/Function.Arn}", "Principal": "${Caller.Arn}", "FunctionUrlAuthType": "AWS_IAM"}`)
	same(t, "who may invoke by it", s.at("Fn/URL/Caller1Invokes").Properties, `{"Action": "lambda:InvokeFunction", "FunctionName": "${Fn/Function.Arn}", "Principal": "${Caller.Arn}", "InvokedViaFunctionUrl": true}`)
}

// restAPI makes a REST API of one method, and whatever else is said.
func restAPI(stack awscdk.Stack, method *awsapigateway.MethodOptions) (awsapigateway.RestApi, awsapigateway.Method) {
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	return api, api.Root().ResourceForPath(jsii.String("orders/{id}")).AddMethod(jsii.String("GET"), nil, method)
}

func TestTriggerRestAPI(t *testing.T) {
	deployment := func(s synthesized) string {
		s.t.Helper()
		at := strings.Index(s.bytes, `"ApiDeployment`)
		return s.bytes[at+1 : at+1+strings.IndexByte(s.bytes[at+1:], '"')]
	}
	const method = "Api/Default/orders/{id}/GET"
	s := linked(t, func(stack awscdk.Stack) []link.Link {
		_, made := restAPI(stack, nil)
		return []link.Link{link.RestAPI(made)}
	})
	properties := s.at(method).Properties
	same(t, "the integration", properties["Integration"], `{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST",
		"Uri": "`+arnOf+`apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn/Function.Arn}/invocations"}`)
	same(t, "who may call", properties["AuthorizationType"], `"AWS_IAM"`)
	same(t, "the permission", s.at(method+"/Permission").Properties, fmt.Sprintf(permitOf, "apigateway", arnOf+"execute-api"+hereOf+"${Api}/${Api/DeploymentStage.prod}/GET/orders/*"))
	if got := s.ofType("AWS::Lambda::Permission"); len(got) != 1 {
		t.Errorf("got the permissions %v, want that of the method alone: none for the test button", got)
	}
	if !slices.Contains(s.at("Api/Deployment").DependsOn, method) {
		t.Errorf("the deployment does not wait for the method: %v", s.at("Api/Deployment").DependsOn)
	}
	public := linked(t, func(stack awscdk.Stack) []link.Link {
		_, made := restAPI(stack, nil)
		return []link.Link{link.RestAPI(made, link.Public("the catalogue is for everybody"))}
	})
	same(t, "a public method", public.at(method).Properties["AuthorizationType"], `"NONE"`)
	if !strings.Contains(public.bytes, "the catalogue is for everybody") {
		t.Error("the reason for a public method is not in the template")
	}
	without := synth(t, func(stack awscdk.Stack) { restAPI(stack, nil) })
	if a, b, c := deployment(s), deployment(public), deployment(without); a == b || a == c || b == c {
		t.Errorf("an API whose methods changed is not deployed anew: %s, %s and %s", a, b, c)
	}
	authorized := linked(t, func(stack awscdk.Stack) []link.Link {
		_, made := restAPI(stack, &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_CUSTOM,
			Authorizer: awsapigateway.NewTokenAuthorizer(stack, jsii.String("Authorizer"), &awsapigateway.TokenAuthorizerProps{
				Handler: awslambda.Function_FromFunctionArn(stack, jsii.String("Theirs"), jsii.String("arn:aws:lambda:eu-west-1:111122223333:function:theirs"))})})
		return []link.Link{link.RestAPI(made)}
	})
	same(t, "a method with an authorizer", authorized.at(method).Properties["AuthorizationType"], `"CUSTOM"`)
}

func TestTriggerHTTPAPI(t *testing.T) {
	s := linked(t, func(stack awscdk.Stack) []link.Link {
		api := awsapigatewayv2.NewHttpApi(stack, jsii.String("Api"), nil)
		return []link.Link{
			link.HTTPAPI(api, "GET", "/orders/{id}"),
			link.HTTPAPI(api, "POST", "/orders", link.AuthorizedBy(link.Authorizer{Type: "JWT", ID: "abc", Scopes: []string{"orders"}})),
			link.HTTPAPI(api, "GET", "/", link.Public("the front page is for everybody")),
		}
	})
	routes := map[string]string{}
	for _, path := range s.ofType("AWS::ApiGatewayV2::Route") {
		scope := strings.TrimSuffix(path, "/Route")
		route := s.at(path).Properties
		key := route["RouteKey"].(string)
		routes[key] = fmt.Sprint(route["AuthorizationType"], " ", route["AuthorizerId"], " ", route["AuthorizationScopes"])
		same(t, key+" goes to", route["Target"], `"integrations/${`+scope+`/Integration}"`)
		same(t, key+" invokes", s.at(scope+"/Integration").Properties, `{"ApiId": "${Api}", "IntegrationType": "AWS_PROXY", "IntegrationUri": "${Fn/Function.Arn}", "PayloadFormatVersion": "2.0"}`)
		same(t, key+" may invoke", s.at(scope+"/Permission").Properties, fmt.Sprintf(permitOf, "apigateway", arnOf+"execute-api"+hereOf+"${Api}/*/"+strings.Replace(key, " ", "", 1)))
	}
	same(t, "who may call", routes, `{"GET /orders/{id}": "AWS_IAM <nil> <nil>", "POST /orders": "JWT abc [orders]", "GET /": "NONE <nil> <nil>"}`)
}

// The stacks refer to each other in one direction, which is what each link's
// documentation says; CDK refuses a cycle.
func TestTriggersAcrossStacks(t *testing.T) {
	for _, c := range []struct {
		situation string
		link      func(awscdk.Stack) link.Link
		reverse   bool // the thing's stack refers to the function's
	}{
		{"a topic", func(stack awscdk.Stack) link.Link {
			failures := newFailures(stack)
			return link.TopicSubscribe(awssns.NewTopic(stack, jsii.String("Topic"), &awssns.TopicProps{MasterKey: failures.EncryptionMasterKey()}), failures, nil)
		}, false},
		{"a rule of a bus", func(stack awscdk.Stack) link.Link {
			return link.Rule("orders", awsevents.NewEventBus(stack, jsii.String("Bus"), nil), map[string]any{"source": []string{"my_app.orders"}}, newFailures(stack))
		}, false},
		{"a bucket", func(stack awscdk.Stack) link.Link {
			return link.BucketEvents(awss3.NewBucket(stack, jsii.String("Bucket"), nil), newFailures(stack), nil)
		}, false},
		{"a schedule", func(stack awscdk.Stack) link.Link {
			return link.Schedule("nightly", "rate(1 day)", newFailures(stack), nil)
		}, false},
		{"a stream", func(stack awscdk.Stack) link.Link {
			return link.StreamConsume(awskinesis.NewStream(stack, jsii.String("Stream"), nil), newFailures(stack), nil, link.NoCustomerKey("clicks"))
		}, false},
		{"an HTTP API", func(stack awscdk.Stack) link.Link {
			return link.HTTPAPI(awsapigatewayv2.NewHttpApi(stack, jsii.String("Api"), nil), "GET", "/")
		}, false},
		{"a REST API", func(stack awscdk.Stack) link.Link {
			_, method := restAPI(stack, nil)
			return link.RestAPI(method)
		}, true},
	} {
		app := newApp(t)
		things, functions := awscdk.NewStack(app, jsii.String("Things"), nil), awscdk.NewStack(app, jsii.String("Functions"), nil)
		newLinked(functions, c.link(things))
		of, on := functions, "Things"
		if c.reverse {
			of, on = things, "Functions"
		}
		app.Synth(nil)
		var names []string
		for _, stack := range *of.Dependencies() {
			names = append(names, *stack.StackName())
		}
		if !slices.Contains(names, on) {
			t.Errorf("%s: %s depends on %v, want %s", c.situation, *of.StackName(), names, on)
		}
	}
}

// CDK finds cycles of stacks, and CloudFormation those within one, when it is
// deployed. One key for all, and one queue that takes the function's own failed
// events too, is where the policies of queue and key could make one.
func TestTriggersMakeNoCycle(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		failures := newFailures(stack)
		key := failures.EncryptionMasterKey()
		jobs := awssqs.NewQueue(stack, jsii.String("Jobs"), &awssqs.QueueProps{Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: key,
			VisibilityTimeout: awscdk.Duration_Minutes(jsii.Number(1)), DeadLetterQueue: &awssqs.DeadLetterQueue{MaxReceiveCount: jsii.Number(5), Queue: failures}})
		topic := awssns.NewTopic(stack, jsii.String("Topic"), &awssns.TopicProps{MasterKey: key})
		bus := awsevents.NewEventBus(stack, jsii.String("Bus"), &awsevents.EventBusProps{KmsKey: key})
		stream := awskinesis.NewStream(stack, jsii.String("Stream"), &awskinesis.StreamProps{Encryption: awskinesis.StreamEncryption_KMS, EncryptionKey: key})
		bucket := awss3.NewBucket(stack, jsii.String("Bucket"), &awss3.BucketProps{EncryptionKey: key})
		_, method := restAPI(stack, nil)
		golambda.NewSecureGoFunction(stack, "Fn", &golambda.SecureGoFunctionProps{
			Entry: handler, Network: network.None("what invokes it is tested"), Key: key, FailedEvents: failures, Links: []link.Link{
				link.QueueSend("JOBS", jobs), link.TopicPublish("TOPIC", topic), link.EventsPut("BUS", bus, "my_app"), link.StreamPut("STREAM", stream),
				link.QueueConsume(jobs, nil), link.StreamConsume(stream, failures, nil), link.TopicSubscribe(topic, failures, nil),
				link.Rule("all", bus, map[string]any{"source": []string{"my_app"}}, failures), link.BucketEvents(bucket, failures, nil),
				link.Schedule("nightly", "rate(1 day)", failures, &link.ScheduleOptions{Input: map[string]any{"a": 1}, Key: key}),
				link.FunctionURL([]string{"arn:aws:iam::111122223333:role/shop"}, nil), link.RestAPI(method),
				link.HTTPAPI(awsapigatewayv2.NewHttpApi(stack, jsii.String("Http"), nil), "GET", "/"),
			}})
	})
	if cycle := s.cycle(); cycle != nil {
		t.Errorf("the resources wait for each other: %s", strings.Join(cycle, " -> "))
	}
}

// cycle returns logical ids of resources that wait for each other, or nil.
func (s synthesized) cycle() []string {
	s.t.Helper()
	var template struct{ Resources map[string]map[string]any }
	if err := json.Unmarshal([]byte(s.bytes), &template); err != nil {
		s.t.Fatal(err)
	}
	waits := map[string][]string{}
	for id, resource := range template.Resources {
		refersTo(resource["Properties"], func(on string) { waits[id] = append(waits[id], on) })
		if on, ok := resource["DependsOn"].([]any); ok {
			for _, other := range on {
				waits[id] = append(waits[id], other.(string))
			}
		}
	}
	done := map[string]bool{}
	var follow func(id string, path []string) []string
	follow = func(id string, path []string) []string {
		if at := slices.Index(path, id); at >= 0 {
			return append(path[at:], id)
		}
		if done[id] {
			return nil
		}
		for _, on := range waits[id] {
			if cycle := follow(on, append(slices.Clone(path), id)); cycle != nil {
				return cycle
			}
		}
		done[id] = true
		return nil
	}
	for id := range template.Resources {
		if cycle := follow(id, nil); cycle != nil {
			return cycle
		}
	}
	return nil
}

// refersTo tells the logical ids in a value: those of pseudo parameters are no
// resources, and wait for nothing.
func refersTo(v any, tell func(string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			refersTo(e, tell)
		}
	case map[string]any:
		if id, ok := v["Ref"].(string); ok {
			tell(id)
		}
		if of, ok := v["Fn::GetAtt"].([]any); ok {
			tell(of[0].(string))
		}
		for _, e := range v {
			refersTo(e, tell)
		}
	}
}

// The policy of a queue in another stack cannot name the rule, and admits the
// account's.
func TestTriggerRuleOfAnotherStacksQueue(t *testing.T) {
	app := newApp(t)
	things, functions := awscdk.NewStack(app, jsii.String("Things"), nil), awscdk.NewStack(app, jsii.String("Functions"), nil)
	newLinked(functions, link.Rule("health", nil, map[string]any{"source": []string{"aws.health"}}, newFailures(things)))
	s := synthStack(t, app, "Things")
	same(t, "the queue's policy", s.at("Failures/Policy").Properties["PolicyDocument"].(map[string]any)["Statement"], `[
		{"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "events.amazonaws.com"}, "Resource": "${Failures.Arn}",
			"Condition": {"ArnLike": {"aws:SourceArn": "`+arnOf+`events`+hereOf+`rule/*"}}}]`)
}

// Two links of a kind do not collide, and the ids last: they are part of what
// CloudFormation knows resources by.
func TestTriggerIDs(t *testing.T) {
	stack := awscdk.NewStack(newApp(t), jsii.String("S"), nil)
	failures := newFailures(stack)
	api := awsapigatewayv2.NewHttpApi(stack, jsii.String("Api"), nil)
	bucket := awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	one, other := awssns.NewTopic(stack, jsii.String("One"), nil), awssns.NewTopic(stack, jsii.String("Other"), nil)
	imported := awssns.Topic_FromTopicArn(stack, jsii.String("Imported"), jsii.String("arn:aws:sns:eu-west-1:111122223333:orders"))
	moved := awssns.Topic_FromTopicArn(stack, jsii.String("Moved"), jsii.String("arn:aws:sns:eu-west-1:111122223333:orders"))
	ids := func(l link.Link) string {
		doors, err := l.Open(link.Site{})
		if err != nil {
			t.Fatal(err)
		}
		return doors.Triggers[0].ID
	}
	seen := map[string]bool{}
	for _, l := range []link.Link{
		link.TopicSubscribe(one, failures, nil), link.TopicSubscribe(other, failures, nil), link.TopicSubscribe(imported, failures, nil),
		link.BucketEvents(bucket, failures, nil), link.BucketEvents(bucket, failures, &link.BucketEventsOptions{Prefix: "a/"}),
		link.BucketEvents(bucket, failures, &link.BucketEventsOptions{Suffix: "a/"}), link.BucketEvents(bucket, failures, &link.BucketEventsOptions{Types: []string{"Object Deleted"}}),
		link.HTTPAPI(api, "GET", "/"), link.HTTPAPI(api, "POST", "/"), link.HTTPAPI(api, "GET", "/a"),
	} {
		id := ids(l)
		if seen[id] || strings.Contains(id, "Token") {
			t.Errorf("the id %s is that of another trigger, or of a token", id)
		}
		seen[id] = true
	}
	if a, b := ids(link.TopicSubscribe(imported, failures, nil)), ids(link.TopicSubscribe(moved, failures, nil)); a != b {
		t.Errorf("the same topic, imported elsewhere, has the ids %s and %s", a, b)
	}
}
