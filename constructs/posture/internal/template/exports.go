package template

import "github.com/securegofunction/cdk/internal/policy"

// export is an output that other stacks may import.
type export struct {
	stack *Stack
	value any
	busy  *bool
}

// learnExports finds the stack's exports.
func (a *Assembly) learnExports(s *Stack) {
	outputs, _ := s.raw["Outputs"].(map[string]any)
	for _, id := range sortedKeys(outputs) {
		output, _ := outputs[id].(map[string]any)
		e, _ := output["Export"].(map[string]any)
		if name := policy.TextOf(s.Resolve(e["Name"])); name != "" {
			a.exports[name] = append(a.exports[name], export{s, output["Value"], new(bool)})
		}
	}
}

// importValue resolves an import. An export's name is unique in an account and region, so where two stacks export it, the environment tells.
func (s *Stack) importValue(name policy.Text) any {
	var found []export
	for _, e := range s.assembly.exports[name] {
		if e.stack.Account == s.Account && e.stack.Region == s.Region {
			found = append(found, e)
		}
	}
	if len(found) != 1 || *found[0].busy {
		return unknown("Fn::ImportValue " + name.String())
	}
	e := found[0]
	*e.busy = true
	defer func() { *e.busy = false }()
	return e.stack.Resolve(e.value)
}
