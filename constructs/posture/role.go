package posture

import (
	"fmt"
	"maps"
	"slices"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Role is the role that a function runs as.
type Role struct {
	ARN Text `json:"arn"`
	// Path is the construct's. It is none if the role is in no template.
	Path string `json:"path,omitempty"`
	// Boundary is the ARN of the permissions boundary, if it has one.
	Boundary Text `json:"boundary,omitempty"`
	// TrustedBy are those who may assume the role.
	TrustedBy []Permission `json:"trustedBy,omitempty"`
}

// role is a role with all policies that reach it.
type role struct {
	arn      Text
	resource *template.Resource // nil if it is in no template
	trust    *policy.Document
	policies []attachment
	boundary *attachment
}

// attachment is a policy on a role.
type attachment struct {
	document *policy.Document
	// source is the resource that holds it, or nil.
	source *template.Resource
	// arn is AWS's managed policy's.
	arn Text
}

func (r *role) summary() Role {
	s := Role{ARN: r.arn}
	if r.resource != nil {
		s.Path = constructPath(r.resource)
		s.Boundary = r.resource.Text("PermissionsBoundary")
	}
	s.TrustedBy = permissions(r.trust)
	return s
}

// roleOf returns the role of a function.
func (m *model) roleOf(function *template.Resource) *role {
	var r *role
	if given := function.Property("Role"); given == nil {
		r = m.implicit(function)
	} else {
		r = m.role(policy.TextOf(given), function.Path)
	}
	if why := function.Transformed(); why != "" {
		r.add(&policy.Document{Name: function.Path, Unknown: why})
	}
	if function.Connected() {
		r.add(&policy.Document{Name: function.Path, Unknown: "a connector of the Serverless Application Model adds what it needs", OnlyAllows: true})
	}
	return r
}

// role returns the role of an ARN.
func (m *model) role(arn Text, of string) *role {
	if r, ok := m.roles[arn]; ok {
		return r
	}
	r := &role{arn: arn, resource: m.named(arn, "AWS::IAM::Role")}
	m.roles[arn] = r
	if r.resource == nil {
		_, name, _ := arn.CutLast("/")
		r.policies = append(r.policies, attachment{document: &policy.Document{
			Name: "the role " + arn.String(), Unknown: "the role is not in the templates, so neither are all of its policies"}})
		r.policies = append(r.policies, m.attachedTo(name)...)
		return r
	}
	r.trust = policy.Parse(r.resource.Path, r.resource.Property("AssumeRolePolicyDocument"))
	r.policies = m.policiesOf(r.resource)
	if why := r.resource.Transformed(); why != "" {
		r.add(&policy.Document{Name: r.resource.Path, Unknown: why})
	}
	if boundary := r.resource.Property("PermissionsBoundary"); boundary != nil {
		a := m.managed(policy.TextOf(boundary))
		r.boundary = &a
	}
	return r
}

func (m *model) policiesOf(r *template.Resource) []attachment {
	var all []attachment
	for i, item := range template.Items(r.Property("Policies")) {
		name := fmt.Sprintf("%s Policies[%d]", r.Path, i)
		a := attachment{document: policy.Parse(name, template.At(item.Value, "PolicyDocument")), source: r}
		if item.Maybe {
			a = maybe(a)
		}
		all = append(all, a)
	}
	all = append(all, m.attachedTo(r.Name())...)
	for _, item := range template.Items(r.Property("ManagedPolicyArns")) {
		a := m.managed(policy.TextOf(item.Value))
		if item.Maybe {
			all = append(all, maybe(a))
			continue
		}
		if a.source != nil {
			all = slices.DeleteFunc(all, func(other attachment) bool { return other.source == a.source })
		}
		all = append(all, a)
	}
	return all
}

// attachedTo returns the policies that name the role themselves, or by a name that is not known.
func (m *model) attachedTo(name Text) []attachment {
	if m.attached == nil {
		m.attached = map[Text][]attachment{}
		for _, r := range m.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy") {
			for _, item := range template.Items(r.Property("Roles")) {
				a, role := m.document(r), policy.TextOf(item.Value)
				if item.Maybe {
					a = maybe(a)
				}
				m.attached[role] = append(m.attached[role], a)
			}
		}
		for _, r := range m.of("AWS::IAM::RolePolicy") {
			role := r.Text("RoleName")
			m.attached[role] = append(m.attached[role], m.document(r))
		}
		m.attachedNames = slices.Sorted(maps.Keys(m.attached))
		// Most names are made up or written out: where all are, there is nothing to compare.
		if !slices.ContainsFunc(m.of("AWS::IAM::Role"), func(r *template.Resource) bool { return !settled(r.Name()) }) {
			m.attachedNames = slices.DeleteFunc(m.attachedNames, settled)
		}
	}
	all := slices.Clone(m.attached[name])
	for _, other := range m.attachedNames {
		if other != name && other.MayBe(name) == CannotTell {
			for _, a := range m.attached[other] {
				all = append(all, maybe(a))
			}
		}
	}
	return all
}

// settled says whether MayBe has nothing to guess about a name.
func settled(name Text) bool {
	_, known := name.Known()
	return known || name.MadeUp() && !name.Open()
}

func (m *model) document(r *template.Resource) attachment {
	return attached(r, r.Property("PolicyDocument"))
}

// attached is a policy that a resource holds.
func attached(r *template.Resource, document any) attachment {
	a := attachment{document: policy.Parse(r.Path, document), source: r}
	if r.Maybe {
		return maybe(a)
	}
	return a
}

// maybe marks a policy that is attached under a condition of the template.
func maybe(a attachment) attachment {
	d := *a.document
	d.Statements = nil
	for _, s := range a.document.Statements {
		doubtful := *s
		doubtful.Maybe = true
		d.Statements = append(d.Statements, &doubtful)
	}
	a.document = &d
	return a
}

// managed returns the managed policy of an ARN: of the templates, or of AWS.
func (m *model) managed(arn Text) attachment {
	if r := m.named(arn, "AWS::IAM::ManagedPolicy"); r != nil {
		return m.document(r)
	}
	if name, ok := awsManaged(arn); ok {
		return attachment{document: awsManagedPolicy(name), arn: arn}
	}
	return attachment{document: &policy.Document{Name: arn.String(), Unknown: "the managed policy is not in the templates"}}
}
