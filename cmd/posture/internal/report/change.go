package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

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

	fresh map[string]bool // findings that were not there before, by their identity
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

// Since compares the document with one of before.
func (d *Document) Since(before *Document) {
	c := &Change{Baseline: cmp.Or(before.file, before.Source)}
	old, now := byPath(before), byPath(d)
	paths := map[string]bool{"": true}
	for _, all := range []map[string]*posture.Function{old, now} {
		for path := range all {
			paths[path] = true
		}
	}
	findings := c.findings(before, d)
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
}

// Line is the change in one line.
func (c *Change) Line() string {
	if len(c.Of) == 0 {
		return "opens nothing and closes nothing"
	}
	return fmt.Sprintf("opens %d, closes %d and alters %d", c.Opens, c.Closes, c.Alters)
}

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
	all = append(all, permissionChanges(was.atoms(old), is.atoms(now))...)
	all = append(all, setChanges(layerDestination, "reaches ", set(before.Destinations[old.Path]), set(after.Destinations[now.Path]))...)
	all = append(all, setChanges(layerInvoker, "", was.invokers(old), is.invokers(now))...)
	if !fresh {
		all = append(all, internetChanges(old, now)...)
		all = append(all, protectionChanges(was.protections(old), is.protections(now))...)
	}
	return append(all, setChanges(layerRelaxation, "gives up: ", relaxations(old), relaxations(now))...)
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

func permissionChanges(old, now map[atom]bool) []Entry {
	// A boundary that is new limits; the statements of it are not new openings. The protections name it.
	if limited(old) != limited(now) {
		for _, all := range []map[atom]bool{old, now} {
			maps.DeleteFunc(all, func(a atom, _ bool) bool { return a.limits })
		}
	}
	var all []Entry
	for _, side := range []struct {
		isNew       bool
		have, other map[atom]bool
	}{{true, now, old}, {false, old, now}} {
		for _, opening := range []bool{true, false} {
			var differ []atom
			for a := range side.have {
				if !side.other[a] && a.opens() == opening {
					differ = append(differ, a)
				}
			}
			for _, s := range sentences(differ) {
				if !side.isNew {
					s = "no longer: " + s
				}
				all = append(all, Entry{effect(side.isNew, opening), layerPermission, s})
			}
		}
	}
	return all
}

func limited(all map[atom]bool) bool {
	for a := range all {
		if a.limits {
			return true
		}
	}
	return false
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

// identity is what makes two findings one.
func identity(f posture.Finding) string {
	return strings.Join([]string{f.Rule, f.Path, f.Function, f.Message}, "\x00")
}

// findings are the changes of those of each function, by its path.
func (c *Change) findings(before, after *Document) map[string][]Entry {
	c.fresh = map[string]bool{}
	was, is := map[string]posture.Finding{}, map[string]posture.Finding{}
	for _, f := range before.Report.Findings {
		was[identity(f)] = f
	}
	for _, f := range after.Report.Findings {
		is[identity(f)] = f
	}
	all := map[string][]Entry{}
	add := func(f posture.Finding, effect, what string) {
		text := fmt.Sprintf("%s %s %s at %s: %s", what, f.Severity, visible(f.Rule), visible(f.Path), visible(message(f)))
		all[f.Function] = append(all[f.Function], Entry{effect, layerFinding, text})
	}
	for _, f := range after.Report.Findings {
		old, there := was[identity(f)]
		c.fresh[identity(f)] = !there
		switch {
		case f.Acknowledged == nil && !there:
			add(f, opens, "new")
		case f.Acknowledged == nil && old.Acknowledged != nil:
			add(f, opens, "no longer acknowledged:")
		case f.Acknowledged != nil && (!there || old.Acknowledged == nil):
			add(f, alters, fmt.Sprintf("acknowledged because %q:", visible(f.Acknowledged.Reason)))
		}
	}
	for _, f := range before.Report.Findings {
		if _, there := is[identity(f)]; !there && f.Acknowledged == nil {
			add(f, closes, "no longer:")
		}
	}
	return all
}
