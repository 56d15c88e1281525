package golambda

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/link"
)

func TestEnvironmentJoinsSettingsAndLinks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		plain     map[string]string
		variables []link.Variable
		want      map[string]string
	}{
		{"nothing", nil, nil, map[string]string{}},
		{"settings alone", map[string]string{"STAGE": "prod"}, nil, map[string]string{"STAGE": "prod"}},
		{"links alone", nil, []link.Variable{{Name: "API_KEY", Value: "/my_app/api_key"}}, map[string]string{"API_KEY": "/my_app/api_key"}},
		{"both", map[string]string{"STAGE": "prod", "EMPTY": ""}, []link.Variable{{Name: "A1", Value: "/a"}, {Name: "B1", Value: "/b"}},
			map[string]string{"STAGE": "prod", "EMPTY": "", "A1": "/a", "B1": "/b"}},
		{"names that differ in case", map[string]string{"stage": "a"}, []link.Variable{{Name: "STAGE", Value: "/b"}}, map[string]string{"stage": "a", "STAGE": "/b"}},
	} {
		got, err := environment(c.plain, c.variables, nil)
		requireMistakes(t, c.situation, err)
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.situation, got, c.want)
		}
	}
}

func TestVariablesAreSetOnce(t *testing.T) {
	t.Parallel()
	const twice = "variable API_KEY is set twice: give each link and setting a name of its own"
	key := link.Variable{Name: "API_KEY", Value: "/my_app/api_key"}
	for _, c := range []struct {
		situation string
		plain     map[string]string
		variables []link.Variable
		want      []string
	}{
		{"by a setting and a link", map[string]string{"API_KEY": "/x"}, []link.Variable{key}, []string{twice}},
		{"by two links", nil, []link.Variable{key, {Name: "B1", Value: "/b"}, {Name: "API_KEY", Value: "/other"}}, []string{twice}},
		{"by two links, to the same", nil, []link.Variable{key, key}, nil},
		{"by two links, to two kinds of thing", nil, []link.Variable{key, {Name: key.Name, Value: key.Value, Kind: "secret"}}, []string{twice}},
		{"by a setting, which is empty, and two links", map[string]string{"API_KEY": ""}, []link.Variable{key, key}, []string{twice}},
	} {
		_, err := environment(c.plain, c.variables, nil)
		requireMistakes(t, c.situation, err, c.want...)
	}
}

// The Lambda guide's list, "Defined runtime environment variables".
const reservedByLambda = `_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME
	AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME
	AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_LOG_FORMAT AWS_LAMBDA_LOG_LEVEL AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR`

// both sets a variable in the two ways that there are.
func both(name, value string) map[string]error {
	_, setting := environment(map[string]string{name: value}, nil, nil)
	_, linked := environment(nil, []link.Variable{{Name: name, Value: value}}, nil)
	return map[string]error{"a setting": setting, "a link": linked}
}

func TestReservedVariables(t *testing.T) {
	t.Parallel()
	for _, name := range strings.Fields(reservedByLambda) {
		for _, name := range []string{name, strings.ToLower(name), name[:5] + strings.ToLower(name[5:])} {
			for way, err := range both(name, "true") { // true is no secret whatever its name
				requireMistakes(t, way+" called "+name, err, "variable "+name+" is reserved by Lambda: give it another name")
			}
		}
	}
	for _, name := range []string{"HANDLER", "TZ", "PATH", "AWS_REGIONS", "MY_AWS_REGION", "LAMBDA_TASK"} {
		for way, err := range both(name, "true") {
			requireMistakes(t, way+" called "+name, err)
		}
	}
}

func TestNamesOfVariables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation, name string
		sound           bool
	}{
		{"two letters", "ab", true},
		{"a letter and a digit", "a1", true},
		{"a letter and an underscore", "Z_", true},
		{"upper and lower case", "apiKey_2", true},
		{"one letter", "A", false},
		{"empty", "", false},
		{"a dash", "API-KEY", false},
		{"a leading digit", "1API", false},
		{"a leading underscore", "_API", false},
		{"a dot", "api.key", false},
		{"a space", "API KEY", false},
		{"a line break at the end", "API\n", false},
		{"a letter that is not ASCII", "CLÉ_1", false},
		{"an equals sign", "API=1", false},
		{"a token", "API_${Token[TOKEN.1]}", false},
	} {
		var want []string
		if !c.sound {
			want = []string{fmt.Sprintf("variable %q is malformed: use a letter, then one or more letters, digits or underscores", c.name)}
		}
		for way, err := range both(c.name, "true") {
			requireMistakes(t, way+" with "+c.situation, err, want...)
		}
	}
}

// What counts as a secret is package plainsecret's to say.
func TestSecretsAreRefused(t *testing.T) {
	t.Parallel()
	const secret = "correct-Horse-battery"
	advice := func(name string) string {
		return fmt.Sprintf("; put it into an SSM parameter and use link.Parameter(%q, name, link.EncryptedWith(key))", name)
	}
	for _, c := range []struct {
		situation, name, value string
		revealed               map[string]string
		want                   string
	}{
		{"by its name", "DB_PASSWORD", secret, nil, "its name says PASSWORD"},
		{"by its value", "SETTING", "AKIA" + strings.Repeat("Q7", 8), nil, "its value has the form of an AWS access key id"},
		{"by its token", "SETTING", "${Token[TOKEN.1]}", map[string]string{"SETTING": "it holds a SecretValue"}, "it holds a SecretValue"},
		{"by its token, which says more than its name", "DB_PASSWORD", secret, map[string]string{"DB_PASSWORD": "it holds a SecretValue"}, "it holds a SecretValue"},
	} {
		_, err := environment(map[string]string{c.name: c.value, "STAGE": "prod"}, nil, c.revealed)
		requireMistakes(t, c.situation, err, "props.Environment "+c.name+" looks like a secret: "+c.want+advice(c.name))
		if err != nil && strings.Contains(err.Error(), c.value) {
			t.Errorf("%s: the message, which ends up in logs, holds the value: %v", c.situation, err)
		}
	}

	_, err := environment(map[string]string{"STAGE": "prod", "TABLE": "${Token[TOKEN.1]}"}, nil, map[string]string{"OTHER": "it holds a SecretValue"})
	requireMistakes(t, "settings that are no secrets", err)
	_, err = environment(nil, []link.Variable{{Name: "DB_PASSWORD", Value: "db_password"}}, nil)
	requireMistakes(t, "a link's variable, which names a secret and is none", err)
}

// A map has no order of its own; messages do.
func TestMistakesOfSettingsAreInTheOrderOfTheirNames(t *testing.T) {
	t.Parallel()
	plain, want := map[string]string{}, []string(nil)
	for _, name := range strings.Fields("A B C D E F G H") {
		plain[name] = "x"
		want = append(want, fmt.Sprintf("variable %q is malformed", name))
	}
	_, err := environment(plain, []link.Variable{{Name: "1", Value: "/a"}}, nil)
	requireMistakes(t, "eight settings and a link", err, append(want, `variable "1" is malformed`)...)
}

func TestSizeOfTheEnvironment(t *testing.T) {
	t.Parallel()
	fill := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		situation string
		plain     map[string]string
		variables []link.Variable
		size      int
	}{
		// {"AB":""} is 9 bytes, and each further variable 8 with its comma.
		{"one setting", map[string]string{"AB": fill(4087)}, nil, 4096},
		{"one setting too long", map[string]string{"AB": fill(4088)}, nil, 4097},
		{"a name that is long", map[string]string{fill(4089): ""}, nil, 4096},
		{"a name that is too long", map[string]string{fill(4090): ""}, nil, 4097},
		{"settings and links", map[string]string{"AB": fill(2046), "CD": fill(1000)}, []link.Variable{{Name: "EF", Value: fill(1025)}}, 4096},
		{"settings and links, too many", map[string]string{"AB": fill(2046), "CD": fill(1000)}, []link.Variable{{Name: "EF", Value: fill(1026)}}, 4097},
		{"letters of two bytes", map[string]string{"ABC": strings.Repeat("é", 2043)}, nil, 4096},
		{"letters of two bytes, too many", map[string]string{"ABC": strings.Repeat("é", 2044)}, nil, 4098},
		{"letters that JSON escapes", map[string]string{"ABC": strings.Repeat("\\", 2044)}, nil, 4098},
	} {
		var want []string
		if c.size > 4096 {
			want = []string{fmt.Sprintf("the environment has %d bytes as JSON, and Lambda takes 4096: move settings into a parameter or an object", c.size)}
		}
		_, err := environment(c.plain, c.variables, nil)
		requireMistakes(t, c.situation, err, want...)
	}
}

// Values without tokens are judged without Node, which is not there here: no
// stack is given either.
func TestDynamicReferencesAreRevealed(t *testing.T) {
	t.Parallel()
	got := revealedSecrets(nil, map[string]string{
		"SECRET":  "{{resolve:secretsmanager:prod/db}}",
		"SECURE":  "{{resolve:ssm-secure:/my_app/key:1}}",
		"WITHIN":  "postgres://app:{{resolve:ssm-secure:/my_app/key}}@db",
		"PLAIN":   "{{resolve:ssm:/my_app/theme}}",
		"SETTING": "prod",
		"EMPTY":   "",
	})
	const why = "it is a dynamic reference to a secret"
	if want := map[string]string{"SECRET": why, "SECURE": why, "WITHIN": why}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
