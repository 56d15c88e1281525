package link

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Statements adds raw IAM statements to the function's run-time policy, for
// what has no link. The reason is required, and is recorded in the template's
// metadata with each statement's actions and resources.
//
// The endpoints are the services that the statements are of, by the last part
// of com.amazonaws.region.name, such as "logs" or "kinesis-streams"; "s3" and
// "dynamodb" are reached by their gateways. Nil reaches none: right for a
// function in no VPC, and for what AWS does on the function's behalf.
//
// A statement has no Principal and does not allow "*", nor by a wildcard what
// it allows on every resource: name the actions or the resources. One that
// denies may.
func Statements(reason string, endpoints []string, statements ...Statement) Link {
	return raw{reason, slices.Clone(endpoints), slices.Clone(statements)}
}

type raw struct {
	reason     string
	endpoints  []string
	statements []Statement
}

// Open implements Link.
func (r raw) Open(Site) (Doors, error) {
	var wrong []error
	if strings.TrimSpace(r.reason) == "" {
		wrong = append(wrong, errors.New("a reason is needed: say what the function does with them, and why no link serves"))
	}
	if len(r.statements) == 0 {
		wrong = append(wrong, errors.New("there is no statement: give one or leave the link out"))
	}
	doors := Doors{Statements: r.statements}
	for _, e := range r.endpoints {
		switch {
		case !endpointName.MatchString(e):
			wrong = append(wrong, fmt.Errorf("endpoint %q does not exist: give the part of com.amazonaws.region.name after the region, such as kinesis-streams", e))
		case e == "s3", e == "dynamodb":
			doors.Gateways = append(doors.Gateways, e)
		default:
			doors.Endpoints = append(doors.Endpoints, e)
		}
	}
	for i, s := range r.statements {
		for _, err := range checkStatement(s) {
			wrong = append(wrong, fmt.Errorf("statement %d: %w", i, err))
		}
		doors.Relaxed = append(doors.Relaxed, Relaxation{What: describe(s), Reason: r.reason})
	}
	if err := errors.Join(wrong...); err != nil {
		return Doors{}, fmt.Errorf("link.Statements: %w", err)
	}
	return doors, nil
}

func describe(s Statement) string {
	does, actions := "allows ", s.Actions
	if s.Effect == iam.Deny {
		does = "denies "
	}
	if len(s.NotActions) > 0 {
		does, actions = does+"all but ", s.NotActions
	}
	what := "a raw statement " + does + strings.Join(actions, ", ") + " on " + strings.Join(s.Resources, ", ")
	if len(s.Conditions) > 0 {
		what += " under conditions"
	}
	return what
}

var (
	endpointName = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$`)
	actionName   = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z0-9*?]+$`)
	resourceName = regexp.MustCompile(`^(\*|arn:.+)$`)
)

func checkStatement(s Statement) (wrong []error) {
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if s.Effect != "" && s.Effect != iam.Allow && s.Effect != iam.Deny {
		add("effect %q does not exist: give Allow or Deny", s.Effect)
	}
	if len(s.Principal) > 0 {
		add("it has a Principal, which only the policy of a resource or key has: leave it out")
	}
	switch {
	case len(s.Actions) > 0 && len(s.NotActions) > 0:
		add("it has both Actions and NotActions: keep one")
	case len(s.NotActions) > 0 && s.Effect != iam.Deny:
		add("it allows by NotActions, which takes in what AWS adds later: name the actions")
	case len(s.Actions) == 0 && len(s.NotActions) == 0:
		add("it has no action: give one such as s3:GetObject")
	}
	if len(s.Resources) == 0 {
		add("it has no resource: give an ARN")
	}
	allows := s.Effect != iam.Deny
	every := slices.ContainsFunc(s.Resources, iam.IsEveryResource)
	for _, a := range slices.Concat(s.Actions, s.NotActions) {
		switch {
		case allows && a == "*":
			add("it allows *, which is every action there is: name the actions")
		case a != "*" && !actionName.MatchString(a):
			add("action %q is malformed: give one such as s3:GetObject", a)
		case allows && every && strings.ContainsAny(a, "*?"):
			add("it allows %s on every resource: name the actions or the resources", a)
		}
	}
	for _, r := range s.Resources {
		if !pseudo.IsToken(r) && !resourceName.MatchString(r) {
			add("resource %q is neither an ARN nor *: give an ARN", r)
		}
	}
	for _, operator := range slices.Sorted(maps.Keys(s.Conditions)) {
		for _, key := range slices.Sorted(maps.Keys(s.Conditions[operator])) {
			if len(s.Conditions[operator][key]) == 0 {
				add("condition %s of %s has no value: give one or leave it out", operator, key)
			}
		}
	}
	return wrong
}
