package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// atom is one action on one resource under one set of conditions: the least that a change of a policy can be.
type atom struct {
	effect string // Allow or Deny
	limits bool
	// trust is of a statement that says who may assume the role: the resource is who.
	trust            bool
	action, resource string
	// condition is all conditions, in their order, with conditionEnd after each.
	condition string
	// otherwise says under which narrower conditions it is so on the other side of a comparison.
	otherwise string
}

const conditionEnd = "\x00" // which no condition has, as it is shown

func joined(conditions []string) string {
	slices.Sort(conditions)
	var b strings.Builder
	for _, c := range conditions {
		b.WriteString(c + conditionEnd)
	}
	return b.String()
}

// shown is a condition as one reads it.
func shown(condition string) string {
	return strings.ReplaceAll(strings.TrimSuffix(condition, conditionEnd), conditionEnd, " and ")
}

// subset says whether all conditions of a are among those of b, so that b holds for no more than a does.
func subset(a, b string) bool {
	for c := range strings.SplitAfterSeq(a, conditionEnd) {
		if !strings.HasPrefix(b, c) && !strings.Contains(b, conditionEnd+c) {
			return false
		}
	}
	return true
}

// opens says whether what is new of the atom lets somebody do more.
func (a atom) opens() bool { return a.effect != "Deny" }

func (o own) atoms(f *posture.Function) map[atom]bool {
	all := map[atom]bool{}
	for _, p := range f.May {
		resources := o.resources(p)
		if len(resources) == 0 {
			resources = []string{"*"}
		}
		for _, action := range actions(p) {
			for _, resource := range resources {
				all[atom{effect: p.Effect, limits: p.Limits, action: action, resource: resource, condition: joined(o.conditions(p))}] = true
			}
		}
	}
	return all
}

// trusts are those who may assume the function's role.
func (o own) trusts(f *posture.Function) map[atom]bool {
	all := map[atom]bool{}
	for _, p := range f.Role.TrustedBy {
		for _, action := range actions(p) {
			for _, who := range either(p.Principals, p.NotPrincipal) {
				all[atom{effect: p.Effect, trust: true, action: action, resource: visible(who), condition: joined(o.conditions(p))}] = true
			}
		}
	}
	return all
}

// differing are the atoms of one side that say more than all of the other's together. One that the other has under fewer conditions says less.
func differing(have, other map[atom]bool) []atom {
	conditions := map[atom][]string{}
	for a := range other {
		scope := a
		scope.condition = ""
		conditions[scope] = append(conditions[scope], a.condition)
	}
	var all []atom
	for a := range have {
		scope := a
		scope.condition = ""
		var narrower []string
		covered := false
		for _, c := range conditions[scope] {
			covered = covered || subset(c, a.condition)
			if subset(a.condition, c) {
				narrower = append(narrower, shown(c))
			}
		}
		if !covered {
			slices.Sort(narrower)
			a.otherwise = strings.Join(narrower, ", or ")
			all = append(all, a)
		}
	}
	return all
}

func statementChanges(layer string, old, now map[atom]bool) []Entry {
	// A boundary that is new limits; the statements of it are not new openings. The protections name it.
	if limited(old) != limited(now) {
		for _, all := range []map[atom]bool{old, now} {
			maps.DeleteFunc(all, func(a atom, _ bool) bool { return a.limits })
		}
	}
	var all []Entry
	for _, side := range []struct {
		isNew             bool
		differ            []atom
		before, otherwise string
	}{{true, differing(now, old), "", ", before only if "}, {false, differing(old, now), "no longer: ", ", now only if "}} {
		for _, opening := range []bool{true, false} {
			these := slices.DeleteFunc(slices.Clone(side.differ), func(a atom) bool { return a.opens() != opening })
			for _, s := range sentences(these, side.otherwise) {
				all = append(all, Entry{effect(side.isNew, opening), layer, side.before + s})
			}
		}
	}
	return all
}

func limited(all map[atom]bool) bool {
	for a := range all {
		if a.limits {
			return true
		}
	}
	return false
}

// sentences joins atoms to as few sentences as say the same.
func sentences(all []atom, otherwise string) []string {
	slices.SortFunc(all, func(a, b atom) int {
		return slices.Compare([]string{a.effect, a.condition, a.otherwise, a.resource, a.action}, []string{b.effect, b.condition, b.otherwise, b.resource, b.action})
	})
	var scopes []atom // with the actions on one resource
	for _, a := range all {
		if n := len(scopes); n > 0 {
			same := a
			same.action = scopes[n-1].action
			if scopes[n-1] == same {
				scopes[n-1].action += ", " + a.action
				continue
			}
		}
		scopes = append(scopes, a)
	}
	resources := map[atom][]string{}
	var order []atom
	for _, s := range scopes { // the resources of the same actions
		key := s
		key.resource = ""
		if resources[key] == nil {
			order = append(order, key)
		}
		resources[key] = append(resources[key], s.resource)
	}
	var lines []string
	for _, s := range order {
		line := s.sentence(strings.Join(resources[s], ", "))
		if s.condition != "" {
			line += " if " + shown(s.condition)
		}
		if s.otherwise != "" {
			line += otherwise + s.otherwise
		}
		lines = append(lines, line)
	}
	return lines
}

func (a atom) sentence(resources string) string {
	verb := "may"
	switch denies := a.effect == "Deny"; {
	case a.trust && denies:
		return fmt.Sprintf("%s may not assume its role (%s)", resources, a.action)
	case a.trust:
		return fmt.Sprintf("%s may assume its role (%s)", resources, a.action)
	case a.limits && denies:
		verb = "its boundary denies"
	case a.limits:
		verb = "its boundary lets it"
	case denies:
		verb = "is denied"
	}
	return fmt.Sprintf("%s %s on %s", verb, a.action, resources)
}
