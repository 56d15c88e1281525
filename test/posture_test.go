package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/apps/orders"
	"github.com/securegofunction/cdk/apps/quickstart"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
	"github.com/securegofunction/cdk/constructs/posture"
	"github.com/securegofunction/cdk/constructs/posture/validation"
)

// validated synthesizes an app with the plugin, and returns whether synth
// stopped, with CDK's report.
func validated(t *testing.T, build func(awscdk.App), acknowledged ...posture.Acknowledgement) (stopped bool, report string) {
	t.Helper()
	app := newApp(t)
	awscdk.Validations_Of(app).AddPlugins(validation.New(acknowledged...))
	build(app)
	func() {
		defer func() { stopped = recover() != nil }()
		app.Synth(nil)
	}()
	text, err := os.ReadFile(filepath.Join(*app.Outdir(), "validation-report.json"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return stopped, string(text)
}

// openURL is a function that anybody may invoke.
func openURL(scope awscdk.Stack) {
	fn := awslambda.NewFunction(scope, jsii.String("Open"), &awslambda.FunctionProps{Runtime: awslambda.Runtime_PROVIDED_AL2023(),
		Handler: jsii.String("bootstrap"), Code: awslambda.Code_FromAsset(jsii.String("testdata/handler"), nil)})
	fn.AddFunctionUrl(&awslambda.FunctionUrlOptions{AuthType: awslambda.FunctionUrlAuthType_NONE})
}

func acknowledge(scope constructs.Construct, id, reason string) {
	awscdk.Validations_Of(scope).Acknowledge(&awscdk.Acknowledgment{Id: &id, Reason: &reason})
}

// A plugin of a stage is about the stage: what else is in the app is not its business.
func TestPostureOfAStage(t *testing.T) {
	app := newApp(t)
	openURL(awscdk.NewStack(app, jsii.String("Outside"), nil))
	stage := awscdk.NewStage(app, jsii.String("Prod"), nil)
	newFunction(awscdk.NewStack(stage, jsii.String("S"), nil), nil)
	awscdk.Validations_Of(stage).AddPlugins(validation.New())
	app.Synth(nil) // panics where it stops
}

// What cannot be read is said, and a panic does not take the app along.
func TestPostureOfWhatCannotBeRead(t *testing.T) {
	out := t.TempDir()
	if err := os.WriteFile(filepath.Join(out, "manifest.json"), []byte(`{"artifacts":{"S":{"type":"aws:cloudformation:stack","properties":{"templateFile":"S.json"}}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for situation, c := range map[string]struct{ folder, want string }{
		"a folder without a manifest": {t.TempDir(), "not a cdk.out folder"},
		"an app that is nil":          {out, "posture panicked"},
	} {
		report := validation.New().Validate(templatesOf{folder: c.folder})
		if *report.Success || report.Metadata == nil || !strings.Contains(*(*report.Metadata)["error"], c.want) {
			t.Errorf("%s: got success %t and %v, want ...%s...", situation, *report.Success, report.Metadata, c.want)
		}
	}
}

// templatesOf is the context of an app with the stack S in a folder.
type templatesOf struct {
	awscdk.IPolicyValidationContext
	folder string
}

func (c templatesOf) StackTemplates() *[]*awscdk.PolicyValidationStack {
	return &[]*awscdk.PolicyValidationStack{{StackConstructPath: jsii.String("S"), TemplatePath: jsii.String(filepath.Join(c.folder, "S.json"))}}
}

func TestPostureStopsSynth(t *testing.T) {
	for situation, c := range map[string]struct {
		build   func(awscdk.App)
		given   []posture.Acknowledgement
		stopped bool
		says    []string
	}{
		"a function that anybody may invoke": {func(app awscdk.App) { openURL(awscdk.NewStack(app, jsii.String("S"), nil)) }, nil, true,
			[]string{"public-invocation", "S/Open"}},
		"the same in a stage": {func(app awscdk.App) {
			openURL(awscdk.NewStack(awscdk.NewStage(app, jsii.String("Prod"), nil), jsii.String("S"), nil))
		}, nil, true, []string{"public-invocation", "Prod/S/Open"}},
		"the same, acknowledged": {func(app awscdk.App) { openURL(awscdk.NewStack(app, jsii.String("S"), nil)) },
			[]posture.Acknowledgement{posture.Acknowledge("public-invocation", "S/Open", "the price list is for everybody")}, false, nil},
		"acknowledged without a reason": {func(app awscdk.App) { openURL(awscdk.NewStack(app, jsii.String("S"), nil)) },
			[]posture.Acknowledgement{posture.Acknowledge("public-invocation", "S/Open", "")}, true, []string{"the acknowledgement of public-invocation has no reason"}},
		"a secure function": {func(app awscdk.App) { newFunction(awscdk.NewStack(app, jsii.String("S"), nil), nil) }, nil, false, nil},
		"an acknowledgement that nothing needs": {func(app awscdk.App) { newFunction(awscdk.NewStack(app, jsii.String("S"), nil), nil) },
			[]posture.Acknowledgement{posture.Acknowledge("public-invocation", "S/Fn", "it was public once")}, false, []string{"the acknowledgement of public-invocation is not needed any more"}},
		"an acknowledgement of no rule": {func(app awscdk.App) { newFunction(awscdk.NewStack(app, jsii.String("S"), nil), nil) },
			[]posture.Acknowledgement{posture.Acknowledge("public-invokation", "S/Fn", "why")}, false, []string{"no rule is called public-invokation"}},
		"one finding of two, in CDK's own way": {func(app awscdk.App) {
			stack := awscdk.NewStack(app, jsii.String("S"), nil)
			openURL(stack)
			acknowledge(stack, "securegofunction-posture::public-invocation[S/Open/FunctionUrl]", "the price list is for everybody")
		}, nil, true, []string{"public-invocation[S/Open/invoke-function"}},
		"the findings of one function of two, in CDK's own way": {func(app awscdk.App) {
			stack := awscdk.NewStack(app, jsii.String("S"), nil)
			openURL(stack)
			openURL(awscdk.NewStack(app, jsii.String("Other"), nil))
			acknowledge(stack, "securegofunction-posture::public-invocation", "the price list is for everybody")
		}, nil, true, []string{"public-invocation[Other/Open/FunctionUrl]"}},
		"the findings of all of the app, in CDK's own way": {func(app awscdk.App) {
			openURL(awscdk.NewStack(app, jsii.String("S"), nil))
			openURL(awscdk.NewStack(awscdk.NewStage(app, jsii.String("Prod"), nil), jsii.String("S"), nil))
			acknowledge(app, "securegofunction-posture::public-invocation", "the price list is for everybody")
		}, nil, false, nil},
		"the findings of a stage, in CDK's own way": {func(app awscdk.App) {
			stage := awscdk.NewStage(app, jsii.String("Prod"), nil)
			openURL(awscdk.NewStack(stage, jsii.String("S"), nil))
			acknowledge(stage, "securegofunction-posture::public-invocation", "the price list is for everybody")
		}, nil, false, nil},
		"without a reason, in CDK's own way": {func(app awscdk.App) {
			stack := awscdk.NewStack(app, jsii.String("S"), nil)
			openURL(stack)
			acknowledge(stack, "securegofunction-posture::public-invocation[S/Open/FunctionUrl]", "")
		}, nil, true, []string{"the acknowledgement of public-invocation has no reason"}},
	} {
		stopped, report := validated(t, c.build, c.given...)
		if stopped != c.stopped {
			t.Errorf("%s: synth stopped: %t, want %t; report:\n%s", situation, stopped, c.stopped, report)
		}
		for _, part := range c.says {
			if !strings.Contains(report, part) {
				t.Errorf("%s: the report lacks %q:\n%s", situation, part, report)
			}
		}
	}
}

// What the samples show is what posture finds nothing in.
func TestSamplesHaveNoFindings(t *testing.T) {
	app := newApp(t)
	emails := []string{"oncall@example.com"}
	quickstart.NewStack(app, "quickstart", &quickstart.StackProps{Entry: "../apps/quickstart/handler", AlarmEmails: emails})
	orders.NewStack(app, "orders", &orders.StackProps{Entry: "../apps/orders/handler", AlarmEmails: emails,
		PrefixLists: map[string]string{"s3": "pl-11111111", "dynamodb": "pl-22222222"}})
	p, err := posture.Read(*app.Synth(nil).Directory())
	if err != nil {
		t.Fatal(err)
	}
	p.NoFindings(t)
	p.ReachesOnly(t, "quickstart/Quickstart", "ssm")
	p.May(t, "quickstart/Quickstart", "ssm:GetParameters", "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/my_app/api_key")
	p.MayNot(t, "quickstart/Quickstart", "ssm:GetParameters", "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/other")
	p.May(t, "orders/Orders", "sqs:ReceiveMessage", "${Incoming.Arn}")
	p.MayNot(t, "orders/Orders", "s3:PutObject", "${Receipts.Arn}/other/1.json")
	p.MayNot(t, "orders/Orders", "s3:GetObject", "${Receipts.Arn}/*")
}

// What a link opens is nothing that posture finds, within a stack and across two, but for what was relaxed for a reason and what is a team's own.
func TestEveryLinkHasNoFindings(t *testing.T) {
	app := newApp(t)
	newEveryLink(app, first)
	p, err := posture.Read(*app.Synth(nil).Directory())
	if err != nil {
		t.Fatal(err)
	}
	var open, answered []string
	for _, f := range p.Check().Findings {
		if f.Acknowledged == nil {
			open = append(open, f.Rule+" "+f.Path)
		} else {
			answered = append(answered, f.Rule+" "+f.Path+" "+f.Acknowledged.Reason)
		}
	}
	sameSet(t, "open", open, []string{
		"endpoint-policy Other/Theirs/Sqs", "flow-logs Other/Theirs", // a VPC that exists
		"tls-not-enforced Base/Topic",
		"unheard-topic Base/SecureGoFunctionsAlarms", "unheard-topic Other/SecureGoFunctionsAlarms",
		"limits-missing Base/Invoked/Function",
	})
	sameSet(t, "answered by a relaxation", answered, []string{
		"name-filter Other/Crawler/Function a crawler", "open-egress Other/Crawler/SecurityGroup pages of the web",
		"no-vpc Other/Nowhere/Function calls public APIs only", "table-key Base/Changes the first",
	})
	p.ReachesOnly(t, "Other/Shares", "sns", "ssm", "Base/PostgresGroup",
		"s3", "dynamodb") // one prefix list and two gateways: for which of them it is, its id does not tell
	p.May(t, "Other/Shares", "s3:GetObject", "${Base/Bucket.Arn}/in/1.json")
	p.MayNot(t, "Other/Shares", "s3:GetObject", "${Base/Bucket.Arn}/out/1.json")
	p.MayNot(t, "Other/Guarded", "dynamodb:PutItem", "${Base/Orders.Arn}")
}

// Each relaxation that names a rule answers that rule's finding, and no other of it.
func TestRelaxationsAnswerTheirFindings(t *testing.T) {
	app := newApp(t)
	stack := awscdk.NewStack(app, jsii.String("S"), nil)
	net := withInternet(stack, network.Internet{Names: network.AnyName("a crawler")})
	const why = "a reason of its own"
	plain := link.NoCustomerKey(why)
	rest := awsapigateway.NewRestApi(stack, jsii.String("Rest"), nil)
	method := func(path string) awsapigateway.Method {
		return rest.Root().AddResource(jsii.String(path), nil).AddMethod(jsii.String("GET"), nil, nil)
	}
	public := method("catalogue")
	http := awsapigatewayv2.NewHttpApi(stack, jsii.String("Http"), nil)
	id := func(id string) *string { return jsii.String(id) }
	functionIn(stack, "Relaxed", net, site("api.stripe.com"), link.Everywhere(80, why),
		link.RestAPI(public, link.Public(why)), link.HTTPAPI(http, "GET", "/", link.Public(why)),
		link.BucketRead("BUCKET", awss3.NewBucket(stack, id("Bucket"), nil), plain), link.TableRead("TABLE", awsdynamodb.NewTable(stack, id("Table"), &awsdynamodb.TableProps{
			PartitionKey: &awsdynamodb.Attribute{Name: id("id"), Type: awsdynamodb.AttributeType_STRING}}), plain),
		link.QueueSend("QUEUE", awssqs.NewQueue(stack, id("Queue"), nil), plain), link.TopicPublish("TOPIC", awssns.NewTopic(stack, id("Topic"), nil), plain),
		link.StreamPut("STREAM", awskinesis.NewStream(stack, id("Stream"), &awskinesis.StreamProps{Encryption: awskinesis.StreamEncryption_UNENCRYPTED}), plain),
		link.Secret("SECRET", awssecretsmanager.NewSecret(stack, id("Secret"), nil), plain))
	functionIn(stack, "Outside", network.None(why))
	p, err := posture.Read(*app.Synth(nil).Directory())
	if err != nil {
		t.Fatal(err)
	}
	var answered []string
	for _, f := range p.Check().Findings {
		if f.Acknowledged != nil {
			answered = append(answered, f.Rule+" "+f.Path)
			if f.Acknowledged.Source != "SecureGoFunction" || f.Acknowledged.Reason != why && f.Acknowledged.Reason != "a crawler" {
				t.Errorf("%s of %s is acknowledged: %+v", f.Rule, f.Path, *f.Acknowledged)
			}
		}
	}
	sameSet(t, "answered", answered, []string{
		"no-vpc S/Outside/Function", "name-filter S/Relaxed/Function", "open-egress S/Relaxed/SecurityGroup", "open-egress S/Relaxed/SecurityGroup",
		"public-invocation S/Rest/Default/catalogue/GET", "public-invocation S/Relaxed/HTTPAPI-ea15937f-c767025d/Route",
		"bucket-key S/Bucket", "table-key S/Table", "queue-key S/Queue", "topic-key S/Topic", "stream-key S/Stream", "secret-key S/Secret",
	})
	rules := map[string]bool{}
	for _, r := range posture.Rules() {
		rules[r.ID] = true
	}
	for _, f := range p.Functions {
		for _, r := range f.Relaxed {
			if r.Rule != "" && !rules[r.Rule] {
				t.Errorf("%s names the rule %q, which is none", r.What, r.Rule)
			}
		}
	}
}
