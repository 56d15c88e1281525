package template

import "strings"

// understand lists what of the stack's template is not in the template: what a macro makes of it, and modules.
func (a *Assembly) understand(s *Stack) {
	for _, t := range Texts(s.Resolve(s.raw["Transform"])) {
		switch name := t.String(); name {
		case "AWS::Serverless-2016-10-31":
			s.sam = true
		case "AWS::LanguageExtensions":
		default:
			a.unreadable(s.Path, "the macro "+name+" changes the template when it is deployed")
		}
	}
	for _, r := range s.Resources {
		if r.untold != "" {
			a.unreadable(r.Stack.Path+"/"+r.ID, r.untold)
		}
		if strings.HasSuffix(r.Type, "::MODULE") {
			a.unreadable(r.Path, "the module "+r.Type+" makes resources that are not in the template")
		}
		if properties, ok := r.raw["Properties"].(map[string]any); ok {
			if _, ok := properties["Fn::Transform"]; ok {
				a.unreadable(r.Path, "Fn::Transform changes the resource when it is deployed")
			}
		} else if r.raw["Properties"] != nil {
			a.unreadable(r.Path, "the properties are no object")
		}
	}
}

// SAM says whether the template is one of the Serverless Application Model, and returns its globals of a kind, unresolved.
func (s *Stack) SAM(kind string) (globals map[string]any, is bool) {
	all, _ := s.raw["Globals"].(map[string]any)
	globals, _ = all[kind].(map[string]any)
	return globals, s.sam
}
