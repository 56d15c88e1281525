package policy

import (
	"regexp"
	"strings"
)

// Text is a string of which parts may be known only when the template is deployed. Such a part is a symbol. Texts that are equal in Go are
// the same string whatever their symbols turn out to be; + joins them.
type Text string

// Kind says what is known of a symbol's value.
type Kind byte

const (
	// Anything may be any string, and none.
	Anything Kind = 'u'
	// Place is an account, a region or a partition: lower case letters, digits and hyphens.
	Place Kind = 'p'
	// Identity is the name or id of a resource. It holds neither colon nor slash, and those of two resources differ.
	Identity Kind = 'r'
	// Whole is the name, id or ARN of a resource, of a form that is not known here. Those of two resources differ.
	Whole Kind = 'w'
)

const opening, closing = "\x01", "\x02"

// Literal returns s, of which every part is known.
func Literal(s string) Text {
	if strings.ContainsAny(s, opening+closing) {
		s = strings.NewReplacer(opening, "\uFFFD", closing, "\uFFFD").Replace(s)
	}
	return Text(s)
}

// Symbol returns a part that is not known. The name is the resource's, then a dot and the attribute where it is not what Ref returns.
func Symbol(kind Kind, name string) Text {
	return Text(opening+string(kind)) + Literal(name) + closing
}

// Known returns the string, if every part of it is known.
func (t Text) Known() (string, bool) {
	return string(t), !strings.Contains(string(t), opening)
}

// Is reports whether t is known and equal to s.
func (t Text) Is(s string) bool { return string(t) == s }

// Symbols are the names of t's symbols, in their order.
func (t Text) Symbols() []string {
	var names []string
	for _, tok := range tokens(t, false) {
		if tok.symbol != "" {
			names = append(names, tok.symbol[1:])
		}
	}
	return names
}

// String writes symbols as Fn::Sub does: ${Queue.QueueName}.
func (t Text) String() string {
	if _, ok := t.Known(); ok {
		return string(t)
	}
	var b strings.Builder
	for rest := string(t); rest != ""; {
		before, after, found := strings.Cut(rest, opening)
		b.WriteString(before)
		if !found {
			break
		}
		symbol, after, _ := strings.Cut(after, closing)
		switch {
		case symbol == any1:
			b.WriteByte('*')
		case symbol != "":
			b.WriteString("${" + symbol[1:] + "}")
		}
		rest = after
	}
	return b.String()
}

// MarshalText writes String.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// A symbol's name has no single colon, by which policy variables differ.
var written = regexp.MustCompile(`\$\{((?:[\w./?()|-]|::)+)\}`)

// UnmarshalText reads what MarshalText writes. What was known of the symbols is lost: they may be anything.
func (t *Text) UnmarshalText(text []byte) error {
	*t = Text(written.ReplaceAllString(string(Literal(string(text))), opening+string(Anything)+"$1"+closing))
	return nil
}

// Wildcards turns each asterisk and question mark into a part that is not known, for a request that stands for many.
func Wildcards(t Text) Text {
	s, _ := t.Known()
	if !strings.ContainsAny(s, "*?") {
		return t
	}
	var out strings.Builder // a symbol's name may hold them: it is left as it is
	for rest := string(t); rest != ""; {
		before, after, found := strings.Cut(rest, opening)
		out.WriteString(wildcards.Replace(before))
		if !found {
			break
		}
		symbol, after, _ := strings.Cut(after, closing)
		out.WriteString(opening + symbol + closing)
		rest = after
	}
	return Text(out.String())
}

var wildcards = strings.NewReplacer("*", opening+any1+closing, "?", opening+any1+closing)

// any1 is the symbol that Wildcards leaves.
const any1 = string(Anything) + "*"

// Cut splits the text at each separator, of one character or more. It returns false where a part may hold the separator: the parts after it
// are left out.
func (t Text) Cut(separator string) (parts []Text, ok bool) {
	var part Text
	for rest := string(t); ; {
		literal, after, more := strings.Cut(rest, opening)
		pieces := strings.Split(literal, separator)
		for _, piece := range pieces[:len(pieces)-1] {
			parts, part = append(parts, part+Text(piece)), ""
		}
		part += Text(pieces[len(pieces)-1])
		if !more {
			return append(parts, part), true
		}
		symbol, after, _ := strings.Cut(after, closing)
		for _, r := range separator {
			if (token{symbol: symbol}).admits(token{char: r}) {
				return parts, false
			}
		}
		part, rest = part+Text(opening+symbol+closing), after
	}
}

// cut is strings.Cut, but that it leaves the names of symbols alone.
func (t Text) cut(separator string) (before, after Text, found bool) {
	within := false
	for i := range len(t) {
		switch {
		case t[i] == opening[0]:
			within = true
		case t[i] == closing[0]:
			within = false
		case !within && strings.HasPrefix(string(t[i:]), separator):
			return t[:i], t[i+len(separator):], true
		}
	}
	return t, "", false
}

// CutLast splits the text at the last of the separators, of one byte each, that is not within a symbol's name.
func (t Text) CutLast(separators string) (before, after Text, ok bool) {
	within := false
	for i := len(t) - 1; i >= 0; i-- {
		switch c := t[i]; {
		case c == opening[0]:
			within = false
		case c == closing[0]:
			within = true
		case !within && strings.IndexByte(separators, c) >= 0:
			return t[:i], t[i+1:], true
		}
	}
	return "", t, false
}

// Symbol returns the name of the one symbol that t is, if it is one.
func (t Text) Symbol() (name string, ok bool) {
	inner, opened := strings.CutPrefix(string(t), opening)
	inner, closed := strings.CutSuffix(inner, closing)
	if !opened || !closed || len(inner) < 2 || strings.ContainsAny(inner, opening+closing) {
		return "", false
	}
	return inner[1:], true
}

// Open says whether a part of t may be anything. A name without such a part is not the one that CloudFormation makes up for a resource.
func (t Text) Open() bool { return strings.Contains(string(t), opening+string(Anything)) }

// MadeUp says whether a part of t is a name or id that CloudFormation makes up, or one of which no more is known.
func (t Text) MadeUp() bool {
	return strings.Contains(string(t), opening+string(Identity)) || strings.Contains(string(t), opening+string(Whole))
}

// MayBe says whether t is name, where names that CloudFormation makes up are nobody's to guess: Yes if they are equal, CannotTell if an open
// part of either, or an account, a region or a partition, may make them so.
func (t Text) MayBe(name Text) Answer {
	switch {
	case t == name:
		return Yes
	case !t.Open() && !name.Open() && (t.MadeUp() || name.MadeUp()):
		return No
	}
	return Equal(t, name)
}
