package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

func TestWorkflowCommands(t *testing.T) {
	t.Parallel()
	finding := func(s posture.Severity, n int) (all []posture.Finding) {
		for i := range n {
			all = append(all, posture.Finding{Rule: "public-invocation", Severity: s, Path: fmt.Sprintf("S/%d", i), Message: "m"})
		}
		return all
	}
	of := func(findings ...posture.Finding) *Document {
		return New("template.json", &posture.Posture{}, posture.Report{Findings: findings}, looked)
	}
	escaped := of(posture.Finding{Rule: "r:1,2", Severity: posture.Error, Path: "a:b", Message: "50% of\nit\r::error::x"})
	escaped.Source = "a,b:c%.json"
	compared := of(append(finding(posture.Error, 2), finding(posture.Note, 1)...)...)
	taken := finding(posture.Error, 1)[0]
	taken.Acknowledged = &posture.Acknowledgement{Reason: "r"}
	if err := compared.Since(of(finding(posture.Error, 1)...)); err != nil {
		t.Fatal(err)
	}
	for situation, c := range map[string]struct {
		document *Document
		want     []string // the lines but for the summary
	}{
		"none": {of(), nil},
		"each severity": {of(slices.Concat(finding(posture.Error, 1), finding(posture.Warning, 1), finding(posture.Note, 1))...), []string{
			"::error title=Anybody may invoke the function,file=template.json,line=1::S/0: m (public-invocation)",
			"::warning title=Anybody may invoke the function,file=template.json,line=1::S/0: m (public-invocation)",
			"::notice title=Anybody may invoke the function,file=template.json,line=1::S/0: m (public-invocation)"}},
		"acknowledged": {of(taken), nil},
		"escaped":      {escaped, []string{"::error title=r%3A1%2C2,file=a%2Cb%3Ac%25.json,line=1::a:b: 50%25 of it ::error::x (r:1,2)"}},
		"a baseline": {compared, []string{
			"::error title=Anybody may invoke the function,file=template.json,line=1::S/1: m (public-invocation)",
			"::notice title=Anybody may invoke the function,file=template.json,line=1::S/0: m (public-invocation)"}},
	} {
		lines := strings.Split(strings.TrimSpace(writing(t, c.document, "github")), "\n")
		if got := lines[:len(lines)-1]; !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n  %s\nwant\n  %s", situation, strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
		}
		if got := lines[len(lines)-1]; !strings.HasSuffix(got, c.document.Summary()+".") {
			t.Errorf("%s: the last line is %s", situation, got)
		}
	}
	got := writing(t, of(slices.Concat(finding(posture.Error, 13), finding(posture.Warning, 11), finding(posture.Note, 2))...), "github")
	if n := []int{strings.Count(got, "::error "), strings.Count(got, "::warning "), strings.Count(got, "::notice ")}; !slices.Equal(n, []int{10, 10, 2}) {
		t.Errorf("%d errors, warnings and notices are written", n)
	}
	if !strings.Contains(got, "\n4 more are not shown, as GitHub shows 10 of a kind: see the table.\n") {
		t.Errorf("what is left out is not said:\n%s", got)
	}
}

// The runner takes a line that begins with :: for a command, and one that has ##[ anywhere.
func TestNoNameIsAWorkflowCommand(t *testing.T) {
	t.Parallel()
	ours := regexp.MustCompile(`^::(error|warning|notice) title=[^:,]*(,file=[^:,]*,line=\d+)?::[^\r\n]*$`)
	for line := range strings.Lines(writing(t, hostileDocument(t), "github")) {
		if line = strings.TrimSuffix(line, "\n"); !ours.MatchString(line) && !regexp.MustCompile(`^(\d+ more|This change opens \d)[a-zA-Z0-9 ,.:]*$`).MatchString(line) {
			t.Errorf("the runner may act on: %s", line)
		}
	}
}
