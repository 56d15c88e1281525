package posture

import (
	"github.com/securegofunction/cdk/internal/policy"
)

// Permission is one statement of a policy that reaches a role or a resource.
type Permission struct {
	// Policy is the path of the construct that holds the statement, or the ARN of a managed policy that is in no template.
	Policy string `json:"policy"`
	// Statement is its place in the policy, from 1. It is 0 if the whole policy is not known.
	Statement    int         `json:"statement,omitempty"`
	Effect       string      `json:"effect"`
	Principals   []string    `json:"principals,omitempty"`
	NotPrincipal []string    `json:"notPrincipals,omitempty"`
	Actions      []Text      `json:"actions,omitempty"`
	NotActions   []Text      `json:"notActions,omitempty"`
	Resources    []Text      `json:"resources,omitempty"`
	NotResources []Text      `json:"notResources,omitempty"`
	Conditions   []Condition `json:"conditions,omitempty"`
	// Maybe says that a condition of the template decides whether the statement is there.
	Maybe bool `json:"maybe,omitempty"`
	// Limits says that the statement is of the permissions boundary: it grants nothing.
	Limits bool `json:"limits,omitempty"`
	// Unknown says why the statement, or the policy, could not be read: it may allow and deny anything.
	Unknown string `json:"unknown,omitempty"`
}

// Condition is one condition of a statement.
type Condition struct {
	Operator string `json:"operator"`
	Key      string `json:"key"`
	Values   []Text `json:"values"`
}

// may lists the statements of the function's role.
func (m *model) may(f *Function) []Permission {
	all := []Permission{}
	for _, a := range f.role.policies {
		all = append(all, permissions(a.document)...)
	}
	if f.role.boundary != nil {
		for _, p := range permissions(f.role.boundary.document) {
			p.Limits = true
			all = append(all, p)
		}
	}
	return all
}

func permissions(d *policy.Document) []Permission {
	if d == nil {
		return nil
	}
	var all []Permission
	if d.Unknown != "" {
		all = append(all, Permission{Policy: d.Name, Effect: policy.Allow, Unknown: d.Unknown})
	}
	for i, s := range d.Statements {
		p := Permission{
			Policy: d.Name, Statement: i + 1, Effect: s.Effect, Actions: s.Actions, NotActions: s.NotActions, Resources: s.Resources,
			NotResources: s.NotResources, Maybe: s.Maybe, Unknown: s.Unreadable, Principals: written(s.Principals), NotPrincipal: written(s.NotPrincipals),
		}
		for _, c := range s.Conditions {
			p.Conditions = append(p.Conditions, Condition(c))
		}
		all = append(all, p)
	}
	return all
}

func written(principals []policy.Principal) []string {
	var all []string
	for _, p := range principals {
		all = append(all, p.String())
	}
	return all
}
