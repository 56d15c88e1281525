package posture

import "fmt"

func init() {
	register(Rule{
		ID:       "boundary",
		Title:    "The role has no permissions boundary, as others have",
		Severity: Note,
		Why:      "Somebody decided on a boundary for the roles of this app. This function's role is without, so what is attached to it counts in full.",
		Fix:      "Set the boundary for all: iam.PermissionsBoundary.of(app), or SecureGoFunction's PermissionsBoundary.",
		Source:   "IAM guide, \"Permissions boundaries for IAM entities\"",
		Controls: Controls{NIST80053: []string{"AC-6"}},
		check:    boundary,
	})
}

// A boundary is nobody's duty where none is used, so that there is nothing to find.
func boundary(p *Posture) []Finding {
	var given Text
	for _, r := range p.model.of("AWS::IAM::Role") {
		if b := r.Text("PermissionsBoundary"); b != "" {
			given = b
			break
		}
	}
	if given == "" {
		return nil
	}
	var all []Finding
	for _, i := range p.identities() {
		if i.boundary == nil && (i.resource != nil || i.functions[0].resource.Type == "AWS::Serverless::Function") {
			all = append(all, i.at(nil, fmt.Sprintf("the role has no boundary, while other roles have %s", given)))
		}
	}
	return all
}
