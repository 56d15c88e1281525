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

// escalations are the actions by which a role comes to have what others have, the service and kind of what they are on, and what they do (Rhino
// Security Labs, "AWS IAM Privilege Escalation - Methods and Mitigation"; Bishop Fox, "Privilege Escalation in AWS"; DataDog/pathfinding.cloud). What
// makes something that runs as a role, such as lambda:CreateFunction, takes iam:PassRole.
var escalations = []struct{ action, on, does string }{
	{"apprunner:UpdateService", "apprunner service/", "runs code as a service's role"},
	{"cloudformation:CreateChangeSet", "cloudformation stack/", "changes a stack with the rights of its role"},
	{"cloudformation:UpdateStack", "cloudformation stack/", "changes a stack with the rights of its role"},
	{"codebuild:StartBuild", "codebuild project/", "runs commands as a build's role"},
	{"codebuild:StartBuildBatch", "codebuild project/", "runs commands as a build's role"},
	{"codebuild:UpdateProject", "codebuild project/", "runs commands as a build's role"},
	{"ec2-instance-connect:SendSSHPublicKey", "ec2 instance/", "logs in to an instance"},
	{"ec2:ModifyInstanceAttribute", "ec2 instance/", "has an instance run commands when it starts"},
	{"ecs:ExecuteCommand", "ecs task/", "runs commands as a task"},
	{"glue:UpdateDevEndpoint", "glue devEndpoint/", "logs in to an endpoint, which has a role"},
	{"glue:UpdateJob", "glue job/", "runs code as a job's role"},
	{"iam:AddUserToGroup", "iam group/", "puts a user into any group"},
	{"iam:AttachGroupPolicy", "iam group/", "attaches any policy to a group"},
	{"iam:AttachRolePolicy", "iam role/", "attaches any policy to a role"},
	{"iam:AttachUserPolicy", "iam user/", "attaches any policy to a user"},
	{"iam:CreateAccessKey", "iam user/", "makes keys of a user"},
	{"iam:CreateLoginProfile", "iam user/", "makes a user's password"},
	{"iam:CreatePolicyVersion", "iam policy/", "rewrites a policy"},
	{"iam:DeleteRolePermissionsBoundary", "iam role/", "takes a boundary away"},
	{"iam:DeleteRolePolicy", "iam role/", "takes away a policy that may deny"},
	{"iam:DetachRolePolicy", "iam role/", "takes away a policy that may deny"},
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
	{"sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker notebook-instance/", "logs in to a notebook, which has a role"},
	{"ssm:SendCommand", "ec2 instance/", "runs commands as an instance"},
	{"ssm:StartAutomationExecution", "ssm automation-definition/", "runs a document as the role that it names"},
	{"ssm:StartSession", "ec2 instance/", "logs in to an instance"},
	{"states:UpdateStateMachine", "states stateMachine:", "runs steps as a state machine's role"},
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
		if a.administers() || narrowed(a.statement, "aws:ResourceTag/", "iam:ResourceTag/") {
			continue
		}
		// Those who may change roles only within a boundary gain nothing, but for taking it away, and neither do those who attach named policies.
		bounded, named := narrowed(a.statement, "iam:PermissionsBoundary"), a.attachesNamed()
		for _, e := range escalations {
			attaches := strings.HasPrefix(e.action, "iam:Attach") || strings.HasPrefix(e.action, "iam:Detach")
			if !a.allows(e.action) || bounded && !strings.HasPrefix(e.action, "iam:Delete") || named && attaches {
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

// attachesNamed says whether the statement is held to policies by their names, of which none is AWS's for administrators.
func (a allowance) attachesNamed() bool {
	return slices.ContainsFunc(a.statement.Conditions, func(c policy.Condition) bool {
		return strings.EqualFold(c.Key, "iam:PolicyARN") && narrowed(&policy.Statement{Conditions: []policy.Condition{c}}, c.Key) &&
			!slices.ContainsFunc(c.Values, func(v Text) bool {
				name, aws := awsManaged(v)
				return aws && (pattern(Text(name)) || slices.Contains([]string{"AdministratorAccess", "IAMFullAccess", "PowerUserAccess"}, name))
			})
	})
}

// administrator says whether a resource of the templates is, or runs as, another role that may do everything.
func (a allowance) administrator(resource Text) bool {
	m := a.functions[0].model
	arn := resource
	if function := m.named(resource, functionTypes...); function != nil {
		arn = function.Text("Role")
	}
	r := m.named(arn, "AWS::IAM::Role")
	if r == nil {
		return false
	}
	other := m.role(r.ARN(), r.Path)
	return other != a.role && m.decide(question{role: other, action: "*", resource: "*", identityOnly: true}).Answer == Yes
}

// escalatedBy are the statement's resources that are any of the kind, that are the role itself or a policy of its own, or that may do everything.
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
		ofKind := policy.MatchesResource(r, one) != No && (wide(r) || a.administrator(r))
		if ofKind || slices.ContainsFunc(own, func(o Text) bool { return policy.MatchesResource(r, o) == Yes }) {
			all = append(all, r)
		}
	}
	return all
}
