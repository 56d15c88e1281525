package posture

import (
	"cmp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// model is the templates by what they are about. Each part is read when it is first asked for.
type model struct {
	assembly *template.Assembly
	byType   map[string][]*template.Resource

	roles            map[Text]*role
	attached         map[Text][]attachment
	attachedNames    []Text
	resourcePolicies map[*template.Resource]*policy.Document
	groups           map[Text]*group
	routes           map[Text][]routed                        // by route table
	tables           map[Text][]routed                        // by subnet
	ofFunctions      map[string]map[Text][]*template.Resource // by kind, then by the function's ARN
	alarms           map[Text][]*template.Resource            // by the name that a dimension has
	subscribers      map[Text][]*template.Resource            // by topic
	invoking         map[Text][]*role                         // roles whose policies may allow to invoke, by function
}

func newModel(a *template.Assembly) *model {
	m := &model{assembly: a, byType: map[string][]*template.Resource{}, roles: map[Text]*role{}, ofFunctions: map[string]map[Text][]*template.Resource{}}
	for _, s := range a.Stacks {
		for _, r := range s.Resources {
			m.byType[r.Type] = append(m.byType[r.Type], r)
		}
	}
	for _, all := range m.byType {
		sortByPath(all)
	}
	return m
}

func sortByPath(all []*template.Resource) {
	slices.SortStableFunc(all, func(a, b *template.Resource) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Stack.Name, b.Stack.Name), strings.Compare(a.ID, b.ID))
	})
}

// of returns the resources of the kinds, sorted by their paths.
func (m *model) of(kinds ...string) []*template.Resource {
	if len(kinds) == 1 {
		return m.byType[kinds[0]]
	}
	var all []*template.Resource
	for _, kind := range kinds {
		all = append(all, m.byType[kind]...)
	}
	sortByPath(all)
	return all
}

// ofFunction returns the resources of a kind whose property names the function, by its name, its ARN, a version or an alias.
func (m *model) ofFunction(kind, property string, function Text) []*template.Resource {
	index := m.ofFunctions[kind]
	if index == nil {
		index = map[Text][]*template.Resource{}
		for _, r := range m.of(kind) {
			arn := m.functionARN(r.Text(property), r)
			index[arn] = append(index[arn], r)
		}
		m.ofFunctions[kind] = index
	}
	return index[function]
}

// named returns the resource that a text names, or nil.
func (m *model) named(text Text, kinds ...string) *template.Resource {
	return m.assembly.Owner(text, kinds...)
}

func textsAt(r *template.Resource, path ...string) []Text { return template.Texts(r.Property(path...)) }
