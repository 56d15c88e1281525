package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/apps/orders"
	"github.com/securegofunction/cdk/apps/quickstart"
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
			[]posture.Acknowledgement{posture.Acknowledge("public-invocation", "S/Open", "")}, true, []string{"the acknowledgement has no reason"}},
		"a secure function": {func(app awscdk.App) { newFunction(awscdk.NewStack(app, jsii.String("S"), nil), nil) }, nil, false, nil},
		"an acknowledgement that nothing needs": {func(app awscdk.App) { newFunction(awscdk.NewStack(app, jsii.String("S"), nil), nil) },
			[]posture.Acknowledgement{posture.Acknowledge("public-invocation", "S/Fn", "it was public once")}, true, []string{"is not needed any more"}},
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
