package policy

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one character, one wildcard or one symbol.
type token struct {
	char   rune
	symbol string // the kind, then the name
}

const (
	many rune = -1 // the wildcard *
	one  rune = -2 // the wildcard ?
)

// tokens reads t. The wildcards of a pattern are read as such, of other text as characters.
func tokens(t Text, pattern bool) []token {
	size, within := 0, false // of a symbol's name one is enough
	for i := range len(t) {
		within = t[i] == opening[0] || within && t[i] != closing[0]
		if !within {
			size++
		}
	}
	out := make([]token, 0, size)
	for s := string(t); s != ""; {
		if strings.HasPrefix(s, opening) {
			symbol, rest, _ := strings.Cut(s[len(opening):], closing)
			s = rest
			if symbol != "" {
				out = append(out, token{symbol: symbol})
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		switch {
		case pattern && r == '*':
			r = many
		case pattern && r == '?':
			r = one
		}
		out = append(out, token{char: r})
	}
	return out
}

func fold(ts []token) []token {
	for i, t := range ts {
		if t.symbol == "" && t.char > 0 {
			ts[i].char = unicode.ToLower(t.char)
		}
	}
	return ts
}

func (t token) wild() bool    { return t.symbol == "" && t.char < 0 }
func (t token) literal() bool { return t.symbol == "" && t.char >= 0 }

// stretches says whether t may stand for several characters, or none.
func (t token) stretches() bool { return t.symbol != "" || t.char == many }

// admits says whether the character other may be within t, which stretches.
func (t token) admits(other token) bool {
	if !other.literal() || t.symbol == "" {
		return true
	}
	switch Kind(t.symbol[0]) {
	case Place:
		return other.char >= 'a' && other.char <= 'z' || other.char >= '0' && other.char <= '9' || other.char == '-'
	case Identity:
		return !strings.ContainsRune(":/*", other.char)
	}
	return true
}

// match says whether the pattern matches the text: Yes if it does with each symbol taken as itself, No if it cannot with any values of them.
func match(pattern, text []token) Answer {
	for len(pattern) > 0 && len(text) > 0 && !pattern[0].wild() && pattern[0] == text[0] {
		pattern, text = pattern[1:], text[1:]
	}
	for len(pattern) > 0 && len(text) > 0 && !last(pattern).wild() && last(pattern) == last(text) {
		pattern, text = pattern[:len(pattern)-1], text[:len(text)-1]
	}
	if len(pattern) > 0 && len(text) > 0 && (pattern[0].literal() && text[0].literal() || last(pattern).literal() && last(text).literal()) {
		return No // their ends differ, or they would be gone
	}
	switch {
	case len(pattern)*len(text) > longest:
		return CannotTell
	case told(pattern) && told(text):
		return known(certain(pattern, text))
	case certain(pattern, text):
		return Yes
	case differ(pattern, text), !possible(pattern, text):
		return No
	}
	return CannotTell
}

// told says whether no part is a symbol.
func told(ts []token) bool {
	return !slices.ContainsFunc(ts, func(t token) bool { return t.symbol != "" })
}

// longest is more than two ARNs of IAM's greatest length, 2,048 characters, come to. What is longer is no policy, and would take long.
const longest = 1 << 23

// apart says whether two texts differ before either has a wildcard, a variable or a symbol: then no values make them match. It saves reading
// them.
func apart(pattern, text Text, fold bool) bool {
	for i := range min(len(pattern), len(text)) {
		p, t := pattern[i], text[i]
		if p >= utf8.RuneSelf || t >= utf8.RuneSelf || t == opening[0] || strings.IndexByte("*?$"+opening, p) >= 0 {
			return false
		}
		if p != t && !(fold && lower(p) == lower(t)) {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func last(ts []token) token { return ts[len(ts)-1] }

// certain matches with symbols as characters of their own.
func certain(pattern, text []token) bool {
	star, resume := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p].symbol == "" && pattern[p].char == many:
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == text[t] || pattern[p].symbol == "" && pattern[p].char == one && text[t].literal()):
			p, t = p+1, t+1
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p].symbol == "" && pattern[p].char == many {
		p++
	}
	return p == len(pattern)
}

// differ says whether both begin, or both end, with a whole part between separators that is the identity of one resource here and of another
// there.
func differ(pattern, text []token) bool {
	if len(pattern) == 0 || len(text) == 0 {
		return false
	}
	front := distinct(pattern[0], text[0])
	back := distinct(last(pattern), last(text))
	return front && separated(pattern, 1, pattern[0]) && separated(text, 1, text[0]) ||
		back && separated(pattern, len(pattern)-2, last(pattern)) && separated(text, len(text)-2, last(text))
}

func separated(ts []token, i int, of token) bool {
	if i < 0 || i >= len(ts) {
		return true
	}
	return Kind(of.symbol[0]) == Identity && ts[i].literal() && (ts[i].char == ':' || ts[i].char == '/')
}

func distinct(a, b token) bool {
	if len(a.symbol) < 2 || len(b.symbol) < 2 || a.symbol[0] != b.symbol[0] {
		return false
	}
	if k := Kind(a.symbol[0]); k != Identity && k != Whole {
		return false
	}
	resource, _, _ := strings.Cut(a.symbol, ".")
	other, _, _ := strings.Cut(b.symbol, ".")
	return resource != other
}

// possible says whether some values of the symbols make the pattern match.
func possible(pattern, text []token) bool {
	next := make([]bool, len(text)+1)
	row := make([]bool, len(text)+1)
	for i := len(pattern); i >= 0; i-- {
		for j := len(text); j >= 0; j-- {
			row[j] = false
			switch {
			case i == len(pattern) && j == len(text):
				row[j] = true
			case i < len(pattern) && pattern[i].stretches() && (next[j] || j < len(text) && pattern[i].admits(text[j]) && row[j+1]):
				row[j] = true
			case j < len(text) && text[j].stretches() && (row[j+1] || i < len(pattern) && text[j].admits(pattern[i]) && next[j]):
				row[j] = true
			case i < len(pattern) && j < len(text) && !pattern[i].stretches() && !text[j].stretches():
				row[j] = next[j+1] && (pattern[i] == text[j] || pattern[i].wild())
			}
		}
		next, row = row, next
	}
	return next[0]
}

// matchARN is ArnLike: each of the six parts for itself, so that a wildcard does not reach across a colon before the resource's own part (IAM
// guide, "Condition operators", ARN). Where a symbol may hold colons the parts cannot be told, and all is matched at once.
func matchARN(pattern, text []token) Answer {
	patterns, ok := parts(pattern)
	texts, whole := parts(text)
	if !ok || !whole {
		answer := match(pattern, text)
		for _, t := range pattern {
			if t.symbol != "" && (Kind(t.symbol[0]) == Anything || Kind(t.symbol[0]) == Whole) {
				break
			}
			if t.wild() { // it is before the part that may hold colons: whether it reaches across one is not known
				return And(answer, CannotTell)
			}
		}
		return answer
	}
	if len(patterns) != len(texts) {
		return And(match(pattern, text), CannotTell)
	}
	answer := Yes
	for i := range patterns {
		if answer = And(answer, match(patterns[i], texts[i])); answer == No {
			break
		}
	}
	return answer
}

// matchResource is a Resource element's value: an asterisk that ends a part reaches across colons (IAM guide, "Resource"). Whether any other
// does, the guide does not say.
func matchResource(pattern, text []token) Answer {
	answer := match(pattern, text)
	for i, t := range pattern {
		if answer != Yes {
			break
		}
		if t.symbol == "" && t.char == many && i+1 < len(pattern) && !(pattern[i+1].literal() && pattern[i+1].char == ':') {
			return Or(matchARN(pattern, text), CannotTell)
		}
	}
	return answer
}

// parts splits an ARN into its six parts, if they can be told.
func parts(ts []token) ([][]token, bool) {
	var out [][]token
	for len(out) < 5 {
		i := slices.IndexFunc(ts, func(t token) bool {
			return t.literal() && t.char == ':' || t.symbol != "" && (Kind(t.symbol[0]) == Anything || Kind(t.symbol[0]) == Whole)
		})
		if i < 0 {
			return append(out, ts), true
		}
		if ts[i].symbol != "" {
			return nil, false
		}
		out, ts = append(out, ts[:i]), ts[i+1:]
	}
	return append(out, ts), true
}

// Equal compares two texts, case and all.
func Equal(a, b Text) Answer {
	if a == b {
		return Yes
	}
	if _, ok := a.Known(); ok {
		if _, ok := b.Known(); ok {
			return No
		}
	}
	return match(tokens(a, false), tokens(b, false))
}

// equalFold is Equal without regard to case.
func equalFold(a, b Text) Answer {
	x, known1 := a.Known()
	y, known2 := b.Known()
	if known1 && known2 {
		return known(strings.EqualFold(x, y))
	}
	return match(fold(tokens(a, false)), fold(tokens(b, false)))
}

// Like says whether the pattern, with IAM's wildcards, matches the text, case and all.
func Like(pattern, text Text) Answer { return match(tokens(pattern, true), tokens(text, false)) }

// LikeARN is Like for ARNs, part by part.
func LikeARN(pattern, text Text) Answer { return matchARN(tokens(pattern, true), tokens(text, false)) }

// MatchesResource says whether a Resource element's value names the resource.
func MatchesResource(pattern, resource Text) Answer {
	return matchResource(tokens(pattern, true), tokens(resource, false))
}

// MatchesAction says whether an Action element's value names the action. Case does not count.
func MatchesAction(pattern, action Text) Answer {
	switch {
	case pattern == "*" || pattern == "*:*":
		return Yes
	case !strings.ContainsAny(string(pattern), "*?"): // most are so
		return equalFold(pattern, action)
	case apart(pattern, action, true):
		return No
	}
	return match(fold(tokens(pattern, true)), fold(tokens(action, false)))
}

// ARNPart returns the i-th of an ARN's six parts, from 0 ("arn") to 5 (the resource), if they can be told.
func ARNPart(arn Text, i int) (Text, bool) {
	ps, ok := parts(tokens(arn, false))
	if !ok || len(ps) != 6 {
		return "", false
	}
	return untokens(ps[i]), true
}

func untokens(ts []token) Text {
	var b strings.Builder
	for _, t := range ts {
		if t.symbol != "" {
			b.WriteString(opening + t.symbol + closing)
		} else {
			b.WriteRune(t.char)
		}
	}
	return Text(b.String())
}
