package link

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/iam/iamtest"
	"github.com/securegofunction/cdk/internal/nonode"
)

func TestMain(m *testing.M) { nonode.Run(m) }

var ireland = Site{Partition: "aws", Region: "eu-west-1", Account: "111122223333", URLSuffix: "amazonaws.com", Timeout: 10 * time.Second}

const (
	keyARN = "arn:aws:kms:eu-west-1:111122223333:key/1"
	token  = "${Token[TOKEN.1]}"
)

// fakeKey is a key that needs no Node. What is read of keys is kept without a
// lock, so tests that open links with keys are not parallel.
type fakeKey struct {
	awskms.IKey
	arn string
}

func (k *fakeKey) KeyArn() *string { return &k.arn }

type fakeParameter struct {
	awsssm.IParameter
	name, arn string
}

func (p *fakeParameter) ParameterName() *string { return &p.name }

func (p *fakeParameter) ParameterArn() *string { return &p.arn }

func TestParameterOpensItsDoors(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	const reads = `{"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": `
	decrypts := func(at Site, arn string) string {
		return `{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "` + keyARN + `", "Condition": {"StringEquals": {
			"kms:ViaService": "ssm.` + at.Region + `.amazonaws.com", "kms:EncryptionContext:PARAMETER_ARN": "` + arn + `"}}}`
	}
	china := Site{Partition: "aws-cn", Region: "cn-north-1", Account: "444455556666"}
	for _, c := range []struct {
		situation    string
		link         Link
		at           Site
		name, arn    string
		notEncrypted string // the reason
	}{
		{"a name with a slash", Parameter("API_KEY", "/my_app/api_key", EncryptedWith(key)), ireland,
			"/my_app/api_key", "arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/api_key", ""},
		{"a name without", Parameter("API_KEY", "api_key", EncryptedWith(key)), ireland,
			"api_key", "arn:aws:ssm:eu-west-1:111122223333:parameter/api_key", ""},
		{"another partition", Parameter("API_KEY", "/a", EncryptedWith(key)), china, "/a", "arn:aws-cn:ssm:cn-north-1:444455556666:parameter/a", ""},
		{"a token that begins with a slash", Parameter("API_KEY", token, EncryptedWith(key), FullyQualifiedName()), ireland,
			token, "arn:aws:ssm:eu-west-1:111122223333:parameter" + token, ""},
		{"a token without a slash", Parameter("API_KEY", token, SimpleName(), EncryptedWith(key)), ireland,
			token, "arn:aws:ssm:eu-west-1:111122223333:parameter/" + token, ""},
		{"a token within a name", Parameter("API_KEY", "/my_app/"+token, FullyQualifiedName(), EncryptedWith(key)), ireland,
			"/my_app/" + token, "arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/" + token, ""},
		{"no secret", Parameter("API_KEY", "/my_app/theme", Plain("colours of the site")), ireland,
			"/my_app/theme", "arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/theme", "colours of the site"},
		{"a parameter that CDK knows", ParameterFrom("API_KEY", &fakeParameter{name: "/x", arn: "arn:aws:ssm:us-east-1:444455556666:parameter/x"}, EncryptedWith(key)), ireland,
			"/x", "arn:aws:ssm:us-east-1:444455556666:parameter/x", ""},
		{"a parameter that CDK makes: its names are tokens of a known form", ParameterFrom("API_KEY", &fakeParameter{name: token, arn: "${Token[TOKEN.2]}"}, EncryptedWith(key)), ireland,
			token, "${Token[TOKEN.2]}", ""},
	} {
		doors, err := c.link.Open(c.at)
		if err != nil {
			t.Errorf("%s: %v", c.situation, err)
			continue
		}
		statements := `[` + reads + `"` + c.arn + `"}]`
		if c.notEncrypted == "" {
			statements = `[` + reads + `"` + c.arn + `"}, ` + decrypts(c.at, c.arn) + `]`
		}
		if got, want := iamtest.Compact(t, iam.Document(doors.Statements...)["Statement"]), iamtest.Compact(t, json.RawMessage(statements)); got != want {
			t.Errorf("%s: statements:\n got %s\nwant %s", c.situation, got, want)
		}
		if want := []Variable{{"API_KEY", c.name, "parameter"}}; !slices.Equal(doors.Variables, want) {
			t.Errorf("%s: got the variables %v, want %v", c.situation, doors.Variables, want)
		}
		if !slices.Equal(doors.Endpoints, []string{"ssm"}) || doors.Egress != nil {
			t.Errorf("%s: got the endpoints %v and egress %v, want ssm alone", c.situation, doors.Endpoints, doors.Egress)
		}
		keys, relaxed := []awskms.IKey{key}, []Relaxation(nil)
		if c.notEncrypted != "" {
			keys, relaxed = nil, []Relaxation{{What: "parameter " + c.name + " is not encrypted", Reason: c.notEncrypted}}
		}
		if !slices.Equal(doors.Keys, keys) || !slices.Equal(doors.Relaxed, relaxed) {
			t.Errorf("%s: got the keys %v and relaxed %v, want %v and %v", c.situation, doors.Keys, doors.Relaxed, keys, relaxed)
		}
	}
}

// A function that may list parameters sees every name of the account, and one
// that may read their history sees values long rotated.
func TestParameterAllowsReadingAlone(t *testing.T) {
	doors, err := Parameter("API_KEY", "/a", EncryptedWith(&fakeKey{arn: keyARN})).Open(ireland)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range doors.Statements {
		for _, action := range s.Actions {
			if !slices.Contains([]string{"ssm:GetParameter", "ssm:GetParameters", "kms:Decrypt"}, action) {
				t.Errorf("a parameter allows %s", action)
			}
		}
		if s.Effect == iam.Deny || slices.ContainsFunc(s.Resources, func(r string) bool { return strings.ContainsAny(r, "*?") }) {
			t.Errorf("a parameter allows more than itself: %+v", s)
		}
	}
}

func TestParameterNames(t *testing.T) {
	t.Parallel()
	const (
		malformed = "the name is malformed: use letters, digits and _.- in parts divided by /, with a / in front if there is one anywhere, such as /my_app/api_key"
		taken     = "names that begin with aws or ssm are reserved: give it another"
		levels    = "the name has more than 15 levels"
		form      = "the name is a token, and the ARN depends on its form: add link.FullyQualifiedName() if it begins with a slash, link.SimpleName() if it has none"
	)
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ situation, name, want string }{ // want is "" where nothing is wrong
		{"one part", "api_key", ""},
		{"one part after a slash", "/api_key", ""},
		{"every character that there is", "/AZaz09_.-/_.-", ""},
		{"empty", "", malformed},
		{"a slash alone", "/", malformed},
		{"a slash within, none in front", "my_app/api_key", malformed},
		{"a slash at the end", "/my_app/", malformed},
		{"an empty part", "/my_app//api_key", malformed},
		{"two slashes in front", "//my_app", malformed},
		{"a space", "/my app/api_key", malformed},
		{"a space in front", " /my_app", malformed},
		{"a line break at the end", "/my_app\n", malformed},
		{"a wildcard", "/my_app/*", malformed},
		{"a wildcard for one character", "/my_app/?", malformed},
		{"a letter that is not ASCII", "/my_app/clé", malformed},
		{"an ARN", "arn:aws:ssm:eu-west-1:111122223333:parameter/my_app", malformed},
		{"a dynamic reference", "{{resolve:ssm:/my_app}}", malformed},
		{"a variable of CloudFormation", "/${AWS::StackName}/key", malformed},
		{"aws in front", "aws_key", taken},
		{"aws in front, in upper case", "/AWS/service/ami", taken},
		{"ssm in front", "ssm", taken},
		{"ssm after the slash, in mixed case", "/Ssm-key", taken},
		{"aws and ssm elsewhere", "/my_aws/ssm/aws", ""},
		{"letters of aws", "/aw/awk/ss/smb", ""},
		{"15 levels", strings.Repeat("/x", 15), ""},
		{"16 levels", strings.Repeat("/x", 16), levels},
		{"950 characters", "/" + long(949), ""},
		{"951 characters", "/" + long(950), "the name has 951 characters: SSM counts the ARN in front of it too and takes 1011 in all; keep to 950"},
		{"950 characters without a slash", long(950), ""},
		{"951 characters without a slash", long(951), "the name has 951 characters: SSM counts the ARN in front of it too and takes 1011 in all; keep to 950"},
		{"a token of no told form", token, form},
		{"a token within a name, of no told form", "/my_app/" + token, form},
		{"a wildcard after a token, of no told form", token + "/*", form},
	} {
		want := ""
		if c.want != "" {
			want = "parameter " + strconv.Quote(c.name) + " of variable LIMIT: " + c.want
		}
		doors, err := Parameter("LIMIT", c.name, Plain("a number")).Open(ireland)
		if got := text(err); got != want {
			t.Errorf("%s: got %q, want %q", c.situation, got, want)
		}
		if c.want != "" {
			opensNothing(t, c.situation, doors)
		}
	}
}

// A pattern would open every parameter that it matches.
func TestParameterNamesThatArePatterns(t *testing.T) {
	t.Parallel()
	for _, name := range []string{token + "/*", token + "?", "/" + token + "/${aws:username}"} {
		for _, form := range []ParameterOption{FullyQualifiedName(), SimpleName()} {
			doors, err := Parameter("LIMIT", name, form, Plain("a number")).Open(ireland)
			if want := "IAM would read the name as a pattern: leave out *, ? and ${}"; !strings.Contains(text(err), want) {
				t.Errorf("%s: got %q, want %q", name, text(err), want)
			}
			opensNothing(t, name, doors)
		}
	}
}

func TestParameterProtection(t *testing.T) {
	key, alias := &fakeKey{arn: keyARN}, &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/orders"}
	const (
		at     = `parameter "/app/key" of variable API_KEY: `
		reason = "Plain needs a reason: say why the value is no secret"
		nilKey = "EncryptedWith was given a nil key: give the customer key that the SecureString is under"
		both   = "it is both EncryptedWith a key and Plain: keep one"
	)
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"neither", Parameter("API_KEY", "/app/key"), at + "it has no key: add link.EncryptedWith(key), or link.Plain(reason) if it holds no secret"},
		{"both", Parameter("API_KEY", "/app/key", EncryptedWith(key), Plain("a number")), at + both},
		{"both, the other way around", Parameter("API_KEY", "/app/key", Plain("a number"), EncryptedWith(key)), at + both},
		{"a nil key", Parameter("API_KEY", "/app/key", EncryptedWith(nil)), at + nilKey},
		{"Plain without a reason", Parameter("API_KEY", "/app/key", Plain("")), at + reason},
		{"Plain with blanks for a reason", Parameter("API_KEY", "/app/key", Plain(" \t\n")), at + reason},
		{"a nil key and no reason", Parameter("API_KEY", "/app/key", EncryptedWith(nil), Plain("")), at + nilKey + "\n" + reason},
		{"a malformed name and no key, told together", Parameter("API_KEY", "/"), `parameter "/" of variable API_KEY: the name is malformed: ` +
			"use letters, digits and _.- in parts divided by /, with a / in front if there is one anywhere, such as /my_app/api_key\n" +
			"it has no key: add link.EncryptedWith(key), or link.Plain(reason) if it holds no secret"},
		{"an alias", Parameter("API_KEY", "/app/key", EncryptedWith(alias)), at + "the key " + alias.arn +
			` is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup`},
		{"an alias and a malformed name, told together", Parameter("API_KEY", "/app/", EncryptedWith(alias)), `parameter "/app/" of variable API_KEY: the name is malformed: ` +
			"use letters, digits and _.- in parts divided by /, with a / in front if there is one anywhere, such as /my_app/api_key\n" +
			"the key " + alias.arn + " is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup"},
		{"a parameter that CDK knows, and no key", ParameterFrom("API_KEY", &fakeParameter{name: "/app/key", arn: "arn:aws:ssm:::parameter/app/key"}),
			at + "it has no key: add link.EncryptedWith(key), or link.Plain(reason) if it holds no secret"},
	} {
		doors, err := c.link.Open(ireland)
		if got := text(err); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.situation, got, c.want)
		}
		opensNothing(t, c.situation, doors)
	}
}

func TestParameterFromNil(t *testing.T) {
	t.Parallel()
	doors, err := ParameterFrom("API_KEY", nil, Plain("a number")).Open(ireland)
	const want = "of variable API_KEY: the parameter is nil: give an awsssm.IParameter, or a name to link.Parameter"
	if got := text(err); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	opensNothing(t, "a nil parameter", doors)
}

// Links are asked more than once: by the plan, and by who wants to look.
func TestParameterOpensTheSameTwice(t *testing.T) {
	l := Parameter("API_KEY", "/app/key", EncryptedWith(&fakeKey{arn: keyARN}))
	first, err := l.Open(ireland)
	if err != nil {
		t.Fatal(err)
	}
	second, _ := l.Open(ireland)
	if got, want := iamtest.Compact(t, second.Statements), iamtest.Compact(t, first.Statements); got != want || len(second.Variables) != 1 {
		t.Errorf("the second time:\n got %s\nwant %s", got, want)
	}
	wrong := Parameter("API_KEY", "/app/key", Plain(""))
	_, one := wrong.Open(ireland)
	if _, two := wrong.Open(ireland); text(one) != text(two) {
		t.Errorf("the second time: got %q, want %q", text(two), text(one))
	}
}

func opensNothing(t *testing.T, situation string, d Doors) {
	t.Helper()
	if !reflect.DeepEqual(d, Doors{}) {
		t.Errorf("%s: opens %+v", situation, d)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// One mistake is told once, and what is nil is no nil dereference.
func TestNilsOfParameters(t *testing.T) {
	for situation, c := range map[string]struct {
		link Link
		want string
	}{
		"a nil option":    {Parameter("A1", "/a", nil, Plain("a number")), `parameter "/a" of variable A1: option 0 is nil: leave it out`},
		"a nil parameter": {ParameterFrom("A1", nil), `parameter "" of variable A1: the parameter is nil: give an awsssm.IParameter, or a name to link.Parameter`},
	} {
		if _, err := c.link.Open(Site{}); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", situation, err, c.want)
		}
	}
}
