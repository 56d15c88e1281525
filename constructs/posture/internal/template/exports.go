package template

import (
	"slices"

	"github.com/securegofunction/cdk/internal/policy"
)

// export is an output that other stacks may import.
type export struct {
	stack *Stack
	value any
	busy  *bool
	known *any // once it is resolved
}

// learnExports finds the stack's exports.
func (a *Assembly) learnExports(s *Stack) {
	outputs, _ := s.raw["Outputs"].(map[string]any)
	for _, id := range sortedKeys(outputs) {
		output, _ := outputs[id].(map[string]any)
		e, _ := output["Export"].(map[string]any)
		if name := policy.TextOf(s.Resolve(e["Name"])); name != "" {
			a.exports[name] = append(a.exports[name], export{s, output["Value"], new(bool), new(any)})
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
	if *e.known == nil {
		*e.busy = true
		defer func() { *e.busy = false }()
		*e.known = limited(e.stack.Resolve(e.value), "Fn::ImportValue "+name.String())
	}
	return *e.known
}

// stackOutput resolves Fn::GetStackOutput, by which CDK refers to other stacks: one of its own account unless a role of another's is given, and
// of its own region by default (CloudFormation reference, "Fn::GetStackOutput").
func (s *Stack) stackOutput(argument any) (any, bool) {
	name, known := policy.TextOf(At(argument, "StackName")).Known()
	output, told := policy.TextOf(At(argument, "OutputName")).Known()
	if !known || !told {
		return nil, false
	}
	account, region := s.Account, s.Region
	if role := At(argument, "RoleArn"); role != nil {
		account, _ = policy.ARNPart(policy.TextOf(role), 4)
	}
	if given := At(argument, "Region"); given != nil {
		region = policy.TextOf(given)
	}
	named := slices.DeleteFunc(slices.Clone(s.assembly.Stacks), func(other *Stack) bool {
		return !other.stackName.Is(name) || policy.And(policy.Equal(other.Account, account), policy.Equal(other.Region, region)) == policy.No
	})
	if len(named) > 1 {
		named = slices.DeleteFunc(named, func(other *Stack) bool { return other.Account != account || other.Region != region })
	}
	if len(named) != 1 {
		return nil, false
	}
	return named[0].output(output), true
}

// exported resolves what CDK's ExportReader reads from another region, where the app asks for strong references: the ExportWriter of the other
// stack has the value under the same name.
func (a *Assembly) exported(name string) any {
	for _, s := range a.Stacks {
		for _, r := range s.Resources {
			if r.Type == "Custom::CrossRegionExportWriter" {
				if v := r.Property("WriterProps", "exports", name); v != nil {
					return v
				}
			}
		}
	}
	return nil
}
