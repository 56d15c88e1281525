package report

import (
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// roleDoors are the role that a function runs as, who else may assume it, and what it may do at most.
func (o own) roleDoors(f *posture.Function, found *found) panel {
	r := f.Role
	others, known := besideLambda(r)
	role := door{found.mark(kept, ofRole, anyOf), plain(last(o.owner(r.Path, r.ARN))), "Lambda alone may assume it", 0}
	switch {
	case !known && role.State == kept:
		role.State, role.Detail = unsure, "who may assume it is not known"
	case !known:
		role.Detail = "who may assume it is not known"
	case len(others) > 0:
		role.Detail = "Lambda and these may assume it"
		if role.State == kept {
			role.State = open
		}
	}
	doors := []door{role}
	for _, who := range others {
		says := who.principal + " may assume the role"
		x := door{open, plain(o.briefPrincipal(who.principal)), "may act as the function", wide(who.principal)}
		if who.maybe {
			x.State = unsure
		}
		x.State = found.mark(x.State, ofTrust, func(f posture.Finding) bool { return f.Message == visible(says) || f.Message == says })
		if who.principal == "*" {
			x.Name = "everybody"
		}
		doors = append(doors, x)
	}
	for _, x := range found.rest(ofTrust) {
		doors = append(doors, door{stateOf(x), "others", visible(x.Message), 0})
	}
	limit := door{kept, "boundary", "at most " + plain(last(o.brief(r.Boundary))), 0}
	if r.Boundary == "" {
		limit.State, limit.Detail = bare, "none holds the role"
	}
	if limit.State = found.mark(limit.State, ofBoundary, anyOf); limit.State != bare {
		doors = append(doors, limit)
	}
	p := newPanel("The role that it runs as", "", doors)
	p.in = true
	return p
}

type assuming struct {
	principal string
	maybe     bool
}

// besideLambda are those that may assume a role and are not Lambda, as the trust policy writes them. It is not known of a role in no template.
func besideLambda(r posture.Role) (others []assuming, known bool) {
	known = len(r.TrustedBy) > 0
	for _, t := range r.TrustedBy {
		if t.Effect == "Deny" {
			continue
		}
		known = known && t.Unknown == ""
		who := t.Principals
		if len(t.NotPrincipal) > 0 {
			who = []string{"*"}
		}
		for _, w := range who {
			if name := strings.TrimPrefix(w, "Service "); !strings.HasPrefix(name, "lambda.") && !strings.HasPrefix(name, "edgelambda.") {
				others = append(others, assuming{w, t.Maybe})
			}
		}
	}
	return others, known
}

// briefPrincipal leaves out of a principal of a policy what an ARN leaves out, and says where another account is meant.
func (o own) briefPrincipal(principal string) string {
	kind, value, ok := strings.Cut(principal, " ")
	switch {
	case !ok:
		return visible(principal)
	case kind == "AWS":
		return o.holder(posture.Text(value))
	}
	return visible(value)
}
