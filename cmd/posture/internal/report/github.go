package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// mostShown is how many errors, warnings and notices each GitHub shows of a step (actions/toolkit, docs/problem-matchers.md, Limitations).
const mostShown = 10

// writeGitHub writes workflow commands, which GitHub Actions shows in the step's log, in the run, and at the line where the file is one of the
// repository. What a change opens beside findings is a notice, as it may be meant. Nothing of a template begins a line, as the runner would take
// it for a command.
func (d *Document) writeGitHub(w io.Writer) error {
	var b bytes.Buffer
	written := map[string]int{}
	command := func(name, properties, text string) {
		if written[name]++; written[name] <= mostShown {
			fmt.Fprintf(&b, "::%s %s::%s\n", name, properties, commandData(text))
		}
	}
	if d.Change != nil {
		for _, of := range d.Change.Of {
			for _, e := range of.Entries {
				if e.Effect == opens && e.Layer != layerFinding {
					command("notice", "title=This change opens", of.Function+": "+e.What)
				}
			}
		}
	}
	where := newLocator(d.Source)
	for _, f := range d.judged() {
		file, line := where.place(f, d.Posture.Stacks)
		name := map[posture.Severity]string{posture.Error: "error", posture.Warning: "warning", posture.Note: "notice"}[f.Severity]
		command(name, fmt.Sprintf("title=%s,file=%s,line=%d", commandProperty(d.rule(f.Rule).Title), commandProperty(file), line), f.Path+": "+message(f)+" ("+f.Rule+")")
	}
	left := 0
	for _, n := range written {
		left += max(0, n-mostShown)
	}
	if left > 0 {
		fmt.Fprintf(&b, "%d more are not shown, as GitHub shows %d of a kind: see the table.\n", left, mostShown)
	}
	if d.Change != nil {
		fmt.Fprintf(&b, "This change %s. ", d.Change.Line())
	}
	fmt.Fprintf(&b, "%s.\n", d.Summary())
	_, err := w.Write(b.Bytes())
	return err
}

// commandData and commandProperty escape what the runner would read as its own (actions/toolkit, packages/core/src/command.ts). The ends of lines,
// which it would have as %0D and %0A, are spaces in what is visible.
func commandData(s string) string { return strings.ReplaceAll(visible(s), "%", "%25") }

func commandProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandData(s))
}
