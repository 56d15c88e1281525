package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// Stack is one template.
type Stack struct {
	// Name is unique in the assembly.
	Name string
	// Path is the stack's construct path. Defaults to the name.
	Path string
	// Account, Region and Partition are symbols where the stack may be deployed anywhere.
	Account, Region, Partition policy.Text
	// Resources are sorted by their logical ids. Those whose condition is known to be false are left out.
	Resources []*Resource
	// Outputs are sorted by their logical ids.
	Outputs []Output
	// Acknowledged are the acknowledgements of CDK's own kind, by construct path and then rule.
	Acknowledged map[string]map[string]string

	assembly   *Assembly
	raw        map[string]any
	byID       map[string]*Resource
	conditions map[string]policy.Answer
	deciding   map[string]bool
	parent     *Resource // of a nested stack
	paths      []constructPath
	nested     nestedTemplates
	alone      bool
	file       string      // in the folder, if it was read from one
	stackName  policy.Text // where it is known
	sam        bool
}

// Resource is one resource of a template.
type Resource struct {
	Stack *Stack
	ID    string
	Type  string
	// Path is the construct's path. Defaults to the stack's path and the logical id.
	Path string
	// Maybe says that a condition of the template decides whether the resource is made, and cannot be told.
	Maybe bool
	// Metadata is the resource's, unresolved.
	Metadata map[string]any

	raw        map[string]any
	properties map[string]any
	resolving  bool
	identity   *identity
	inner      *Stack // of a nested stack's resource
	untold     string // why what it makes is not known
}

// Output is one output of a template.
type Output struct {
	ID     string
	Value  any
	Export policy.Text
}

func (a *Assembly) stack(name string, raw any, lone bool) (*Stack, error) {
	object, ok := raw.(map[string]any)
	if !ok {
		return nil, errors.New("not a CloudFormation template: it is no object")
	}
	resources, ok := object["Resources"].(map[string]any)
	if !ok && (lone || object["Resources"] != nil) { // a stack of CDK's may be empty
		return nil, errors.New("not a CloudFormation template: it has no Resources")
	}
	s := &Stack{
		Name: name, Path: name, assembly: a, raw: object,
		Account:    policy.Symbol(policy.Place, "AWS::AccountId"),
		Region:     policy.Symbol(policy.Place, "AWS::Region"),
		Partition:  policy.Symbol(policy.Place, "AWS::Partition"),
		byID:       map[string]*Resource{},
		conditions: map[string]policy.Answer{}, deciding: map[string]bool{},
		Acknowledged: map[string]map[string]string{},
	}
	for _, id := range sortedKeys(resources) {
		body, ok := resources[id].(map[string]any)
		kind, typed := body["Type"].(string)
		switch {
		case strings.HasPrefix(id, "Fn::"):
			a.unreadable(name, fmt.Sprintf("%s makes resources that are not in the template", id))
			continue
		case !ok || !typed:
			a.unreadable(name+"/"+id, "the resource has no type")
			continue
		}
		r := &Resource{Stack: s, ID: id, Type: kind, raw: body}
		r.Metadata, _ = body["Metadata"].(map[string]any)
		if path, ok := r.Metadata["aws:cdk:path"].(string); ok {
			r.Path = path
		}
		s.byID[id] = r
		s.Resources = append(s.Resources, r)
	}
	s.sam = slices.Contains(List(object["Transform"]), any(macro))
	s.mergeGlobals()
	return s, nil
}

// metadataEntry is one entry of a stack's metadata in the manifest.
type metadataEntry struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// learnPaths reads the construct's path of each resource, which a template names only where CDK's CLI ran the app, and CDK's own
// acknowledgements.
func (s *Stack) learnPaths(metadata map[string][]metadataEntry) {
	for _, path := range sortedKeys(metadata) {
		for _, entry := range metadata[path] {
			path := strings.TrimPrefix(path, "/")
			switch entry.Type {
			case "aws:cdk:logicalId":
				var id string
				if json.Unmarshal(entry.Data, &id) == nil {
					s.paths = append(s.paths, constructPath{path, id})
				}
			case "aws:cdk:acknowledged-rules":
				var reasons map[string]string
				if json.Unmarshal(entry.Data, &reasons) == nil {
					if s.Acknowledged[path] == nil {
						s.Acknowledged[path] = map[string]string{}
					}
					maps.Copy(s.Acknowledged[path], reasons) // CDK writes an entry for each
				}
			}
		}
	}
	s.assignPaths("")
}

type constructPath struct{ path, id string }

// assignPaths gives the resources the paths that begin so, but for those within a nested stack: its logical ids are its own.
func (s *Stack) assignPaths(prefix string) {
	var inner []string
	for _, p := range s.paths {
		if strings.HasSuffix(p.path, ".NestedStackResource") {
			if nested := nestedPath(p.path) + "/"; nested != prefix && strings.HasPrefix(nested, prefix) {
				inner = append(inner, nested)
			}
		}
	}
	for _, p := range s.paths {
		r := s.byID[p.id]
		if r == nil || r.Path != "" || !strings.HasPrefix(p.path, prefix) ||
			slices.ContainsFunc(inner, func(nested string) bool { return strings.HasPrefix(p.path, nested) }) {
			continue
		}
		r.Path = p.path
	}
}

// Resource returns the resource of a logical id, or nil.
func (s *Stack) Resource(id string) *Resource { return s.byID[id] }

// Assembly returns all that was read with the stack.
func (s *Stack) Assembly() *Assembly { return s.assembly }

// Metadata is the template's own, unresolved.
func (s *Stack) Metadata() map[string]any {
	m, _ := s.raw["Metadata"].(map[string]any)
	return m
}

// decideConditions sorts out the resources that a condition of the template keeps away, and names the rest.
func (s *Stack) decideConditions() {
	kept := s.Resources[:0]
	for _, r := range s.Resources {
		if name, ok := r.raw["Condition"].(string); ok {
			answer := s.condition(name)
			if answer == policy.No {
				continue
			}
			r.Maybe = answer == policy.CannotTell
		}
		if r.Path == "" {
			r.Path = s.Path + "/" + r.ID
		}
		kept = append(kept, r)
	}
	s.Resources = kept
	outputs, _ := s.raw["Outputs"].(map[string]any)
	for _, id := range sortedKeys(outputs) {
		o, _ := outputs[id].(map[string]any)
		output := Output{ID: id, Value: s.Resolve(o["Value"])}
		if e, ok := o["Export"].(map[string]any); ok {
			output.Export = policy.TextOf(s.Resolve(e["Name"]))
		}
		s.Outputs = append(s.Outputs, output)
	}
}

// made says whether the conditions of the stacks around a nested stack let it be made.
func (s *Stack) made() policy.Answer {
	answer := policy.Yes
	for r := s.parent; r != nil; r = r.Stack.parent {
		if name, ok := r.raw["Condition"].(string); ok {
			answer = policy.And(answer, r.Stack.condition(name))
		}
	}
	return answer
}

// Written reads a text as a person writes it: with ${AWS::Region} and the like, ${LogicalId}, ${LogicalId.Arn}, and construct paths in place
// of logical ids. It returns an error that names what is not in the templates.
func (s *Stack) Written(text string) (policy.Text, error) {
	var out policy.Text
	for {
		before, after, found := strings.Cut(text, "${")
		out += policy.Literal(before)
		if !found {
			return out, nil
		}
		name, rest, closed := strings.Cut(after, "}")
		switch {
		case !closed:
			return "", fmt.Errorf("${%s: it has no end: close it with }", after)
		case strings.HasPrefix(name, "Token["):
			return "", fmt.Errorf("${%s} is a token of CDK's, which no template holds: write ${LogicalId.Arn}, with the logical id or the construct's path", name)
		}
		text = rest
		if strings.Contains(name, "::") {
			out += policy.TextOf(s.ref(name))
			continue
		}
		id, attribute, _ := strings.Cut(name, ".")
		r := s.assembly.named(s, id)
		switch {
		case r == nil:
			return "", fmt.Errorf("${%s}: no resource %q is in the templates, or more than one: give its logical id or construct path", name, id)
		case attribute == "":
			out += policy.TextOf(r.Ref())
		default:
			out += policy.TextOf(r.Attribute(attribute))
		}
	}
}

// Called says whether a name is the construct's path, of which the beginning and the ends may be left out, or /Resource by default. Where the
// template does not tell the path, as CDK's assertions do not, it is what CDK made the logical id of: OrdersA9B65338 is called Orders.
func (r *Resource) Called(name string, ends ...string) bool {
	path := r.Path
	for _, end := range append([]string{"", "/Resource"}, ends...) {
		path = strings.TrimSuffix(path, end)
		if path == name || strings.HasSuffix(path, "/"+name) {
			return true
		}
	}
	made, ok := strings.CutPrefix(r.Path, r.Stack.Path+"/")
	if m := generated.FindStringSubmatch(r.ID); ok && made == r.ID && m != nil {
		joined := strings.ReplaceAll(strings.TrimPrefix(name, r.Stack.Path+"/"), "/", "")
		return m[1] == joined || slices.ContainsFunc(ends, func(end string) bool { return m[1] == joined+strings.TrimPrefix(end, "/") })
	}
	return false
}

// generated is a logical id that CDK made of a path: its parts, and the beginning of a hash.
var generated = regexp.MustCompile(`^(.+)[0-9A-F]{8}$`)

// named finds a resource by its logical id in the stack, or by its construct path, of which the beginning and /Resource may be left out.
func (a *Assembly) named(s *Stack, name string) *Resource {
	if r := s.byID[name]; r != nil {
		return r
	}
	var found *Resource
	for _, stack := range a.Stacks {
		for _, r := range stack.Resources {
			if !r.Called(name) {
				continue
			}
			if found != nil {
				return nil
			}
			found = r
		}
	}
	return found
}
