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
		}
	}
	return a.byName
}
