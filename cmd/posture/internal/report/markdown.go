package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostMarkdown is how many bytes are written, which are never fewer than characters: GitHub takes no comment of more than 65,536 characters.
const mostMarkdown = 60_000

// comment is lines of Markdown, of which no more are written once one does not fit. Those left out are counted by what they are.
type comment struct {
	bytes.Buffer
	full bool
	left map[string]int
}

// line writes one line, or counts it. What is none are headings and the like.
func (c *comment) line(what, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if c.full = c.full || c.Len()+len(text) >= mostMarkdown; !c.full {
		fmt.Fprintln(c, text)
	} else if what != "" {
		c.left[what]++
	}
}

// rest says what was left out.
func (c *comment) rest() {
	if !c.full {
		return
	}
	var all []string
	for _, what := range []string{"change", "finding", "acknowledgement", "function", "row"} {
		if n := c.left[what]; n > 0 {
			all = append(all, "and "+number(n, "more "+what))
		}
	}
	fmt.Fprintf(c, "\n*%s: see the table.*\n", cmp.Or(strings.Join(all, ", "), "and more"))
}

// writeMarkdown is for a pull request. The first line says it all; with a baseline, the change and what is new of the findings are the rest.
func (d *Document) writeMarkdown(w io.Writer) error {
	c := &comment{left: map[string]int{}}
	said := ""
	if d.Change != nil {
		said = fmt.Sprintf("this change %s. ", d.Change.Line())
	}
	c.line("", "**Posture:** %s%s.", said, d.Summary())
	if d.Change != nil {
		d.changeMarkdown(c)
	}
	for _, g := range d.byRule(d.judged()) {
		c.line("", "\n### %s %s: %s\n", capital(string(g.severity)), code(g.rule.ID), prose(g.rule.Title))
		for _, f := range g.findings {
			of := ""
			if f.Function != "" && f.Function != f.Path {
				of = fmt.Sprintf(" (function %s)", code(f.Function))
			}
			c.line("finding", "- %s: %s%s", code(f.Path), prose(message(f)), of)
		}
		c.line("", "\n*Why:* %s  \n*Fix:* %s  \n*Source:* %s", prose(g.rule.Why), prose(g.rule.Fix), prose(g.rule.Source))
	}
	d.acknowledgedMarkdown(c)
	if d.Change == nil {
		d.functionsMarkdown(c)
	}
	c.rest()
	_, err := w.Write(c.Bytes())
	return err
}

func (d *Document) changeMarkdown(c *comment) {
	signs := map[string]string{opens: "🔓 opens", closes: "🔒 closes", alters: "✏️ alters"}
	for _, of := range d.Change.Of {
		whose := "Of no function alone"
		if of.Function != "" {
			whose = code(of.Function)
		}
		c.line("", "\n%s\n", whose)
		for _, e := range of.Entries {
			c.line("change", "- %s: %s", signs[e.Effect], code(e.What))
		}
	}
	if n := len(d.Report.Open()) - len(d.judged()) - d.Change.NewlyLookedFor; n > 0 {
		c.line("", "\nOpen as before: %s, in the table.", number(n, "finding"))
	}
}

// acknowledgedMarkdown leaves out what is acknowledged if there is a baseline: the change says what is new of it.
func (d *Document) acknowledgedMarkdown(c *comment) {
	var all []string
	for _, f := range d.Report.Findings {
		if a := f.Acknowledged; a != nil && d.Change == nil {
			all = append(all, fmt.Sprintf("- %s %s at %s, because “%s” (%s)", f.Severity, code(f.Rule), code(f.Path), prose(a.Reason), a.Source))
		}
	}
	unused, withoutReason := d.loose()
	for _, a := range unused {
		all = append(all, fmt.Sprintf("- nothing needs the acknowledgement of %s at %s any more: take it out", code(a.Rule), code(a.Path)))
	}
	for _, a := range withoutReason {
		all = append(all, fmt.Sprintf("- the acknowledgement of %s at %s has no reason and counts for nothing", code(a.Rule), code(a.Path)))
	}
	if len(all) > 0 {
		c.line("", "\n### Acknowledged\n")
	}
	for _, line := range all {
		c.line("acknowledgement", "%s", line)
	}
}

func (d *Document) functionsMarkdown(c *comment) {
	if len(d.Posture.Functions) == 0 {
		return
	}
	c.line("", "\n### Functions\n\n| Function | May call | Reaches | Invoked by | Errors | Warnings | Notes | Relaxed |\n|---|---|---|---|--:|--:|--:|--:|")
	for _, f := range d.Posture.Functions {
		x := d.briefOf(f)
		c.line("function", "| %s | %s | %s | %s | %d | %d | %d | %d |", field(x.Path), field(x.Calls), field(x.Reaches), field(x.InvokedBy),
			x.Open.errors, x.Open.warnings, x.Open.notes, x.Relaxed)
	}
	if len(d.Posture.Functions) == 1 {
		for _, l := range d.layers(d.Posture.Functions[0]) {
			layerMarkdown(c, l)
		}
	}
}

func layerMarkdown(c *comment, l layer) {
	c.line("", "\n#### %s\n", l.Title)
	if len(l.Rows) == 0 {
		c.line("", "%s", l.None)
		return
	}
	c.line("", "| %s |\n|%s", strings.Join(l.Head, " | "), strings.Repeat("---|", len(l.Head)))
	for _, r := range l.Rows {
		row := ""
		for _, cell := range r {
			var all []string
			for _, line := range cell.Lines {
				if cell.Words {
					all = append(all, prose(line))
				} else {
					all = append(all, field(line))
				}
			}
			row += fmt.Sprintf("| %s ", strings.Join(all, "<br>"))
		}
		c.line("row", "%s|", row)
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
