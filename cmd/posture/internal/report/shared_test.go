package report

import (
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// The row of the overview, the picture and the section count alike.
func TestCountsAgree(t *testing.T) {
	t.Parallel()
	finding := func(rule string, severity posture.Severity, function string) posture.Finding {
		return posture.Finding{Rule: rule, Severity: severity, Path: "S/R", Function: function, Message: rule}
	}
	acknowledged := finding("log-key", posture.Warning, "S/F")
	acknowledged.Acknowledged = &posture.Acknowledgement{Reason: "nobody logs"}
	elsewhere := finding("key-rotation", posture.Error, "")
	elsewhere.Path = "S/Key"
	for situation, c := range map[string]struct {
		found []posture.Finding
		want  string
		worst string
	}{
		"nothing":             {nil, "nothing found", ""},
		"all acknowledged":    {[]posture.Finding{acknowledged, acknowledged}, "nothing open, 2 acknowledged", ""},
		"one of each":         {[]posture.Finding{finding("a", posture.Error, "S/F"), finding("b", posture.Warning, "S/F"), finding("c", posture.Note, "S/F")}, "1 error · 1 warning, 1 note", faulty},
		"shared":              {[]posture.Finding{finding("shared-role", posture.Warning, ""), acknowledged}, "1 warning, 1 of them shared · 1 acknowledged", doubtful},
		"of another function": {[]posture.Finding{finding("a", posture.Error, "S/Other")}, "nothing found", ""},
		"on nothing it uses":  {[]posture.Finding{elsewhere}, "nothing found", ""},
	} {
		d := of(t, "", send)
		d.Report.Findings = c.found
		one := d.pageFunction(d.Posture.Functions[0], map[string]string{"S/F": "f1"})
		var lines []string
		for _, line := range one.Picture.Verdict {
			lines = append(lines, line.Text)
		}
		if got := strings.Join(lines, ", "); got != c.want || one.Picture.Worst != c.worst {
			t.Errorf("%s: the picture says %q, and is %q, want %q, %q", situation, got, one.Picture.Worst, c.want, c.worst)
		}
		listed := 0
		for _, g := range one.Found {
			listed += len(g.Findings)
		}
		if row := one.Open; row.errors+row.warnings+row.notes != listed || row.taken != len(one.Taken) {
			t.Errorf("%s: the row has %+v, the section %d and %d acknowledged", situation, row, listed, len(one.Taken))
		}
	}
}
