package template

import "github.com/securegofunction/cdk/internal/policy"

// Parameter is a parameter of a template.
type Parameter struct {
	ID string
	// Default is none where the template has none.
	Default policy.Text
	// NoEcho says that CloudFormation does not show the value.
	NoEcho bool
}

// Parameters are the template's, sorted by their names.
func (s *Stack) Parameters() []Parameter {
	raw, _ := s.raw["Parameters"].(map[string]any)
	all := make([]Parameter, 0, len(raw))
	for _, id := range sortedKeys(raw) {
		body, _ := raw[id].(map[string]any)
		all = append(all, Parameter{ID: id, Default: policy.TextOf(s.Resolve(body["Default"])), NoEcho: Bool(s.Resolve(body["NoEcho"])) == policy.Yes})
	}
	return all
}

// Hidden are the names of the symbols that NoEcho parameters are, in all templates.
func (a *Assembly) Hidden() map[string]bool {
	hidden := map[string]bool{}
	for _, s := range a.Stacks {
		for _, p := range s.Parameters() {
			if p.NoEcho {
				hidden[s.symbol(p.ID)] = true
			}
		}
	}
	return hidden
}
