package template

import (
	"strconv"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// Properties are the resource's, resolved. They are read once and must not be changed.
func (r *Resource) Properties() map[string]any {
	if r.properties == nil {
		if r.resolving {
			return nil
		}
		r.resolving = true
		raw, _ := r.raw["Properties"].(map[string]any)
		resolved, _ := r.Stack.Resolve(raw).(map[string]any)
		if resolved == nil {
			resolved = map[string]any{}
		}
		r.properties, r.resolving = resolved, false
	}
	return r.properties
}

// Property returns the value at the path of keys, or nil.
func (r *Resource) Property(path ...string) any { return At(r.Properties(), path...) }

// Text returns the text at the path of keys, or none.
func (r *Resource) Text(path ...string) policy.Text { return policy.TextOf(r.Property(path...)) }

// List returns the elements at the path of keys. What stands alone is a list of one.
func (r *Resource) List(path ...string) []any { return List(r.Property(path...)) }

// DependsOn are the logical ids that the resource waits for.
func (r *Resource) DependsOn() []string {
	var ids []string
	for _, id := range List(r.raw["DependsOn"]) {
		if s, ok := id.(string); ok {
			ids = append(ids, s)
		}
	}
	return ids
}

// At returns the value at a path of keys, or nil.
func At(v any, path ...string) any {
	if len(path) == 0 {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		return At(v[path[0]], path[1:]...)
	case policy.Either:
		then, otherwise := At(v.Then, path...), At(v.Else, path...)
		if then == nil && otherwise == nil {
			return nil
		}
		return policy.Either{Condition: v.Condition, Then: orAbsent(then), Else: orAbsent(otherwise)}
	case policy.Unknown:
		return v
	}
	return nil
}

func orAbsent(v any) any {
	if v == nil {
		return policy.Absent{}
	}
	return v
}

// Item is an element of a list.
type Item struct {
	Value any
	// Maybe says that a condition of the template decides whether it is there.
	Maybe bool
}

// Items returns the elements of a value. What stands alone is a list of one; what a condition decides is all that it may be.
func Items(v any) []Item {
	switch v := v.(type) {
	case nil, policy.Absent:
		return nil
	case []any:
		var all []Item
		for _, e := range v {
			if _, decided := e.(policy.Either); decided {
				all = append(all, Items(e)...)
			} else {
				all = append(all, Item{Value: e})
			}
		}
		return all
	case policy.Either:
		var all []Item
		for _, i := range append(Items(v.Then), Items(v.Else)...) {
			all = append(all, Item{i.Value, true})
		}
		return all
	}
	return []Item{{Value: v}}
}

// List returns the values of Items.
func List(v any) []any {
	var all []any
	for _, i := range Items(v) {
		all = append(all, i.Value)
	}
	return all
}

// Texts returns the elements of a value as texts.
func Texts(v any) []policy.Text {
	var all []policy.Text
	for _, e := range List(v) {
		all = append(all, policy.TextOf(e))
	}
	return all
}

// Number returns a number, if the value is one.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case policy.Text:
		n, err := strconv.ParseFloat(v.String(), 64)
		return n, err == nil
	}
	return 0, false
}

// Bool says whether a value is true. What is missing is not.
func Bool(v any) policy.Answer {
	switch v := v.(type) {
	case nil, policy.Absent:
		return policy.No
	case bool:
		if v {
			return policy.Yes
		}
		return policy.No
	case policy.Text:
		if s, ok := v.Known(); ok {
			if strings.EqualFold(s, "true") {
				return policy.Yes
			}
			return policy.No
		}
	case policy.Either:
		if then := Bool(v.Then); then == Bool(v.Else) {
			return then
		}
	}
	return policy.CannotTell
}
