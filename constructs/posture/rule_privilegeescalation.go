package posture

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "privilege-escalation",
		Title:    "The function may give itself more permissions",
		Severity: Error,
		Why:      "Who makes the function run their code then has what any role of the account has.",
		Fix:      "Name the roles, functions or policies, and none that may do more than the function; hold iam:PassRole to a service (iam:PassedToService), and changes of roles to a boundary (iam:PermissionsBoundary).",
		Source: "IAM guide, \"Grant a user permissions to pass a role to an AWS service\" and \"Permissions boundaries for IAM entities\"; Rhino Security Labs, " +
			"\"AWS IAM Privilege Escalation\"; DataDog/pathfinding.cloud",
		Controls: Controls{
			NIST80053: []string{"AC-6"},
			Checkov:   []string{"CKV_AWS_109", "CKV_AWS_110"},
		},
		check: privilegeEscalation,
	})
}

// escalations are the actions by which a role comes to have what others have, the service and kind of what they are on, and what they do (Rhino Security Labs, "AWS IAM Privilege Escalation
// - Methods and Mitigation"; Bishop Fox, "Privilege Escalation in AWS").
var escalations = []struct{ action, on, does string }{
	{"iam:AddUserToGroup", "iam group/", "puts a user into any group"},
	{"iam:AttachGroupPolicy", "iam group/", "attaches any policy to a group"},
	{"iam:AttachRolePolicy", "iam role/", "attaches any policy to a role"},
	{"iam:AttachUserPolicy", "iam user/", "attaches any policy to a user"},
	{"iam:CreateAccessKey", "iam user/", "makes keys of a user"},
	{"iam:CreateLoginProfile", "iam user/", "makes a user's password"},
	{"iam:CreatePolicyVersion", "iam policy/", "rewrites a policy"},
	{"iam:DeleteRolePermissionsBoundary", "iam role/", "takes a boundary away"},
	{"iam:PassRole", "iam role/", "hands a role to a service that runs code"},
	{"iam:PutGroupPolicy", "iam group/", "writes a policy into a group"},
	{"iam:PutRolePermissionsBoundary", "iam role/", "replaces a boundary"},
	{"iam:PutRolePolicy", "iam role/", "writes a policy into a role"},
	{"iam:PutUserPolicy", "iam user/", "writes a policy into a user"},
	{"iam:SetDefaultPolicyVersion", "iam policy/", "brings an old version of a policy back"},
	{"iam:UpdateAssumeRolePolicy", "iam role/", "lets itself assume a role"},
	{"iam:UpdateLoginProfile", "iam user/", "changes a user's password"},
	{"lambda:UpdateFunctionCode", "lambda function:", "runs code as another function"},
	{"lambda:UpdateFunctionConfiguration", "lambda function:", "adds a layer to another function, which runs as it"},
	{"ssm:SendCommand", "ec2 instance/", "runs commands as an instance"},
	{"sts:AssumeRole", "iam role/", "becomes another role"},
}

// escalates says whether an action is one of them by its own name.
func escalates(action Text) bool {
	for _, e := range escalations {
		if strings.EqualFold(string(action), e.action) {
			return true
		}
	}
	return false
}

func privilegeEscalation(p *Posture) []Finding {
	var all []Finding
	for _, a := range p.allowances() {
		// Those who may change roles only within a boundary, or attach only named policies, gain nothing.
		if a.administers() || narrowed(a.statement, "iam:PermissionsBoundary", "iam:PolicyARN", "aws:ResourceTag/", "iam:ResourceTag/") {
			continue
		}
		for _, e := range escalations {
			if !a.allows(e.action) {
				continue
			}
			for _, resource := range a.escalatedBy(e.action, e.on) {
				if a.held(e.action, resource) {
					continue
				}
				found := a.finding("allows %s on %s, which %s", e.action, resource, e.does)
				found.Unsure = found.Unsure || len(a.statement.Conditions) > 0
				found.About = []Text{Text(e.action), resource}
				all = append(all, found)
			}
		}
	}
	return once(all)
}

// escalatedBy are the statement's resources that are any of the kind, or are the role itself or a policy of its own.
func (a allowance) escalatedBy(action, on string) []Text {
	if a.statement.NotResources != nil {
		return []Text{"*"}
	}
	var own []Text
	switch {
	case on == "iam policy/":
		for _, p := range a.policies {
			if p.source != nil && p.source.Type == "AWS::IAM::ManagedPolicy" {
				own = append(own, p.source.ARN())
			}
		}
	case on == "iam role/" && strings.HasPrefix(action, "iam:") && action != "iam:PassRole":
		own = append(own, a.arn)
	}
	place := policy.Symbol(policy.Place, "any")
	service, kind, _ := strings.Cut(on, " ")
	one := "arn:" + place + ":" + Text(service) + ":" + place + ":" + place + ":" + Text(kind) + policy.Symbol(policy.Anything, "any")
	var all []Text
	for _, r := range a.statement.Resources {
		if wide(r) && policy.MatchesResource(r, one) != No || slices.ContainsFunc(own, func(o Text) bool { return policy.MatchesResource(r, o) == Yes }) {
			all = append(all, r)
		}
	}
	return all
}
