package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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
	var out, errs bytes.Buffer
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Dir, c.Stdout, c.Stderr, c.Env = dir, &out, &errs, append(os.Environ(), "POSTURE_TEST_AS_COMMAND=1")
	err = c.Run()
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
	for name, text := range map[string]string{
		"sound.json":   `{"Resources":{}}`,
		"warning.json": fn("Orders", ""),
		"error.json":   fn("Orders", `,"Url":{"Type":"AWS::Lambda::Url","Properties":{"AuthType":"NONE","TargetFunctionArn":{"Ref":"Orders"}}},"Mail":{"Type":"AWS::Lambda::Function"}`),
		"taken.json": strings.Replace(fn("Orders", `,"Url":{"Type":"AWS::Lambda::Url","Metadata":{"SecureGoFunction":{"Acknowledged":[{"Rule":"public-invocation","Reason":"a price list"}]}},
			"Properties":{"AuthType":"NONE","TargetFunctionArn":{"Ref":"Orders"}}}`), "\n", "", 1),
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
		"a function that the baseline has":  {"error.json --function Orders --baseline both.json --format markdown", 1, "this change opens nothing and closes nothing", ""},
		"the same as the baseline":          {"warning.json --baseline old.json --format markdown", 0, "this change opens nothing and closes nothing", ""},
		"help":                              {"--help", 0, "Examples:\n  posture cdk.out", ""},
		"no path":                           {"", 2, "", "posture: give a cdk.out folder or the file of a template; posture --help says more\n"},
		"two paths":                         {"a b", 2, "", "posture: give one folder or file, not 2: a, b; posture --help says more\n"},
		"an unknown flag":                   {"sound.json --colour", 2, "", "flag provided but not defined: -colour; posture --help says more\n"},
		"an unknown format":                 {"sound.json --format pdf", 2, "", `--format "pdf" is none of table, json, sarif, markdown, html`},
		"an unknown severity":               {"sound.json --fail-on high", 2, "", `--fail-on "high" is none of error, warning, note`},
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
	for _, format := range []string{"table", "json", "sarif", "markdown", "html"} {
		first := invoke(t, dir, "error.json", "--format", format)
		for range 3 {
			if again := invoke(t, dir, "error.json", "--format", format); again.out != first.out || again.out == "" {
				t.Errorf("%s: the bytes differ", format)
			}
		}
	}
}
