package report

import (
	"strings"
	"unicode"
)

// cells is how many letters of a fixed width a text takes: an East Asian one and a pictograph are two wide.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += cell1(r)
	}
	return n
}

func cell1(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80:
		return 2
	}
	return 1
}

// clip shortens a text to so many letters: prose loses its end, and an ARN or a path, which has no spaces, its middle, so that one still reads
// of which service it is, and of what.
func clip(s string, letters int) string {
	if cells(s) <= letters {
		return s
	}
	if strings.Contains(s, " ") {
		return begin(s, letters-1) + "…"
	}
	head := (letters - 1) / 2
	return begin(s, head) + "…" + end(s, letters-1-head)
}

// begin is as much of the beginning of a text as fits, and end of its end.
func begin(s string, letters int) string {
	n := 0
	for i, r := range s {
		if n += cell1(r); n > letters {
			return s[:i]
		}
	}
	return s
}

func end(s string, letters int) string {
	runes, n := []rune(s), 0
	for i := len(runes) - 1; i >= 0; i-- {
		if n += cell1(runes[i]); n > letters {
			return string(runes[i+1:])
		}
	}
	return s
}

// letterWidth is that of a value's letters in the grid of a picture.
const letterWidth = 6.65

// squeezed is the length that a value must be drawn with, or 0 where its letters are sure to have theirs: a font for other scripts may be wider.
func squeezed(s string) int {
	for _, r := range s {
		if r >= 0x300 && r != '…' {
			return int(float64(cells(s)) * letterWidth)
		}
	}
	return 0
}

// squeezedTo is the length that a text in the page's own font must be drawn with to be no wider than it may, or 0 if it surely is not: the
// widest letters, such as W, take a whole em, and other scripts' two letters.
func squeezedTo(s string, size, most float64) int {
	width := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("ijlrtfI.,:;'|!()[] -", r):
			width += 0.45
		case strings.ContainsRune("WMmw@%—…", r):
			width += 1.1
		case r >= 0x300:
			width += 1.3
		case unicode.IsUpper(r):
			width += 0.85
		default:
			width += 0.68
		}
	}
	if width*size <= most {
		return 0
	}
	return int(most)
}
