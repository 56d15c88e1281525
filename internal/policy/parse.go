package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Unknown is a value of the template that cannot be told.
type Unknown struct{ Name string }

// Either is a value that a condition of the template decides.
type Either struct {
	Condition  string
	Then, Else any
}

// Absent is what AWS::NoValue stands for.
type Absent struct{}

// Parse reads a policy of values as encoding/json has them, of Text, and of Unknown, Either and Absent. It never fails: what it cannot read
// may allow and deny anything.
func Parse(name string, v any) *Document {
	d := &Document{Name: name}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sorted(v) {
			switch key {
			case "Version":
				d.Version = TextOf(v[key])
			case "Statement":
				for _, item := range items(v[key]) {
					d.Statements = append(d.Statements, statements(item)...)
				}
			case "Id":
			default:
				d.Statements = append(d.Statements, &Statement{Unreadable: fmt.Sprintf("the policy has the element %q", key)})
			}
		}
	case Unknown:
		d.Unknown = "it is " + Symbol(Anything, v.Name).String()
	case Either: // where one branch is absent, it is empty
		for _, branch := range []any{v.Then, v.Else} {
			if _, ok := branch.(Absent); ok {
				continue
			}
			part := Parse(name, branch)
			if part.Unknown != "" {
				return part
			}
			for _, s := range part.Statements {
				s.Maybe = true
			}
			d = d.Join(part)
		}
	case Text:
		if object, ok := fromJSON(v); ok {
			return Parse(name, object)
		}
		d.Unknown = "it is the string " + v.String()
	case string:
		return Parse(name, Literal(v))
	default:
		d.Unknown = fmt.Sprintf("it is no object but %T", v)
	}
	return d
}

// Join returns the statements of both. Where they are of two versions, it is not known which counts.
func (d *Document) Join(other *Document) *Document {
	if len(d.Statements) == 0 && d.Unknown == "" {
		return other
	}
	joined := *d
	if d.Version != other.Version && len(other.Statements) > 0 {
		joined.Version = Symbol(Anything, "the policy's version")
	}
	joined.Statements = append(d.Statements[:len(d.Statements):len(d.Statements)], other.Statements...)
	if joined.Unknown == "" {
		joined.Unknown, joined.OnlyAllows = other.Unknown, other.OnlyAllows
	}
	return &joined
}

// fromJSON reads a policy that is written as a string of JSON, of which parts may not be known. A part that is not within one of its strings
// may be any JSON, so that nothing of the policy is known.
func fromJSON(t Text) (object map[string]any, ok bool) {
	if strings.Contains(string(t), `\u000`) { // it would pass for a symbol
		return nil, false
	}
	var symbols []string
	text := symbol.ReplaceAllStringFunc(string(t), func(s string) string {
		symbols = append(symbols, s)
		return fmt.Sprintf(`\u0001%d\u0002`, len(symbols)-1)
	})
	if json.Unmarshal([]byte(text), &object) != nil {
		return nil, false
	}
	restored := func(s string) Text {
		return Text(symbol.ReplaceAllStringFunc(s, func(place string) string {
			i, _ := strconv.Atoi(place[1 : len(place)-1])
			return symbols[i]
		}))
	}
	read, _ := texted(object, restored).(map[string]any)
	return read, true
}

var symbol = regexp.MustCompile(opening + "[^" + closing + "]*" + closing)

// texted takes the strings within a value for texts.
func texted(v any, text func(string) Text) any {
	switch v := v.(type) {
	case string:
		return text(v)
	case map[string]any:
		all := make(map[string]any, len(v))
		for key, e := range v {
			all[text(key).String()] = texted(e, text)
		}
		return all
	case []any:
		for i, e := range v {
			v[i] = texted(e, text)
		}
	}
	return v
}

func sorted(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

type item struct {
	value any
	maybe bool
}

// items reads a list, of which one element may stand alone.
func items(v any) []item {
	switch v := v.(type) {
	case []any:
		var all []item
		for _, e := range v {
			if list, ok := e.([]any); ok { // a list within a list is no policy
				all = append(all, item{value: list})
				continue
			}
			all = append(all, items(e)...)
		}
		return all
	case Either:
		var all []item
		for _, branch := range []any{v.Then, v.Else} {
			for _, i := range items(branch) {
				all = append(all, item{i.value, true})
			}
		}
		return all
	case nil, Absent:
		return nil
	}
	return []item{{value: v}}
}

// statements reads one statement. Where a condition of the template decides its effect, or actions, resources or principals of it, each of those
// that it may have is a statement of its own.
func statements(i item) []*Statement {
	const most = 32 // of more, what is decided is not known
	all := split(i, most)
	for n, s := range all {
		s.Again = n > 0
	}
	return all
}

func split(i item, most int) []*Statement {
	m, ok := i.value.(map[string]any)
	if !ok {
		return []*Statement{statement(i)}
	}
	for _, key := range []string{"Effect", "Action", "Resource", "Principal"} {
		values := alternatives(m[key])
		if len(values) == 0 || len(values) > most {
			continue
		}
		var all []*Statement
		for _, v := range values {
			one := maps.Clone(m)
			one[key] = v.value
			all = append(all, split(item{one, i.maybe || v.maybe}, most/len(values))...)
		}
		return all
	}
	return []*Statement{statement(i)}
}

// alternatives are the values that conditions choose from, and first those that are there whatever they choose. Where none does, there are none.
func alternatives(v any) []item {
	var certain any
	var all []item
	switch v := v.(type) {
	case Either:
		for _, branch := range []any{v.Then, v.Else} {
			if _, absent := branch.(Absent); !absent {
				all = append(all, item{branch, true})
			}
		}
		return all
	case []any:
		var rest []any
		for _, e := range v {
			if either := alternatives(e); len(either) > 0 {
				all = append(all, either...)
			} else if _, undecided := e.(Either); !undecided {
				rest = append(rest, e)
			}
		}
		if certain = any(rest); len(rest) == 0 {
			certain = nil
		}
	case map[string]any: // principals, by their kinds
		rest := map[string]any{}
		for _, kind := range sorted(v) {
			either := alternatives(v[kind])
			if len(either) == 0 {
				rest[kind] = v[kind]
			}
			for _, e := range either {
				all = append(all, item{map[string]any{kind: e.value}, e.maybe})
			}
		}
		if certain = any(rest); len(rest) == 0 {
			certain = nil
		}
	}
	if certain != nil && len(all) > 0 {
		all = append([]item{{value: certain}}, all...)
	}
	return all
}

func statement(i item) *Statement {
	m, ok := i.value.(map[string]any)
	if !ok {
		return &Statement{Unreadable: fmt.Sprintf("the statement is no object but %s", describe(i.value))}
	}
	s := &Statement{Maybe: i.maybe}
	for _, key := range sorted(m) {
		v := m[key]
		switch key {
		case "Sid":
			s.Sid = TextOf(v)
		case "Effect":
			s.Effect, _ = TextOf(v).Known()
		case "Action":
			s.Actions = texts(v)
		case "NotAction":
			s.NotActions = texts(v)
		case "Resource":
			s.Resources = texts(v)
		case "NotResource":
			s.NotResources = texts(v)
		case "Principal":
			s.Principals = principals(v)
		case "NotPrincipal":
			s.NotPrincipals = principals(v)
		case "Condition":
			conditions, err := conditions(v)
			if err != "" {
				s.Unreadable = err
			}
			s.Conditions = conditions
		default:
			s.Unreadable = fmt.Sprintf("the statement has the element %q", key)
		}
	}
	if s.Effect != Allow && s.Effect != Deny {
		s.Unreadable = fmt.Sprintf("the statement's effect is %s", describe(m["Effect"]))
	}
	if s.Actions == nil && s.NotActions == nil {
		s.Unreadable = "the statement has no action"
	}
	if s.Actions != nil && s.NotActions != nil || s.Resources != nil && s.NotResources != nil || s.Principals != nil && s.NotPrincipals != nil {
		s.Unreadable = "the statement has an element and its opposite"
	}
	return s
}

func describe(v any) string {
	switch v.(type) {
	case nil:
		return "missing"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	}
	return strconv.Quote(TextOf(v).String())
}

// texts never returns nil: an element that is there and empty matches nothing.
func texts(v any) []Text {
	all := []Text{}
	for _, i := range items(v) {
		t := TextOf(i.value)
		if i.maybe {
			t = Symbol(Anything, "a condition|"+t.String())
		}
		all = append(all, t)
	}
	return all
}

// TextOf reads one value. What is none may be anything.
func TextOf(v any) Text {
	switch v := v.(type) {
	case Text:
		return v
	case string:
		return Literal(v)
	case bool:
		return Literal(strconv.FormatBool(v))
	case float64:
		return Literal(strconv.FormatFloat(v, 'f', -1, 64))
	case json.Number:
		return Literal(v.String())
	case Unknown:
		return Symbol(Anything, v.Name)
	case Either:
		return Symbol(Anything, v.Condition+"?"+TextOf(v.Then).String()+"|"+TextOf(v.Else).String())
	case nil, Absent:
		return ""
	}
	return Symbol(Anything, fmt.Sprintf("%T %v", v, v))
}

func principals(v any) []Principal {
	all := []Principal{}
	switch v := v.(type) {
	case map[string]any:
		for _, kind := range sorted(v) {
			for _, value := range texts(v[kind]) {
				if kind == "AWS" && value.Is("*") {
					all = append(all, Everybody)
					continue
				}
				all = append(all, Principal{Type: kind, Value: value})
			}
		}
	default:
		for _, value := range texts(v) {
			if value.Is("*") {
				all = append(all, Everybody)
				continue
			}
			all = append(all, Principal{Type: "AWS", Value: value})
		}
	}
	return all
}

func conditions(v any) (all []Condition, unreadable string) {
	operators, ok := v.(map[string]any)
	if !ok {
		if v == nil || v == (any)(Absent{}) {
			return nil, ""
		}
		return nil, "its conditions are " + describe(v)
	}
	for _, operator := range sorted(operators) {
		keys, ok := operators[operator].(map[string]any)
		if !ok {
			return nil, fmt.Sprintf("its condition %s is %s", operator, describe(operators[operator]))
		}
		for _, key := range sorted(keys) {
			all = append(all, Condition{Operator: operator, Key: key, Values: texts(keys[key])})
		}
	}
	return all, ""
}
