package policy

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Context are the values of the condition keys of a request.
type Context struct {
	// Values are by the key in lower case. A key without values is known to be absent.
	Values map[string][]Text
	// Complete says that a key which is not in Values is absent. Defaults to that it may have any value.
	Complete bool
}

// With returns the context with the key's values set: none say that it is absent.
func (c Context) With(key string, values ...Text) Context {
	all := make(map[string][]Text, len(c.Values)+1)
	for k, v := range c.Values {
		all[k] = v
	}
	all[strings.ToLower(key)] = values
	return Context{all, c.Complete}
}

// values returns a key's values and whether it is there.
func (c Context) values(key string) ([]Text, Answer) {
	values, ok := c.Values[strings.ToLower(key)]
	switch {
	case len(values) > 0:
		return values, Yes
	case ok || c.Complete:
		return nil, No
	}
	return nil, CannotTell
}

// holds evaluates one condition (IAM guide, "Condition operators" and "Policies with multiple context keys or values").
func (c Condition) holds(version Text, context Context) Answer {
	operator, set := strings.ToLower(c.Operator), ""
	if qualifier, rest, ok := strings.Cut(operator, ":"); ok {
		set, operator = qualifier, rest
	}
	values, present := context.values(c.Key)
	if operator == "null" {
		return c.null(present)
	}
	operator, ifExists := strings.CutSuffix(operator, "ifexists")
	positive, negated := negations[operator]
	if negated {
		operator = positive
	}
	compare, ok := comparisons[operator]
	if !ok || set != "" && set != "forallvalues" && set != "foranyvalue" {
		return CannotTell
	}
	// IfExists asks about each value that is there, of which ForAnyValue wants one.
	missing := known(set == "forallvalues" || set == "" && (ifExists || negated))
	switch present {
	case No:
		return missing
	case CannotTell:
		return CannotTell
	}
	answers := make([]Answer, len(values))
	for i, v := range values {
		for _, want := range c.Values {
			answers[i] = Or(answers[i], compare(want, v, version, context))
		}
		if negated {
			answers[i] = Not(answers[i])
		}
	}
	switch set {
	case "forallvalues":
		return And(answers...)
	case "foranyvalue":
		return Or(answers...)
	}
	if len(values) > 1 && And(answers...) != Or(answers...) {
		return CannotTell // several values without a set operator
	}
	return answers[0]
}

func (c Condition) null(present Answer) Answer {
	answer := No
	for _, v := range c.Values {
		switch text, ok := v.Known(); {
		case !ok:
			answer = Or(answer, CannotTell)
		case strings.EqualFold(text, "true"):
			answer = Or(answer, Not(present))
		case strings.EqualFold(text, "false"):
			answer = Or(answer, present)
		}
	}
	return answer
}

// comparison says whether a value of the request is the one that a condition wants.
type comparison func(want, got, version Text, context Context) Answer

var comparisons = map[string]comparison{
	"stringequals":             comparing(false, false, match),
	"stringequalsignorecase":   comparing(false, true, match),
	"stringlike":               comparing(true, false, match),
	"arnequals":                comparing(true, false, matchARN),
	"arnlike":                  comparing(true, false, matchARN),
	"numericequals":            numeric(func(want, got float64) bool { return got == want }),
	"numericlessthan":          numeric(func(want, got float64) bool { return got < want }),
	"numericlessthanequals":    numeric(func(want, got float64) bool { return got <= want }),
	"numericgreaterthan":       numeric(func(want, got float64) bool { return got > want }),
	"numericgreaterthanequals": numeric(func(want, got float64) bool { return got >= want }),
	"dateequals":               date(func(want, got time.Time) bool { return got.Equal(want) }),
	"datelessthan":             date(func(want, got time.Time) bool { return got.Before(want) }),
	"datelessthanequals":       date(func(want, got time.Time) bool { return !got.After(want) }),
	"dategreaterthan":          date(func(want, got time.Time) bool { return got.After(want) }),
	"dategreaterthanequals":    date(func(want, got time.Time) bool { return !got.Before(want) }),
	"bool":                     comparing(false, true, match),
	"binaryequals":             both(func(want, got string) Answer { return known(want == got) }),
	"ipaddress":                both(inRange),
}

// negations are the operators that hold where another does not.
var negations = map[string]string{
	"stringnotequals":           "stringequals",
	"stringnotequalsignorecase": "stringequalsignorecase",
	"stringnotlike":             "stringlike",
	"arnnotequals":              "arnequals",
	"arnnotlike":                "arnlike",
	"numericnotequals":          "numericequals",
	"datenotequals":             "dateequals",
	"notipaddress":              "ipaddress",
}

func comparing(wildcards, ignoreCase bool, how func(pattern, text []token) Answer) comparison {
	return func(want, got, version Text, context Context) Answer {
		if !ignoreCase && want == got && !strings.ContainsAny(string(want), "*?$") { // most are so
			return Yes
		}
		pattern, ok := expand(want, version, context)
		if ok == No {
			return No
		}
		if !wildcards {
			pattern = plain(pattern)
		}
		text := tokens(got, false)
		if ignoreCase {
			pattern, text = fold(pattern), fold(text)
		}
		return And(ok, how(pattern, text))
	}
}

// plain reads wildcards as the characters that they are elsewhere.
func plain(pattern []token) []token {
	for i, t := range pattern {
		if t.symbol == "" && t.char == many {
			pattern[i].char = '*'
		} else if t.symbol == "" && t.char == one {
			pattern[i].char = '?'
		}
	}
	return pattern
}

// both compares where both sides are known.
func both(compare func(want, got string) Answer) comparison {
	return func(want, got, _ Text, _ Context) Answer {
		w, ok := want.Known()
		g, known := got.Known()
		if !ok || !known {
			return CannotTell
		}
		return compare(w, g)
	}
}

func numeric(compare func(want, got float64) bool) comparison {
	return both(func(want, got string) Answer {
		w, err := strconv.ParseFloat(want, 64)
		g, err2 := strconv.ParseFloat(got, 64)
		return And(known(err == nil && err2 == nil), known(compare(w, g)))
	})
}

func date(compare func(want, got time.Time) bool) comparison {
	return both(func(want, got string) Answer {
		w, ok := instant(want)
		g, ok2 := instant(got)
		return And(known(ok && ok2), known(compare(w, g)))
	})
}

// instant reads a date as W3C's ISO 8601 profile has it, or in seconds since 1970.
func instant(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(seconds, 0), err == nil
}

func inRange(want, got string) Answer {
	address, err := netip.ParseAddr(got)
	if err != nil {
		return No
	}
	if prefix, err := netip.ParsePrefix(want); err == nil {
		return known(prefix.Contains(address))
	}
	single, err := netip.ParseAddr(want)
	return known(err == nil && single == address)
}
