package policy

import "strings"

// grant says to whom a statement speaks, of those that the one who asks is. What it allows a session reaches further than what it allows a
// role, and what it allows an account must be allowed by the account's own policies too (IAM guide, "Determining whether a request is allowed
// or denied within an account", resource-based policies).
type grant struct {
	// direct is to the session, the service, the user, or everybody.
	direct Answer
	role   Answer
	// account is to the account of the one who asks.
	account Answer
}

func (g grant) any() Answer { return Or(g.direct, g.role, g.account) }

func (g grant) or(other grant) grant {
	return grant{Or(g.direct, other.direct), Or(g.role, other.role), Or(g.account, other.account)}
}

// unknown is a grant of which it cannot be told whether it is one, and to whom.
var unknown = grant{CannotTell, CannotTell, CannotTell}

func grants(to []Principal, asks Principal) grant {
	var g grant
	for _, p := range to {
		g = g.or(grantOf(p, asks))
	}
	return g
}

func grantOf(p, asks Principal) grant {
	if p.Type == "*" {
		return grant{direct: Yes}
	}
	if asks.Type == "*" || p.Type != asks.Type {
		return grant{}
	}
	if p.Type != "AWS" {
		return grant{direct: equalFold(p.Value, asks.Value)}
	}
	account, ok := ARNPart(asks.Value, 4)
	if !ok {
		account = Symbol(Anything, "the account of "+asks.Value.String())
	}
	var g grant
	resource, isARN := ARNPart(p.Value, 5)
	if !isARN {
		// An account's number, a unique id, or a token that may be any of them.
		g.account = Equal(p.Value, account)
		g.role = Equal(p.Value, asks.Value)
		g.direct = And(CannotTell, Like("arn:*:sts:*", p.Value))
		if id, ok := p.Value.Known(); ok && strings.HasPrefix(id, "A") {
			g.role, g.direct = CannotTell, CannotTell
		}
		return g
	}
	if resource.Is("root") {
		of, _ := ARNPart(p.Value, 4)
		g.account = Equal(of, account)
		return g
	}
	if service, _ := ARNPart(p.Value, 2); service.Is("sts") {
		of, _ := ARNPart(p.Value, 4)
		g.direct = And(Equal(of, account), session(resource, asks))
		return g
	}
	g.role = Equal(p.Value, asks.Value)
	if user, _ := ARNPart(asks.Value, 5); strings.HasPrefix(string(user), "user/") {
		g.role, g.direct = No, g.role
	}
	return g
}

// session compares assumed-role/<role>/<session>, which has no path, with the role that asks.
func session(resource Text, asks Principal) Answer {
	role, ok := ARNPart(asks.Value, 5)
	switch {
	case ok && strings.HasPrefix(string(role), "user/"):
		return No
	case !ok || !strings.HasPrefix(string(role), "role/"): // the role's name is not known
		return And(CannotTell, Like("assumed-role/*", resource))
	}
	_, name, _ := role.CutLast("/")
	if asks.Session == "" {
		return And(CannotTell, Like("assumed-role/"+name+"/*", resource))
	}
	return Equal(resource, "assumed-role/"+name+"/"+asks.Session)
}

// appliesTo says whether the statement is about the one who asks, who may be bounded by a permissions boundary.
func (s *Statement) appliesTo(asks Principal, bounded bool) grant {
	switch {
	case s.NotPrincipals == nil && s.Principals == nil: // an identity's policy, or a boundary
		return grant{direct: Yes}
	case s.NotPrincipals == nil:
		return grants(s.Principals, asks)
	case bounded: // a Deny of NotPrincipal is always about those with a boundary (IAM guide, "Permissions boundaries for IAM entities")
		return grant{direct: Yes}
	}
	// A Deny for all but a role may still deny the role's account: IAM wants the account listed too (IAM guide, "NotPrincipal").
	excepted := grants(s.NotPrincipals, asks)
	all := Or(excepted.direct, excepted.role)
	if asks.Type == "AWS" && excepted.account != all {
		return grant{direct: And(CannotTell, Not(And(all, excepted.account)))}
	}
	return grant{direct: Not(all)}
}
