package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// The states of a door, which a picture shows by a sign and not by a colour alone. A severity is that of the worst finding that is open on it.
const (
	open   = "open"   // for what is drawn
	unsure = "unsure" // the templates do not tell
	shut   = "shut"   // it is there, and does not open
	kept   = "kept"   // it protects
	bare   = "bare"   // a protection that is not there
	taken  = "taken"  // what was found on it is acknowledged

	faulty   = string(posture.Error)
	doubtful = string(posture.Warning)
	noted    = string(posture.Note)
)

// ranks are the states by what a reader must see first.
var ranks = map[string]int{faulty: 0, doubtful: 1, noted: 2, bare: 3, unsure: 3, taken: 4}

func rank(state string) int {
	if r, ok := ranks[state]; ok {
		return r
	}
	return len(ranks)
}

// worse says whether a finding's state replaces another one: of a finding, or of a door.
func worse(state, than string) bool {
	return than != faulty && than != doubtful && than != noted || rank(state) < rank(than)
}

// door is one line of a picture.
type door struct {
	State, Name, Detail string
	// Wide is how much more it is for than what it names: all that a wildcard stands for, or anything.
	Wide int
}

// panel is the doors of one side.
type panel struct {
	Title string
	None  string
	Doors []door
	More  int // doors that are left out

	in bool // they lead to the function
}

// mostDoors are those that a panel draws.
const mostDoors = 9

// newPanel leaves out what is in order before what is not, and what is named before what is for anything.
func newPanel(title, none string, doors []door) panel {
	p := panel{Title: title, None: none, Doors: doors}
	if len(doors) > mostDoors {
		p.Doors = slices.Clone(doors)
		slices.SortStableFunc(p.Doors, func(a, b door) int {
			return cmp.Or(cmp.Compare(rank(a.State), rank(b.State)), cmp.Compare(b.Wide, a.Wide), cmp.Compare(a.Name, b.Name))
		})
		p.More = len(doors) - mostDoors + 1
		p.Doors = p.Doors[:mostDoors-1]
	}
	return p
}

// wide is how much a value is for: 2 for anything, 1 for what its wildcard stands for.
func wide(s string) int {
	switch {
	case s == "*", strings.HasPrefix(s, "any "), strings.HasPrefix(s, "all but "):
		return 2
	case strings.ContainsAny(s, "*?"):
		return 1
	}
	return 0
}

func widestOf(all []string) int {
	most := 0
	for _, s := range all {
		most = max(most, wide(s))
	}
	return most
}

// widest sorts the widest values first, so that a list that is cut keeps them.
func widest(all []string) []string {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(wide(b), wide(a)) })
	return sorted
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
	return clip(text, letters)
}
