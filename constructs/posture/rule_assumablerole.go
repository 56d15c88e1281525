package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "assumable-role",
		Title:    "The function's role may be assumed by others",
		Severity: Warning,
		Why:      "Who assumes the role has the function's permissions without its code, its network and its logs.",
		Fix:      "Let lambda.amazonaws.com alone assume it, and give others a role of their own.",
		Source:   "Lambda guide, \"Defining Lambda function permissions with an execution role\"; IAM guide, \"Roles terms and concepts\", Trust policy",
		Controls: Controls{NIST80053: []string{"AC-3", "AC-6"}, Checkov: []string{"CKV_AWS_61"}},
		check: func(p *Posture) []Finding {
			return p.assuming(func(who policy.Principal) bool { return who.Type != "*" })
		},
	})
	register(Rule{
		ID:       "public-role",
		Title:    "Anybody may assume the function's role",
		Severity: Error,
		Why:      "Everybody with an AWS account has the function's permissions.",
		Fix:      "Let lambda.amazonaws.com alone assume it.",
		Source:   "IAM guide, \"AWS JSON policy elements: Principal\", All principals",
		Controls: Controls{NIST80053: []string{"AC-3", "AC-6"}, Checkov: []string{"CKV_AWS_60"}},
		check: func(p *Posture) []Finding {
			return p.assuming(func(who policy.Principal) bool { return who.Type == "*" })
		},
	})
}

// closed says whether a condition of a statement for everybody says who is meant.
func closed(s *policy.Statement) bool {
	return narrowed(s, "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrg", "aws:SourceAccount", "aws:SourceArn", "aws:SourceOrg", "kms:CallerAccount", "aws:userid")
}

// assuming finds those, beside Lambda, that may assume the functions' roles.
func (p *Posture) assuming(about func(policy.Principal) bool) []Finding {
	var all []Finding
	for _, i := range p.identities() {
		if i.trust == nil {
			continue
		}
		for _, s := range i.trust.Statements {
			if s.Effect != policy.Allow || !assumes(s) {
				continue
			}
			who := s.Principals
			if s.NotPrincipals != nil {
				who = []policy.Principal{policy.Everybody}
			}
			for _, w := range who {
				answer := lambda(w)
				if answer == Yes || !about(restricted(w, s)) {
					continue
				}
				found := i.at(nil, fmt.Sprintf("%s may assume the role", w))
				found.Unsure = answer == CannotTell || s.Maybe || s.Unreadable != ""
				found.About = []Text{w.Value}
				all = append(all, found)
			}
		}
	}
	return once(all)
}

// restricted is everybody, or those of them whom a condition leaves.
func restricted(w policy.Principal, s *policy.Statement) policy.Principal {
	if w.Type == "*" && closed(s) {
		return policy.Principal{Type: "AWS", Value: w.Value}
	}
	return w
}

// assumes says whether a statement of a trust policy lets somebody assume the role.
func assumes(s *policy.Statement) bool {
	return s.NotActions != nil || slices.ContainsFunc(s.Actions, func(t Text) bool {
		return strings.HasPrefix(strings.ToLower(string(t)), "sts:assumerole") || pattern(t)
	})
}

// lambda says whether a principal is Lambda, or the replicas of Lambda@Edge. In China and elsewhere its name may end otherwise.
func lambda(w policy.Principal) Answer {
	known := w.Value.Outline(unknownPart)
	switch {
	case w.Type == "AWS" && w.Value.Open() && !strings.HasPrefix(known, "arn:"):
		return CannotTell
	case w.Type != "Service":
		return No
	case strings.HasPrefix(known, "lambda."), strings.HasPrefix(known, "edgelambda."):
		return Yes
	case w.Value.Open():
		return CannotTell
	}
	return No
}
