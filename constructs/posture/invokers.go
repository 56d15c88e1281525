package posture

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Invoker is somebody who may invoke a function.
type Invoker struct {
	// Kind is "permission" for a statement of the function's policy, "url" for a function URL, "event source" for a mapping, "role" for a role
	// whose policies allow it, or "event" for one of the Serverless Application Model.
	Kind string `json:"kind"`
	// Who is the principal, the source's ARN, or the role's ARN.
	Who    Text `json:"who"`
	Action Text `json:"action,omitempty"`
	// SourceARN and SourceAccount are what a permission holds a service to.
	SourceARN     Text `json:"sourceArn,omitempty"`
	SourceAccount Text `json:"sourceAccount,omitempty"`
	// Organization is the organization that a permission holds a principal to.
	Organization Text `json:"organization,omitempty"`
	// Auth is the URL's: AWS_IAM or NONE.
	Auth Text `json:"auth,omitempty"`
	// Path is the construct's that lets them.
	Path string `json:"path"`
	// Answer is CannotTell where a condition decides.
	Answer Answer `json:"answer"`

	resource *template.Resource
}

func (m *model) invokers(f *Function) []Invoker {
	all := []Invoker{}
	for _, r := range m.ofFunction("AWS::Lambda::Permission", "FunctionName", f.ARN) {
		for _, who := range template.Items(r.Property("Principal")) {
			i := Invoker{
				Kind: "permission", Who: policy.TextOf(who.Value), Action: r.Text("Action"), SourceARN: r.Text("SourceArn"), SourceAccount: r.Text("SourceAccount"),
				Organization: r.Text("PrincipalOrgID"), Auth: r.Text("FunctionUrlAuthType"), Path: constructPath(r), Answer: certainly(r), resource: r,
			}
			if who.Maybe {
				i.Answer = CannotTell
			}
			all = append(all, i)
		}
	}
	for _, r := range m.ofFunction("AWS::Lambda::Url", "TargetFunctionArn", f.ARN) {
		all = append(all, Invoker{Kind: "url", Who: "*", Action: "lambda:InvokeFunctionUrl", Auth: r.Text("AuthType"), Path: constructPath(r), Answer: certainly(r), resource: r})
	}
	if url := f.resource.Property("FunctionUrlConfig"); url != nil {
		all = append(all, Invoker{Kind: "url", Who: "*", Action: "lambda:InvokeFunctionUrl", Auth: policy.TextOf(template.At(url, "AuthType")), Path: f.Path, Answer: Yes, resource: f.resource})
	}
	for _, r := range m.ofFunction("AWS::Lambda::EventSourceMapping", "FunctionName", f.ARN) {
		source := r.Text("EventSourceArn")
		if source == "" {
			source = "self-managed"
		}
		all = append(all, Invoker{Kind: "event source", Who: source, Path: constructPath(r), Answer: certainly(r)})
	}
	if events, ok := f.resource.Property("Events").(map[string]any); ok {
		for _, name := range sorted(events) {
			all = append(all, Invoker{Kind: "event", Who: policy.TextOf(template.At(events[name], "Type")), Path: f.Path + "/" + name, Answer: Yes})
		}
	}
	return append(all, m.invokingRoles(f)...)
}

func certainly(r *template.Resource) Answer {
	if r.Maybe {
		return CannotTell
	}
	return Yes
}

// functionARN returns the ARN that a function's name, ARN, or the ARN of one of its versions or aliases stands for.
func (m *model) functionARN(name Text, at *template.Resource) Text {
	if r := m.named(name, functionTypes...); r != nil {
		return r.ARN()
	}
	if r := m.named(name, "AWS::Lambda::Alias", "AWS::Lambda::Version"); r != nil {
		name = r.Text("FunctionName")
	}
	if r := m.named(name, functionTypes...); r != nil {
		return r.ARN()
	}
	parts, ok := name.Cut(":")
	switch {
	case ok && len(parts) >= 7: // arn:P:lambda:R:A:function:name[:qualifier]
		var arn Text
		for i, part := range parts[:7] {
			if i > 0 {
				arn += ":"
			}
			arn += part
		}
		if r := m.named(arn, functionTypes...); r != nil {
			return r.ARN()
		}
		return arn
	case ok && len(parts) <= 2: // name[:qualifier]
		return "arn:" + at.Stack.Partition + ":lambda:" + at.Stack.Region + ":" + at.Stack.Account + ":function:" + parts[0]
	}
	return name
}

// invokingRoles are the roles of the templates whose policies allow it.
func (m *model) invokingRoles(f *Function) []Invoker {
	if m.invoking == nil {
		m.readInvoking()
	}
	var all []Invoker
	for _, r := range slices.Concat(m.invoking[f.ARN], m.invoking[""]) {
		if r == f.role || slices.ContainsFunc(all, func(i Invoker) bool { return i.Who == r.arn }) {
			continue
		}
		d := m.decide(question{role: r, action: "lambda:InvokeFunction", resource: f.ARN, identityOnly: true})
		if d.Answer != No {
			all = append(all, Invoker{Kind: "role", Who: r.arn, Action: "lambda:InvokeFunction", Path: constructPath(r.resource), Answer: d.Answer})
		}
	}
	slices.SortFunc(all, func(a, b Invoker) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// readInvoking finds the roles that a statement may allow to invoke, by the ARN of the one function that it names, or by none where it may
// name several. A policy whose content is not known is left out: it might be said of every role.
func (m *model) readInvoking() {
	m.invoking = map[Text][]*role{}
	for _, r := range m.of("AWS::IAM::Role") {
		role := m.role(r.ARN(), r.Path)
		for _, a := range role.policies {
			for _, s := range a.document.Statements {
				for _, of := range m.invoked(s, r) {
					if !slices.Contains(m.invoking[of], role) {
						m.invoking[of] = append(m.invoking[of], role)
					}
				}
			}
		}
	}
}

func (m *model) invoked(s *policy.Statement, at *template.Resource) []Text {
	if s.Effect != policy.Allow || s.Unreadable != "" {
		return nil
	}
	if s.NotActions == nil && !slices.ContainsFunc(s.Actions, func(p Text) bool { return policy.MatchesAction(p, "lambda:InvokeFunction") != No }) {
		return nil
	}
	if s.NotResources != nil {
		return []Text{""}
	}
	var all []Text
	for _, p := range s.Resources {
		arn := m.functionARN(p, at)
		if m.named(arn, functionTypes...) == nil {
			arn = ""
		}
		all = append(all, arn)
	}
	return all
}
