package report

import (
	"maps"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// usedKey is a key that a function may use: for what, and by whom.
type usedKey struct {
	uses, via []string
	state     string
	opens     bool // one of its statements is not denied again
	denial    string
}

// keyDoors are the keys that protect a function, and those that it may use.
func (d *Document) keyDoors(o own, f *posture.Function, found *found) panel {
	p := f.Protection
	doors := []door{o.protecting("its variables", p.EnvironmentKey, ofVariables, found), o.protecting("its logs", p.Logs.Key, ofLogKey, found)}
	keys := map[string]*usedKey{}
	for _, s := range f.May {
		if s.Effect == "Deny" || s.Limits || !slices.Contains(services(s), "kms") {
			continue
		}
		denied := d.deniedAgain(f, s)
		of := ofService(s, "kms")
		for _, r := range o.resources(of) {
			name := named(plain(strings.TrimPrefix(strings.TrimPrefix(r, "kms:"), "key/")), "key")
			if keys[name] == nil {
				keys[name] = &usedKey{state: open}
			}
			keys[name].add(of)
			keys[name].state = found.mark(keys[name].state, ofStatement, o.aboutKey(s, r))
			keys[name].state = found.mark(keys[name].state, ofKey, o.ofKey(s, r))
			if denied {
				keys[name].denial = denial(f, s)
			} else {
				keys[name].opens = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		k := keys[name]
		x := door{k.state, name, fit(widest(k.uses), 18) + " by " + fit(k.via, 17), wide(name)}
		if !k.opens {
			x.State, x.Detail = shut, k.denial
		}
		doors = append(doors, x)
	}
	for _, x := range found.rest(ofKey) {
		doors = append(doors, door{stateOf(x), plain(last(visible(x.Path))), "the key of what it uses", 0})
	}
	return newPanel("Keys", "", doors)
}

// protecting is the key that something of the function is under.
func (o own) protecting(what string, k *posture.CustomerKey, at place, found *found) door {
	if k == nil {
		return door{found.mark(bare, at, anyOf), what, "under AWS's own key", 0}
	}
	state := found.mark(found.mark(kept, at, anyOf), ofKey, onPath(k.Path))
	return door{state, what, "under " + plain(last(o.owner(k.Path, k.ARN))), 0}
}

// ofKey takes what is at the key itself that a resource of a statement is.
func (o own) ofKey(p posture.Permission, resource string) func(posture.Finding) bool {
	for _, r := range p.Resources {
		if o.brief(r) == resource {
			return naming(r)
		}
	}
	return func(posture.Finding) bool { return false }
}

func (k *usedKey) add(s posture.Permission) {
	for _, a := range actions(s) {
		k.uses = append(k.uses, strings.TrimPrefix(a, "kms:"))
	}
	through := "its own code"
	for _, c := range s.Conditions {
		if strings.EqualFold(c.Key, "kms:ViaService") {
			through, _, _ = strings.Cut(fit(written(c.Values), fits), ".")
		}
		if c.Key == "kms:EncryptionContext:aws:lambda:FunctionArn" {
			through = "Lambda"
		}
	}
	k.via = append(k.via, through)
}
