package posture

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// recorder is a test that an assertion may fail.
type recorder struct{ failures []string }

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func TestAssertions(t *testing.T) {
	t.Parallel()
	const parameters = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
	p := patched(t, map[string]any{})
	for _, c := range []struct {
		situation string
		assert    func(T)
		want      []string // a part of each failure
	}{
		{"it may", func(t T) { p.May(t, "QuickstartFunctionDEACF8F4", "ssm:GetParameter", parameters+"/my_app/api_key") }, nil},
		{"it may not, but should", func(t T) { p.May(t, "QuickstartFunctionDEACF8F4", "ssm:GetParameter", parameters+"/other") }, []string{"no: no statement allows it"}},
		{"it may not", func(t T) { p.MayNot(t, "QuickstartFunctionDEACF8F4", "ssm:GetParameter", parameters+"/other") }, nil},
		{"it may, but should not", func(t T) { p.MayNot(t, "QuickstartFunctionDEACF8F4", "ssm:GetParameter", parameters+"/my_app/api_key") }, []string{"yes: statement 6 of sound/QuickstartRoleRunTime"}},
		{"what cannot be told fails both", func(t T) {
			p.May(t, "QuickstartFunctionDEACF8F4", "kms:Decrypt", "${ParametersKey105E6ED9.Arn}")
			p.MayNot(t, "QuickstartFunctionDEACF8F4", "kms:Decrypt", "${ParametersKey105E6ED9.Arn}")
		}, []string{"cannot tell: statement 7", "cannot tell: statement 7"}},
		{"a function that there is not", func(t T) { p.MayNot(t, "Nobody", "s3:GetObject", "*") }, []string{`no function is called "Nobody"`}},
		{"a resource that there is not", func(t T) { p.MayNot(t, "QuickstartFunctionDEACF8F4", "s3:GetObject", "${Nothing.Arn}") }, []string{`no resource "Nothing"`}},
		{"it reaches that alone", func(t T) { p.ReachesOnly(t, "QuickstartFunctionDEACF8F4", "ssm") }, nil},
		{"it reaches more", func(t T) { p.ReachesOnly(t, "QuickstartFunctionDEACF8F4") }, []string{"reaches ssm"}},
		{"it reaches less", func(t T) { p.ReachesOnly(t, "QuickstartFunctionDEACF8F4", "ssm", "api.stripe.com") }, []string{"does not reach api.stripe.com: it reaches ssm"}},
		{"nothing is found", func(t T) { p.NoFindings(t) }, nil},
		{"an acknowledgement that is not needed", func(t T) { p.NoFindings(t, Acknowledge("log-retention", "sound", "why")) }, []string{"not needed any more"}},
		{"an acknowledgement of no rule", func(t T) { p.NoFindings(t, Acknowledge("no-rule", "sound", "why")) }, []string{"sound: no rule is called no-rule"}},
		{"an acknowledgement without a reason", func(t T) { p.NoFindings(t, Acknowledge("log-retention", "sound", "")) }, []string{"has no reason"}},
	} {
		r := &recorder{}
		c.assert(r)
		if len(r.failures) != len(c.want) {
			t.Errorf("%s: got %q, want %d failures", c.situation, r.failures, len(c.want))
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(r.failures[i], want) {
				t.Errorf("%s: got %q, want ...%s...", c.situation, r.failures[i], want)
			}
		}
	}
}

func TestAcknowledgements(t *testing.T) {
	t.Parallel()
	const id = "QuickstartLogs2F95D809"
	flawed := func(metadata, template map[string]any) *Posture {
		resource := map[string]any{"Properties": map[string]any{"RetentionInDays": nil}}
		if metadata != nil {
			resource["Metadata"] = metadata
		}
		return patched(t, map[string]any{"Resources": map[string]any{id: resource}, "Metadata": template})
	}
	nag := func(entry map[string]any) map[string]any {
		return map[string]any{"cdk_nag": map[string]any{"rules_to_suppress": []any{entry}}}
	}
	const theirs = "HIPAA.Security-CloudWatchLogGroupRetentionPeriod"
	for _, c := range []struct {
		situation string
		p         *Posture
		given     []Acknowledgement
		open      int
		source    string
	}{
		{"none", flawed(nil, nil), nil, 1, ""},
		{"at the construct", flawed(nil, nil), []Acknowledgement{Acknowledge("log-retention", "/sound/"+id, "why")}, 0, "given"},
		{"above it", flawed(nil, nil), []Acknowledgement{Acknowledge("log-retention", "sound", "why")}, 0, "given"},
		{"beside it", flawed(nil, nil), []Acknowledgement{Acknowledge("log-retention", "sound/Quickstart", "why")}, 1, ""},
		{"of another rule", flawed(nil, nil), []Acknowledgement{Acknowledge("unreadable", "sound", "why")}, 1, ""},
		{"without a reason", flawed(nil, nil), []Acknowledgement{Acknowledge("log-retention", "sound", "")}, 1, ""},
		{"another tool's id, given", flawed(nil, nil), []Acknowledgement{Acknowledge(theirs, "sound", "why")}, 1, ""},
		{"in the metadata", flawed(map[string]any{"SecureGoFunction": map[string]any{"Acknowledged": []any{map[string]any{"Rule": "log-retention", "Reason": "why"}}}}, nil), nil, 0, "SecureGoFunction"},
		{"cdk-nag's", flawed(nag(map[string]any{"id": theirs, "reason": "why"}), nil), nil, 0, "cdk-nag"},
		{"cdk-nag's of another rule", flawed(nag(map[string]any{"id": "AwsSolutions-IAM5", "reason": "why"}), nil), nil, 1, ""},
		{"cdk-nag's of the stack", flawed(nil, nag(map[string]any{"id": theirs, "reason": "why"})), nil, 0, "cdk-nag"},
		{"cdk-nag's, with an encoded reason", flawed(nag(map[string]any{"id": theirs, "reason": base64.StdEncoding.EncodeToString([]byte("wéil")), "is_reason_encoded": true}), nil), nil, 0, "cdk-nag"},
		{"cdk-nag's, of other values", flawed(nag(map[string]any{"id": theirs, "reason": "why", "applies_to": []any{"Resource::*"}}), nil), nil, 1, ""},
	} {
		report := c.p.Check(c.given...)
		if open := report.Open(); len(open) != c.open || len(report.Findings) != 1 {
			t.Errorf("%s: got %v, want %d open of one", c.situation, report.Findings, c.open)
			continue
		}
		if a := report.Findings[0].Acknowledged; c.source != "" && (a == nil || a.Source != c.source || a.Reason == "") {
			t.Errorf("%s: got %+v, want one of %s", c.situation, a, c.source)
		}
	}
	// cdk-nag's own are cdk-nag's to complain about.
	if report := patched(t, map[string]any{"Metadata": nag(map[string]any{"id": theirs, "reason": "why"})}).Check(); len(report.Unused) > 0 {
		t.Errorf("cdk-nag's, not needed here: %v", report.Unused)
	}
}
