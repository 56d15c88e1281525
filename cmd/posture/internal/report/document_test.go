package report

import (
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

func TestFails(t *testing.T) {
	t.Parallel()
	finding := func(s posture.Severity) posture.Report {
		return posture.Report{Findings: []posture.Finding{{Severity: s}}}
	}
	taken := finding(posture.Error)
	taken.Findings[0].Acknowledged = &posture.Acknowledgement{Reason: "r"}
	loose := []posture.Acknowledgement{{Rule: "r"}}
	for situation, c := range map[string]struct {
		report               posture.Report
		error, warning, note bool
	}{
		"nothing":                               {posture.Report{}, false, false, false},
		"an error":                              {finding(posture.Error), true, true, true},
		"a warning":                             {finding(posture.Warning), false, true, true},
		"a note":                                {finding(posture.Note), false, false, true},
		"an acknowledged error":                 {taken, false, false, false},
		"an acknowledgement that nothing needs": {posture.Report{Unused: loose}, false, true, true},
		"an acknowledgement without a reason":   {posture.Report{WithoutReason: loose}, false, true, true},
	} {
		d := &Document{Report: c.report}
		if d.Fails(posture.Error) != c.error || d.Fails(posture.Warning) != c.warning || d.Fails(posture.Note) != c.note {
			t.Errorf("%s: fails on error %t, warning %t, note %t", situation, d.Fails(posture.Error), d.Fails(posture.Warning), d.Fails(posture.Note))
		}
	}
}

// What is no function's alone stays, as it may concern the one that is left.
func TestOnly(t *testing.T) {
	t.Parallel()
	d := of(t, "", "", `"H":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"S/H"}}`)
	d.Report.Findings = []posture.Finding{{Function: "S/F", Message: "own"}, {Function: "S/H", Message: "another's"}, {Message: "shared"}}
	d.Only("S/F")
	if n := len(d.Posture.Functions); n != 1 || d.Posture.Functions[0].Path != "S/F" {
		t.Errorf("%d functions are left", n)
	}
	if f := d.Report.Findings; len(f) != 2 || f[0].Message != "own" || f[1].Message != "shared" {
		t.Errorf("the findings %+v are left", f)
	}
}
