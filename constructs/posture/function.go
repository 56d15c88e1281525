package posture

import (
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Function is one Lambda function, of any kind.
type Function struct {
	// Path is the construct's, without /Resource at its end.
	Path      string `json:"path"`
	Stack     string `json:"stack"`
	LogicalID string `json:"logicalId"`
	Name      Text   `json:"name"`
	ARN       Text   `json:"arn"`
	// Runtime is none of a container image.
	Runtime Text `json:"runtime,omitempty"`
	// Layers are whose code runs with the function's, each by the ARN of its version.
	Layers []Text `json:"layers,omitempty"`
	// Maybe says that a condition of the template decides whether the function is made.
	Maybe bool `json:"maybe,omitempty"`

	Role       Role         `json:"role"`
	May        []Permission `json:"may"`
	Reaches    Reach        `json:"reaches"`
	InvokedBy  []Invoker    `json:"invokedBy"`
	Protection Protection   `json:"protection"`
	Relaxed    []Relaxation `json:"relaxed,omitempty"`

	resource *template.Resource
	role     *role
	model    *model
}

// Relaxation is a protection that somebody gave up, and why.
type Relaxation struct {
	What   string `json:"what"`
	Reason string `json:"reason"`
	// Rule is the one whose finding the reason answers, and Of what that is about. No Of is the function itself.
	Rule string `json:"rule,omitempty"`
	Of   Text   `json:"of,omitempty"`
}

var functionTypes = []string{"AWS::Lambda::Function", "AWS::Serverless::Function"}

func (m *model) functions() []*template.Resource { return m.of(functionTypes...) }

func (m *model) function(r *template.Resource) *Function {
	f := &Function{
		Path: constructPath(r), Stack: r.Stack.Name, LogicalID: r.ID, Name: r.Name(), ARN: r.ARN(), Maybe: r.Maybe,
		Runtime: policy.TextOf(r.Property("Runtime")), resource: r, model: m, Relaxed: relaxed(r),
		Layers: template.Texts(r.Property("Layers")),
	}
	f.role = m.roleOf(r)
	f.Role = f.role.summary()
	f.May = m.may(f)
	f.Reaches = m.reach(r.Property("VpcConfig"))
	f.InvokedBy = m.invokers(f)
	f.Protection = m.protection(f)
	return f
}

// constructPath is a resource's path, without the /Resource that CDK adds for its own.
func constructPath(r *template.Resource) string { return strings.TrimSuffix(r.Path, "/Resource") }

// relaxed reads what SecureGoFunction records in the metadata of its function.
func relaxed(r *template.Resource) []Relaxation {
	recorded, _ := r.Metadata["SecureGoFunction"].(map[string]any)
	var all []Relaxation
	for _, e := range template.List(recorded["Relaxed"]) {
		v := r.Stack.Resolve(e)
		text := func(key string) Text { return policy.TextOf(template.At(v, key)) }
		all = append(all, Relaxation{What: text("What").String(), Reason: text("Reason").String(), Rule: text("Rule").String(), Of: text("Of")})
	}
	return all
}
