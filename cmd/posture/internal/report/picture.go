package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// picture is a function with its doors around it: who comes in, the role and the keys on the left, what it may call and where it gets to on the right,
// what watches it below. Lengths are those of the picture's own grid, in which the letters of a value are 6.65 wide.
type picture struct {
	ID            string
	Height        int
	Title         string
	Lines         []string // a description of it all, for who does not see it
	BoxY          int
	Name, Runtime string
	Long          bool
	Verdict       []verdictLine
	Worst         string // the state of the worst that is open of the function, if anything is
	Panels        []drawnPanel
	Stem          string // from the function to what watches it
	// NameLength and RuntimeLength are 0 where a text is short enough as it is.
	NameLength, RuntimeLength int
}

type verdictLine struct {
	Y, Length int
	Text      string
}

type drawnPanel struct {
	X, Y, Width, Height int
	Title               string
	None                string
	Doors               []drawnDoor
	More                string
	MoreY               int

	in bool
}

type drawnDoor struct {
	door
	X, Y int
	// NameLength and DetailLength are 0 where a text is as wide as its letters.
	NameLength, DetailLength int
	Way                      string // the line from or to the function
	Head                     string // its arrow
}

const (
	pictureWidth = 960
	sideWidth    = 306
	boxX         = 372
	boxWidth     = 216
	boxHeight    = 136
	headHeight   = 30
	doorHeight   = 40
	panelGap     = 18
	fits         = 39 // letters of a value in a panel
	watchX       = 357
	watchWidth   = 246
	watchFits    = 30

	// The sizes of letters, which page.css has too.
	nameSize, longNameSize, kindSize = 16.0, 11.5, 12.0
)

// sign is how the page draws a state: a mark within a circle, or within a shape of its own.
type sign struct{ State, Mark, Shape, Means string }

var signs = []sign{
	{faulty, "!", "M20 9l11 11-11 11-11-11z", "has an open error"},
	{doubtful, "!", "M20 10l10 18h-20z", "has an open warning"},
	{noted, "i", "", "has an open note"},
	{taken, "a", "", "has an acknowledged finding, which somebody took as it is: the reason is below the picture"},
	{open, "", "", "open, for what is named"},
	{unsure, "?", "", "the templates do not tell"},
	{shut, "×", "", "shut"},
	{kept, "✓", "", "protected"},
	{bare, "–", "", "not protected, or only by default"},
}

func (d *Document) picture(id string, f *posture.Function) picture {
	o, found := d.ownOf(f), d.found(f)
	p := picture{ID: id, Title: "The doors of " + visible(f.Path), Name: clip(visible(last(strings.TrimSuffix(f.Path, "/Function"))), 25),
		Runtime: clip(visible(f.Runtime.String()), 28)}
	p.Long = cells(p.Name) > 17
	size := nameSize
	if p.Long {
		size = longNameSize
	}
	p.NameLength, p.RuntimeLength = squeezedTo(p.Name, size, boxWidth-16), squeezedTo(p.Runtime, kindSize, boxWidth-16)
	left := []panel{o.invokerDoors(f, found), o.roleDoors(f, found), d.keyDoors(o, f, found)}
	right := []panel{d.callDoors(o, f, found), o.reachDoors(f, d.Destinations[f.Path], found)}
	right = append(right, o.ingress(f, found)...)
	watch := o.watchDoors(f, found)
	right = append(right, d.usedDoors(found)...)

	leftHeight, rightHeight, middle := stack(left), stack(right), boxHeight+34+height(watch)
	p.Height = max(leftHeight, rightHeight, middle)
	p.BoxY = (p.Height - middle) / 2
	p.draw(left, 0, (p.Height-leftHeight)/2)
	p.draw(right, pictureWidth-sideWidth, (p.Height-rightHeight)/2)
	p.draw([]panel{watch}, watchX, p.BoxY+boxHeight+34)
	x, y := boxX+boxWidth/2, p.BoxY+boxHeight
	p.Stem = fmt.Sprintf("M%d %dV%d", x, y, y+34)
	p.join(len(left))
	p.verdict(found.all)
	for _, side := range [][]panel{left, right, {watch}} {
		for _, panel := range side {
			p.Lines = append(p.Lines, panel.words())
		}
	}
	return p
}

// verdict says what was found of the function, how much of that is on what it shares with others, and how much more is acknowledged.
func (p *picture) verdict(all []posture.Finding) {
	t := tallyOf(all)
	rest := []string{"", ""}
	for i, n := range []int{t.shared, t.taken} {
		if n > 0 {
			rest[i] = fmt.Sprintf("%d %s", n, []string{"shared", "acknowledged"}[i])
		}
	}
	lines := [][]string{{some(t.errors, "error"), some(t.warnings, "warning")}, {some(t.notes, "note")}, rest}
	for _, f := range all {
		if state := stateOf(f); state != taken && worse(state, p.Worst) {
			p.Worst = state
		}
	}
	switch {
	case p.Worst == "" && t.taken > 0:
		lines[0] = []string{"nothing open"}
	case p.Worst == "":
		lines[0] = []string{"nothing found"}
	}
	for _, line := range lines {
		line = slices.DeleteFunc(line, func(s string) bool { return s == "" })
		if len(line) > 0 {
			text := strings.Join(line, " · ")
			p.Verdict = append(p.Verdict, verdictLine{p.BoxY + 88 + 18*len(p.Verdict), squeezedTo(text, kindSize, boxWidth-16), text})
		}
	}
}

func some(n int, what string) string {
	if n == 0 {
		return ""
	}
	return number(n, what)
}

func height(p panel) int {
	rows := max(1, len(p.Doors))
	if p.More > 0 {
		rows++
	}
	return headHeight + rows*doorHeight + 4
}

func stack(panels []panel) int {
	all := -panelGap
	for _, p := range panels {
		all += panelGap + height(p)
	}
	return all
}

func (p *picture) draw(panels []panel, x, y int) {
	for _, one := range panels {
		width, letters := sideWidth, fits
		if x == watchX {
			width, letters = watchWidth, watchFits
		}
		drawn := drawnPanel{X: x, Y: y, Width: width, Height: height(one), Title: one.Title, None: one.None, in: one.in}
		for i, d := range one.Doors {
			d.Name, d.Detail = clip(d.Name, letters), clip(d.Detail, letters)
			drawn.Doors = append(drawn.Doors, drawnDoor{door: d, X: x, Y: y + headHeight + i*doorHeight,
				NameLength: squeezed(d.Name), DetailLength: squeezed(d.Detail)})
		}
		if one.More > 0 {
			drawn.More, drawn.MoreY = fmt.Sprintf("and %d more, in the tables below", one.More), y+headHeight+len(one.Doors)*doorHeight+24
		}
		p.Panels = append(p.Panels, drawn)
		y += height(one) + panelGap
	}
}

// join draws a line between the function and each door of the sides, with an arrow to where it leads.
func (p *picture) join(left int) {
	for _, side := range []struct {
		panels    []drawnPanel
		box, door int
		tip       int
	}{{p.Panels[:left], boxX, sideWidth, 7}, {p.Panels[left : len(p.Panels)-1], boxX + boxWidth, pictureWidth - sideWidth, -7}} {
		doors, i := 0, 0
		for _, panel := range side.panels {
			doors += len(panel.Doors)
		}
		for at := range side.panels {
			panel := &side.panels[at]
			for j := range panel.Doors {
				d := &panel.Doors[j]
				y, to := p.BoxY+16+(boxHeight-32)*(2*i+1)/(2*doors), d.Y+doorHeight/2
				i++
				if panel.in {
					d.Way, d.Head = curve(side.door, to, side.box-side.tip, y), arrow(side.box, y, -side.tip)
				} else {
					d.Way, d.Head = curve(side.box, y, side.door+side.tip, to), arrow(side.door, to, side.tip)
				}
			}
		}
	}
}

func arrow(x, y, back int) string { return fmt.Sprintf("M%d %dl%d-4v8z", x, y, back) }

func curve(x1, y1, x2, y2 int) string {
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, (x1+x2)/2, y1, (x1+x2)/2, y2, x2, y2)
}

var stateWords = map[string]string{unsure: " (cannot tell)", shut: " (shut)", bare: " (not protected)", faulty: " (has an error)", doubtful: " (has a warning)",
	noted: " (has a note)", taken: " (acknowledged)"}

// Where page.html writes what is in the box, and in a panel.
func (p picture) NameY() int    { return p.BoxY + 42 }
func (p picture) RuntimeY() int { return p.BoxY + 64 }
func (p drawnPanel) TextX() int { return p.X + 14 }
func (p drawnPanel) HeadY() int { return p.Y + 20 }
func (p drawnPanel) NoneY() int { return p.Y + 52 }

// ViewHeight is the height with the lines' own width.
func (p picture) ViewHeight() int { return p.Height + 4 }

// words say a panel in a sentence.
func (p panel) words() string {
	if len(p.Doors) == 0 {
		return p.Title + ": " + p.None + "."
	}
	var all []string
	for _, d := range p.Doors {
		line := d.Name
		if d.Detail != "" {
			line += ", " + d.Detail
		}
		all = append(all, line+stateWords[d.State])
	}
	if p.More > 0 {
		all = append(all, fmt.Sprintf("and %d more", p.More))
	}
	return p.Title + ": " + strings.Join(all, "; ") + "."
}
