package golambda

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
	"github.com/securegofunction/cdk/internal/mistake"
	"github.com/securegofunction/cdk/internal/nonode"
)

func TestMain(m *testing.M) { nonode.Run(m) }

// CDK's things, as far as plain Go looks at them: not at all.
type (
	fakeCode   struct{ awslambda.Code }
	fakeRole   struct{ awsiam.IRole }
	fakePolicy struct{ awsiam.IManagedPolicy }
	fakeQueue  struct{ awssqs.IQueue }
	fakeVpc    struct{ awsec2.IVpc }
	fakeScope  struct{ constructs.Construct }
	fakeAction struct{ awscloudwatch.IAlarmAction }
)

type fakeKey struct {
	awskms.IKey
	arn string
}

func (k *fakeKey) KeyArn() *string { return &k.arn }

// newKey returns a key of the region. What is read of keys is kept without a
// lock, so tests with keys are not parallel; Setenv sees to it.
func newKey(t *testing.T, region string) awskms.IKey {
	t.Helper()
	t.Setenv("JSII_RUNTIME", os.Getenv("JSII_RUNTIME"))
	return &fakeKey{arn: "arn:aws:kms:" + region + ":111122223333:key/1"}
}

// sound are props without a mistake, defaults filled in.
func sound() SecureGoFunctionProps {
	return withDefaults(SecureGoFunctionProps{Code: &fakeCode{}, Network: network.None("calls public APIs only")})
}

// requireMistakes fails unless the mistakes of err, one a line, are those
// wanted: each begins with one of them, in their order.
func requireMistakes(t *testing.T, situation string, err error, want ...string) {
	t.Helper()
	var got []string
	if err != nil {
		got = strings.Split(err.Error(), "\n")
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("%s:\n got %q\nwant %q", situation, got, want)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	want := SecureGoFunctionProps{
		Architecture: "arm64", Timeout: 10 * time.Second, MemoryMB: 256, MaxEventAge: time.Hour, Retries: TwoRetries,
		LogLevel: "INFO", SystemLogLevel: "INFO", LogRetentionDays: 365,
		Alarms: Alarms{Errors: 1, Throttles: 1, DurationShare: 0.8, ConcurrencyShare: 0.8, FailedEvents: 1, DeniedCalls: 1},
	}
	if got := withDefaults(SecureGoFunctionProps{}); !reflect.DeepEqual(got, want) {
		t.Errorf("of nothing:\n got %+v\nwant %+v", got, want)
	}
	if got := withDefaults(want); !reflect.DeepEqual(got, want) {
		t.Errorf("of what has them already:\n got %+v\nwant %+v", got, want)
	}
}

// given are props in which everything is set, and to something else than the
// default.
// limited is what a handler with one limit reads.
type limited struct {
	Limit int `link:"LIMIT"`
}

func given() SecureGoFunctionProps {
	return SecureGoFunctionProps{
		Entry: "./handler", Code: &fakeCode{}, Architecture: "amd64",
		Network: network.None("calls public APIs only"), Links: []link.Link{link.Parameter("LIMIT", "/limit", link.Plain("a number"))},
		Config:      limited{},
		Environment: map[string]string{"STAGE": "prod"},
		Key:         &fakeKey{}, Role: &fakeRole{}, PermissionsBoundary: &fakePolicy{},
		Description: "Takes orders", Timeout: 7 * time.Second, MemoryMB: 512, ReservedConcurrency: 5, MaxEventAge: 2 * time.Hour, Retries: NoRetries,
		FailedEvents: &fakeQueue{}, LogLevel: "DEBUG", SystemLogLevel: "WARN", LogRetentionDays: 30,
		Alarms: Alarms{Errors: 2, Throttles: 3, DurationShare: 0.5, ConcurrencyShare: 0.6, FailedEvents: 4, DeniedCalls: 5,
			Emails: []string{"oncall@example.com"}, Actions: []awscloudwatch.IAlarmAction{&fakeAction{}}},
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		Override:      func(*awslambda.FunctionProps) {},
	}
}

func TestDefaultsKeepWhatIsGiven(t *testing.T) {
	t.Parallel()
	props := given()
	for _, v := range []reflect.Value{reflect.ValueOf(props), reflect.ValueOf(props.Alarms)} {
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("this test has to give %s", v.Type().Field(i).Name)
			}
		}
	}
	got := withDefaults(props)
	if got.Override == nil {
		t.Error("Override is gone")
	}
	got.Override, props.Override = nil, nil // functions do not compare
	if !reflect.DeepEqual(got, props) {
		t.Errorf("\n got %+v\nwant %+v", got, props)
	}
}

func TestDefaultsAreSound(t *testing.T) {
	t.Parallel()
	requireMistakes(t, "nothing but what is required", check(sound(), ""))
	requireMistakes(t, "nothing but what is required, in a known region", check(sound(), "eu-west-1"))
}

// steps are the values around a range: both ends are taken, one below and one
// above are not.
func steps(least, most int) map[int]bool {
	return map[int]bool{least - 1: false, least: true, most: true, most + 1: false}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		prop   string
		set    func(*SecureGoFunctionProps, int)
		least  int
		most   int
		advice string
	}{
		{"Timeout", func(p *SecureGoFunctionProps, s int) { p.Timeout = time.Duration(s) * time.Second }, 1, 900, "give whole seconds from 1s to 15m0s"},
		{"MaxEventAge", func(p *SecureGoFunctionProps, s int) { p.MaxEventAge = time.Duration(s) * time.Second }, 60, 21600, "give whole seconds from 1m0s to 6h0m0s"},
		{"MemoryMB", func(p *SecureGoFunctionProps, n int) { p.MemoryMB = n }, 128, 10240, "give 128 to 10240"},
		{"ReservedConcurrency", func(p *SecureGoFunctionProps, n int) { p.ReservedConcurrency = n }, 0, math.MaxInt32, "give 0 to 2147483647"},
		{"Retries", func(p *SecureGoFunctionProps, n int) { p.Retries = Retries(n) }, 0, 2, "give TwoRetries, OneRetry or NoRetries"},
		{"Alarms.Errors", func(p *SecureGoFunctionProps, n int) { p.Alarms.Errors = n }, 1, math.MaxInt32, "give 1 to 2147483647"},
		{"Alarms.Throttles", func(p *SecureGoFunctionProps, n int) { p.Alarms.Throttles = n }, 1, math.MaxInt32, "give 1 to 2147483647"},
		{"Alarms.FailedEvents", func(p *SecureGoFunctionProps, n int) { p.Alarms.FailedEvents = n }, 1, math.MaxInt32, "give 1 to 2147483647"},
		{"Alarms.DeniedCalls", func(p *SecureGoFunctionProps, n int) { p.Alarms.DeniedCalls = n }, 1, math.MaxInt32, "give 1 to 2147483647"},
	} {
		values := steps(c.least, c.most)
		values[-5] = false
		for n, taken := range values {
			p := sound()
			c.set(&p, n)
			shown := strconv.Itoa(n)
			if c.prop == "Timeout" || c.prop == "MaxEventAge" {
				shown = (time.Duration(n) * time.Second).String()
			}
			var want []string
			if !taken {
				want = []string{"props." + c.prop + " " + shown + ": " + c.advice}
			}
			requireMistakes(t, c.prop+" "+shown, check(p, ""), want...)
		}
	}
}

func TestTimesAreWholeSeconds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation    string
		timeout, age time.Duration
		want         []string
	}{
		{"a second and a nanosecond", time.Second + 1, time.Hour, []string{"props.Timeout 1.000000001s: give whole seconds"}},
		{"half a second more", 2500 * time.Millisecond, time.Hour, []string{"props.Timeout 2.5s: give whole seconds"}},
		{"seconds in milliseconds", 3000 * time.Millisecond, time.Hour, nil},
		{"a number for a duration", 30, time.Hour, []string{"props.Timeout 30ns: give whole seconds"}},
		{"an age with a fraction", time.Second, time.Hour + time.Millisecond, []string{"props.MaxEventAge 1h0m0.001s: give whole seconds"}},
	} {
		p := sound()
		p.Timeout, p.MaxEventAge = c.timeout, c.age
		requireMistakes(t, c.situation, check(p, ""), c.want...)
	}
}

func TestShares(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		share float64
		taken bool
	}{
		{math.SmallestNonzeroFloat64, true}, {0.8, true}, {1, true},
		{0, false}, {-0.1, false}, {math.Nextafter(1, 2), false}, {80, false}, {math.NaN(), false}, {math.Inf(1), false}, {math.Inf(-1), false},
	} {
		for _, prop := range []string{"DurationShare", "ConcurrencyShare"} {
			p := sound()
			reflect.ValueOf(&p.Alarms).Elem().FieldByName(prop).SetFloat(c.share)
			var want []string
			if !c.taken {
				want = []string{fmt.Sprintf("props.Alarms.%s %v: give a share above 0, up to 1", prop, c.share)}
			}
			requireMistakes(t, fmt.Sprint(prop, " ", c.share), check(p, ""), want...)
		}
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		prop   string
		set    func(*SecureGoFunctionProps, string)
		taken  []string
		not    []string
		advice string
	}{
		{"Architecture", func(p *SecureGoFunctionProps, v string) { p.Architecture = v },
			[]string{"arm64", "amd64"}, []string{"x86_64", "ARM64", "arm", ""}, "give arm64, amd64"},
		{"LogLevel", func(p *SecureGoFunctionProps, v string) { p.LogLevel = v },
			[]string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}, []string{"info", "Warn", "WARNING", "OFF", ""}, "give TRACE, DEBUG, INFO, WARN, ERROR, FATAL"},
		{"SystemLogLevel", func(p *SecureGoFunctionProps, v string) { p.SystemLogLevel = v },
			[]string{"DEBUG", "INFO", "WARN"}, []string{"TRACE", "ERROR", "FATAL", "warn", ""}, "give DEBUG, INFO, WARN"},
	} {
		for _, v := range c.taken {
			p := sound()
			c.set(&p, v)
			requireMistakes(t, c.prop+" "+v, check(p, ""))
		}
		for _, v := range c.not {
			p := sound()
			c.set(&p, v)
			requireMistakes(t, fmt.Sprintf("%s %q", c.prop, v), check(p, ""), fmt.Sprintf("props.%s %q does not exist: %s", c.prop, v, c.advice))
		}
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	const (
		reason  = "network.None needs a reason: say why the function runs in no VPC"
		address = "is not an e-mail address: give one such as oncall@example.com"
	)
	for _, c := range []struct {
		situation string
		set       func(*SecureGoFunctionProps)
		want      []string
	}{
		{"no network", func(p *SecureGoFunctionProps) { p.Network = nil },
			[]string{`props.Network is nil: give network.New, network.FromVpc, or network.None("reason")`}},
		{"no VPC without a reason", func(p *SecureGoFunctionProps) { p.Network = network.None("") }, []string{reason}},
		{"no VPC with blanks for a reason", func(p *SecureGoFunctionProps) { p.Network = network.None(" \t\n") }, []string{reason}},
		{"a network made by hand", func(p *SecureGoFunctionProps) { p.Network = &network.Network{} }, []string{reason}},
		{"a VPC, which needs no reason", func(p *SecureGoFunctionProps) { p.Network = isolated() }, nil},
		{"a VPC and no scope", func(p *SecureGoFunctionProps) { p.Network = &network.Network{Vpc: &fakeVpc{}} },
			[]string{"props.Network was put together by hand: make it with network.New or network.FromVpc"}},
		{"a description of 256 characters", func(p *SecureGoFunctionProps) { p.Description = strings.Repeat("é", 256) }, nil},
		{"a description of 257 characters", func(p *SecureGoFunctionProps) { p.Description = strings.Repeat("é", 257) },
			[]string{"props.Description has 257 characters: give at most 256"}},
		{"an unknown architecture is told once, and what is wrong with the entry too", func(p *SecureGoFunctionProps) { p.Architecture, p.Code, p.Entry = "mips", nil, "nowhere" },
			[]string{`entry "nowhere" does not exist`, `props.Architecture "mips" does not exist`}},

		{"a role", func(p *SecureGoFunctionProps) { p.Role = &fakeRole{} }, nil},
		{"a permissions boundary", func(p *SecureGoFunctionProps) { p.PermissionsBoundary = &fakePolicy{} }, nil},
		{"a role and a permissions boundary", func(p *SecureGoFunctionProps) { p.Role, p.PermissionsBoundary = &fakeRole{}, &fakePolicy{} },
			[]string{"both props.Role and props.PermissionsBoundary are given: a role that exists has its owner's boundary; keep one"}},

		{"a retention that CloudWatch Logs does not know", func(p *SecureGoFunctionProps) { p.LogRetentionDays = 10 },
			[]string{"props.LogRetentionDays: 10 days: CloudWatch Logs keeps events for one of [1 3 5 7 "}},
		{"a retention that it knows", func(p *SecureGoFunctionProps) { p.LogRetentionDays = 3653 }, nil},
		{"a removal policy of databases", func(p *SecureGoFunctionProps) { p.RemovalPolicy = awscdk.RemovalPolicy_SNAPSHOT },
			[]string{`removal policy "SNAPSHOT": give RETAIN or DESTROY`}},
		{"a removal policy", func(p *SecureGoFunctionProps) { p.RemovalPolicy = awscdk.RemovalPolicy_DESTROY }, nil},

		{"e-mail addresses", func(p *SecureGoFunctionProps) {
			p.Alarms.Emails = []string{"oncall@example.com", "ops+lambda@mail.example.com"}
		}, nil},
		{"what is no e-mail address", func(p *SecureGoFunctionProps) {
			p.Alarms.Emails = []string{"oncall", "oncall@example.com", "On Call <oncall@example.com>", "", "${Token[TOKEN.1]}"}
		}, []string{`props.Alarms.Emails: "oncall" ` + address, `props.Alarms.Emails: "On Call <oncall@example.com>" ` + address,
			`props.Alarms.Emails: "" ` + address, `props.Alarms.Emails: "${Token[TOKEN.1]}" ` + address}},
		{"an alarm action", func(p *SecureGoFunctionProps) { p.Alarms.Actions = []awscloudwatch.IAlarmAction{&fakeAction{}} }, nil},
		{"a nil alarm action", func(p *SecureGoFunctionProps) { p.Alarms.Actions = []awscloudwatch.IAlarmAction{&fakeAction{}, nil} },
			[]string{"props.Alarms.Actions[1] is nil: give an alarm action or leave it out"}},
		{"addresses and actions", func(p *SecureGoFunctionProps) {
			p.Alarms.Emails, p.Alarms.Actions = []string{"oncall@example.com"}, []awscloudwatch.IAlarmAction{&fakeAction{}}
		}, []string{"both props.Alarms.Emails and props.Alarms.Actions are given: e-mails go to the shared topic, which actions replace; keep one"}},

		{"both Entry and Code", func(p *SecureGoFunctionProps) { p.Entry = "./handler" }, []string{`both props.Entry "./handler" and props.Code are given: keep one`}},
		{"neither Entry nor Code", func(p *SecureGoFunctionProps) { p.Code = nil }, []string{"entry is empty: give the folder"}},
		{"an Entry that is a token", func(p *SecureGoFunctionProps) { p.Code, p.Entry = nil, "./${Token[TOKEN.1]}" },
			[]string{`props.Entry "./${Token[TOKEN.1]}" is a token: the folder has to be known at synth`}},
		{"an Entry that does not exist", func(p *SecureGoFunctionProps) { p.Code, p.Entry = nil, "./missing" }, []string{`entry "./missing" does not exist`}},
	} {
		p := sound()
		c.set(&p)
		requireMistakes(t, c.situation, check(p, ""), c.want...)
	}
}

func TestEntryIsCheckedForTheArchitecture(t *testing.T) {
	t.Parallel()
	p := sound()
	p.Code, p.Entry = nil, t.TempDir()
	if err := os.WriteFile(filepath.Join(p.Entry, "main_amd64.go"), []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Architecture = "amd64"
	requireMistakes(t, "code for amd64 on amd64", check(p, ""))
	p.Architecture = "arm64"
	requireMistakes(t, "code for amd64 on arm64", check(p, ""), fmt.Sprintf("entry %q has no Go file for linux/arm64", p.Entry))
}

func TestKey(t *testing.T) {
	key := newKey(t, "us-east-1")
	const refused = "the key arn:aws:kms:us-east-1:111122223333:key/1 is in us-east-1 and what it encrypts in eu-west-1: " +
		"KMS keys work in their own region only; give a key of eu-west-1"
	for _, c := range []struct {
		situation string
		key       awskms.IKey
		region    string
		want      []string
	}{
		{"a key of another region", key, "eu-west-1", []string{refused}},
		{"a key of the region", key, "us-east-1", nil},
		{"a key, and the function's region is not known", key, "", nil},
		{"an alias, whatever the region", &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/orders"}, "",
			[]string{"the key arn:aws:kms:eu-west-1:111122223333:alias/orders is an alias"}},
		{"the stack's own key", nil, "eu-west-1", nil},
	} {
		p := sound()
		p.Key = c.key
		requireMistakes(t, c.situation, check(p, c.region), c.want...)
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	err := check(SecureGoFunctionProps{
		Entry: "./handler", Code: &fakeCode{}, Architecture: "x86_64", Key: newKey(t, "us-east-1"), Role: &fakeRole{}, PermissionsBoundary: &fakePolicy{},
		Timeout: time.Hour, MemoryMB: 64, ReservedConcurrency: -1, MaxEventAge: time.Second, Retries: 3,
		LogLevel: "info", SystemLogLevel: "error", LogRetentionDays: 2, RemovalPolicy: awscdk.RemovalPolicy_SNAPSHOT,
		Alarms: Alarms{Errors: -1, Throttles: -1, DurationShare: 2, ConcurrencyShare: 2, FailedEvents: -1, DeniedCalls: -1,
			Emails: []string{"oncall"}, Actions: []awscloudwatch.IAlarmAction{nil}},
	}, "eu-west-1")
	requireMistakes(t, "everything wrong at once", err, "both props.Entry", "props.Architecture", "props.Network", "both props.Role", "the key",
		"props.Timeout", "props.MemoryMB", "props.ReservedConcurrency", "props.MaxEventAge", "props.Retries", "props.LogLevel", "props.SystemLogLevel",
		"props.LogRetentionDays", "props.Alarms.Errors", "props.Alarms.Throttles", "props.Alarms.FailedEvents", "props.Alarms.DeniedCalls", "props.Alarms.DurationShare",
		"props.Alarms.ConcurrencyShare", "props.Alarms.Emails", "props.Alarms.Actions[0]", "both props.Alarms.Emails", "removal policy")
	if got, want := (mistake.Error{Path: "S/Fn", Err: err}).Error(), "S/Fn: 23 mistakes\n  - both props.Entry"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q at its start", got, want)
	}
}

// overridable are the fields of CDK's FunctionProps that Override may set: they
// open nothing that the rest of the construct shuts.
// A field that CDK adds is decided upon before it can be overridden, and one
// that CDK renames does not fall open.
func TestEveryFieldOfCDKIsDecidedUpon(t *testing.T) {
	t.Parallel()
	of := reflect.TypeFor[awslambda.FunctionProps]()
	for i := range of.NumField() {
		name := of.Field(i).Name
		_, isSecured := secured[name]
		switch isOverridable := slices.Contains(overridable, name); {
		case isSecured && isOverridable:
			t.Errorf("%s is secured, and this test says that it is not", name)
		case !isSecured && !isOverridable:
			t.Errorf("%s is new: add it to what is secured, or to what is overridable", name)
		}
	}
	for name, instead := range secured {
		if _, ok := of.FieldByName(name); !ok {
			t.Errorf("%s is secured, and CDK has no such field", name)
		}
		if instead == "" {
			t.Errorf("%s: no word of what to use instead", name)
		}
	}
}

// set returns FunctionProps in which the field is something else than its zero
// value, if only just: a pointer to false is set too.
func set(t *testing.T, field string) awslambda.FunctionProps {
	t.Helper()
	var props awslambda.FunctionProps
	v := reflect.ValueOf(&props).Elem().FieldByName(field)
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.String:
		v.SetString("x")
	case reflect.Interface:
		// A struct that embeds the interface implements it.
		v.Set(reflect.New(reflect.StructOf([]reflect.StructField{{Name: v.Type().Name(), Type: v.Type(), Anonymous: true}})).Elem())
	default:
		t.Fatalf("%s is a %s: teach this test to set one", field, v.Type())
	}
	return props
}

func TestOverrideOfEachField(t *testing.T) {
	t.Parallel()
	for field, instead := range secured {
		err := checkOverride(set(t, field))
		requireMistakes(t, "Override of "+field, err, "props.Override sets "+field+", which is secured: use "+instead)
	}
	for _, field := range overridable {
		requireMistakes(t, "Override of "+field, checkOverride(set(t, field)))
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		override  func(*awslambda.FunctionProps)
		want      []string
	}{
		{"none", nil, nil},
		{"one that sets nothing", func(*awslambda.FunctionProps) {}, nil},
		{"one that sets what is not secured", func(p *awslambda.FunctionProps) { p.FunctionName = jsii.String("orders") }, nil},
		{"one that sets three secured fields and another", func(p *awslambda.FunctionProps) {
			p.FunctionName, p.Handler, p.AllowPublicSubnet, p.Role = jsii.String("orders"), jsii.String("main"), jsii.Bool(false), &fakeRole{}
		}, []string{"props.Override sets AllowPublicSubnet, which is secured: use network.None", "props.Override sets Role, which is secured: use the Role prop",
			"props.Override sets Handler, which is secured: use nothing: the runtime calls bootstrap"}},
		{"one that panics", func(*awslambda.FunctionProps) { panic("oh") }, []string{"props.Override panicked: oh"}},
		{"one that takes what is not there", func(p *awslambda.FunctionProps) { _ = *p.Handler },
			[]string{"props.Override panicked: runtime error: invalid memory address or nil pointer dereference"}},
	} {
		p := sound()
		p.Override = c.override
		props, err := override(p)
		requireMistakes(t, c.situation, err, c.want...)
		if strings.Contains(c.situation, "sets what") && (props.FunctionName == nil || *props.FunctionName != "orders") {
			t.Errorf("%s: it is lost", c.situation)
		}
	}
}
