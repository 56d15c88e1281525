package report

import (
	"fmt"
	"strings"
	"unicode"
)

// visible shows what a terminal or a browser would act on instead of showing: control characters, and those that change the direction of
// writing or have no width.
func visible(s string) string {
	hidden := func(r rune) bool {
		if r < unicode.MaxASCII { // as most are
			return r < ' '
		}
		return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp)
	}
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !hidden(r):
			b.WriteRune(r)
		case r == '\n', r == '\t', r == '\r':
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
