package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// The states of a door, which a picture shows by a sign and not by a colour alone.
const (
	open   = "open"   // for what is drawn
	unsure = "unsure" // the templates do not tell
	shut   = "shut"   // it is there, and does not open
	flaw   = "flaw"   // a finding is open on it
	kept   = "kept"   // it protects
	bare   = "bare"   // a protection that is not there
)

// door is one line of a picture.
type door struct {
	State, Name, Detail string
}

// panel is the doors of one side.
type panel struct {
	Title string
	None  string
	Doors []door
	More  int // doors that are left out

	in bool // they lead to the function
}

// mostDoors are those that a panel draws. What is flawed or not sure comes first, so that nothing of it is left out before what is in order.
const mostDoors = 9

func newPanel(title, none string, doors []door) panel {
	rank := map[string]int{flaw: 0, bare: 1, unsure: 2}
	at := func(d door) int {
		if r, ok := rank[d.State]; ok {
			return r
		}
		return 3
	}
	p := panel{Title: title, None: none, Doors: doors}
	if len(doors) > mostDoors {
		p.Doors = slices.Clone(doors)
		slices.SortStableFunc(p.Doors, func(a, b door) int { return cmp.Compare(at(a), at(b)) })
		p.More = len(doors) - mostDoors + 1
		p.Doors = p.Doors[:mostDoors-1]
	}
	return p
}

// flaws are the open findings by the path of their construct, of a function and of what it shares with others.
type flaws struct {
	byPath map[string][]posture.Finding
	shared map[string]posture.Finding // those of no function alone that a door has, by their identity
}

func (d *Document) flawsOf(f *posture.Function) flaws {
	all := flaws{map[string][]posture.Finding{}, map[string]posture.Finding{}}
	for _, x := range d.Report.Open() {
		if x.Function == "" || x.Function == f.Path {
			all.byPath[x.Path] = append(all.byPath[x.Path], x)
		}
	}
	return all
}

// state is that of a door to a construct of one of the paths: flawed where a finding is open there, about one of the values if it names any.
func (all flaws) state(otherwise string, about []posture.Text, paths ...string) string {
	for _, path := range paths {
		for _, f := range all.byPath[construct(path)] {
			if len(f.About) > 0 && !slices.ContainsFunc(f.About, func(a posture.Text) bool { return slices.Contains(about, a) }) {
				continue
			}
			otherwise = flaw
			if f.Function == "" {
				all.shared[identity(f)] = f
			}
		}
	}
	return otherwise
}

// construct is the path of the construct that holds a policy, which may be one of several in its role.
func construct(path string) string {
	path, _, _ = strings.Cut(path, " Policies[")
	return strings.TrimSuffix(path, "/Resource")
}

func answered(a posture.Answer) string {
	return map[posture.Answer]string{posture.Yes: open, posture.No: shut, posture.CannotTell: unsure}[a]
}

// named says what an asterisk stands for.
func named(s, what string) string {
	if s == "*" {
		return "any " + what
	}
	return s
}

// fit joins as many of a list as fit into so many letters, one at least, and says how many more there are.
func fit(all []string, letters int) string {
	var each []string
	for _, s := range all {
		if !slices.Contains(each, s) {
			each = append(each, s)
		}
	}
	text := ""
	for i, s := range each {
		switch {
		case i == 0:
			text = s
		case len(text)+len(s)+6 <= letters || i == len(each)-1 && len(text)+len(s)+2 <= letters:
			text += ", " + s
		default:
			return fmt.Sprintf("%s +%d", clip(text, letters-4), len(each)-i)
		}
	}
	return text
}
