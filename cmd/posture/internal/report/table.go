package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

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

func (d *Document) overview() [][]string {
	all := [][]string{{"FUNCTION", "MAY CALL", "REACHES", "INVOKED BY", "ERRORS", "WARNINGS", "NOTES", "RELAXED"}}
	for _, f := range d.Posture.Functions {
		b := d.briefOf(f)
		all = append(all, []string{b.Path, b.Calls, b.Reaches, b.InvokedBy, fmt.Sprint(b.Open.errors), fmt.Sprint(b.Open.warnings), fmt.Sprint(b.Open.notes),
			fmt.Sprint(b.Relaxed)})
	}
	return all
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
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join(r, "\t"))
	}
	t.Flush()
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
