package template

import (
	"cmp"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// understand lists what of the stack's template is not in the template: what a macro makes of it, and modules.
func (a *Assembly) understand(s *Stack) {
	for _, t := range List(s.Resolve(s.raw["Transform"])) {
		if named := At(t, "Name"); named != nil {
			t = named
		}
		switch name := policy.TextOf(t).String(); name {
		case macro:
		case "AWS::LanguageExtensions":
		default:
			a.unreadable(s.Path, "the macro "+name+" changes the template when it is deployed")
		}
	}
	for _, r := range s.Resources {
		if r.untold != "" {
			a.unreadable(r.Stack.Path+"/"+r.ID, r.untold)
		}
		if elsewhere[r.Type] {
			a.unreadable(r.Path, "what "+r.Type+" makes is not in the template")
		}
		if strings.HasSuffix(r.Type, "::MODULE") {
			a.unreadable(r.Path, "the module "+r.Type+" makes resources that are not in the template")
		}
		if _, ok := r.raw["Properties"].(map[string]any); !ok && r.raw["Properties"] != nil {
			a.unreadable(r.Path, "the properties are no object")
		}
		if why := r.Transformed(); why != "" {
			a.unreadable(r.Path, why)
		}
	}
	_, all := s.raw["Fn::Transform"]
	if name := macroIn(s.raw["Outputs"], true); all || name != "" {
		a.unreadable(s.Path, cmp.Or(name, "Fn::Transform")+" changes the template when it is deployed")
	}
}

// Transformed says why the resource's properties are not all in the template, if they are not.
func (r *Resource) Transformed() string {
	if name := macroIn(r.raw, true); name != "" {
		return name + " changes the resource when it is deployed"
	}
	return ""
}

// elsewhere are the types that make resources which no template here holds.
var elsewhere = map[string]bool{"AWS::CloudFormation::StackSet": true, serverless + "Application": true, serverless + "GraphQLApi": true, serverless + "WebSocketApi": true}

// macroIn returns a function that stands among other keys, or in the place of all properties: a macro that puts keys of its own there. Where a
// function stands alone, its value is not known. Of several it is the first by name.
func macroIn(v any, top bool) (first string) {
	add := func(name string) {
		if first == "" || name != "" && name < first {
			first = name
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			if strings.HasPrefix(key, "Fn::") && (len(v) > 1 || top) {
				add(key)
			}
			add(macroIn(e, top && key == "Properties"))
		}
	case []any:
		for _, e := range v {
			add(macroIn(e, false))
		}
	}
	return first
}
