package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// brief is one line of the table of all functions.
type brief struct {
	Path, Calls, Reaches, InvokedBy string
	Open                            tally
	Relaxed                         int
}

func (d *Document) briefOf(f *posture.Function) brief {
	o := d.ownOf(f)
	b := brief{Path: visible(f.Path), Open: tallyOf(d.allOf(f)), Relaxed: len(f.Relaxed)}
	var calls, invokers []string
	for _, p := range f.May {
		if p.Effect != "Deny" && !p.Limits && !d.deniedAgain(f, p) {
			calls = append(calls, services(p)...)
		}
	}
	for _, i := range f.InvokedBy {
		invokers = append(invokers, plain(o.who(i)))
	}
	slices.Sort(calls)
	slices.Sort(invokers)
	b.Calls, b.Reaches, b.InvokedBy = few(calls, "nothing"), few(farthest(d.Destinations[f.Path]), "nothing"), few(invokers, "nobody")
	return b
}

// farthest are destinations with those outside of AWS first, and the names of AWS's own, which endpoints are for, last.
func farthest(destinations []string) []string {
	rank := func(s string) int {
		switch {
		case s == posture.Internet:
			return 0
		case awsName(s):
			return 3
		case strings.Contains(s, ".") && !strings.ContainsAny(s, "/: $"):
			return 1
		}
		return 2
	}
	all := slices.Clone(destinations)
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	for i, s := range all {
		all[i] = plain(visible(s))
	}
	return all
}

func awsName(s string) bool {
	return strings.HasSuffix(s, ".${AWS::URLSuffix}") || strings.HasSuffix(s, ".amazonaws.com")
}

// few joins the first of a list, and says how many more there are.
func few(all []string, none string) string {
	all = slices.Compact(all)
	const most = 6
	switch {
	case len(all) == 0:
		return none
	case len(all) > most:
		return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", len(all)-most)
	}
	return strings.Join(all, ", ")
}
