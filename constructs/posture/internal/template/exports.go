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

// importValue resolves an import. An export's name is unique in an account and region.
func (s *Stack) importValue(name policy.Text) any {
	exports := s.assembly.exports[name]
	i := in(exports, func(e export) *Stack { return e.stack }, s.Account, s.Region)
	if i < 0 || *exports[i].busy {
		return unknown("Fn::ImportValue " + name.String())
	}
	e := exports[i]
	if *e.known == nil {
		*e.busy = true
		defer func() { *e.busy = false }()
		*e.known = limited(e.stack.Resolve(e.value), "Fn::ImportValue "+name.String())
	}
	return *e.known
}

// in returns the place of the one that may be in an account and region, and of several the one that certainly is. It is negative where there is
// none, or more than one.
func in[E any](all []E, stack func(E) *Stack, account, region policy.Text) int {
	possible, certain, one, sure := 0, 0, -1, -1
	for i, e := range all {
		s := stack(e)
		switch policy.And(policy.Equal(s.Account, account), policy.Equal(s.Region, region)) {
		case policy.Yes:
			certain, sure = certain+1, i
			fallthrough
		case policy.CannotTell:
			possible, one = possible+1, i
		}
	}
	switch {
	case possible == 1:
		return one
	case certain == 1:
		return sure
	}
	return -1
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
	named := slices.DeleteFunc(slices.Clone(s.assembly.Stacks), func(other *Stack) bool { return !other.stackName.Is(name) })
	i := in(named, func(other *Stack) *Stack { return other }, account, region)
	if i < 0 {
		return nil, false
	}
	return named[i].output(output), true
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
