package posture

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite README.md")

func TestReadmeIsCurrent(t *testing.T) {
	t.Parallel()
	want := readme()
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("README.md is not what the rules are: run go test ./constructs/posture -run Readme -update, and review the difference")
	}
}

const faces = "# Posture\n\n" +
	"What each function of an app may do and reach, who may invoke it and what protects it, read from the finished templates: of any functions, not only\n" +
	"SecureGoFunction's, and past any construct. Every answer is yes, no or cannot tell.\n\n" +
	"At synth, an error stops with the construct's path, and an acknowledgement needs a reason:\n\n" +
	"```go\nawscdk.Validations_Of(app).AddPlugins(validation.New())\n```\n\n" +
	"In a team's tests:\n\n" +
	"```go\np := posture.FromTemplate(assertions.Template_FromStack(stack, nil))\n" +
	"p.MayNot(t, \"Orders\", \"s3:DeleteObject\", \"${Receipts.Arn}/*\")\n" +
	"p.ReachesOnly(t, \"Orders\", \"ssm\", \"s3\", \"api.stripe.com\", posture.Unnamed) // a DNS Firewall stops look-ups, and no addresses\n" +
	"p.NoFindings(t)\n```\n\n" +
	"On paper, as a table, JSON, SARIF, Markdown, annotations for GitHub Actions or one HTML page; with `--baseline`, what a change opens or closes:\n\n" +
	"```sh\ngo run github.com/securegofunction/cdk/cmd/posture cdk.out\n```\n\n" +
	"In CI, the main branch's posture is what a pull request's is compared with. What was there before fails nothing:\n\n" +
	"```sh\ngo install github.com/securegofunction/cdk/cmd/posture@latest\n" +
	"posture cdk.out --format json --output main.json --fail-on none  # of the main branch\n" +
	"posture cdk.out --format markdown --baseline main.json --fail-on warning --output comment.md\n```\n\n" +
	"GitHub shows what `--format sarif` and `--format github` find at its line in a pull request only if the file is in the repository, and cdk.out is\n" +
	"usually not. What is acknowledged is in SARIF with `--acknowledged` alone, as GitHub would show it as open.\n\n" +
	"What it does not see is in the [package's documentation](doc.go).\n\n" +
	"# Rules\n\n" +
	"This list is generated from the code. For each rule, testdata/flaws has templates with one flaw each, where that rule alone fires.\n"

func readme() string {
	var b strings.Builder
	b.WriteString(faces)
	for _, r := range Rules() {
		fmt.Fprintf(&b, "\n## %s\n\n%s (%s). %s\n\n%s\n\nSource: %s.", r.ID, r.Title, r.Severity, r.Why, r.Fix, strings.TrimSuffix(r.Source, "."))
		for _, c := range []struct {
			catalogue string
			ids       []string
		}{{"Security Hub", r.Controls.SecurityHub}, {"CIS", r.Controls.CIS}, {"NIST 800-53", r.Controls.NIST80053}, {"cdk-nag", r.Controls.CDKNag}, {"Checkov", r.Controls.Checkov}} {
			if len(c.ids) > 0 {
				fmt.Fprintf(&b, " %s: %s.", c.catalogue, strings.Join(c.ids, ", "))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
