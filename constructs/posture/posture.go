package posture

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Text is a string of which parts may be known only when the template is deployed. It is written as Fn::Sub writes it:
// arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Orders.QueueName}.
type Text = policy.Text

// Answer is Yes, No or CannotTell.
type Answer = policy.Answer

// The answers.
const (
	No         = policy.No
	CannotTell = policy.CannotTell
	Yes        = policy.Yes
)

// Posture is what the templates of an app say of its functions. As JSON it is what two versions of an app are compared by: the same templates
// give the same bytes.
type Posture struct {
	Stacks []Stack `json:"stacks"`
	// Functions are sorted by their paths.
	Functions []*Function `json:"functions"`
	// Unreadable lists what was not understood, and what the rest may therefore be wrong about.
	Unreadable []Unreadable `json:"unreadable,omitempty"`

	model *model
}

// Stack is one template that was read.
type Stack struct {
	Name    string `json:"name"`
	Path    string `json:"path"`
	Account Text   `json:"account"`
	Region  Text   `json:"region"`
}

// Unreadable is a part of a template that was not understood.
type Unreadable struct {
	// Where is a construct's path, a stack's or a file's.
	Where string `json:"where"`
	Why   string `json:"why"`
}

// Read reads the cdk.out folder of a CDK app, with its stages and nested stacks, or the file of one template.
func Read(path string) (*Posture, error) {
	a, err := template.Read(path)
	if err != nil {
		return nil, fmt.Errorf("posture: %w", err)
	}
	return of(a), nil
}

// Synthesized is a template as CDK's assertions hold it: what assertions.Template_FromStack returns is one.
type Synthesized interface{ ToJSON() *map[string]any }

// FromTemplate reads a synthesized template. The names of its constructs are their logical ids, unless the template names their paths. It
// panics if the template is none.
func FromTemplate(t Synthesized) *Posture {
	raw := t.ToJSON()
	if raw == nil {
		panic("posture: the template is nil")
	}
	a, err := template.FromValue("Template", normalized(*raw))
	if err != nil {
		panic("posture: " + err.Error())
	}
	return of(a)
}

// normalized makes of Go values those that encoding/json reads, as ToJSON may hold others.
func normalized(raw map[string]any) any {
	text, err := json.Marshal(raw)
	if err != nil {
		return raw
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return raw
	}
	return v
}

// FromJSON reads a template's text.
func FromJSON(name string, text []byte) (*Posture, error) {
	a, err := template.Parse(name, text)
	if err != nil {
		return nil, fmt.Errorf("posture: %w", err)
	}
	return of(a), nil
}

func of(a *template.Assembly) *Posture {
	p := &Posture{model: newModel(a)}
	for _, s := range a.Stacks {
		p.Stacks = append(p.Stacks, Stack{Name: s.Name, Path: s.Path, Account: s.Account, Region: s.Region})
	}
	for _, f := range p.model.functions() {
		p.Functions = append(p.Functions, p.model.function(f))
	}
	for _, u := range a.Unreadable {
		p.Unreadable = append(p.Unreadable, Unreadable(u))
	}
	return p
}

// Function returns the function of a construct's path, of which the beginning and /Function or /Resource may be left out, of a logical id, or
// of a function's name. Where the template tells no paths, as CDK's assertions do not, a construct's path is told by the logical id that CDK made
// of it. The error lists the functions that there are.
func (p *Posture) Function(name string) (*Function, error) {
	var found []*Function
	for _, f := range p.Functions {
		if f.called(name) {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, fmt.Errorf("no function is called %q: the templates have %s", name, paths(p.Functions))
	}
	return nil, fmt.Errorf("more than one function is called %q: give more of the path of one of %s", name, paths(found))
}

func (f *Function) called(name string) bool {
	return name == f.LogicalID || f.Name.Is(name) || f.resource.Called(name, "/Function", "/Resource", "/Function")
}

func paths(functions []*Function) string {
	if len(functions) == 0 {
		return "none"
	}
	var all []string
	for _, f := range functions {
		all = append(all, f.Path)
	}
	return strings.Join(all, ", ")
}
