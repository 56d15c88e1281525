package config

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/smithy-go"
)

const (
	canary    = "sk-canary-4f1d"
	secretARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/db-AbCdEf"
	keyARN    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
)

type limits struct {
	Daily  int
	Bearer Secret
}

type everything struct {
	APIKey   Secret        `link:"API_KEY"`
	Theme    string        `link:"THEME"`
	Debug    bool          `link:"DEBUG"`
	Pages    int32         `link:"PAGES"`
	Shards   uint          `link:"SHARDS"`
	Rate     float64       `link:"RATE"`
	Timeout  time.Duration `link:"TIMEOUT"`
	Limits   limits        `link:"LIMITS"`
	Regions  []string      `link:"REGIONS"`
	Flags    Parameters    `link:"FLAGS"`
	Colour   Text          `link:"COLOUR"`
	Missing  Secret        `link:"MISSING,optional"`
	Unput    int           `link:"UNPUT,optional"`
	Client   any           `link:"-"`
	Database struct {
		User     string   `link:"DB_USER"`
		Password Secret   `link:"DB_PASSWORD"`
		Port     int      `link:"DB_PORT"`
		Address  Postgres `link:"DB"`
	}
	Receipts Bucket `link:"RECEIPTS"`
}

func TestLoad(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	for name, value := range map[string]string{
		"/app/key": canary, "/app/theme": "dark blue", "/app/debug": "true", "pages": "-50", "/app/shards": "4", "/app/rate": "0.25", "/app/timeout": "1m30s",
		"/app/limits": `{"daily": 7, "bearer": "sk-canary-2", "more": [1]}`, "/app/regions": `["eu-west-1"]`, "/flags/a": "1", "/flags/b/c": "2",
		secretARN: `{"username": "orders", "password": "p\"w", "port": 5432}`,
	} {
		aws.put(name, value)
	}
	l := aws.lambda(map[string]string{
		"API_KEY": "arn:aws:ssm:eu-west-1:111122223333:parameter/app/key", "THEME": "/app/theme", "DEBUG": "/app/debug", "PAGES": "pages", "SHARDS": "/app/shards",
		"RATE": "/app/rate", "TIMEOUT": "/app/timeout", "LIMITS": "/app/limits", "REGIONS": "/app/regions", "FLAGS": "/flags", "COLOUR": "", "UNPUT": "/app/unput",
		"DB_USER": secretARN + "#username", "DB_PASSWORD": secretARN + "#password", "DB_PORT": secretARN + "#port",
		"DB":       "postgres://orders@db.cluster-x.eu-west-1.rds.amazonaws.com:5432/orders?sslmode=verify-full",
		"RECEIPTS": "orders-receipts", "RECEIPTS_PREFIX": "2025/", "RECEIPTS_KEY": keyARN,
	})
	var want everything
	want.APIKey, want.Theme, want.Debug, want.Pages, want.Shards, want.Rate, want.Timeout = NewSecret(canary), "dark blue", true, -50, 4, 0.25, 90*time.Second
	want.Limits, want.Regions = limits{7, NewSecret("sk-canary-2")}, []string{"eu-west-1"}
	want.Flags = Parameters{"a": NewSecret("1"), "b/c": NewSecret("2")}
	want.Database.User, want.Database.Password, want.Database.Port = "orders", NewSecret(`p"w`), 5432
	want.Database.Address = Postgres{"db.cluster-x.eu-west-1.rds.amazonaws.com", 5432, "orders", "orders"}
	want.Receipts = Bucket{"orders-receipts", "2025/", keyARN}

	got := mustLoad[everything](t, l)
	if !reflect.DeepEqual(*got, want) { // which looks behind the pointers of Secrets
		t.Errorf("got\n%+v\nwant\n%+v", *got, want)
	}
	if calls := aws.called(); len(calls) != 3 {
		t.Errorf("calls %q, want one for the parameters, one for the path and one for the secret", calls)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if said := fmt.Sprintf(verb, *got) + fmt.Sprintf(verb, got); strings.Contains(said, "canary") || strings.Contains(said, `p"w`) {
			t.Errorf("%s prints a secret: %s", verb, said)
		}
	}
	if again := mustLoad[everything](t, l); again != got || len(aws.called()) != 0 {
		t.Error("a second Load read again")
	}
}

func TestLoadOfABinarySecret(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	aws.put(secretARN, "binary:\x00\xff")
	type Config struct {
		Key Secret `link:"KEY"`
	}
	if got := mustLoad[Config](t, aws.lambda(map[string]string{"KEY": secretARN})).Key.Reveal(); got != "\x00\xff" {
		t.Errorf("got %q", got)
	}
}

// Each cause is told for its field, with what to do, and without the value.
func TestLoadFails(t *testing.T) {
	t.Parallel()
	type Config struct {
		APIKey Secret        `link:"API_KEY"`
		Theme  string        `link:"THEME"`
		Pages  int           `link:"PAGES"`
		Expiry time.Duration `link:"EXPIRY,optional"`
		Token  Secret        `link:"TOKEN"`
	}
	const denied = "User: arn:aws:sts::111122223333:assumed-role/orders/orders is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/app/key because no identity-based policy allows the ssm:GetParameters action"
	sound := map[string]string{"API_KEY": "/app/key", "THEME": "/app/theme", "PAGES": "/app/pages", "EXPIRY": "/app/expiry", "TOKEN": secretARN}
	for _, c := range []struct {
		situation string
		vars      map[string]string // over the sound ones
		values    map[string]string // likewise
		refuse    func(action, name string) (string, string)
		want      []string
		calls     int // 0: do not count
	}{
		{situation: "nothing is wrong", calls: 2},
		{situation: "a variable is missing", vars: map[string]string{"API_KEY": ""}, calls: 2, want: []string{
			`config.Load[config.Config]: Config.APIKey: variable API_KEY is not set: add a link of kind parameter or secret with that name to the stack's Links, or tag the field link:"API_KEY,optional"`}},
		{situation: "a variable holds no name", vars: map[string]string{"API_KEY": canary + "=="}, want: []string{
			`Config.APIKey: variable API_KEY names no SSM parameter and no secret: /part/name, or the ARN of either`}},
		{situation: "a variable holds the secret itself, which looks like a name", vars: map[string]string{"API_KEY": canary}, want: []string{
			`Config.APIKey: variable API_KEY: the parameter that it names does not exist`}},
		{situation: "the same, and AWS's message quotes it", vars: map[string]string{"API_KEY": canary},
			refuse: func(_, name string) (string, string) {
				if name == canary {
					return "AccessDeniedException", "not authorized on resource: parameter/" + name
				}
				return "", ""
			},
			want: []string{`the parameter that it names is denied, AccessDeniedException: link it with link.Parameter`}},
		{situation: "a parameter does not exist", values: map[string]string{"/app/key": "-"}, want: []string{
			`Config.APIKey: variable API_KEY: parameter "/app/key" does not exist, or has no value: put one, or tag the field optional`}},
		{situation: "a parameter that is optional does not exist", values: map[string]string{"/app/expiry": "-"}},
		{situation: "a secret does not exist", values: map[string]string{secretARN: "-"}, want: []string{
			`Config.Token: variable TOKEN: secret "` + secretARN + `" does not exist`}},
		{situation: "one parameter of a batch is denied", calls: 1 + 4 + 1,
			refuse: only("/app/key", "AccessDeniedException", denied), want: []string{
				`Config.APIKey: variable API_KEY: parameter "/app/key" is denied, AccessDeniedException: ` + denied + `: link it with link.Parameter`}},
		{situation: "an optional parameter is denied", refuse: only("/app/expiry", "AccessDeniedException", denied), want: []string{
			`Config.Expiry: variable EXPIRY: parameter "/app/expiry" is denied`}},
		{situation: "a secret is denied", refuse: only(secretARN, "AccessDeniedException", "not authorized"), want: []string{
			`Config.Token: variable TOKEN: secret "` + secretARN + `" is denied, AccessDeniedException: not authorized: link it with link.Secret`}},
		{situation: "a key is denied to a parameter", refuse: only("/app/key", "AccessDeniedException",
			"User: arn:aws:sts::111122223333:assumed-role/orders/orders is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext"), want: []string{
			`parameter "/app/key" cannot be decrypted, AccessDeniedException: User`, `name its key in link.Parameter`}},
		{situation: "a key is denied to a secret", refuse: only(secretARN, "AccessDeniedException", "Access to KMS is not allowed"), want: []string{
			`secret "` + secretARN + `" cannot be decrypted, AccessDeniedException: Access to KMS is not allowed: name its key in link.Secret`}},
		{situation: "a key is gone", refuse: only("/app/key", "InvalidKeyId", ""), want: []string{`parameter "/app/key" cannot be decrypted, InvalidKeyId: name`}},
		{situation: "AWS throttles", calls: 3 + 1, refuse: only("/app/key", "ThrottlingException", "Rate exceeded"), want: []string{
			`4 of 5 fields cannot be filled`,
			`Config.APIKey: variable API_KEY: parameter "/app/key" is throttled, ThrottlingException: Rate exceeded: read less often, with config.FreshFor, or raise the service's quota`,
			`Config.Theme: variable THEME: parameter "/app/theme" is throttled`}},
		{situation: "AWS refuses for another reason", refuse: only(secretARN, "InvalidRequestException", "it was marked for deletion"), want: []string{
			`secret "` + secretARN + `" was refused, InvalidRequestException: it was marked for deletion`}},
		{situation: "a value is malformed", values: map[string]string{"/app/pages": canary}, want: []string{
			`Config.Pages: variable PAGES: parameter "/app/pages" holds no whole number of 64 bits: put another value, or change the field's type`}},
		{situation: "a field of a secret that is no JSON", vars: map[string]string{"TOKEN": secretARN + "#token"}, want: []string{
			`Config.Token: variable TOKEN: field "token" of secret "` + secretARN + `" is in no JSON object: put one, or link the secret without a field`}},
		{situation: "a field that the secret's JSON has not", vars: map[string]string{"TOKEN": secretARN + "#token"}, values: map[string]string{secretARN: `{"key": "` + canary + `"}`}, want: []string{
			`field "token" of secret "` + secretARN + `" is not in the secret's JSON: put it, or link another field`}},
		{situation: "a field that is null", vars: map[string]string{"TOKEN": secretARN + "#token"}, values: map[string]string{secretARN: `{"token": null}`}, want: []string{
			`is not in the secret's JSON: put it, or link another field`}},
		{situation: "everything at once", vars: map[string]string{"API_KEY": "", "THEME": "a b"}, values: map[string]string{"/app/pages": "x" + canary, secretARN: "-"}, want: []string{
			"config.Load[config.Config]: 4 of 5 fields cannot be filled\n  - Config.APIKey", "\n  - Config.Theme", "\n  - Config.Pages", "\n  - Config.Token"}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			aws := newFakeAWS(t)
			aws.refuse = c.refuse
			for name, value := range over(map[string]string{"/app/key": canary, "/app/theme": canary, "/app/pages": "50", "/app/expiry": "1h", secretARN: canary}, c.values, "-") {
				aws.put(name, value)
			}
			config, err := load[Config](t.Context(), aws.lambda(over(sound, c.vars, "")).loader, nil)
			if c.want == nil && err != nil || c.want != nil && (err == nil || config != nil) {
				t.Fatalf("got %v, %v", config, err)
			}
			if calls := aws.called(); c.calls != 0 && len(calls) != c.calls {
				t.Errorf("calls %q, want %d", calls, c.calls)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got\n%v\nwant\n%s", err, want)
				}
			}
			if err != nil {
				for e, todo := error(nil), []error{err}; len(todo) > 0; { // and what is wrapped
					e, todo = todo[0], todo[1:]
					if said := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(said, canary) {
						t.Errorf("the error holds the value: %s", said)
					}
					switch w := e.(type) {
					case interface{ Unwrap() []error }:
						todo = append(todo, w.Unwrap()...)
					case interface{ Unwrap() error }:
						if w.Unwrap() != nil {
							todo = append(todo, w.Unwrap())
						}
					}
				}
			}
		})
	}
}

func only(name, code, message string) func(string, string) (string, string) {
	return func(_, asked string) (string, string) {
		if asked == name {
			return code, message
		}
		return "", ""
	}
}

// over returns base with others over it, and without what they set to none.
func over(base, others map[string]string, none string) map[string]string {
	all := map[string]string{}
	for _, m := range []map[string]string{base, others} {
		for k, v := range m {
			if all[k] = v; v == none {
				delete(all, k)
			}
		}
	}
	return all
}

func TestAnEmptyVariableIsNotSet(t *testing.T) {
	t.Parallel()
	type Config struct {
		APIKey Secret `link:"API_KEY"`
		Expiry string `link:"EXPIRY,optional"`
	}
	_, err := load[Config](t.Context(), newFakeAWS(t).lambda(map[string]string{"API_KEY": "", "EXPIRY": ""}).loader, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "config.Load[config.Config]: Config.APIKey: variable API_KEY is not set") {
		t.Errorf("got %v", err)
	}
}

func TestLoadFailsWithTheSDKsError(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	aws.refuse = only("/app/key", "AccessDeniedException", "no")
	type Config struct {
		APIKey Secret `link:"API_KEY"`
	}
	_, err := load[Config](t.Context(), aws.lambda(map[string]string{"API_KEY": "/app/key"}).loader, nil)
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "AccessDeniedException" {
		t.Errorf("%v does not unwrap to the smithy.APIError", err)
	}
}

func TestLoadOfAMistakenStruct(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	type Config struct{ APIKey Secret }
	for range 2 {
		if _, err := load[Config](t.Context(), aws.lambda(nil).loader, nil); err == nil || !strings.HasPrefix(err.Error(), "config.Load[config.Config]: Config.APIKey (config.Secret) has no link tag") {
			t.Errorf("got %v", err)
		}
	}
	if _, err := load[int](t.Context(), aws.lambda(nil).loader, nil); err == nil || !strings.HasPrefix(err.Error(), "config.Load[int]: int is no struct") {
		t.Errorf("got %v", err)
	}
	if len(aws.called()) != 0 {
		t.Error("AWS was called")
	}
}

func TestFreshForIsASecondAtLeast(t *testing.T) {
	t.Parallel()
	type Config struct {
		Colour Text `link:"COLOUR"`
	}
	l := newFakeAWS(t).lambda(map[string]string{"COLOUR": "blue"})
	for age, sound := range map[time.Duration]bool{time.Second: true, time.Hour: true, time.Second - 1: false, 0: false, -time.Hour: false} {
		_, err := load[Config](t.Context(), l.loader, []Option{FreshFor(age)})
		if sound != (err == nil) || err != nil && !strings.Contains(err.Error(), "FreshFor("+age.String()+"): give a second or more") {
			t.Errorf("FreshFor(%v): %v", age, err)
		}
	}
}

// A first call that has no time left says so, and what it was waiting for.
func TestLoadEndsBeforeItsContext(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	aws.hold = make(chan struct{})
	defer close(aws.hold)
	type Config struct {
		APIKey Secret `link:"API_KEY"`
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := load[Config](ctx, aws.lambda(map[string]string{"API_KEY": "/app/key"}).loader, nil)
	if err == nil || !strings.Contains(err.Error(), `Config.APIKey: variable API_KEY: parameter "/app/key" got no answer from 127.0.0.1:`) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if ctx.Err() != nil {
		t.Error("the error came when there was no time left to log it")
	}
}

func TestLoadOfACancelledContext(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	aws.hold = make(chan struct{})
	aws.put("/app/key", canary)
	type Config struct {
		APIKey Secret `link:"API_KEY"`
	}
	l := aws.lambda(map[string]string{"API_KEY": "/app/key"})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("shutting down"))
	if _, err := load[Config](ctx, l.loader, nil); err == nil || !strings.Contains(err.Error(), "shutting down") {
		t.Errorf("got %v", err)
	}
	close(aws.hold) // the read goes on, for the next call
	if mustLoad[Config](t, l); len(aws.called()) != 1 {
		t.Error("the next call read again")
	}
}

func TestLoadFromManyGoroutinesReadsOnce(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	aws.put("/app/key", canary)
	type Config struct {
		APIKey Secret `link:"API_KEY"`
	}
	l := aws.lambda(map[string]string{"API_KEY": "/app/key"})
	var running sync.WaitGroup
	for range 50 {
		running.Go(func() {
			if config, err := load[Config](t.Context(), l.loader, nil); err != nil || config.APIKey.Reveal() != canary {
				t.Errorf("got %v, %v", config, err)
			}
		})
	}
	running.Wait()
	if calls := aws.called(); len(calls) != 1 {
		t.Errorf("calls %q, want one", calls)
	}
}

func TestCachedLoadAllocatesNothing(t *testing.T) {
	aws := newFakeAWS(t)
	aws.put("/app/key", canary)
	type Config struct {
		APIKey Secret `link:"API_KEY"`
	}
	l := aws.lambda(map[string]string{"API_KEY": "/app/key"})
	l.now = time.Now
	mustLoad[Config](t, l)
	defer func(old *loader) { process = old }(process)
	process = l.loader
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "1"})
	given := With(ctx, &Config{APIKey: NewSecret("of the test")})
	for _, c := range []struct {
		situation string
		call      func() (*Config, error)
	}{
		{"Load", func() (*Config, error) { return Load[Config](ctx) }},
		{"Load with FreshFor", func() (*Config, error) { return Load[Config](ctx, FreshFor(time.Minute)) }},
		{"Load of what With gave", func() (*Config, error) { return Load[Config](given) }},
	} {
		if n := testing.AllocsPerRun(1000, func() {
			if _, err := c.call(); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", c.situation, n)
		}
	}
}

func TestWith(t *testing.T) {
	type Config struct {
		APIKey Secret `link:"API_KEY"`
	}
	type Other struct {
		APIKey Secret `link:"API_KEY"`
	}
	mine := &Config{APIKey: NewSecret("of the test")}
	ctx := With(t.Context(), mine)
	if got, err := Load[Config](ctx); err != nil || got != mine {
		t.Errorf("got %v, %v", got, err)
	}
	t.Setenv("API_KEY", "")
	if _, err := Load[Other](ctx); err == nil {
		t.Error("another config type was given")
	}
}
