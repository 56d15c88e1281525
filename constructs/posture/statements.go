package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// identity is a role with the functions that run as it.
type identity struct {
	*role
	functions []*Function
}

// identities are the roles of the functions, in the order of the first function of each.
func (p *Posture) identities() []identity {
	var all []identity
	place := map[*role]int{}
	for _, f := range p.Functions {
		i, ok := place[f.role]
		if !ok {
			i = len(all)
			place[f.role] = i
			all = append(all, identity{role: f.role})
		}
		all[i].functions = append(all[i].functions, f)
	}
	return all
}

// at returns a finding about the role, or about the function where the role is in no template.
func (i identity) at(source *template.Resource, message string) Finding {
	switch {
	case source != nil:
	case i.resource != nil:
		source = i.resource
	default:
		source = i.functions[0].resource
	}
	found := at(source, message)
	if len(i.functions) == 1 {
		found = found.of(i.functions[0])
	}
	return found
}

// names are the paths of the functions.
func (i identity) names() string { return paths(i.functions) }

// allowance is one statement that allows a role something.
type allowance struct {
	identity
	statement *policy.Statement
	source    *template.Resource
	where     string
}

// allowances are the statements that allow the functions' roles something, but for those of AWS's managed policies, which are a finding of
// their own, and those that cannot be read.
func (p *Posture) allowances() []allowance {
	var all []allowance
	for _, i := range p.identities() {
		for _, a := range i.policies {
			if _, ok := managedByAWS(a.document); ok {
				continue
			}
			for n, s := range a.document.Statements {
				if s.Effect != policy.Allow || s.Unreadable != "" {
					continue
				}
				where := fmt.Sprintf("statement %d", a.document.Number(n))
				if a.source == nil || a.document.Name != a.source.Path {
					where += " of " + a.document.Name
				}
				all = append(all, allowance{identity: i, statement: s, source: a.source, where: where})
			}
		}
	}
	return all
}

// managedByAWS returns the name of the managed policy of AWS that a document is.
func managedByAWS(d *policy.Document) (string, bool) {
	return strings.CutPrefix(d.Name, "AWS's managed policy ")
}

// finding is about the statement. Its message begins with which one it is.
func (a allowance) finding(format string, values ...any) Finding {
	found := a.at(a.source, a.where+" "+fmt.Sprintf(format, values...))
	found.Unsure = a.statement.Maybe
	return found
}

// administers says whether the statement allows everything, or everything but some actions.
func (a allowance) administers() bool {
	everywhere := slices.Contains(a.statement.Resources, "*") || a.statement.NotResources != nil
	return everywhere && (a.statement.NotActions != nil || slices.ContainsFunc(a.statement.Actions, func(t Text) bool { return t.Is("*") || t.Is("*:*") }))
}

// allows says whether the statement names the action, by itself or by a wildcard.
func (a allowance) allows(action string) bool {
	if a.statement.NotActions != nil {
		return !slices.ContainsFunc(a.statement.NotActions, func(t Text) bool { return policy.MatchesAction(t, Text(action)) != No })
	}
	return slices.ContainsFunc(a.statement.Actions, func(t Text) bool { return policy.MatchesAction(t, Text(action)) == Yes })
}

// held says whether the functions' own code may not do what the statement allows, as something else denies it or a boundary leaves it out.
func (a allowance) held(action string, resource Text) bool {
	for _, f := range a.functions {
		context := policy.Context{Values: map[string][]Text{"lambda:sourcefunctionarn": {f.ARN}}}
		q := question{role: a.role, action: action, resource: resource, context: context, identityOnly: true}
		if f.model.decide(q).Answer != No {
			return false
		}
	}
	return true
}

// narrows says whether a value of a condition leaves anybody, or anything, out: whoever has an account makes ARNs of theirs match one without
// an account of its own.
func narrows(v Text) bool {
	if strings.Trim(string(v), "*?") == "" {
		return false
	}
	account, ok := policy.ARNPart(v, 4)
	switch {
	case !strings.HasPrefix(string(v), "arn:"):
		return true
	case !ok: // a wildcard may be for the account
		return !pattern(v)
	}
	name, _ := policy.ARNPart(v, 5)
	named := strings.Trim(string(name), "*?") != ""
	if service, _ := policy.ARNPart(v, 2); service.Is("s3") { // a bucket's name is the only one of all accounts
		return named
	}
	return !pattern(account) && (account != "" || named)
}

// narrowed says whether a condition of the statement is on one of the keys, of which the ends may be left out, and not only if it exists.
func narrowed(s *policy.Statement, keys ...string) bool {
	return slices.ContainsFunc(s.Conditions, func(c policy.Condition) bool {
		operator := strings.ToLower(c.Operator)
		if strings.HasSuffix(operator, "ifexists") || strings.HasPrefix(operator, "forallvalues:") || strings.Contains(operator, "not") || operator == "null" {
			return false
		}
		return slices.ContainsFunc(keys, func(key string) bool {
			return strings.HasPrefix(strings.ToLower(c.Key), strings.ToLower(key)) && !slices.ContainsFunc(c.Values, func(v Text) bool { return !narrows(v) })
		})
	})
}

// once leaves one of equal findings: what is said of several functions is said of none of them alone.
func once(all []Finding) []Finding {
	var left []Finding
	place := map[string]int{}
	for _, f := range all {
		key := f.Stack + "\x00" + f.Path + "\x00" + f.Message
		if i, ok := place[key]; ok {
			if left[i].Function != f.Function {
				left[i].Function = ""
			}
			continue
		}
		place[key] = len(left)
		left = append(left, f)
	}
	return left
}

// some are the first few of texts, in one line.
func some(all []Text) string {
	const few = 3
	if len(all) <= few {
		return texts(all)
	}
	return fmt.Sprintf("%s and %d more", texts(all[:few]), len(all)-few)
}
