package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// looked are rules of these tests: those of package posture may become more without a change here.
var looked = []posture.Rule{
	{ID: "log-retention", Title: "Logs are kept for ever", Severity: posture.Warning, Why: "They are a growing loss.", Fix: "Give the group a retention.",
		Source: "CloudWatch Logs guide", Controls: posture.Controls{SecurityHub: []string{"CloudWatch.16"}}},
	{ID: "public-invocation", Title: "Anybody may invoke the function", Severity: posture.Error, Why: "Anybody runs it.", Fix: "Set AuthType to AWS_IAM.",
		Source: "Lambda guide", Controls: posture.Controls{SecurityHub: []string{"Lambda.1"}, Checkov: []string{"CKV_AWS_258"}}},
}

// tiny is the document of testdata/tiny.json, changed by replacements, with two findings of which one is acknowledged.
func tiny(t testing.TB, replacements ...string) *Document {
	t.Helper()
	text, err := os.ReadFile("testdata/tiny.json")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(replacements...).Replace(string(text))
	for i := 0; i < len(replacements); i += 2 {
		if !strings.Contains(string(text), replacements[i]) {
			t.Fatalf("testdata/tiny.json has no %s to replace", replacements[i])
		}
	}
	p, err := posture.FromJSON("tiny", []byte(changed))
	if err != nil {
		t.Fatal(err)
	}
	r := posture.Report{Findings: []posture.Finding{
		{Rule: "public-invocation", Severity: posture.Error, Path: "Shop/Orders/Url", Stack: "tiny", LogicalID: "Url", Function: "Shop/Orders/Function",
			Message: "the function URL asks nobody who they are"},
		{Rule: "log-retention", Severity: posture.Warning, Path: "Shop/Orders/Function", Stack: "tiny", LogicalID: "Orders", Function: "Shop/Orders/Function",
			Message: "Lambda makes the log group", Unsure: true, Acknowledged: &posture.Acknowledgement{Rule: "log-retention", Path: "Shop/Orders", Reason: "it logs nothing", Source: "CDK"}},
	}}
	return New("testdata/tiny.json", p, r, looked)
}

func writing(t testing.TB, d *Document, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b, format); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

var style = regexp.MustCompile(`(?s)<style>.*</style>`)

// builtAs is the version of the command, where the test's binary has one.
var builtAs = regexp.MustCompile(`\n *"semanticVersion": "[^"]*",`)

// The golden files are read in review: without the page's style sheet, which page.css is.
func TestGolden(t *testing.T) {
	t.Parallel()
	before := tiny(t, `["sqs:SendMessage", "sqs:GetQueueUrl"]`, `["sqs:SendMessage", "sqs:ReceiveMessage"]`, `"AuthType": "NONE"`, `"AuthType": "AWS_IAM"`)
	before.Report.Findings = before.Report.Findings[1:]
	changed := tiny(t)
	changed.Since(before)
	for name, d := range map[string]*Document{"tiny": tiny(t), "change": changed} {
		for _, format := range Formats() {
			if name == "change" && format != "table" && format != "markdown" && format != "github" {
				continue
			}
			got := style.ReplaceAllString(writing(t, d, format), "<style></style>")
			got = strings.ReplaceAll(got, "cmd/posture/internal/report/testdata", "testdata") // in a work tree of git, and not in an archive
			got = builtAs.ReplaceAllString(got, "")
			file := filepath.Join("testdata", "golden", name+"."+format)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is not what is written: run go test ./cmd/posture/... -run Golden -update, and review the difference\n%s", file, got)
			}
		}
	}
}

func TestEveryFormatSaysTheChange(t *testing.T) {
	t.Parallel()
	d := tiny(t)
	d.Since(tiny(t, `"sqs:GetQueueUrl"`, `"sqs:ReceiveMessage"`))
	for _, format := range Formats() {
		if got := writing(t, d, format); !strings.Contains(got, "may sqs:GetQueueUrl on sqs:${Queue.QueueName}") {
			t.Errorf("%s does not say what the change opens:\n%s", format, got)
		}
	}
}

func TestNoFunctionsIsSaid(t *testing.T) {
	t.Parallel()
	p, err := posture.FromJSON("none", []byte(`{"Resources":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	d := New("none", p, posture.Report{}, looked)
	for format, want := range map[string]string{"table": "0 functions in 1 stack", "markdown": "0 functions in 1 stack", "html": "The templates have no function."} {
		if got := writing(t, d, format); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", format, want, got)
		}
	}
	if err := d.Write(&bytes.Buffer{}, "pdf"); err == nil || !strings.Contains(err.Error(), `"pdf" is none of table, json`) {
		t.Errorf("an unknown format: %v", err)
	}
}
