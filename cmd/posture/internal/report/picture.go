package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// picture is a function with its doors around it: who comes in and the keys on the left, what it may call and where it gets to on the right,
// what watches it below. Lengths are those of the picture's own grid, in which the letters of a value are 6.65 wide.
type picture struct {
	ID            string
	Height        int
	Title         string
	Lines         []string // a description of it all, for who does not see it
	BoxY          int
	Name, Runtime string
	Verdict       []string
	Flawed, Long  bool
	Panels        []drawnPanel
	Stem          string // from the function to what watches it
	// Shared are the open findings on its doors that are of no function alone.
	Shared []posture.Finding
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
	Sign string
	Way  string // the line from or to the function
	Head string // its arrow
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
)

var signs = map[string]string{unsure: "?", shut: "×", flaw: "!", kept: "✓", bare: "–"}

func (d *Document) picture(id string, f *posture.Function) picture {
	o, found := d.ownOf(f), d.flawsOf(f)
	p := picture{ID: id, Title: "The doors of " + visible(f.Path), Name: clip(visible(last(strings.TrimSuffix(f.Path, "/Function"))), 25),
		Runtime: clip(visible(f.Runtime.String()), 28)}
	p.Long = len(p.Name) > 17
	left := []panel{o.invokerDoors(f, found), o.keyDoors(f, found)}
	right := []panel{d.callDoors(o, f, found), o.reachDoors(f, d.Destinations[f.Path], found)}
	right = append(right, o.ingress(f, found)...)
	watch := o.watchDoors(f, found)

	leftHeight, rightHeight, middle := stack(left), stack(right), boxHeight+34+height(watch)
	p.Height = max(leftHeight, rightHeight, middle)
	p.BoxY = (p.Height - middle) / 2
	p.draw(left, 0, (p.Height-leftHeight)/2)
	p.draw(right, pictureWidth-sideWidth, (p.Height-rightHeight)/2)
	p.draw([]panel{watch}, watchX, p.BoxY+boxHeight+34)
	x, y := boxX+boxWidth/2, p.BoxY+boxHeight
	p.Stem = fmt.Sprintf("M%d %dV%d", x, y, y+34)
	p.join(len(left))
	p.verdict(count(d.findingsOf(f)), len(found.shared))
	for _, x := range d.Report.Open() {
		if _, ok := found.shared[identity(x)]; ok {
			p.Shared = append(p.Shared, x)
		}
	}
	for _, side := range [][]panel{left, right, {watch}} {
		for _, panel := range side {
			p.Lines = append(p.Lines, panel.words())
		}
	}
	return p
}

// verdict says what was found: of the function alone, and on what it shares with others.
func (p *picture) verdict(own counted, shared int) {
	for _, line := range [][]string{
		{some(own.errors, "error"), some(own.warnings, "warning")},
		{some(own.notes, "note"), some(shared, "shared finding")},
	} {
		line = slices.DeleteFunc(line, func(s string) bool { return s == "" })
		if len(line) > 0 {
			p.Verdict = append(p.Verdict, strings.Join(line, " · "))
		}
	}
	p.Flawed = len(p.Verdict) > 0
	if !p.Flawed {
		p.Verdict = []string{"nothing found"}
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
			drawn.Doors = append(drawn.Doors, drawnDoor{door: d, X: x, Y: y + headHeight + i*doorHeight, Sign: signs[d.State]})
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

// clip shortens a text to so many letters, of which an East Asian one counts as two.
func clip(s string, letters int) string {
	width := 0
	for i, r := range s {
		width++
		if r >= 0x1100 {
			width++
		}
		if width > letters {
			cut := []rune(s[:i])
			return string(cut[:max(0, len(cut)-1)]) + "…"
		}
	}
	return s
}

var stateWords = map[string]string{unsure: " (cannot tell)", shut: " (shut)", flaw: " (has a finding)", bare: " (not protected)"}

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
