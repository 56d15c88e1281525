package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// found are the findings that a picture shows, those that somebody took as they are among them, and which of them a door has.
type found struct {
	all   []posture.Finding
	drawn []bool
}

func (d *Document) found(f *posture.Function) *found {
	all := d.allOf(f)
	return &found{all, make([]bool, len(all))}
}

// mark returns the state of a door: the worst of what was found at the place about what the door is, and else what it is given.
func (x *found) mark(otherwise string, at place, is func(posture.Finding) bool) string {
	for i, f := range x.all {
		if places[f.Rule] != at || !is(f) {
			continue
		}
		x.drawn[i] = true
		if state := stateOf(f); worse(state, otherwise) {
			otherwise = state
		}
	}
	return otherwise
}

// rest returns the findings of a place that no door has yet. They count as drawn.
func (x *found) rest(at place) []posture.Finding {
	var left []posture.Finding
	for i, f := range x.all {
		if places[f.Rule] == at && !x.drawn[i] {
			x.drawn[i] = true
			left = append(left, f)
		}
	}
	return left
}

func stateOf(f posture.Finding) string {
	if f.Acknowledged != nil {
		return taken
	}
	return string(f.Severity)
}

// any of a place is about the one door that is there.
func anyOf(posture.Finding) bool { return true }

func onPath(path string) func(posture.Finding) bool {
	return func(f posture.Finding) bool { return f.Path == construct(path) }
}

// within also takes what is in a construct, such as the security group of an endpoint.
func within(path string) func(posture.Finding) bool {
	return func(f posture.Finding) bool {
		return path != "" && (f.Path == path || strings.HasPrefix(f.Path, path+"/"))
	}
}

// naming takes what is at a resource that one of the values names.
func naming(values ...posture.Text) func(posture.Finding) bool {
	return func(f posture.Finding) bool {
		return slices.ContainsFunc(values, func(v posture.Text) bool {
			return slices.ContainsFunc(v.Symbols(), func(symbol string) bool { return f.LogicalID != "" && slices.Contains(symbolsOf(f), owned(symbol)) })
		})
	}
}

// symbolsOf are how a value names the resource of a finding: where there are several stacks, with its own.
func symbolsOf(f posture.Finding) []string {
	return []string{f.LogicalID, strings.ReplaceAll(f.Stack, ".", "_") + "/" + f.LogicalID}
}

// owned is the resource of a symbol, without the attribute.
func owned(symbol string) string {
	resource, _, _ := strings.Cut(symbol, ".")
	return resource
}

// construct is the path of the construct that holds a policy, which may be one of several in its role.
func construct(path string) string {
	path, _, _ = strings.Cut(path, " Policies[")
	return strings.TrimSuffix(path, "/Resource")
}

// aboutStatement takes what is about a statement: the message begins with its number, and with the policy where the path alone does not tell.
func aboutStatement(p posture.Permission) func(posture.Finding) bool {
	return func(f posture.Finding) bool {
		if name, ok := strings.CutPrefix(p.Policy, "AWS's managed policy "); ok {
			return slices.ContainsFunc(f.About, func(a posture.Text) bool { return a.Is(name) || strings.HasSuffix(a.String(), "/"+name) })
		}
		if p.Unknown != "" {
			return strings.Contains(f.Message, p.Policy)
		}
		begin := fmt.Sprintf("statement %d ", p.Statement)
		rest, ok := strings.CutPrefix(f.Message, begin)
		if of, named := strings.CutPrefix(rest, "of "); named {
			return ok && strings.HasPrefix(of, p.Policy+" ")
		}
		return ok && f.Path == construct(p.Policy)
	}
}

// aboutService takes what is about one service of a statement: all of it, unless the values that the finding is about name some of the services.
func aboutService(p posture.Permission, service string) func(posture.Finding) bool {
	is, all := aboutStatement(p), services(p)
	return func(f posture.Finding) bool {
		var named []string
		for _, a := range f.About {
			if s := serviceOf(a); slices.Contains(all, s) {
				named = append(named, s)
			}
		}
		return is(f) && (len(named) == 0 || slices.Contains(named, service))
	}
}

// serviceOf is that of an ARN or an action.
func serviceOf(value posture.Text) string {
	if parts := splitARN(visible(value.String())); parts != nil {
		return parts[2]
	}
	service, _, _ := strings.Cut(strings.ToLower(visible(value.String())), ":")
	return service
}

// aboutKey takes what is about one key of a statement, unless the finding names another.
func (o own) aboutKey(p posture.Permission, key string) func(posture.Finding) bool {
	is, all := aboutService(p, "kms"), o.resources(p)
	return func(f posture.Finding) bool {
		var named []string
		for _, a := range o.briefs(f.About) {
			if slices.Contains(all, a) {
				named = append(named, a)
			}
		}
		return is(f) && (len(named) == 0 || slices.Contains(named, key))
	}
}
