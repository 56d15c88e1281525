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
	got, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := readme(string(got))
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(got) != want {
		t.Error("README.md is not what the rules are: run go test ./constructs/posture -run Readme -update, and review the difference")
	}
}

// rulesBegin is what stands before the generated list.
const rulesBegin = "where that rule alone fires.\n"

// readme is a text with the list of rules in the place of what it has.
func readme(written string) string {
	prose, _, _ := strings.Cut(written, rulesBegin)
	var b strings.Builder
	b.WriteString(prose + rulesBegin)
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
