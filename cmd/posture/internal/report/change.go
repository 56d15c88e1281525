package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/securegofunction/cdk/constructs/posture"
)

// Change is what one version opens and closes, compared with another.
type Change struct {
	// Baseline is the file of the version before, or its source.
	Baseline string `json:"baseline"`
	Opens    int    `json:"opens"`
	Closes   int    `json:"closes"`
	Alters   int    `json:"alters"`
	// Of are sorted by their paths: first those of no function alone.
	Of []ChangeOf `json:"of,omitempty"`
	// NewlyLookedFor are open findings of rules that the version before was not looked at for: the change may not have made them.
	NewlyLookedFor int `json:"newlyLookedFor,omitempty"`

	standings []standing // of the document's findings
	before    posture.Report
	strangers bool
}

// ChangeOf is what changes of one function.
type ChangeOf struct {
	// Function is the path. It is none for findings that are no function's alone.
	Function string  `json:"function,omitempty"`
	Entries  []Entry `json:"entries"`
}

// Entry is one thing that is opened, closed or altered.
type Entry struct {
	// Effect is "opens", "closes" or "alters". What protects a function closes when it is new and opens when it is gone.
	Effect string `json:"effect"`
	// Layer is function, permission, destination, invoker, protection, relaxation or finding.
	Layer string `json:"layer"`
	What  string `json:"what"`
}

const opens, closes, alters = "opens", "closes", "alters"

// Since compares the document with one of before. The error says why the two cannot be compared.
func (d *Document) Since(before *Document) error {
	fileStack := ""
	if was, is := before.fileStack(), d.fileStack(); was != "" && is != "" {
		fileStack = is
		if was != is {
			renamed, err := before.called(was, is, d)
			if err != nil {
				return err
			}
			before = renamed
		}
	}
	if before.Function != d.Function {
		if before.Function != "" {
			return fmt.Errorf("%s is of the function %s alone, and this is not: write it without --function, or give both the same", before.file, before.Function)
		}
		before.Only(d.Function)
	}
	c := &Change{Baseline: cmp.Or(before.file, before.Source), before: before.Report}
	old, now := byPath(before), byPath(d)
	c.strangers = len(old) > 0 && len(now) > 0
	paths := map[string]bool{"": true}
	for path := range old {
		paths[path] = true
	}
	for path := range now {
		c.strangers = c.strangers && old[path] == nil
		paths[path] = true
	}
	findings := c.findings(before, d, fileStack)
	for path := range findings {
		paths[path] = true
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		entries := slices.Concat(functionChanges(before, d, old[path], now[path]), findings[path])
		for _, e := range entries {
			switch e.Effect {
			case opens:
				c.Opens++
			case closes:
				c.Closes++
			default:
				c.Alters++
			}
		}
		if len(entries) > 0 {
			c.Of = append(c.Of, ChangeOf{path, entries})
		}
	}
	d.Change = c
	return nil
}

// Line is the change in one line.
func (c *Change) Line() string {
	line := "opens nothing and closes nothing"
	if len(c.Of) > 0 {
		line = fmt.Sprintf("opens %d, closes %d and alters %d", c.Opens, c.Closes, c.Alters)
	}
	if c.NewlyLookedFor > 0 {
		line += fmt.Sprintf("; %s newly looked for, by rules that the baseline lacks", number(c.NewlyLookedFor, "finding"))
	}
	return line
}

// Strangers says that both versions have functions, and none is in both: the baseline is likely another app's.
func (c *Change) Strangers() bool { return c.strangers }

func byPath(d *Document) map[string]*posture.Function {
	all := map[string]*posture.Function{}
	for _, f := range d.Posture.Functions {
		all[f.Path] = f
	}
	return all
}

func functionChanges(before, after *Document, old, now *posture.Function) []Entry {
	var all []Entry
	fresh := old == nil
	switch {
	case old == nil && now == nil:
		return nil
	case now == nil:
		return []Entry{{closes, layerFunction, "the function is gone"}}
	case fresh:
		all = append(all, Entry{alters, layerFunction, "the function is new"})
		old = &posture.Function{Path: now.Path}
	}
	was, is := before.ownOf(old), after.ownOf(now)
	all = append(all, setChanges(layerFunction, "runs the code of layer ", set(was.briefs(old.Layers)), set(is.briefs(now.Layers)))...)
	if !fresh && old.Runtime != now.Runtime {
		all = append(all, Entry{alters, layerFunction, fmt.Sprintf("the runtime: %s, was %s", runtime(now), runtime(old))})
	}
	all = append(all, statementChanges(layerPermission, was.atoms(old), is.atoms(now))...)
	all = append(all, setChanges(layerDestination, "reaches ", set(before.Destinations[old.Path]), set(after.Destinations[now.Path]))...)
	all = append(all, setChanges(layerInvoker, "", was.invokers(old), is.invokers(now))...)
	if !fresh {
		all = append(all, internetChanges(old, now)...)
		all = append(all, statementChanges(layerProtection, was.trusts(old), is.trusts(now))...)
		all = append(all, setChanges(layerProtection, "its security groups let in ", was.letIn(old), is.letIn(now))...)
		all = append(all, protectionChanges(was.protections(old), is.protections(now))...)
	}
	return append(all, relaxationChanges(old.Relaxed, now.Relaxed)...)
}

func runtime(f *posture.Function) string {
	return cmp.Or(visible(f.Runtime.String()), "of a container image")
}

func set(all []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range all {
		m[visible(s)] = true
	}
	return m
}

// effect is what a new thing does, and a gone one undoes.
func effect(isNew, isOpening bool) string {
	if isNew == isOpening {
		return opens
	}
	return closes
}

func setChanges(layer, verb string, old, now map[string]bool) []Entry {
	var all []Entry
	for _, s := range slices.Sorted(maps.Keys(now)) {
		if !old[s] {
			all = append(all, Entry{opens, layer, verb + s})
		}
	}
	for _, s := range slices.Sorted(maps.Keys(old)) {
		if !now[s] {
			all = append(all, Entry{closes, layer, "no longer: " + verb + s})
		}
	}
	return all
}

func internetChanges(old, now *posture.Function) []Entry {
	var all []Entry
	for _, c := range []struct {
		what    string
		was, is posture.Answer
	}{
		{"the internet over IPv4", old.Reaches.Internet, now.Reaches.Internet},
		{"the internet over IPv6", old.Reaches.InternetIPv6, now.Reaches.InternetIPv6},
	} {
		if c.was != c.is {
			all = append(all, Entry{effect(c.is > c.was, true), layerDestination, fmt.Sprintf("reaches %s: %s, was %s", c.what, c.is, c.was)})
		}
	}
	return all
}

// lax are the values by which a setting is as good as none, for those where one of two values is the safer.
var lax = map[string]string{"the recursive loop": "Allow", "tracing": "PassThrough"}

func protectionChanges(old, now map[string]string) []Entry {
	names := map[string]bool{}
	for name := range old {
		names[name] = true
	}
	for name := range now {
		names[name] = true
	}
	var all []Entry
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := old[name], now[name]
		switch {
		case was == is:
		case was == "":
			all = append(all, Entry{closes, layerProtection, fmt.Sprintf("%s is new: %s", name, is)})
		case is == "":
			all = append(all, Entry{opens, layerProtection, fmt.Sprintf("%s is gone: it was %s", name, was)})
		default:
			e := alters
			if value, ok := lax[name]; ok && is == value {
				e = opens
			} else if ok && was == value {
				e = closes
			}
			all = append(all, Entry{e, layerProtection, fmt.Sprintf("%s: %s, was %s", name, is, was)})
		}
	}
	return all
}

// relaxationChanges take another reason for the same as no other relaxation.
func relaxationChanges(old, now []posture.Relaxation) []Entry {
	gone, added := without(old, now), without(now, old)
	var all []Entry
	for _, r := range added {
		gives := fmt.Sprintf("gives up: %s, because %q", visible(r.What), visible(r.Reason))
		e := Entry{opens, layerRelaxation, gives}
		if i := slices.IndexFunc(gone, func(g posture.Relaxation) bool { return g.What == r.What && g.Of == r.Of }); i >= 0 {
			e = Entry{alters, layerRelaxation, fmt.Sprintf("%s, was %q", gives, visible(gone[i].Reason))}
			gone = slices.Delete(gone, i, i+1)
		}
		all = append(all, e)
	}
	for _, r := range gone {
		all = append(all, Entry{closes, layerRelaxation, fmt.Sprintf("no longer: gives up: %s, because %q", visible(r.What), visible(r.Reason))})
	}
	return all
}

func without(all, these []posture.Relaxation) []posture.Relaxation {
	return slices.DeleteFunc(slices.Clone(all), func(r posture.Relaxation) bool { return slices.Contains(these, r) })
}
