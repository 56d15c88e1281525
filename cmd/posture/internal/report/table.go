package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/securegofunction/cdk/constructs/posture"
)

// writeTable is for a terminal. All that it may do is said of a function only where it is the only one.
func (d *Document) writeTable(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Posture of %s: %s\n\n", visible(d.Source), d.extent())
	columns(&b, d.overview())
	if len(d.Posture.Functions) == 1 {
		for _, l := range d.layers(d.Posture.Functions[0]) {
			fmt.Fprintf(&b, "\n%s\n", strings.ToUpper(l.Title))
			if len(l.Rows) == 0 {
				fmt.Fprintf(&b, "  %s\n", l.None)
				continue
			}
			list(&b, l)
		}
	}
	if c := d.Change; c != nil {
		fmt.Fprintf(&b, "\nCHANGE SINCE %s: %s\n", visible(c.Baseline), c.Line())
		for _, of := range c.Of {
			fmt.Fprintf(&b, "%s\n", visible(cmp.Or(of.Function, "of no function alone")))
			for _, e := range of.Entries {
				fmt.Fprintf(&b, "  %-6s  %s\n", e.Effect, e.What)
			}
		}
	}
	for _, g := range d.byRule(d.Report.Open()) {
		fmt.Fprintf(&b, "\n%s %s: %s\n", strings.ToUpper(string(g.severity)), visible(g.rule.ID), g.rule.Title)
		of := ""
		for _, f := range g.findings {
			if f.Function != of && f.Function != "" && f.Function != f.Path {
				fmt.Fprintf(&b, "  of   %s\n", visible(f.Function))
			}
			of = f.Function
			fmt.Fprintf(&b, "  at   %s: %s\n", visible(f.Path), visible(message(f)))
		}
		fmt.Fprintf(&b, "  why  %s\n  fix  %s\n  see  %s\n", g.rule.Why, g.rule.Fix, g.rule.Source)
	}
	d.acknowledged(&b)
	fmt.Fprintf(&b, "\n%s\n", d.Summary())
	_, err := w.Write(b.Bytes())
	return err
}

// textWidth is what the overview's four columns of text share: with the numbers, and two spaces between any two columns, a line has 120 characters.
const textWidth = 120 - len("  ")*7 - len("ERRORS"+"WARNINGS"+"NOTES"+"RELAXED")

func (d *Document) overview() [][]string {
	all := [][]string{{"FUNCTION", "MAY CALL", "REACHES", "INVOKED BY", "ERRORS", "WARNINGS", "NOTES", "RELAXED"}}
	var rows [][]string
	widths := make([]int, 4)
	for _, f := range d.Posture.Functions {
		b := d.briefOf(f)
		row := []string{b.Path, b.Calls, b.Reaches, b.InvokedBy, fmt.Sprint(b.Open.errors), fmt.Sprint(b.Open.warnings), fmt.Sprint(b.Open.notes), fmt.Sprint(b.Relaxed)}
		for i := range widths {
			widths[i] = max(widths[i], len(all[0][i]), utf8.RuneCountInString(row[i]))
		}
		rows = append(rows, row)
	}
	narrow(widths, textWidth)
	for _, row := range rows {
		for len(row) > 0 {
			var rest []string // of the texts, on a line of its own
			line := slices.Clone(row)
			for i, width := range widths {
				left := ""
				if line[i], left = cut(row[i], width); left != "" && rest == nil {
					rest = make([]string, len(row))
				}
				if rest != nil {
					rest[i] = left
				}
			}
			all, row = append(all, line), rest
		}
	}
	return all
}

// narrow takes of the widest columns until all together are as wide as they may be.
func narrow(widths []int, most int) {
	for sum := 0; ; sum = 0 {
		widest := 0
		for i, w := range widths {
			sum += w
			if w > widths[widest] {
				widest = i
			}
		}
		if sum <= most {
			return
		}
		widths[widest]--
	}
}

// cut takes as much of a text as fits, up to a space or a slash if there is one.
func cut(s string, width int) (line, rest string) {
	r := []rune(s)
	if len(r) <= width {
		return s, ""
	}
	line = string(r[:width])
	if r[width] != ' ' {
		if i := strings.LastIndexAny(line, " /"); i > 0 {
			line = line[:i+1]
		}
	}
	return strings.TrimRight(line, " "), strings.TrimLeft(s[len(line):], " ")
}

// list writes a layer's rows as paragraphs, as the values of one may be longer than a terminal is wide.
func list(w io.Writer, l layer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range l.Rows {
		first := strings.Join(r[0].Lines, ", ")
		if len(r) == 2 { // a name and its value
			fmt.Fprintf(t, "  %s\t%s\n", first, strings.Join(r[1].Lines, "\n  \t"))
			continue
		}
		fmt.Fprintf(t, "  %s\n", first)
		for i, c := range r[1:] {
			if len(c.Lines) > 0 {
				fmt.Fprintf(t, "    %s\t%s\n", strings.ToLower(l.Head[i+1]), strings.Join(c.Lines, "\n    \t"))
			}
		}
	}
	t.Flush()
}

func columns(w io.Writer, rows [][]string) {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join(r, "\t"))
	}
	t.Flush()
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

func (d *Document) acknowledged(b *bytes.Buffer) {
	heading := false
	for _, f := range d.Report.Findings {
		if f.Acknowledged == nil {
			continue
		}
		if !heading {
			fmt.Fprint(b, "\nACKNOWLEDGED\n")
			heading = true
		}
		fmt.Fprintf(b, "  %s %s at %s: %s\n       because %q (%s)\n", f.Severity, visible(f.Rule), visible(f.Path), visible(message(f)),
			visible(f.Acknowledged.Reason), f.Acknowledged.Source)
	}
	for _, l := range []struct {
		title string
		all   []posture.Acknowledgement
	}{{"ACKNOWLEDGEMENTS THAT NOTHING NEEDS: take them out", d.Report.Unused}, {"ACKNOWLEDGEMENTS WITHOUT A REASON: they count for nothing", d.Report.WithoutReason}} {
		if len(l.all) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s\n", l.title)
		for _, a := range l.all {
			fmt.Fprintf(b, "  %s at %s (%s)\n", visible(a.Rule), visible(a.Path), a.Source)
		}
	}
}
