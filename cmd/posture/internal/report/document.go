package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// Document is what is written, in any format.
type Document struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// Source is the folder or file that was read.
	Source string `json:"source"`
	// Function is the path of the one that Only left.
	Function string           `json:"function,omitempty"`
	Posture  *posture.Posture `json:"posture"`
	// Destinations are those of each function, by its path.
	Destinations map[string][]string `json:"destinations"`
	Report       posture.Report      `json:"report"`
	// Rules are all that were looked at.
	Rules []posture.Rule `json:"rules"`
	// Change is nil without a baseline.
	Change *Change `json:"change,omitempty"`
	// Suppressed has SARIF hold what is acknowledged too.
	Suppressed bool `json:"-"`

	denied map[statementOf]bool
	file   string // that it was read from
}

const (
	documentFormat  = "securegofunction/posture"
	documentVersion = 1
)

// New makes the document of what was read from a source.
func New(source string, p *posture.Posture, r posture.Report, rules []posture.Rule) *Document {
	d := &Document{Format: documentFormat, Version: documentVersion, Source: source, Posture: p, Destinations: map[string][]string{}, Report: r, Rules: rules,
		denied: map[statementOf]bool{}}
	for _, f := range p.Functions {
		d.Destinations[f.Path] = f.Reaches.Destinations()
	}
	return d
}

// Only leaves the function of the path alone, with its findings and with those that are no function's alone.
func (d *Document) Only(path string) {
	p := *d.Posture
	p.Functions = slices.DeleteFunc(slices.Clone(p.Functions), func(f *posture.Function) bool { return f.Path != path })
	d.Posture, d.Function = &p, path
	d.Report.Findings = slices.DeleteFunc(slices.Clone(d.Report.Findings), func(f posture.Finding) bool { return f.Function != "" && f.Function != path })
}

// Formats are what Write writes.
func Formats() []string { return []string{"table", "json", "sarif", "markdown", "github", "html"} }

// Write writes the document. The error names a format that is none, or is the writer's.
func (d *Document) Write(w io.Writer, format string) error {
	switch format {
	case "table":
		return d.writeTable(w)
	case "json":
		return d.writeJSON(w)
	case "sarif":
		return d.writeSARIF(w)
	case "markdown":
		return d.writeMarkdown(w)
	case "github":
		return d.writeGitHub(w)
	case "html":
		return d.writeHTML(w)
	}
	return fmt.Errorf("format %q is none of %s", format, strings.Join(Formats(), ", "))
}

// counted are findings by their severity.
type counted struct{ errors, warnings, notes int }

func count(findings []posture.Finding) counted {
	var n counted
	for _, f := range findings {
		switch f.Severity {
		case posture.Error:
			n.errors++
		case posture.Warning:
			n.warnings++
		default:
			n.notes++
		}
	}
	return n
}

func (n counted) String() string {
	return fmt.Sprintf("%s, %s and %s", number(n.errors, "error"), number(n.warnings, "warning"), number(n.notes, "note"))
}

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Summary is the document in one line.
func (d *Document) Summary() string {
	open := d.Report.Open()
	line := fmt.Sprintf("%s: %s open", d.extent(), count(open))
	if n := len(d.Report.Findings) - len(open); n > 0 {
		line += fmt.Sprintf(", %d acknowledged", n)
	}
	return line
}

func (d *Document) extent() string {
	return number(len(d.Posture.Functions), "function") + " in " + number(len(d.Posture.Stacks), "stack")
}

// rule returns the rule of a finding. One that is not known any more, of a baseline, has its id for a title.
func (d *Document) rule(id string) posture.Rule {
	for _, r := range d.Rules {
		if r.ID == id {
			return r
		}
	}
	return posture.Rule{ID: id, Title: id}
}

// group is the findings of one rule.
type group struct {
	rule     posture.Rule
	severity posture.Severity
	findings []posture.Finding
}

// byRule groups findings, which are sorted by severity and rule.
func (d *Document) byRule(findings []posture.Finding) []group {
	var all []group
	for _, f := range findings {
		if n := len(all); n > 0 && all[n-1].rule.ID == f.Rule {
			all[n-1].findings = append(all[n-1].findings, f)
			continue
		}
		all = append(all, group{d.rule(f.Rule), f.Severity, []posture.Finding{f}})
	}
	return all
}

func message(f posture.Finding) string {
	if f.Unsure {
		return f.Message + " (the template does not tell for certain)"
	}
	return f.Message
}
