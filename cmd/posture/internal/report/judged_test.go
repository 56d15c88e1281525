package report

import (
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// A change answers for what it opens, and not for what was there or what nobody looked for.
func TestFailsWithABaseline(t *testing.T) {
	t.Parallel()
	finding := func(s posture.Severity, path string) posture.Finding {
		return posture.Finding{Rule: "log-retention", Severity: s, Path: path, Message: "m"}
	}
	taken := func(f posture.Finding, reason string) posture.Finding {
		f.Acknowledged = &posture.Acknowledgement{Reason: reason}
		return f
	}
	with := func(r posture.Report) *Document {
		d := of(t, "", "")
		d.Report, d.Rules = r, looked
		return d
	}
	findings := func(all ...posture.Finding) *Document { return with(posture.Report{Findings: all}) }
	otherRule := finding(posture.Error, "S/F")
	otherRule.Rule = "public-invocation"
	unlooked := findings()
	unlooked.Rules = looked[:1]
	loose := func(rule string) []posture.Acknowledgement { return []posture.Acknowledgement{{Rule: rule, Path: "S"}} }
	for situation, c := range map[string]struct {
		before, after  *Document
		error, warning bool
		line           string
	}{
		"an error of before":                 {findings(finding(posture.Error, "S/F")), findings(finding(posture.Error, "S/F")), false, false, "opens nothing and closes nothing"},
		"a new error":                        {findings(), findings(finding(posture.Error, "S/F")), true, true, "opens 1, closes 0 and alters 0"},
		"a new error beside one":             {findings(finding(posture.Error, "S/F")), findings(finding(posture.Error, "S/F"), finding(posture.Error, "S/G")), true, true, "opens 1, closes 0 and alters 0"},
		"a new warning":                      {findings(finding(posture.Error, "S/F")), findings(finding(posture.Error, "S/F"), finding(posture.Warning, "S/G")), false, true, "opens 1, closes 0 and alters 0"},
		"no longer acknowledged":             {findings(taken(finding(posture.Error, "S/F"), "r")), findings(finding(posture.Error, "S/F")), true, true, "opens 1, closes 0 and alters 0"},
		"new, and acknowledged":              {findings(), findings(taken(finding(posture.Error, "S/F"), "r")), false, false, "opens 0, closes 0 and alters 1"},
		"newly looked for":                   {unlooked, findings(otherRule), false, false, "opens nothing and closes nothing; 1 finding newly looked for, by rules that the baseline lacks"},
		"newly looked for, and acknowledged": {unlooked, findings(taken(otherRule, "r")), false, false, "opens nothing and closes nothing"},
		"no longer looked for":               {findings(otherRule), unlooked, false, false, "opens nothing and closes nothing"},
		"a loose acknowledgement of before":  {with(posture.Report{Unused: loose("a"), WithoutReason: loose("b")}), with(posture.Report{Unused: loose("a"), WithoutReason: loose("b")}), false, false, "opens nothing and closes nothing"},
		"a loose acknowledgement":            {with(posture.Report{Unused: loose("a")}), with(posture.Report{Unused: append(loose("a"), loose("b")...)}), false, true, "opens nothing and closes nothing"},
		"an acknowledgement without reason":  {with(posture.Report{Unused: loose("a")}), with(posture.Report{WithoutReason: loose("a")}), false, true, "opens nothing and closes nothing"},
	} {
		before := stored(t, c.before)
		if err := c.after.Since(before); err != nil {
			t.Fatal(err)
		}
		if c.after.Fails(posture.Error) != c.error || c.after.Fails(posture.Warning) != c.warning {
			t.Errorf("%s: fails on error %t, warning %t", situation, c.after.Fails(posture.Error), c.after.Fails(posture.Warning))
		}
		if got := c.after.Change.Line(); got != c.line {
			t.Errorf("%s: %s, want %s", situation, got, c.line)
		}
		for _, format := range []string{"table", "markdown", "github", "html"} {
			if got := writing(t, c.after, format); !strings.Contains(got, c.line) {
				t.Errorf("%s: %s does not say %q:\n%s", situation, format, c.line, got)
			}
		}
	}
}
