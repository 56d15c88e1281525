package iam

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Size is how many characters a managed policy of the statements has, as IAM
// counts them: without white space (IAM guide, "IAM and AWS STS quotas"). A
// token, whose text only the deployment knows, is taken to be as long as
// unknown says, by token; those it does not name count as 128, which is long for an ARN.
func Size(unknown map[string]int, statements ...Statement) int {
	text, err := json.Marshal(Document(statements...))
	if err != nil {
		panic(err) // strings, lists and maps of them
	}
	n := len(text)
	for _, token := range tokens.FindAllString(string(text), -1) {
		length, known := unknown[token]
		if !known {
			length = 128
		}
		n += length - len(token)
	}
	return n
}

var tokens = regexp.MustCompile(`\$\{Token\[[^\]]*\]\}`)

// Split spreads the statements over as many policies as it takes for each to
// have at most limit characters, in their order. A statement that is too long
// alone is divided by its resources or, if it has one, by the values of its
// longest condition: both are an "or", so the parts allow what the whole did.
// What cannot be divided is a policy of its own, however long.
func Split(limit int, unknown map[string]int, statements []Statement) [][]Statement {
	var (
		policies [][]Statement
		last     []Statement
	)
	for _, s := range statements {
		for _, part := range divide(limit, unknown, s) {
			if len(last) > 0 && Size(unknown, append(slices.Clip(last), part)...) > limit {
				policies, last = append(policies, last), nil
			}
			last = append(last, part)
		}
	}
	if len(last) > 0 {
		policies = append(policies, last)
	}
	return policies
}

func divide(limit int, unknown map[string]int, s Statement) []Statement {
	if Size(unknown, s) <= limit {
		return []Statement{s}
	}
	first, second, ok := halves(s)
	if !ok {
		return []Statement{s}
	}
	return append(divide(limit, unknown, first), divide(limit, unknown, second)...)
}

func halves(s Statement) (first, second Statement, ok bool) {
	first, second = s, s
	if n := len(s.Resources); n > 1 {
		first.Resources, second.Resources = slices.Clip(s.Resources[:n/2]), slices.Clip(s.Resources[n/2:])
		return first, second, true
	}
	operator, key := longest(s.Conditions)
	if operator == "" {
		return s, s, false
	}
	values := s.Conditions[operator][key]
	first.Conditions = with(s.Conditions, operator, key, slices.Clip(values[:len(values)/2]))
	second.Conditions = with(s.Conditions, operator, key, values[len(values)/2:])
	return first, second, true
}

// longest names the condition with the most values of those that can be
// divided, the first by name if there are several.
func longest(c Conditions) (operator, key string) {
	most := 1
	for _, op := range slices.Sorted(maps.Keys(c)) {
		for _, k := range slices.Sorted(maps.Keys(c[op])) {
			if mergeable[op] && len(c[op][k]) > most {
				operator, key, most = op, k, len(c[op][k])
			}
		}
	}
	return operator, key
}

func with(c Conditions, operator, key string, values []string) Conditions {
	changed := Conditions{}
	for op, keys := range c {
		changed[op] = maps.Clone(keys)
	}
	changed[operator][key] = values
	return changed
}

// Service is the prefix of an action: "ssm" of "ssm:GetParameter".
func Service(action string) string {
	service, _, _ := strings.Cut(action, ":")
	return strings.ToLower(service)
}

// IsEveryResource reports whether a resource leaves nothing out: all, or an ARN
// that only says of which service.
func IsEveryResource(resource string) bool { return everyResource.MatchString(resource) }

var everyResource = regexp.MustCompile(`^[*?]+$|^arn:[*:?]*$|^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*+$`)
