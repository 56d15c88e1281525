package policy

import "strings"

// Outline is t with the string in place of each part that is not known.
func (t Text) Outline(unknown string) string {
	if _, ok := t.Known(); ok {
		return string(t)
	}
	var b strings.Builder
	for _, tok := range tokens(t, false) {
		if tok.symbol != "" {
			b.WriteString(unknown)
		} else {
			b.WriteRune(tok.char)
		}
	}
	return b.String()
}
