package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

func write(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Each is one error: the path first, then the value, then the fix. Nothing is
// made.
func TestBadInput(t *testing.T) {
	notMain := write(t, map[string]string{"go.mod": "module orders\n\ngo 1.24\n", "orders.go": "package orders\n"})
	broken := write(t, map[string]string{"go.mod": "module orders\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() { undefined() }\n"})
	type props = golambda.SecureGoFunctionProps
	set := func(change func(awscdk.Stack, *props)) func(awscdk.Stack) *props {
		return func(stack awscdk.Stack) *props {
			p := &props{Entry: handler, Network: network.None("this test makes none")}
			change(stack, p)
			return p
		}
	}
	closed := func(stack awscdk.Stack) *network.Network { return network.New(stack, "Network", nil) }
	for situation, c := range map[string]struct {
		props func(awscdk.Stack) *props
		want  []string
	}{
		"nil props":      {func(awscdk.Stack) *props { return nil }, []string{"props are nil", "Entry and Network"}},
		"empty entry":    {set(func(_ awscdk.Stack, p *props) { p.Entry = "" }), []string{"entry"}},
		"entry missing":  {set(func(_ awscdk.Stack, p *props) { p.Entry = "./nowhere" }), []string{"./nowhere"}},
		"entry not main": {set(func(_ awscdk.Stack, p *props) { p.Entry = notMain }), []string{notMain, "orders", "main"}},
		"entry that does not compile": {set(func(_ awscdk.Stack, p *props) { p.Entry = broken }),
			[]string{broken, "main.go:3:15: undefined: undefined"}},
		"entry a token": {set(func(_ awscdk.Stack, p *props) { p.Entry = *awscdk.Aws_REGION() }), []string{"Entry", "is a token"}},
		"entry and code": {set(func(_ awscdk.Stack, p *props) { p.Code = awslambda.Code_FromAsset(jsii.String("testdata"), nil) }),
			[]string{"both props.Entry", "keep one"}},
		"nil network": {set(func(_ awscdk.Stack, p *props) { p.Network = nil }), []string{"Network is nil", "network.New"}},
		"no reason":   {set(func(_ awscdk.Stack, p *props) { p.Network = network.None(" ") }), []string{"network.None needs a reason"}},
		"duplicate variables": {set(func(_ awscdk.Stack, p *props) {
			p.Environment = map[string]string{"LIMIT": "1"}
			p.Links = []link.Link{link.Parameter("LIMIT", "/limit", link.Plain("a number"))}
		}), []string{"variable LIMIT is set twice"}},
		"reserved name": {set(func(_ awscdk.Stack, p *props) { p.Environment = map[string]string{"AWS_REGION": "eu-west-1"} }),
			[]string{"variable AWS_REGION is reserved by Lambda"}},
		"malformed parameter name": {set(func(_ awscdk.Stack, p *props) {
			p.Links = []link.Link{link.Parameter("LIMIT", "my app//limit", link.Plain("a number"))}
		}), []string{`parameter "my app//limit" of variable LIMIT`, "malformed"}},
		"a parameter without a key": {set(func(_ awscdk.Stack, p *props) { p.Links = []link.Link{link.Parameter("API_KEY", "/key")} }),
			[]string{`parameter "/key"`, "link.EncryptedWith(key)"}},
		"a token without its form": {set(func(s awscdk.Stack, p *props) {
			p.Links = []link.Link{link.Parameter("LIMIT", *awscdk.NewCfnParameter(s, jsii.String("Name"), nil).ValueAsString(), link.Plain("a number"))}
		}), []string{"is a token", "link.FullyQualifiedName()"}},
		"a link that the network cannot carry": {set(func(s awscdk.Stack, p *props) {
			p.Network, p.Links = closed(s), []link.Link{link.Everywhere(443, "webhooks")}
		}), []string{"the network has no way out, which link.Everywhere needs"}},
		"timeout too long":  {set(func(_ awscdk.Stack, p *props) { p.Timeout = 16 * time.Minute }), []string{"Timeout 16m0s", "1s to 15m0s"}},
		"memory too small":  {set(func(_ awscdk.Stack, p *props) { p.MemoryMB = 64 }), []string{"MemoryMB 64", "128 to 10240"}},
		"unknown retention": {set(func(_ awscdk.Stack, p *props) { p.LogRetentionDays = 364 }), []string{"LogRetentionDays: 364 days", "365"}},
		"unknown level":     {set(func(_ awscdk.Stack, p *props) { p.LogLevel = "VERBOSE" }), []string{`LogLevel "VERBOSE" does not exist`}},
		"role and boundary": {set(func(s awscdk.Stack, p *props) {
			p.Role = awsiam.Role_FromRoleArn(s, jsii.String("R"), jsii.String("arn:aws:iam::111122223333:role/team"), nil)
			p.PermissionsBoundary = awsiam.ManagedPolicy_FromManagedPolicyName(s, jsii.String("B"), jsii.String("boundary"))
		}), []string{"both props.Role and props.PermissionsBoundary"}},
		"a key of another region, by its ARN": {set(func(s awscdk.Stack, p *props) {
			p.Key = awskms.Key_FromKeyArn(s, jsii.String("K"), jsii.String("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"))
		}), []string{"is in us-east-1 and what it encrypts in eu-west-1"}},
		"a linked key of another region, by its stack": {set(func(s awscdk.Stack, p *props) {
			other := awscdk.NewStack(s.Node().Root().(awscdk.App), jsii.String("Other"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")}})
			p.Links = []link.Link{link.Parameter("API_KEY", "/key", link.EncryptedWith(awskms.NewKey(other, jsii.String("K"), nil)))}
		}), []string{"is in us-east-1 and what it encrypts in eu-west-1"}},
		"a FIFO queue": {set(func(s awscdk.Stack, p *props) {
			p.FailedEvents = awssqs.NewQueue(s, jsii.String("Q"), &awssqs.QueueProps{Fifo: jsii.Bool(true)})
		}), []string{"props.FailedEvents is a FIFO queue", "give a standard one"}},
		"an Override that panics": {set(func(_ awscdk.Stack, p *props) { p.Override = func(*awslambda.FunctionProps) { panic("no layers") } }),
			[]string{"Override panicked: no layers"}},
	} {
		var before, after int
		message := refused(t, situation, func() {
			app := newApp(t)
			stack := awscdk.NewStack(app, jsii.String("S"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}})
			p := c.props(stack)
			count := func() int { return len(*app.Node().FindAll(constructs.ConstructOrder_PREORDER)) }
			before = count()
			defer func() { after = count() }()
			golambda.NewSecureGoFunction(stack, "Fn", p)
		})
		if !strings.HasPrefix(message, "S/Fn: ") {
			t.Errorf("%s: the message does not begin with the path: %q", situation, message)
		}
		for _, part := range c.want {
			if !strings.Contains(message, part) {
				t.Errorf("%s: the message lacks %q:\n%s", situation, part, message)
			}
		}
		if before != after {
			t.Errorf("%s: %d constructs were left behind", situation, after-before)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	message := refused(t, "five mistakes", func() {
		synth(t, func(stack awscdk.Stack) {
			golambda.NewSecureGoFunction(stack, "Fn", &golambda.SecureGoFunctionProps{Entry: "./nowhere", Timeout: time.Hour, MemoryMB: 1, LogLevel: "LOUD"})
		})
	})
	for _, part := range []string{"S/Fn: 5 mistakes\n", "\n  - ", "./nowhere", "Network is nil", "Timeout 1h0m0s", "MemoryMB 1", `LogLevel "LOUD"`} {
		if !strings.Contains(message, part) {
			t.Errorf("the message lacks %q:\n%s", part, message)
		}
	}
}

func TestNoGoOnThePath(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	message := refused(t, "no Go on the PATH", func() { synthFunction(t, nil) })
	if !strings.HasPrefix(message, "S/Fn: ") || !strings.Contains(message, "install Go") {
		t.Errorf("the message is %q", message)
	}
}

func TestWhereItIsMade(t *testing.T) {
	none := network.None("this test makes none")
	for situation, c := range map[string]struct {
		build func(awscdk.Stack)
		want  string
	}{
		"nil scope": {func(awscdk.Stack) {
			golambda.NewSecureGoFunction(nil, "Fn", &golambda.SecureGoFunctionProps{Entry: handler, Network: none})
		}, "Fn: scope is nil"},
		"empty id": {func(s awscdk.Stack) {
			golambda.NewSecureGoFunction(s, "", &golambda.SecureGoFunctionProps{Entry: handler, Network: none})
		}, "S/: id is empty"},
		"the same id twice": {func(s awscdk.Stack) {
			for range 2 {
				golambda.NewSecureGoFunction(s, "Fn", &golambda.SecureGoFunctionProps{Entry: handler, Network: none})
			}
		}, `S/Fn: the id "Fn" is taken in this scope`},
		"a network with the same id": {func(s awscdk.Stack) {
			network.New(s, "Network", nil)
			network.New(s, "Network", nil)
		}, `S/Network: the id "Network" is taken in this scope`},
	} {
		if message := refused(t, situation, func() { synth(t, c.build) }); !strings.Contains(message, c.want) {
			t.Errorf("%s: the message %q lacks %q", situation, message, c.want)
		}
	}
}
