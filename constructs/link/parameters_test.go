package link

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/iam/iamtest"
)

func init() {
	key := &fakeKey{arn: keyARN}
	document(
		documented{function: "Parameters", call: `Parameters(map[string]string{"API_KEY": "/my_app/api_key", "DB_URL": "/my_app/db_url"}, EncryptedWith(key))`,
			link: Parameters(map[string]string{"API_KEY": "/my_app/api_key", "DB_URL": "/my_app/db_url"}, EncryptedWith(key))},
		documented{function: "ParametersByPath", call: `ParametersByPath("FLAGS", "/my_app/flags", "flags come and go without a deployment", EncryptedWith(key))`,
			link: ParametersByPath("FLAGS", "/my_app/flags", "flags come and go without a deployment", EncryptedWith(key)),
			wide: map[string]string{"arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/flags/*": "a path stands for what is below it, now and later " +
				"(Systems Manager guide, \"Restricting access to Parameter Store parameters using IAM policies\"); link.Parameters names each"}})
}

// Parameters opens what as many links of one parameter do.
func TestParametersAreEachAParameter(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	names := map[string]string{"ZONE": "zone", "API_KEY": "/my_app/api_key", "MAIL_KEY": "/my_app/mail_key"}
	for _, c := range []struct {
		situation string
		options   []ParameterOption
	}{
		{"secrets", []ParameterOption{EncryptedWith(key)}},
		{"no secrets", []ParameterOption{Plain("settings of the site")}},
	} {
		want := Doors{Endpoints: []string{"ssm"}}
		var statements []Statement
		for _, variable := range []string{"API_KEY", "MAIL_KEY", "ZONE"} {
			doors, err := Parameter(variable, names[variable], c.options...).Open(ireland)
			if err != nil {
				t.Fatal(err)
			}
			want.Variables = append(want.Variables, doors.Variables...)
			want.Relaxed = append(want.Relaxed, doors.Relaxed...)
			want.Keys = doors.Keys
			statements = append(statements, doors.Statements...)
		}
		opensDoors(t, c.situation, Parameters(names, c.options...), ireland,
			iamtest.Compact(t, iam.Document(iam.Merge(statements)...)["Statement"]), want)
	}
}

func TestParametersOpenTheirDoors(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	const a, b = "arn:aws-cn:ssm:cn-north-1:444455556666:parameter/a", "arn:aws-cn:ssm:cn-north-1:444455556666:parameter/b"
	opensDoors(t, "two parameters, in another partition", Parameters(map[string]string{"B": "b", "A": "/a"}, EncryptedWith(key)), china, `[
		{"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": ["`+a+`", "`+b+`"]},
		{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "`+keyARN+`", "Condition": {"StringEquals": {
			"kms:ViaService": "ssm.cn-north-1.amazonaws.com", "kms:EncryptionContext:PARAMETER_ARN": ["`+a+`", "`+b+`"]}}}]`,
		Doors{Variables: []Variable{{"A", "/a", "parameter"}, {"B", "b", "parameter"}}, Endpoints: []string{"ssm"}, Keys: []awskms.IKey{key}})
}

func TestBadParameters(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	const noKey = "it has no key: add link.EncryptedWith(key), or link.Plain(reason) if it holds no secret"
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"a nil map", Parameters(nil, EncryptedWith(key)), "link.Parameters names no parameter: give variables and the names that they hold, or leave the link out"},
		{"an empty map", Parameters(map[string]string{}), "link.Parameters names no parameter: give variables and the names that they hold, or leave the link out"},
		{"no key, told of each in order", Parameters(map[string]string{"B": "/b", "A": "/a"}), `parameter "/a" of variable A: ` + noKey + "\n" + `parameter "/b" of variable B: ` + noKey},
		{"one wrong name of two", Parameters(map[string]string{"A": "/a", "B": "/aws/b"}, EncryptedWith(key)),
			`parameter "/aws/b" of variable B: names that begin with aws or ssm are reserved: give it another`},
		{"a nil option", Parameters(map[string]string{"A": "/a"}, nil), `parameter "/a" of variable A: option 0 is nil: leave it out`},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}

// A caller's map is read when the link is made.
func TestParametersAreCopied(t *testing.T) {
	names := map[string]string{"A": "/a"}
	l := Parameters(names, Plain("a number"))
	names["A"], names["B"] = "/other", "/b"
	doors, err := l.Open(ireland)
	if want := []Variable{{"A", "/a", "parameter"}}; err != nil || !slices.Equal(doors.Variables, want) {
		t.Errorf("got the variables %v and %v, want %v", doors.Variables, err, want)
	}
}

func TestParametersByPathOpensItsDoors(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	const reason = "flags come and go"
	for _, c := range []struct {
		situation string
		link      Link
		at        Site
		path, arn string
		plain     string
	}{
		{"a path", ParametersByPath("FLAGS", "/my_app", reason, EncryptedWith(key)), ireland, "/my_app", "arn:aws:ssm:eu-west-1:111122223333:parameter/my_app", ""},
		{"a deeper one", ParametersByPath("FLAGS", "/my_app/flags", reason, EncryptedWith(key)), ireland, "/my_app/flags", "arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/flags", ""},
		{"another partition", ParametersByPath("FLAGS", "/a", reason, EncryptedWith(key)), china, "/a", "arn:aws-cn:ssm:cn-north-1:444455556666:parameter/a", ""},
		{"a token", ParametersByPath("FLAGS", token, reason, EncryptedWith(key)), ireland, token, "arn:aws:ssm:eu-west-1:111122223333:parameter" + token, ""},
		{"a token, told to begin with a slash", ParametersByPath("FLAGS", token, reason, FullyQualifiedName(), EncryptedWith(key)), ireland,
			token, "arn:aws:ssm:eu-west-1:111122223333:parameter" + token, ""},
		{"no secrets", ParametersByPath("FLAGS", "/my_app", reason, Plain("colours")), ireland, "/my_app", "arn:aws:ssm:eu-west-1:111122223333:parameter/my_app", "colours"},
	} {
		want := Doors{
			Variables: []Variable{{"FLAGS", c.path, "parameters"}},
			Endpoints: []string{"ssm"},
			Keys:      []awskms.IKey{key},
			Relaxed:   []Relaxation{{What: "every parameter below " + c.path + ", and what is put there later", Reason: reason}},
		}
		reads := `{"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": ["` + c.arn + `", "` + c.arn + `/*"]}`
		decrypts := `, {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "` + keyARN + `", "Condition": {
			"StringEquals": {"kms:ViaService": "ssm.` + c.at.Region + `.amazonaws.com"}, "StringLike": {"kms:EncryptionContext:PARAMETER_ARN": "` + c.arn + `/*"}}}`
		if c.plain != "" {
			decrypts, want.Keys = "", nil
			want.Relaxed = append(want.Relaxed, Relaxation{What: "the parameters below " + c.path + " are not encrypted", Reason: c.plain})
		}
		opensDoors(t, c.situation, c.link, c.at, `[`+reads+decrypts+`]`, want)
	}
}

func TestBadPaths(t *testing.T) {
	key, alias := &fakeKey{arn: keyARN}, &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/flags"}
	const (
		malformed = "the path is malformed: use letters, digits and _.- in parts with a / in front of each, such as /my_app"
		taken     = "paths that begin with aws or ssm are reserved: give it another"
		noReason  = "it needs a reason, since it also opens what is put there later: say why, or name each parameter with link.Parameters"
		noKey     = "it has no key: add link.EncryptedWith(key), or link.Plain(reason) if it holds no secret"
		reason    = "flags come and go"
	)
	under := func(path string) Link { return ParametersByPath("FLAGS", path, reason, EncryptedWith(key)) }
	for _, c := range []struct {
		situation, path string
		link            Link
		want            string
	}{
		{"empty", "", under(""), malformed},
		{"all of the account", "/", under("/"), malformed},
		{"no slash in front", "my_app", under("my_app"), malformed},
		{"a slash at the end", "/my_app/", under("/my_app/"), malformed},
		{"a wildcard", "/my_app/*", under("/my_app/*"), malformed},
		{"a wildcard for one character", "/my_ap?", under("/my_ap?"), malformed},
		{"a variable of IAM", "/${aws:username}", under("/${aws:username}"), malformed},
		{"a line break at the end", "/my_app\n", under("/my_app\n"), malformed},
		{"a wildcard beside a token", token + "*", under(token + "*"), malformed},
		{"a variable of IAM beside a token", token + "/${aws:username}", under(token + "/${aws:username}"), malformed},
		{"what AWS publishes", "/aws/service", under("/aws/service"), taken},
		{"16 levels", strings.Repeat("/x", 16), under(strings.Repeat("/x", 16)), "the path has more than 15 levels"},
		{"951 characters", "/" + strings.Repeat("x", 950), under("/" + strings.Repeat("x", 950)),
			"the path has 951 characters: SSM counts the ARN in front of it too and takes 1011 in all; keep to 950"},
		{"a token without a slash", token, ParametersByPath("FLAGS", token, reason, EncryptedWith(key), SimpleName()), "a path begins with a slash: leave link.SimpleName() out"},
		{"no reason", "/a", ParametersByPath("FLAGS", "/a", "", EncryptedWith(key)), noReason},
		{"blanks for a reason", "/a", ParametersByPath("FLAGS", "/a", " \t\n", EncryptedWith(key)), noReason},
		{"no key", "/a", ParametersByPath("FLAGS", "/a", reason), noKey},
		{"a nil key", "/a", ParametersByPath("FLAGS", "/a", reason, EncryptedWith(nil)), "EncryptedWith was given a nil key: give the customer key that the SecureString is under"},
		{"a key and Plain", "/a", ParametersByPath("FLAGS", "/a", reason, EncryptedWith(key), Plain("a number")), "it is both EncryptedWith a key and Plain: keep one"},
		{"an alias", "/a", ParametersByPath("FLAGS", "/a", reason, EncryptedWith(alias)),
			"the key " + alias.arn + " is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup"},
		{"a nil option", "/a", ParametersByPath("FLAGS", "/a", reason, nil), "option 0 is nil: leave it out"},
		{"all at once", "/", ParametersByPath("FLAGS", "/", ""), malformed + "\n" + noKey + "\n" + noReason},
	} {
		isRefused(t, c.situation, c.link, "parameters below "+strconv.Quote(c.path)+" of variable FLAGS: "+c.want)
	}
}
