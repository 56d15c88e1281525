package template

import (
	"strconv"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// Resolve replaces the intrinsic functions in a value of the stack's template. The result is made of maps, lists, policy.Text, bool and
// float64, and where the template does not tell, of policy.Unknown and policy.Either.
func (s *Stack) Resolve(v any) any {
	switch v := v.(type) {
	case string:
		return policy.Literal(v)
	case []any:
		list := make([]any, 0, len(v))
		for _, e := range v {
			if resolved := s.Resolve(e); !isAbsent(resolved) {
				list = append(list, resolved)
			}
		}
		return list
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || name == "Condition" && isString(argument) || strings.HasPrefix(name, "Fn::") {
					return s.intrinsic(name, argument)
				}
			}
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

func isString(v any) bool { _, ok := v.(string); return ok }
func isAbsent(v any) bool { _, ok := v.(policy.Absent); return ok }

// longest is as long as a text may grow by joining: far more than any property holds, and an end to names that name each other.
const longest = 1 << 16

func unknown(name string) policy.Unknown { return policy.Unknown{Name: name} }

func (s *Stack) intrinsic(name string, argument any) any {
	list, _ := argument.([]any)
	switch name {
	case "Ref":
		if id, ok := argument.(string); ok {
			return s.ref(id)
		}
	case "Fn::GetAtt":
		return s.getAtt(argument)
	case "Fn::Sub":
		return s.sub(argument)
	case "Fn::Join":
		if len(list) == 2 {
			return join(policy.TextOf(s.Resolve(list[0])), s.Resolve(list[1]))
		}
	case "Fn::Split":
		if len(list) == 2 {
			if delimiter, ok := list[0].(string); ok && delimiter != "" {
				return split(delimiter, policy.TextOf(s.Resolve(list[1])))
			}
		}
	case "Fn::Select":
		if len(list) == 2 {
			return choose(s.Resolve(list[0]), s.Resolve(list[1]))
		}
	case "Fn::FindInMap":
		if len(list) >= 3 {
			return s.findInMap(list)
		}
	case "Fn::If":
		if len(list) == 3 {
			return s.either(list)
		}
	case "Fn::ImportValue":
		return s.importValue(policy.TextOf(s.Resolve(argument)))
	case "Fn::GetAZs":
		return unknown("Fn::GetAZs")
	case "Condition":
		return unknown("Condition." + argument.(string))
	}
	return unknown(name)
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
		return unknown(id)
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
			return v
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

func (s *Stack) getAtt(argument any) any {
	var id, attribute string
	switch v := argument.(type) {
	case string:
		id, attribute, _ = strings.Cut(v, ".")
	case []any:
		if len(v) != 2 || !isString(v[0]) {
			return unknown("Fn::GetAtt")
		}
		id = v[0].(string)
		known, ok := policy.TextOf(s.Resolve(v[1])).Known()
		if !ok {
			return unknown(s.symbol(id))
		}
		attribute = known
	}
	r := s.byID[id]
	if r == nil {
		return unknown(s.symbol(id + "." + attribute))
	}
	return r.Attribute(attribute)
}

func (s *Stack) sub(argument any) any {
	text, ok := argument.(string)
	values := map[string]any{}
	if list, isList := argument.([]any); isList && len(list) == 2 {
		text, ok = list[0].(string)
		values, _ = list[1].(map[string]any)
	}
	if !ok {
		return unknown("Fn::Sub")
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
			out += policy.TextOf(s.getAtt(name))
		default:
			out += policy.TextOf(s.ref(name))
		}
		if len(out) > longest {
			return unknown("Fn::Sub")
		}
	}
	return out
}

func join(delimiter policy.Text, v any) any {
	list, ok := v.([]any)
	if !ok {
		return unknown("Fn::Join")
	}
	var out policy.Text
	for i, e := range list {
		if i > 0 {
			out += delimiter
		}
		out += policy.TextOf(e)
		if len(out) > longest {
			return unknown("Fn::Join")
		}
	}
	return out
}

// split cuts a text. Where a symbol may hold the delimiter, it is not known which part is which from there on.
func split(delimiter string, text policy.Text) any {
	before, ok := text.Cut(delimiter)
	var list []any
	for _, part := range before {
		list = append(list, part)
	}
	if !ok {
		list = append(list, unknown("Fn::Split"))
	}
	return list
}

func choose(index, v any) any {
	list, ok := v.([]any)
	i, err := strconv.Atoi(policy.TextOf(index).String())
	if !ok || err != nil || i < 0 || i >= len(list) {
		return unknown("Fn::Select")
	}
	return list[i]
}

func (s *Stack) findInMap(list []any) any {
	var v any
	v, _ = s.raw["Mappings"].(map[string]any)
	for _, key := range list[:3] {
		object, ok := v.(map[string]any)
		known, told := policy.TextOf(s.Resolve(key)).Known()
		if !ok || !told {
			return unknown("Fn::FindInMap")
		}
		if v, ok = object[known]; !ok {
			return unknown("Fn::FindInMap")
		}
	}
	switch v.(type) {
	case string, float64, bool, []any:
		return s.Resolve(v)
	}
	return unknown("Fn::FindInMap")
}

func (s *Stack) either(list []any) any {
	name, ok := list[0].(string)
	if !ok {
		return unknown("Fn::If")
	}
	switch s.condition(name) {
	case policy.Yes:
		return s.Resolve(list[1])
	case policy.No:
		return s.Resolve(list[2])
	}
	return policy.Either{Condition: s.symbol(name), Then: s.Resolve(list[1]), Else: s.Resolve(list[2])}
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
