package iam

import (
	"maps"
	"slices"
)

// Merge joins statements where the joined one allows exactly what the two did:
// they differ in nothing, in their resources alone, or in the values of one
// condition key alone. The first statement's place is kept, so the same links
// give the same bytes. A managed policy holds 6,144 characters (IAM quotas);
// merging is what lets many links fit.
func Merge(statements []Statement) []Statement {
	var merged []Statement
next:
	for _, s := range statements {
		for i := range merged {
			if joined, ok := join(merged[i], s); ok {
				merged[i] = joined
				continue next
			}
		}
		merged = append(merged, s)
	}
	return merged
}

func join(a, b Statement) (Statement, bool) {
	if a.Effect != b.Effect || !maps.Equal(a.Principal, b.Principal) || !slices.Equal(a.Actions, b.Actions) || !slices.Equal(a.NotActions, b.NotActions) {
		return a, false
	}
	sameResources := slices.Equal(a.Resources, b.Resources)
	operator, key, differing := difference(a.Conditions, b.Conditions)
	switch {
	case differing == 0:
		a.Resources = union(a.Resources, b.Resources)
		return a, true
	// A negated operator means "none of these", and an absent key has no list
	// to extend: neither is an "or" of its values.
	case differing == 1 && sameResources && mergeable[operator]:
		conditions := Conditions{}
		for op, keys := range a.Conditions {
			conditions[op] = maps.Clone(keys)
		}
		conditions[operator][key] = union(a.Conditions[operator][key], b.Conditions[operator][key])
		a.Conditions = conditions
		return a, true
	}
	return a, false
}

// mergeable are the operators under which a list of values is an "or".
var mergeable = map[string]bool{"StringEquals": true, "StringLike": true, "ArnEquals": true, "ArnLike": true}

// difference counts the condition keys whose values differ and names one. Keys
// that only one side has count as two, since they cannot be joined.
func difference(a, b Conditions) (operator, key string, n int) {
	for op, keys := range a {
		for k, values := range keys {
			other, ok := b[op][k]
			switch {
			case !ok:
				n += 2
			case !slices.Equal(values, other):
				operator, key, n = op, k, n+1
			}
		}
	}
	for op, keys := range b {
		for k := range keys {
			if _, ok := a[op][k]; !ok {
				n += 2
			}
		}
	}
	return operator, key, n
}

func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}
