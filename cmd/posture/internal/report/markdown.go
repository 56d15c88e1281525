package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// writeMarkdown is for a pull request. The first line says it all; with a baseline, the change comes before the rest.
func (d *Document) writeMarkdown(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "**Posture:** ")
	if d.Change != nil {
		fmt.Fprintf(&b, "this change %s. ", d.Change.Line())
	}
	fmt.Fprintf(&b, "%s.\n", d.Summary())
	if d.Change != nil {
		d.changeMarkdown(&b)
	}
	for _, g := range d.byRule(d.Report.Open()) {
		fmt.Fprintf(&b, "\n### %s %s: %s\n\n", capital(string(g.severity)), code(g.rule.ID), prose(g.rule.Title))
		for _, f := range g.findings {
			fmt.Fprintf(&b, "- %s: %s", code(f.Path), prose(message(f)))
			if f.Function != "" && f.Function != f.Path {
				fmt.Fprintf(&b, " (function %s)", code(f.Function))
			}
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "\n*Why:* %s  \n*Fix:* %s  \n*Source:* %s\n", prose(g.rule.Why), prose(g.rule.Fix), prose(g.rule.Source))
	}
	d.acknowledgedMarkdown(&b)
	if d.Change == nil {
		d.functionsMarkdown(&b)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (d *Document) changeMarkdown(b *bytes.Buffer) {
	signs := map[string]string{opens: "🔓 opens", closes: "🔒 closes", alters: "✏️ alters"}
	for _, of := range d.Change.Of {
		whose := "Of no function alone"
		if of.Function != "" {
			whose = code(of.Function)
		}
		fmt.Fprintf(b, "\n%s\n\n", whose)
		for _, e := range of.Entries {
			fmt.Fprintf(b, "- %s: %s\n", signs[e.Effect], code(e.What))
		}
	}
}

func (d *Document) acknowledgedMarkdown(b *bytes.Buffer) {
	var all []string
	for _, f := range d.Report.Findings {
		if a := f.Acknowledged; a != nil {
			all = append(all, fmt.Sprintf("- %s %s at %s, because “%s” (%s)", f.Severity, code(f.Rule), code(f.Path), prose(a.Reason), a.Source))
		}
	}
	for _, a := range d.Report.Unused {
		all = append(all, fmt.Sprintf("- nothing needs the acknowledgement of %s at %s any more: take it out", code(a.Rule), code(a.Path)))
	}
	for _, a := range d.Report.WithoutReason {
		all = append(all, fmt.Sprintf("- the acknowledgement of %s at %s has no reason and counts for nothing", code(a.Rule), code(a.Path)))
	}
	if len(all) > 0 {
		fmt.Fprintf(b, "\n### Acknowledged\n\n%s\n", strings.Join(all, "\n"))
	}
}

func (d *Document) functionsMarkdown(b *bytes.Buffer) {
	if len(d.Posture.Functions) == 0 {
		return
	}
	b.WriteString("\n### Functions\n\n| Function | May call | Reaches | Invoked by | Errors | Warnings | Notes | Relaxed |\n|---|---|---|---|--:|--:|--:|--:|\n")
	for _, f := range d.Posture.Functions {
		x := d.briefOf(f)
		fmt.Fprintf(b, "| %s | %s | %s | %s | %d | %d | %d | %d |\n", field(x.Path), field(x.Calls), field(x.Reaches), field(x.InvokedBy),
			x.Open.errors, x.Open.warnings, x.Open.notes, x.Relaxed)
	}
	if len(d.Posture.Functions) == 1 {
		for _, l := range d.layers(d.Posture.Functions[0]) {
			layerMarkdown(b, l)
		}
	}
}

func layerMarkdown(b *bytes.Buffer, l layer) {
	fmt.Fprintf(b, "\n#### %s\n\n", l.Title)
	if len(l.Rows) == 0 {
		fmt.Fprintf(b, "%s\n", l.None)
		return
	}
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(l.Head, " | "), strings.Repeat("---|", len(l.Head)))
	for _, r := range l.Rows {
		for _, c := range r {
			var all []string
			for _, line := range c.Lines {
				if c.Words {
					all = append(all, prose(line))
				} else {
					all = append(all, field(line))
				}
			}
			fmt.Fprintf(b, "| %s ", strings.Join(all, "<br>"))
		}
		b.WriteString("|\n")
	}
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// code is a code span, in which nothing has a meaning: its fence is longer than any run of backticks within (CommonMark, "Code spans").
func code(s string) string {
	s = visible(s)
	if strings.TrimSpace(s) == "" {
		return "` `"
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// field is a code span within a table, of which a bar would end the cell: a text with one is written as prose.
func field(s string) string {
	if strings.Contains(s, "|") {
		return prose(s)
	}
	return code(s)
}

// prose is text in which nothing has a meaning. The comments keep GitHub from telling people and linking issues.
func prose(s string) string {
	return proseEscapes.Replace(visible(s))
}

var proseEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\\", "&#92;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;",
	"]", "&#93;", "|", "&#124;", "~", "&#126;", "$", "&#36;", "!", "&#33;", "@", "@<!-- -->", "#", "#<!-- -->", "://", ":<!-- -->//", "www.", "www<!-- -->.")
