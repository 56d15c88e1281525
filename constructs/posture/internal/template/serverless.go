package template

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

const (
	serverless = "AWS::Serverless::"
	macro      = "AWS::Serverless-2016-10-31"
)

// mergeGlobals gives the resources of the Serverless Application Model what the template sets for all of their kind: maps are merged by their
// keys, lists are put before, and of other values the resource's own counts (SAM guide, "Globals section", Overridable; "Ignoring globals").
func (s *Stack) mergeGlobals() {
	globals, _ := s.raw["Globals"].(map[string]any)
	if !s.sam {
		return
	}
	for _, r := range s.Resources {
		kind, ok := strings.CutPrefix(r.Type, serverless)
		given, _ := globals[kind].(map[string]any)
		if !ok || given == nil || r.raw["IgnoreGlobals"] == "*" {
			continue
		}
		own, isObject := r.raw["Properties"].(map[string]any)
		if !isObject && r.raw["Properties"] != nil {
			continue
		}
		body := map[string]any{}
		for key, v := range r.raw {
			body[key] = v
		}
		ignored := List(r.raw["IgnoreGlobals"])
		left := map[string]any{}
		for key, v := range given {
			if !slices.Contains(ignored, any(key)) {
				left[key] = v
			}
		}
		body["Properties"] = merged(left, own)
		r.raw = body
	}
}

func merged(global, own map[string]any) map[string]any {
	all := make(map[string]any, len(global)+len(own))
	for key, v := range global {
		all[key] = v
	}
	for key, v := range own {
		before, inherited := all[key]
		if !inherited {
			all[key] = v
			continue
		}
		all[key] = mergedValue(before, v)
	}
	return all
}

func mergedValue(global, own any) any {
	switch own := own.(type) {
	case map[string]any:
		object, ok := global.(map[string]any)
		_, _, computed := function(object)
		if _, _, also := function(own); ok && !computed && !also {
			return merged(object, own)
		}
	case []any:
		if list, ok := global.([]any); ok {
			return slices.Concat(list, own)
		}
	}
	return own
}

// Connected says whether a connector of the template gives a function's role permissions (SAM guide, "Managing resource permissions with AWS SAM
// connectors").
func (r *Resource) Connected() bool {
	if _, embedded := r.raw["Connectors"]; embedded {
		return true
	}
	return slices.ContainsFunc(r.Stack.Resources, func(c *Resource) bool {
		return c.Type == serverless+"Connector" && slices.Contains(Texts(c.Property("Source", "Id")), policy.Text(r.ID))
	})
}

// Globals are what the template of the Serverless Application Model sets for all resources of a kind, unresolved, and whether it is one.
func (s *Stack) Globals(kind string) (globals map[string]any, is bool) {
	all, _ := s.raw["Globals"].(map[string]any)
	globals, _ = all[kind].(map[string]any)
	return globals, s.sam
}
