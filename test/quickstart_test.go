package test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/securegofunction/cdk/apps/quickstart"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var assetHash = regexp.MustCompile(`[0-9a-f]{64}`)

func TestQuickstartGolden(t *testing.T) {
	app := newApp(t)
	quickstart.NewStack(app, "quickstart", &quickstart.StackProps{Entry: "../apps/quickstart/handler"})
	var template map[string]any
	if err := json.Unmarshal([]byte(synthStack(t, app, "quickstart").bytes), &template); err != nil {
		t.Fatal(err)
	}
	// What CDK adds for its own use, and its version, are not ours to review.
	delete(template, "Parameters")
	delete(template, "Rules")
	for _, r := range template["Resources"].(map[string]any) {
		delete(r.(map[string]any), "Metadata")
	}
	got, err := json.MarshalIndent(template, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(assetHash.ReplaceAll(got, []byte("HASH")), '\n')
	const golden = "testdata/quickstart.template.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the template is not that of %s; `go test ./test -run Golden -update` shows the change as a diff", golden)
	}
}

// CDK's own validation is off in the other tests, since it costs seconds. It
// is read when Node starts, so it takes a process of its own.
func TestCDKsOwnValidation(t *testing.T) {
	out := t.TempDir()
	app := exec.Command("go", "run", "./apps")
	app.Dir = ".."
	context, err := json.Marshal(flags())
	if err != nil {
		t.Fatal(err)
	}
	app.Env = append(os.Environ(), "CDK_VALIDATION=true", "CDK_OUTDIR="+out, "CDK_CONTEXT_JSON="+string(context))
	if text, err := app.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	report, err := os.ReadFile(filepath.Join(out, "validation-report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(report); !strings.Contains(text, "CloudFormation Validate") || strings.Contains(text, "CloudFormation-Validate::") {
		t.Errorf("CDK's validation did not run, or found something: %s", text)
	}
}

func TestQuickstartIsImportable(t *testing.T) {
	app := newApp(t)
	var stack awscdk.Stack = quickstart.NewStack(app, "S", &quickstart.StackProps{Entry: "../apps/quickstart/handler", Architecture: "amd64", AlarmEmails: []string{"oncall@example.com"}})
	if *stack.StackName() != "S" {
		t.Errorf("the stack is called %s", *stack.StackName())
	}
	s := synthStack(t, app, "S")
	same(t, "architecture", s.at("Quickstart/Function").Properties["Architectures"], `["x86_64"]`)
	for _, w := range s.warnings {
		t.Errorf("warning: %s", w)
	}
	// A sample leaves nothing behind.
	for path, r := range s.resources {
		if r.DeletionPolicy == "Retain" {
			t.Errorf("%s stays when the stack goes", path)
		}
	}
}
