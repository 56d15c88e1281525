package template

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// Resolve replaces the intrinsic functions in a value of the stack's template. The result is made of maps, lists, policy.Text, bool and
// float64, and where the template does not tell, of policy.Unknown and policy.Either.
func (s *Stack) Resolve(v any) any {
	switch v := v.(type) {
	case string:
		return dynamic(v)
	case []any:
		list := make([]any, 0, len(v))
		for _, e := range v {
			if resolved := s.Resolve(e); !isAbsent(resolved) {
				list = append(list, resolved)
			}
		}
		return list
	case map[string]any:
		if name, argument, ok := function(v); ok {
			return s.intrinsic(name, argument)
		}
		object := make(map[string]any, len(v))
		for key, e := range v {
			if resolved := s.Resolve(e); !isAbsent(resolved) {
				object[key] = resolved
			}
		}
		return object
	}
	return v
}

// function returns the intrinsic function that an object is, if it is one.
func function(object map[string]any) (name string, argument any, ok bool) {
	if len(object) != 1 {
		return "", nil, false
	}
	for name, argument = range object {
	}
	return name, argument, name == "Ref" || name == "Condition" && isString(argument) || strings.HasPrefix(name, "Fn::")
}

// dynamic reads a string with its dynamic references, which CloudFormation resolves when it deploys: of secrets, of parameters (CloudFormation
// guide, "Get values stored in other services using dynamic references").
func dynamic(s string) policy.Text {
	var out policy.Text
	for {
		before, after, found := strings.Cut(s, "{{resolve:")
		reference, rest, closed := strings.Cut(after, "}}")
		if !found || !closed {
			return out + policy.Literal(s)
		}
		out += policy.Literal(before) + policy.Symbol(policy.Anything, Dynamic+reference)
		s = rest
	}
}

// Dynamic is what the names of dynamic references' symbols begin with.
const Dynamic = "resolve:"

func isString(v any) bool { _, ok := v.(string); return ok }
func isAbsent(v any) bool { _, ok := v.(policy.Absent); return ok }

// longest is as long as a text may grow by joining: far more than any property holds, and an end to names that name each other.
const longest = 1 << 16

// budget is how long all of them together may get: far more than any app's.
const budget = 1 << 28

func (a *Assembly) affords(v any) bool {
	text, _ := v.(policy.Text)
	a.spent += len(text)
	return a.spent <= budget
}

// largest is how many parts a value may have that another takes in: values that take in each other twice would double each time.
const largest = 1 << 12

func limited(v any, name string) any {
	if left := largest; !fits(v, &left) {
		return unknown(name)
	}
	return v
}

func fits(v any, left *int) bool {
	if *left--; *left < 0 {
		return false
	}
	switch v := v.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !fits(e, left) })
	case map[string]any:
		for _, e := range v {
			if !fits(e, left) {
				return false
			}
		}
	case policy.Either:
		return fits(v.Then, left) && fits(v.Else, left)
	}
	return true
}

func unknown(name string) policy.Unknown { return policy.Unknown{Name: name} }

// intrinsic evaluates a function. What it cannot tell is named after its arguments, as the same name is taken to be the same value.
func (s *Stack) intrinsic(name string, argument any) any {
	list, _ := argument.([]any)
	untold := func() policy.Unknown { return unknown(s.symbol(name + " of " + written(argument))) }
	switch name {
	case "Ref":
		if id, ok := argument.(string); ok {
			return s.ref(id)
		}
	case "Fn::GetAtt":
		if v, ok := s.getAtt(argument); ok {
			return v
		}
	case "Fn::Sub":
		if v, ok := s.sub(argument); ok && s.assembly.affords(v) {
			return v
		}
	case "Fn::Join":
		if len(list) == 2 {
			if v, ok := join(policy.TextOf(s.Resolve(list[0])), s.Resolve(list[1])); ok && s.assembly.affords(v) {
				return v
			}
		}
	case "Fn::Split":
		if len(list) == 2 {
			if delimiter, ok := list[0].(string); ok && delimiter != "" {
				parts, ok := split(delimiter, policy.TextOf(s.Resolve(list[1])))
				if !ok {
					parts = append(parts, untold())
				}
				return parts
			}
		}
	case "Fn::Select":
		if len(list) == 2 {
			if v, ok := choose(s.Resolve(list[0]), s.Resolve(list[1])); ok {
				return v
			}
		}
	case "Fn::FindInMap":
		if len(list) >= 3 {
			if v, ok := s.findInMap(list); ok {
				return v
			}
		}
	case "Fn::If":
		if name, ok := first(list).(string); ok && len(list) == 3 {
			return s.either(name, list[1], list[2])
		}
	case "Fn::ImportValue":
		return s.importValue(policy.TextOf(s.Resolve(argument)))
	case "Fn::GetStackOutput":
		if v, ok := s.stackOutput(s.Resolve(argument)); ok {
			return v
		}
	}
	return untold()
}

func first(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// written is a value in one line, for a name.
func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func (s *Stack) ref(id string) any {
	switch id {
	case "AWS::AccountId":
		return s.Account
	case "AWS::Region":
		return s.Region
	case "AWS::Partition":
		return s.Partition
	case "AWS::NoValue":
		return policy.Absent{}
	case "AWS::URLSuffix":
		switch {
		case s.Partition.Is("aws"), s.Partition.Is("aws-us-gov"):
			return policy.Text("amazonaws.com")
		case s.Partition.Is("aws-cn"):
			return policy.Text("amazonaws.com.cn")
		}
		return policy.Symbol(policy.Anything, id)
	case "AWS::StackName":
		if s.stackName != "" {
			return s.stackName
		}
		return policy.Symbol(policy.Identity, s.symbol(id))
	case "AWS::StackId":
		return policy.Symbol(policy.Anything, s.symbol(id))
	}
	if strings.HasPrefix(id, "AWS::") {
		return unknown(s.symbol(id))
	}
	if r := s.byID[id]; r != nil {
		return r.Ref()
	}
	return s.parameter(id)
}

// parameter resolves a parameter. Its default is no value: whoever deploys may give another.
func (s *Stack) parameter(id string) any {
	parameters, _ := s.raw["Parameters"].(map[string]any)
	if _, ok := parameters[id]; ok && s.parent != nil {
		given, _ := s.parent.Property("Parameters").(map[string]any)
		if v, ok := given[id]; ok {
			return limited(v, s.symbol(id))
		}
	}
	return unknown(s.symbol(id))
}

// symbol is the name of something of this stack, unique in the assembly.
func (s *Stack) symbol(name string) string {
	if s.alone {
		return name
	}
	return strings.ReplaceAll(s.Name, ".", "_") + "/" + name
}

func (s *Stack) getAtt(argument any) (any, bool) {
	var id, attribute string
	switch v := argument.(type) {
	case string:
		id, attribute, _ = strings.Cut(v, ".")
	case []any:
		if len(v) != 2 || !isString(v[0]) {
			return nil, false
		}
		id = v[0].(string)
		known, ok := policy.TextOf(s.Resolve(v[1])).Known()
		if !ok {
			return nil, false
		}
		attribute = known
	default:
		return nil, false
	}
	r := s.byID[id]
	if r == nil {
		return unknown(s.symbol(id + "." + attribute)), true
	}
	return r.Attribute(attribute), true
}

func (s *Stack) sub(argument any) (any, bool) {
	text, ok := argument.(string)
	values := map[string]any{}
	if list, isList := argument.([]any); isList && len(list) == 2 {
		text, ok = list[0].(string)
		values, _ = list[1].(map[string]any)
	}
	if !ok {
		return nil, false
	}
	var out policy.Text
	for {
		before, after, found := strings.Cut(text, "${")
		out += policy.Literal(before)
		if !found {
			break
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			out += policy.Literal("${" + after)
			break
		}
		text = rest
		name = strings.TrimSpace(name)
		switch v, given := values[name]; {
		case strings.HasPrefix(name, "!"):
			out += policy.Literal("${" + name[1:] + "}")
		case given:
			out += policy.TextOf(s.Resolve(v))
		case strings.Contains(name, ".") && !strings.Contains(name, "::"):
			v, _ := s.getAtt(name)
			out += policy.TextOf(v)
		default:
			out += policy.TextOf(s.ref(name))
		}
		if len(out) > longest {
			return nil, false
		}
	}
	return out, true
}

func join(delimiter policy.Text, v any) (any, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	var out policy.Text
	for i, e := range list {
		if either, ok := e.(policy.Either); ok && (isAbsent(either.Then) || isAbsent(either.Else)) {
			return nil, false // its delimiter may go with it
		}
		if i > 0 {
			out += delimiter
		}
		out += policy.TextOf(e)
		if len(out) > longest {
			return nil, false
		}
	}
	return out, true
}

// split cuts a text. It returns false where a symbol may hold the delimiter: it is not known which part is which from there on.
func split(delimiter string, text policy.Text) (parts []any, ok bool) {
	before, ok := text.Cut(delimiter)
	for _, part := range before {
		parts = append(parts, part)
	}
	return parts, ok
}

func choose(index, v any) (any, bool) {
	list, ok := v.([]any)
	i, err := strconv.Atoi(policy.TextOf(index).String())
	if !ok || err != nil || i < 0 || i >= len(list) {
		return nil, false
	}
	return list[i], true
}

func (s *Stack) findInMap(list []any) (any, bool) {
	var v any
	v, _ = s.raw["Mappings"].(map[string]any)
	for _, key := range list[:3] {
		object, ok := v.(map[string]any)
		known, told := policy.TextOf(s.Resolve(key)).Known()
		if !ok || !told {
			return nil, false
		}
		if v, ok = object[known]; !ok {
			return nil, false
		}
	}
	switch v.(type) {
	case string, float64, bool, []any:
		return s.Resolve(v), true
	}
	return nil, false
}

func (s *Stack) either(condition string, then, otherwise any) any {
	switch s.condition(condition) {
	case policy.Yes:
		return s.Resolve(then)
	case policy.No:
		return s.Resolve(otherwise)
	}
	return policy.Either{Condition: s.symbol(condition), Then: s.Resolve(then), Else: s.Resolve(otherwise)}
}

// condition evaluates a condition of the template.
func (s *Stack) condition(name string) policy.Answer {
	if answer, ok := s.conditions[name]; ok {
		return answer
	}
	all, _ := s.raw["Conditions"].(map[string]any)
	body, ok := all[name]
	if !ok || s.deciding[name] {
		return policy.CannotTell
	}
	s.deciding[name] = true
	answer := s.holds(body)
	delete(s.deciding, name)
	s.conditions[name] = answer
	return answer
}

func (s *Stack) holds(body any) policy.Answer {
	object, _ := body.(map[string]any)
	if len(object) != 1 {
		return policy.CannotTell
	}
	for name, argument := range object {
		list, _ := argument.([]any)
		switch name {
		case "Condition":
			if other, ok := argument.(string); ok {
				return s.condition(other)
			}
		case "Fn::Equals":
			if len(list) == 2 {
				return policy.Equal(policy.TextOf(s.Resolve(list[0])), policy.TextOf(s.Resolve(list[1])))
			}
		case "Fn::Not":
			if len(list) == 1 {
				return policy.Not(s.holds(list[0]))
			}
		case "Fn::And", "Fn::Or":
			answers := make([]policy.Answer, len(list))
			for i, e := range list {
				answers[i] = s.holds(e)
			}
			if len(list) == 0 {
				return policy.CannotTell
			}
			if name == "Fn::And" {
				return policy.And(answers...)
			}
			return policy.Or(answers...)
		}
	}
	return policy.CannotTell
}
