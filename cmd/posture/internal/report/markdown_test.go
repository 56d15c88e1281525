package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// GitHub takes no comment of more than 65,536 characters.
func TestMarkdownFitsAComment(t *testing.T) {
	t.Parallel()
	sound := many(t, 300)
	with := func(before *Document, findings ...posture.Finding) *Document {
		d := *sound
		d.Report.Findings = findings
		if before != nil {
			if err := d.Since(before); err != nil {
				t.Fatal(err)
			}
		}
		return &d
	}
	var all []posture.Finding
	for _, f := range sound.Posture.Functions {
		all = append(all, posture.Finding{Rule: "log-retention", Severity: posture.Warning, Path: f.Path, Function: f.Path, Message: strings.Repeat("a message ", 30)})
	}
	long := posture.Finding{Rule: "r", Severity: posture.Error, Path: "S", Message: strings.Repeat("long ", 20_000)}
	for situation, c := range map[string]struct {
		document *Document
		least    int
		rest     string // at the end
	}{
		"300 functions":                      {sound, 20_000, "| 0 | 0 | 0 | 0 |\n"},
		"300 functions with findings":        {with(nil, all...), 59_000, " more findings, and 300 more functions: see the table.*\n"},
		"300 functions, of which all change": {with(sound, all...), 59_000, " more changes, and 300 more findings: see the table.*\n"},
		"300 functions, of which 10 change":  {with(sound, all[:10]...), 5_000, "CloudWatch Logs guide\n"},
		"a finding that is too long":         {with(nil, long), 0, "and 1 more finding, and 300 more functions: see the table.*\n"},
	} {
		c.document.Rules = looked
		got := writing(t, c.document, "markdown")
		if len(got) > 61_000 || len(got) < c.least {
			t.Errorf("%s: %d bytes", situation, len(got))
		}
		if !strings.HasPrefix(got, "**Posture:** ") || !strings.HasSuffix(got, c.rest) {
			t.Errorf("%s: it begins with %q and ends in %q, want %q", situation, got[:100], got[len(got)-200:], c.rest)
		}
		if strings.Contains(c.rest, "more") {
			n, whole := 0, strings.Count(got, "\n- ")+strings.Count(got, "\n| `")
			for _, part := range strings.Split(got[strings.LastIndex(strings.TrimSpace(got), "\n"):], "and ")[1:] {
				more := 0
				fmt.Sscan(part, &more)
				n += more
			}
			if all := len(c.document.judged()) + 300; whole+n != all { // of the functions, or of the changes
				t.Errorf("%s: %d lines and %d more are not %d", situation, whole, n, all)
			}
		}
	}
}

func TestMarkdownOfAChangeIsOfItAlone(t *testing.T) {
	t.Parallel()
	d := tiny(t)
	old := posture.Finding{Rule: "log-retention", Severity: posture.Warning, Path: "Shop/Old", Message: "was there"}
	d.Report.Findings = append(d.Report.Findings, old)
	before := tiny(t)
	before.Report.Findings = append(before.Report.Findings[1:], old)
	if err := d.Since(before); err != nil {
		t.Fatal(err)
	}
	got := writing(t, d, "markdown")
	for _, want := range []string{"Open as before: 1 finding, in the table.", "### Error `public-invocation`"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	for _, gone := range []string{"was there", "it logs nothing", "### Functions"} {
		if strings.Contains(got, gone) {
			t.Errorf("it has %q:\n%s", gone, got)
		}
	}
}
