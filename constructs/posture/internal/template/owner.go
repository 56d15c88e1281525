package template

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// Owner returns the resource that a text names: by its name or id, by its ARN, by what Ref returns, or by one of its attributes. It returns nil
// where no resource, or more than one, is named so. Names of different kinds of resources may be the same, so give the kinds that it may be;
// none are all.
func (a *Assembly) Owner(text policy.Text, kinds ...string) *Resource {
	if text == "" {
		return nil
	}
	named := a.owners()[text]
	if len(named) == 0 {
		named = a.byName[anywhere(text)] // arn:aws: where the stack may be in another partition
	}
	if len(named) == 0 {
		if symbol, ok := text.Symbol(); ok {
			resource, _, _ := strings.Cut(symbol, ".")
			named = a.bySymbol[resource]
		}
	}
	var found *Resource
	for _, r := range named {
		if len(kinds) > 0 && !slices.Contains(kinds, r.Type) {
			continue
		}
		if found != nil && found != r {
			return nil
		}
		found = r
	}
	return found
}

// owners indexes the resources by all that names them.
func (a *Assembly) owners() map[policy.Text][]*Resource {
	if a.byName != nil {
		return a.byName
	}
	a.byName, a.bySymbol = map[policy.Text][]*Resource{}, map[string][]*Resource{}
	for _, s := range a.Stacks {
		for _, r := range s.Resources {
			symbol := s.symbol(r.ID)
			a.bySymbol[symbol] = append(a.bySymbol[symbol], r)
			id := r.identify()
			for i, text := range []policy.Text{id.name, id.arn, id.ref} {
				if text != "" && (i == 0 || text != id.name) && (i < 2 || text != id.arn) {
					a.byName[text] = append(a.byName[text], r)
				}
			}
			if loose := anywhere(id.arn); loose != "" {
				a.byName[loose] = append(a.byName[loose], r)
			}
		}
	}
	return a.byName
}

// anywhere is an ARN without its partition, of which templates write aws whatever they are deployed to. It is none for other texts.
func anywhere(text policy.Text) policy.Text {
	after, ok := strings.CutPrefix(string(text), "arn:")
	if !ok {
		return ""
	}
	_, rest, ok := strings.Cut(after, ":")
	if place := string(policy.Symbol(policy.Place, "AWS::Partition")); strings.HasPrefix(after, place+":") {
		rest = after[len(place)+1:]
	}
	if !ok {
		return ""
	}
	return policy.Text("arn::" + rest)
}
