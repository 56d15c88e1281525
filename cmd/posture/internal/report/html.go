package report

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
	"github.com/securegofunction/cdk/internal/version"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// The page has no script and asks for nothing: its policy forbids both, should an escape ever fail.
var page = template.Must(template.New("page").Funcs(template.FuncMap{"path": breakable}).Parse(pageHTML))

// breakable lets a line end within a path, or another long name, where a reader would end it: after a slash or a colon, and before a word.
func breakable(path string) template.HTML {
	if !strings.Contains(path, "/") && len(path) < 24 {
		return template.HTML(html.EscapeString(path))
	}
	var b strings.Builder
	at := 0
	for i := 1; i < len(path); i++ {
		before, c := path[i-1], path[i]
		if (before == '/' || before == ':') && i > 1 || 'A' <= c && c <= 'Z' && ('a' <= before && before <= 'z' || '0' <= before && before <= '9') {
			b.WriteString(html.EscapeString(path[at:i]) + "<wbr>")
			at = i
		}
	}
	b.WriteString(html.EscapeString(path[at:]))
	return template.HTML(b.String())
}

// pageData is what page.html reads.
type pageData struct {
	Style     template.CSS
	Source    string
	Built     string // the command's own version
	Stacks    []pageStack
	Summary   string
	Change    *pageChange
	Groups    []pageGroup
	Taken     []pageFinding // acknowledged
	Loose     []pageFinding // acknowledgements that count for nothing
	Signs     []sign
	Functions []pageFunction
	Sections  []template.HTML // of the functions, written already
	Rules     []pageRule
}

// pageStack is a template that was read.
type pageStack struct{ Name, Path, Account, Region string }

// FewStacks says whether the page lists the stacks at once.
func (p pageData) FewStacks() bool { return len(p.Stacks) <= 8 }

type pageChange struct {
	Baseline, Line string
	Of             []pageChangeOf
}

type pageChangeOf struct {
	Function string
	Entries  []Entry
}

type pageGroup struct {
	pageRule
	Findings []pageFinding
}

type pageRule struct {
	ID, Title, Severity, Why, Fix, Source string
	Elsewhere                             string
	Found                                 int
}

type pageFinding struct {
	Rule, Title, Severity, Path, Message string
	Function, Link                       string // the function that it concerns, and its place on the page
	Reason, By                           string
	Own, Shared                          bool // it is at the function itself, or of no function alone
}

type pageFunction struct {
	ID      string
	Facts   string
	Picture picture
	Found   []pageGroup   // what is open, by rule
	Taken   []pageFinding // acknowledged
	Layers  []layer
	brief
}

func (d *Document) writeHTML(w io.Writer) error {
	p := pageData{Style: template.CSS(pageCSS), Source: visible(d.Source), Built: visible(version.Build()), Summary: d.Summary(), Signs: signs}
	for _, s := range d.Posture.Stacks {
		p.Stacks = append(p.Stacks, pageStack{visible(s.Name), visible(s.Path), deployed(s.Account, "account"), deployed(s.Region, "region")})
	}
	links := map[string]string{}
	for i, f := range d.Posture.Functions {
		links[f.Path] = fmt.Sprintf("f%d", i+1)
	}
	found := map[string]int{}
	for _, f := range d.Report.Open() {
		found[f.Rule]++
	}
	p.Groups = d.pageGroups(d.Report.Open(), links, found)
	for _, f := range d.Report.Findings {
		if f.Acknowledged != nil {
			p.Taken = append(p.Taken, d.pageFinding(f, links))
		}
	}
	for _, a := range d.Report.Unused {
		p.Loose = append(p.Loose, pageFinding{Rule: visible(a.Rule), Path: visible(a.Path), Reason: visible(a.Reason), Message: "nothing needs it any more: take it out"})
	}
	for _, a := range d.Report.WithoutReason {
		p.Loose = append(p.Loose, pageFinding{Rule: visible(a.Rule), Path: visible(a.Path), Message: "it has no reason and counts for nothing"})
	}
	if c := d.Change; c != nil {
		p.Change = &pageChange{Baseline: visible(c.Baseline), Line: c.Line()}
		for _, of := range c.Of {
			p.Change.Of = append(p.Change.Of, pageChangeOf{visible(of.Function), of.Entries})
		}
	}
	if err := d.sections(&p, links); err != nil {
		return err
	}
	for _, r := range d.Rules {
		p.Rules = append(p.Rules, d.pageRule(r, found))
	}
	var b bytes.Buffer
	if err := page.Execute(&b, p); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// sections writes each function while the next is put together.
func (d *Document) sections(p *pageData, links map[string]string) error {
	next, written := make(chan pageFunction, 16), make(chan error)
	go func() {
		var failed error
		for f := range next {
			var b strings.Builder
			failed = errors.Join(failed, page.ExecuteTemplate(&b, "function", f))
			p.Sections = append(p.Sections, template.HTML(b.String()))
		}
		written <- failed
	}()
	for _, f := range d.Posture.Functions {
		one := d.pageFunction(f, links)
		p.Functions = append(p.Functions, one)
		next <- one
	}
	close(next)
	return <-written
}

// HTML is the cell's lines: words, or values that may break where a path does.
func (c cell) HTML() template.HTML {
	var b strings.Builder
	for i, line := range c.Lines {
		if i > 0 {
			b.WriteString("<br>")
		}
		if c.Words {
			b.WriteString(template.HTMLEscapeString(line))
		} else {
			b.WriteString("<code>" + string(breakable(line)) + "</code>")
		}
	}
	return template.HTML(b.String())
}

func (d *Document) pageFunction(f *posture.Function, links map[string]string) pageFunction {
	id := links[f.Path]
	one := pageFunction{ID: id, brief: d.briefOf(f), Picture: d.picture(id, f), Layers: d.layers(f)}
	facts := []string{visible(f.LogicalID) + " of the stack " + visible(f.Stack)}
	if f.Runtime != "" {
		facts = append(facts, "runtime "+visible(f.Runtime.String()))
	}
	if f.Maybe {
		facts = append(facts, "made only if a condition of the template holds")
	}
	one.Facts = strings.Join(facts, ", ")
	var open []posture.Finding
	for _, x := range d.allOf(f) {
		if x.Acknowledged != nil {
			one.Taken = append(one.Taken, d.pageFinding(x, links))
		} else {
			open = append(open, x)
		}
	}
	one.Found = d.pageGroups(open, links, nil)
	return one
}

// pageGroups are findings by their rule.
func (d *Document) pageGroups(findings []posture.Finding, links map[string]string, found map[string]int) []pageGroup {
	var all []pageGroup
	for _, g := range d.byRule(findings) {
		one := pageGroup{pageRule: d.pageRule(g.rule, found)}
		one.Severity = string(g.severity)
		for _, f := range g.findings {
			one.Findings = append(one.Findings, d.pageFinding(f, links))
		}
		all = append(all, one)
	}
	return all
}

// deployed is the account or region of a stack, where the template has it.
func deployed(value posture.Text, what string) string {
	if known, ok := value.Known(); ok {
		return visible(known)
	}
	return "the " + what + " it is deployed to"
}

func (d *Document) pageFinding(f posture.Finding, links map[string]string) pageFinding {
	r := d.rule(f.Rule)
	one := pageFinding{Rule: visible(f.Rule), Title: r.Title, Severity: string(f.Severity), Path: visible(f.Path), Message: visible(message(f))}
	if link := links[f.Function]; link != "" {
		one.Function, one.Link, one.Own = visible(last(strings.TrimSuffix(f.Function, "/Function"))), link, f.Function == f.Path
	} else if f.Function == "" {
		one.Shared = true
	}
	if a := f.Acknowledged; a != nil {
		one.Reason, one.By = visible(a.Reason), a.Source
	}
	return one
}

func (d *Document) pageRule(r posture.Rule, found map[string]int) pageRule {
	return pageRule{visible(r.ID), r.Title, string(r.Severity), r.Why, r.Fix, r.Source, elsewhere(r.Controls), found[r.ID]}
}

// elsewhere are the ids of the same control in the catalogues of others.
func elsewhere(c posture.Controls) string {
	var all []string
	for _, of := range []struct {
		name string
		ids  []string
	}{{"AWS Security Hub", c.SecurityHub}, {"CIS", c.CIS}, {"NIST 800-53", c.NIST80053}, {"cdk-nag", c.CDKNag}, {"Checkov", c.Checkov}} {
		if len(of.ids) > 0 {
			all = append(all, of.name+" "+strings.Join(of.ids, ", "))
		}
	}
	return strings.Join(all, "; ")
}
