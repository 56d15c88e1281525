package policy

import "strings"

// expand reads a pattern with its policy variables replaced (IAM guide, "Policy variables"). It returns No if a variable has no value, with
// which nothing matches, and CannotTell if it may have none.
func expand(value Text, version Text, context Context) ([]token, Answer) {
	if _, _, variable := value.cut("${"); !variable {
		return tokens(value, true), Yes
	}
	if version.Is("") || version.Is("2008-10-17") {
		return tokens(value, true), Yes
	}
	var out []token
	answer := Yes
	for rest := value; rest != ""; {
		before, after, found := rest.cut("${")
		out = append(out, tokens(before, true)...)
		if !found {
			break
		}
		variable, after, closed := after.cut("}")
		if !closed {
			return append(out, tokens("${"+variable, true)...), answer
		}
		rest = after
		name, ok := variable.Known()
		if !ok { // its key is not known, and neither is whether it has a value
			out, answer = append(out, token{symbol: string(Anything) + "a variable"}), CannotTell
			continue
		}
		if name == "*" || name == "?" || name == "$" {
			out = append(out, token{char: rune(name[0])})
			continue
		}
		key, fallback, hasFallback := strings.Cut(name, ",")
		values, present := context.values(strings.TrimSpace(key))
		switch {
		case present == Yes && len(values) == 1:
			out = append(out, tokens(values[0], false)...)
		case present == No && hasFallback:
			out = append(out, tokens(Text(strings.Trim(strings.TrimSpace(fallback), "'")), false)...)
		case present == No:
			return nil, No
		default:
			if !hasFallback && present == CannotTell {
				answer = And(answer, CannotTell)
			}
			out = append(out, tokens(Symbol(Anything, name), false)...)
		}
	}
	if _, ok := version.Known(); !ok {
		answer = And(answer, CannotTell)
	}
	return out, answer
}
