package policy

import (
	"fmt"
	"strings"
)

// Policies are all that decide about a request.
type Policies struct {
	// Identity are the policies of the role that asks, of a service none.
	Identity []*Document
	// Boundary is the role's permissions boundary. Defaults to none.
	Boundary *Document
	// Resource is the policy of the resource. Defaults to none; for a KMS key and for a role it must be given, else the answer is at best
	// CannotTell.
	Resource *Document
	// Filters must each allow the request, whatever else allows it: an endpoint's policy, an organization's.
	Filters []*Document
}

// Request is what somebody wants to do.
type Request struct {
	Principal Principal
	// Action is one action, such as "sqs:SendMessage". A wildcard in it or in Resource stands for something that is not said: the answer is
	// Yes if all are allowed and No if none is.
	Action   string
	Resource Text
	// ResourceAccount is the resource's account. Defaults to the one in its ARN, then to the principal's.
	ResourceAccount Text
	Context         Context
}

// Decision is the answer to a request.
type Decision struct {
	Answer Answer
	// Because are the statements that decided: of a Yes those that allow, of a No those that deny, if any, and of CannotTell those of which
	// it cannot be told whether they apply.
	Because []Reason
}

// Reason is one statement that counted.
type Reason struct {
	Policy string
	// Statement is its place in the policy, from 1, or 0 for the whole policy.
	Statement int
	Effect    string
	Applies   Answer
	// Undecided says what of the statement cannot be told.
	Undecided string
}

func (r Reason) String() string {
	what := "a statement of " + r.Policy
	if r.Statement > 0 {
		what = fmt.Sprintf("statement %d of %s", r.Statement, r.Policy)
	}
	if r.Applies == Yes {
		return what + " " + map[string]string{Allow: "allows it", Deny: "denies it"}[r.Effect]
	}
	return what + " may " + map[string]string{Allow: "allow it", Deny: "deny it"}[r.Effect] + ": " + r.Undecided
}

// verdict is what one policy says.
type verdict struct {
	allow grant
	deny  Answer
}

// Evaluate decides about a request. It takes an answer as given where no policy was: a resource's policy that the caller does not know of
// may allow more, and deny more.
func Evaluate(policies Policies, r Request) Decision {
	var because []Reason
	ask := &asking{request: r, action: Wildcards(Literal(r.Action)), on: Wildcards(r.Resource), because: &because, bounded: policies.Boundary != nil}

	identity := verdict{}
	for _, d := range policies.Identity {
		identity = join(identity, ask.of(d))
	}
	resource := verdict{}
	if policies.Resource != nil {
		resource = ask.of(policies.Resource)
	} else if ask.needsResourcePolicy() {
		resource.allow = unknown
		because = append(because, Reason{Policy: "the policy of " + r.Resource.String(), Effect: Allow, Applies: CannotTell, Undecided: "it is not in the templates"})
	}
	boundary := verdict{allow: grant{direct: Yes}}
	if policies.Boundary != nil {
		boundary = ask.of(policies.Boundary)
	}
	filter, denied := Yes, Or(identity.deny, resource.deny, boundary.deny)
	for _, d := range policies.Filters {
		v := ask.of(d)
		filter, denied = And(filter, v.allow.any()), Or(denied, v.deny)
	}

	mine := And(identity.allow.any(), boundary.allow.any())
	theirs := resource.allow.any()
	if policies.Resource == nil {
		theirs = CannotTell
	}
	// What a resource's policy allows a role is held by its boundary, what it allows a session or everybody is not.
	byResource := Or(resource.allow.direct, And(resource.allow.role, boundary.allow.any()))
	var allowed Answer
	switch {
	case r.Principal.Type != "AWS":
		allowed = resource.allow.direct
	case ask.needsResourcePolicy():
		// The key's policy, or the role's, must allow it, or leave it to its account's policies (KMS guide, "Key policies"; IAM guide, on role
		// trust policies).
		allowed = ask.byAccount(Or(byResource, And(resource.allow.account, mine)), And(mine, theirs))
	default:
		allowed = ask.byAccount(Or(byResource, mine), And(mine, theirs))
	}
	answer := And(allowed, filter, Not(denied))
	return Decision{Answer: answer, Because: decisive(because, answer, denied)}
}

// byAccount chooses between the answer within an account and that across accounts (IAM guide, "Cross-account policy evaluation logic").
func (a *asking) byAccount(same, across Answer) Answer {
	own, ok := ARNPart(a.request.Principal.Value, 4)
	theirs := a.request.ResourceAccount
	if theirs == "" {
		theirs, _ = ARNPart(a.request.Resource, 4)
	}
	if !ok || theirs == "" || same == across {
		return same
	}
	switch Equal(own, theirs) {
	case Yes:
		return same
	case No:
		return across
	}
	*a.because = append(*a.because, Reason{Policy: "the policy of " + a.request.Resource.String(), Effect: Allow, Applies: CannotTell,
		Undecided: fmt.Sprintf("whether %s and %s are one account is not known", own, theirs)})
	return CannotTell
}

// decisive leaves the reasons that made the answer.
func decisive(all []Reason, answer, denied Answer) []Reason {
	var left []Reason
	for _, r := range all {
		switch {
		case answer == Yes && r.Effect == Allow && r.Applies == Yes,
			answer == No && denied == Yes && r.Effect == Deny && r.Applies == Yes,
			answer == CannotTell && r.Applies == CannotTell:
			left = append(left, r)
		}
	}
	return left
}

func join(a, b verdict) verdict {
	return verdict{a.allow.or(b.allow), Or(a.deny, b.deny)}
}

// asking is a request, read once.
type asking struct {
	request    Request
	action, on Text    // their wildcards as symbols
	resource   []token // of on, once it is asked for
	because    *[]Reason
	bounded    bool
}

func (a *asking) needsResourcePolicy() bool {
	action := strings.ToLower(a.request.Action)
	switch {
	case strings.HasPrefix(action, "kms:"):
		return !strings.Contains(string(a.request.Resource), ":alias/")
	case strings.HasPrefix(action, "sts:assumerole"), action == "sts:tagsession", action == "sts:setsourceidentity":
		return true
	}
	return false
}

func (a *asking) of(d *Document) verdict {
	v := verdict{}
	if d.Unknown != "" {
		v.allow = unknown
		if !d.OnlyAllows {
			v.deny = CannotTell
		}
		*a.because = append(*a.because, Reason{Policy: d.Name, Effect: Allow, Applies: CannotTell, Undecided: d.Unknown})
	}
	for i, s := range d.Statements {
		to, undecided := a.matches(s, d.Version)
		applies := to.any()
		if applies == No {
			continue
		}
		effects := []string{s.Effect}
		if s.Unreadable != "" {
			effects = []string{Allow, Deny}
		}
		for _, effect := range effects {
			if effect == Allow {
				v = join(v, verdict{allow: to})
			} else {
				v.deny = Or(v.deny, applies)
			}
			*a.because = append(*a.because, Reason{Policy: d.Name, Statement: d.Number(i), Effect: effect, Applies: applies, Undecided: undecided})
		}
	}
	return v
}

// matches says to whom of those who ask the statement speaks about this request.
func (a *asking) matches(s *Statement, version Text) (to grant, undecided string) {
	if s.Unreadable != "" {
		return unknown, s.Unreadable
	}
	least := Yes
	add := func(answer Answer, what string) bool {
		if answer == CannotTell && undecided == "" {
			undecided = what
		}
		least = And(least, answer)
		return least != No
	}
	if !add(a.matchesAction(s), "its actions hold an unknown part") {
		return grant{}, ""
	}
	to = s.appliesTo(a.request.Principal, a.bounded)
	if !add(to.any(), "its principals hold an unknown part") ||
		!add(a.matchesResource(s, version), "its resources hold an unknown part") {
		return grant{}, ""
	}
	for _, c := range s.Conditions {
		if !add(c.holds(version, a.request.Context), "the condition "+c.Operator+" "+c.Key+" depends on the request") {
			return grant{}, ""
		}
	}
	if s.Maybe {
		add(CannotTell, "it is there under a condition of the template")
	}
	return grant{And(to.direct, least), And(to.role, least), And(to.account, least)}, undecided
}

func (a *asking) matchesAction(s *Statement) Answer {
	list, negated := s.Actions, false
	if s.NotActions != nil {
		list, negated = s.NotActions, true
	}
	any := No
	for _, p := range list {
		if any = Or(any, MatchesAction(p, a.action)); any == Yes {
			break
		}
	}
	if negated {
		return Not(any)
	}
	return any
}

func (a *asking) matchesResource(s *Statement, version Text) Answer {
	list, negated := s.Resources, false
	switch {
	case s.NotResources != nil:
		list, negated = s.NotResources, true
	case s.Resources == nil: // a role's trust policy has none
		return Yes
	}
	any := No
	for _, p := range list {
		if p == "*" {
			any = Yes
			break
		}
		if apart(p, a.on, false) {
			continue
		}
		pattern, ok := expand(p, version, a.request.Context)
		if ok == No {
			continue
		}
		if a.resource == nil {
			a.resource = tokens(a.on, false)
		}
		if any = Or(any, And(ok, matchResource(pattern, a.resource))); any == Yes {
			break
		}
	}
	if negated {
		return Not(any)
	}
	return any
}
