package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/cmd/posture/internal/report"
)

// TestMain makes this binary the command, where a test runs it as such.
func TestMain(m *testing.M) {
	if os.Getenv("POSTURE_TEST_AS_COMMAND") != "" {
		main()
	}
	os.Exit(m.Run())
}

type result struct {
	status    int
	out, errs string
}

// invoke runs the command in a folder.
func invoke(t *testing.T, dir string, args ...string) result {
	t.Helper()
	return invokeWith(t, dir, "", args...)
}

// invokeWith gives the command a standard input.
func invokeWith(t *testing.T, dir, in string, args ...string) result {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return wait(t, dir, in, exec.Command(self, args...))
}

func wait(t *testing.T, dir, in string, c *exec.Cmd) result {
	t.Helper()
	var out, errs bytes.Buffer
	c.Dir, c.Stdin, c.Stdout, c.Stderr, c.Env = dir, strings.NewReader(in), &out, &errs, append(os.Environ(), "POSTURE_TEST_AS_COMMAND=1")
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// folder has templates without a finding, with a warning and with an error.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	fn := func(id, others string) string {
		return `{"Resources":{"` + id + `":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"Shop/` + id + `/Function"}}` + others + `}}`
	}
	layer := func(template string) string {
		return strings.Replace(template, `"Metadata"`, `"Properties":{"Layers":["arn:aws:lambda:eu-west-1:999999999999:layer:x:1"]},"Metadata"`, 1)
	}
	for name, text := range map[string]string{
		"sound.json":   `{"Resources":{}}`,
		"warning.json": fn("Orders", ""),
		"error.json":   fn("Orders", `,"Url":{"Type":"AWS::Lambda::Url","Properties":{"AuthType":"NONE","TargetFunctionArn":{"Ref":"Orders"}}},"Mail":{"Type":"AWS::Lambda::Function"}`),
		"taken.json": strings.Replace(fn("Orders", `,"Url":{"Type":"AWS::Lambda::Url","Metadata":{"SecureGoFunction":{"Acknowledged":[{"Rule":"public-invocation","Reason":"a price list"}]}},
			"Properties":{"AuthType":"NONE","TargetFunctionArn":{"Ref":"Orders"}}}`), "\n", "", 1),
		"layer.json":               layer(fn("Orders", "")),
		"mail.json":                fn("Mail", ""),
		"text.txt":                 "hello",
		"empty.out/other":          "",
		"empty.out/b/manifest":     "",
		"broken.out/manifest.json": `{"artifacts":{}}`,
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if r := invoke(t, dir, "warning.json", "--format", "json", "--output", "old.json"); r.status != 0 {
		t.Fatalf("%+v", r)
	}
	if r := invoke(t, dir, "error.json", "--format", "json", "--output", "both.json"); r.status != 1 {
		t.Fatalf("%+v", r)
	}
	if r := invoke(t, dir, "error.json", "--function", "Mail", "--format", "json", "--output", "mailonly.json"); r.status != 0 {
		t.Fatalf("%+v", r)
	}
	for situation, c := range map[string]struct {
		args   string
		status int
		out    string // in the standard output
		errs   string // in the standard error
	}{
		"no finding":                        {"sound.json --fail-on note", 0, "0 functions in 1 stack", ""},
		"warnings":                          {"warning.json", 0, "WARNING log-retention", ""},
		"warnings, and that is enough":      {"warning.json --fail-on warning", 1, "WARNING log-retention", ""},
		"warnings are worse than notes":     {"--fail-on note warning.json", 1, "", ""},
		"an error":                          {"error.json", 1, "ERROR public-invocation", ""},
		"an error, in another format":       {"error.json --format sarif", 1, `"ruleId": "public-invocation"`, ""},
		"an error that is acknowledged":     {"taken.json", 0, `because "a price list"`, ""},
		"an error of another function":      {"error.json --function Mail", 0, "1 function in 1 stack: 0 errors", ""},
		"flags after and before":            {"--format=markdown error.json --function Orders", 1, "### Error `public-invocation`", ""},
		"a baseline":                        {"error.json --baseline old.json", 1, "CHANGE SINCE old.json: opens ", ""},
		"a function that the baseline has":  {"error.json --function Orders --baseline both.json --format markdown", 0, "this change opens nothing and closes nothing", ""},
		"the same as the baseline":          {"warning.json --baseline old.json --format markdown", 0, "this change opens nothing and closes nothing", ""},
		"errors of the baseline":            {"error.json --baseline both.json", 0, "opens nothing and closes nothing", ""},
		"warnings of the baseline":          {"warning.json --baseline old.json --fail-on warning", 0, "opens nothing and closes nothing", ""},
		"an opening without a finding":      {"layer.json --baseline old.json --fail-on warning", 0, "opens 1, closes 0 and alters 0", ""},
		"an opening, and that is enough":    {"layer.json --baseline old.json --fail-on opens", 1, "opens 1, closes 0 and alters 0", ""},
		"a closing is no opening":           {"sound.json --baseline old.json --fail-on opens", 0, "the function is gone", ""},
		"openings of no baseline":           {"layer.json --fail-on opens", 2, "", "--fail-on opens needs a --baseline to compare with"},
		"errors that fail nothing":          {"error.json --fail-on none", 0, "ERROR public-invocation", ""},
		"values in capitals":                {"error.json --fail-on None --format Markdown", 0, "### Error `public-invocation`", ""},
		"workflow commands":                 {"error.json --format github", 1, "::error title=Anybody may invoke the function,file=error.json,line=1::", ""},
		"another app's baseline":            {"mail.json --baseline old.json", 0, "", "warning: no function of old.json is in mail.json: is it the baseline of this app?"},
		"a baseline of one function":        {"error.json --baseline mailonly.json", 2, "", "posture: --baseline: mailonly.json is of the function error/Mail alone, and this is not: write it without --function"},
		"a baseline of the same function":   {"error.json --baseline mailonly.json --function Mail", 0, "opens nothing and closes nothing", ""},
		"acknowledged, in SARIF":            {"taken.json --format sarif --acknowledged", 0, `"justification": "a price list"`, ""},
		"acknowledged, in another format":   {"taken.json --acknowledged", 2, "", "--acknowledged is for --format sarif alone"},
		"the version":                       {"--version", 0, "posture ", ""},
		"help":                              {"--help", 0, "Examples:\n  posture cdk.out", ""},
		"no path":                           {"", 2, "", "posture: give a cdk.out folder or the file of a template; posture --help says more\n"},
		"two paths":                         {"a b", 2, "", "posture: give one folder or file, not 2: a, b; posture --help says more\n"},
		"an unknown flag":                   {"sound.json --colour", 2, "", "flag provided but not defined: -colour; posture --help says more\n"},
		"an unknown format":                 {"sound.json --format pdf", 2, "", `--format "pdf" is none of table, json, sarif, markdown, github, html`},
		"an unknown severity":               {"sound.json --fail-on high", 2, "", `--fail-on "high" is none of error, warning, note, none, opens`},
		"a path that is not there":          {"none.out", 2, "", "posture: give a cdk.out folder or a template's file: stat none.out: no such file"},
		"a folder that is no cdk.out":       {"empty.out", 2, "", "posture: empty.out: not a cdk.out folder"},
		"a cdk.out without stacks":          {"broken.out", 2, "", "synthesize the app first"},
		"a file that is no template":        {"text.txt", 2, "", "posture: text.txt: not a CloudFormation template"},
		"a function that is not there":      {"error.json --function Nope", 2, "", `posture: --function: no function is called "Nope": the templates have Shop/Orders/Function`},
		"a baseline that is not there":      {"sound.json --baseline none.json", 2, "", "posture: --baseline: give a file that --format json wrote: open none.json"},
		"a baseline that is a template":     {"sound.json --baseline error.json", 2, "", "posture: --baseline: error.json is not what --format json writes"},
		"an output that cannot be written":  {"sound.json --output none/x", 2, "", "posture: --output: open none/x"},
		"an error is one in a file as well": {"error.json --output x.html --format html", 1, "", "1 error, "},
	} {
		r := invoke(t, dir, strings.Fields(c.args)...)
		if r.status != c.status || !strings.Contains(r.out, c.out) || !strings.Contains(r.errs, c.errs) {
			t.Errorf("%s: posture %s: exit status %d, want %d\nstdout:\n%s\nstderr:\n%s", situation, c.args, r.status, c.status, r.out, r.errs)
		}
		if c.status == 2 && r.out != "" {
			t.Errorf("%s: something is written nevertheless: %s", situation, r.out)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "x.html")); err != nil || !bytes.HasSuffix(text, []byte("</html>\n")) {
		t.Errorf("--output: %v", err)
	}
}

func TestTheSameTemplatesGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for _, format := range []string{"table", "json", "sarif", "markdown", "github", "html"} {
		first := invoke(t, dir, "error.json", "--format", format)
		for range 3 {
			if again := invoke(t, dir, "error.json", "--format", format); again.out != first.out || again.out == "" {
				t.Errorf("%s: the bytes differ", format)
			}
		}
	}
}

func TestWhatIsReadWithoutAName(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	text, err := os.ReadFile(filepath.Join(dir, "error.json"))
	if err != nil {
		t.Fatal(err)
	}
	if r := invokeWith(t, dir, "hello", "-"); r.status != 2 || !strings.Contains(r.errs, "posture: stdin: not a CloudFormation template") {
		t.Errorf("a standard input that is no template: %+v", r)
	}
	if r := invokeWith(t, dir, string(text), "error.json", "--format", "json", "--fail-on", "none", "--output", "old.json"); r.status != 0 {
		t.Fatalf("%+v", r)
	}
	if r := invokeWith(t, dir, string(text), "-", "--baseline", "old.json"); r.status != 0 || !strings.Contains(r.out, "opens nothing and closes nothing") {
		t.Errorf("the standard input and the same in a file: %+v", r)
	}
	for name, text := range map[string]string{
		".git":                          "",
		"infra/stdin":                   string(text),
		"infra/cdk.out/manifest.json":   `{"artifacts":{"Shop":{"type":"aws:cloudformation:stack","properties":{"templateFile":"S.template.json"}}}}`,
		"infra/cdk.out/S.template.json": string(text),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r := invokeWith(t, filepath.Join(dir, "infra"), string(text), "-", "--format", "sarif"); r.status != 1 || !strings.Contains(r.out, `"uri": "stdin"`) {
		t.Errorf("the standard input: %+v", r)
	}
	if r := invoke(t, filepath.Join(dir, "infra"), "--format", "sarif"); r.status != 1 || !strings.Contains(r.out, `"uri": "infra/cdk.out/S.template.json"`) {
		t.Errorf("the cdk.out that is there: %+v", r)
	}
}

func TestHelpSaysEachFlag(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"format", "output", "function", "baseline", "fail-on", "acknowledged", "version", "help"} {
		if !strings.Contains(usage, "\n  --"+flag+" ") {
			t.Errorf("help does not say --%s", flag)
		}
	}
	for _, format := range report.Formats() {
		if !strings.Contains(usage, format) {
			t.Errorf("help does not say --format %s", format)
		}
	}
}
