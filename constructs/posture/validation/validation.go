// Package validation has CDK hold an app to the rules of package posture
// whenever it is synthesized. It is a thin plugin: everything is decided there,
// from the finished templates.
//
//	awscdk.Validations_Of(app).AddPlugins(validation.New())
//
// A finding of severity error that nobody acknowledged stops synth; CDK's report
// names the construct's path. So does an acknowledgement without a reason, and
// one that nothing needs any more.
package validation

import (
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/posture"
)

// New returns the plugin, with acknowledgements beside those that the app's
// constructs hold (CDK's own and cdk-nag's).
func New(acknowledged ...posture.Acknowledgement) awscdk.IPolicyValidationPlugin {
	return &plugin{acknowledged: acknowledged}
}

type plugin struct{ acknowledged []posture.Acknowledgement }

// Name implements awscdk.IPolicyValidationPlugin.
func (*plugin) Name() *string { return jsii.String("securegofunction-posture") }

// Version implements awscdk.IPolicyValidationPlugin.
func (*plugin) Version() *string { return jsii.String("0.0.0") }

// RuleIds implements awscdk.IPolicyValidationPlugin.
func (*plugin) RuleIds() *[]*string {
	ids := []*string{}
	for _, r := range posture.Rules() {
		ids = append(ids, jsii.String(r.ID))
	}
	return &ids
}

// Validate implements awscdk.IPolicyValidationPlugin.
func (p *plugin) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	templates := map[string]string{} // by the stack's path
	for _, s := range *context.StackTemplates() {
		templates[*s.StackConstructPath] = *s.TemplatePath
	}
	found, err := posture.Read(assembly(templates))
	if err != nil {
		return report([]*awscdk.PolicyViolation{violation("unreadable", posture.Error, err.Error(), nil)}, false)
	}
	var (
		violations []*awscdk.PolicyViolation
		sound      = true
		rules      = map[string]posture.Rule{}
		stacks     = map[string]string{}
	)
	for _, r := range posture.Rules() {
		rules[r.ID] = r
	}
	for _, s := range found.Stacks {
		stacks[s.Name] = templates[s.Path]
	}
	checked := found.Check(p.acknowledged...)
	for _, f := range checked.Open() {
		sound = sound && f.Severity != posture.Error
		violations = append(violations, of(f, rules[f.Rule], stacks[f.Stack]))
	}
	for _, a := range checked.Unused {
		sound = false
		violations = append(violations, violation(a.Rule, posture.Error, "the acknowledgement is not needed any more: take it out", at(a.Path)))
	}
	for _, a := range checked.WithoutReason {
		sound = false
		violations = append(violations, violation(a.Rule, posture.Error, "the acknowledgement has no reason: say why", at(a.Path)))
	}
	return report(violations, sound)
}

// assembly is the folder that the templates are in, stages and all.
func assembly(templates map[string]string) string {
	folder := ""
	for _, path := range templates {
		dir := filepath.Dir(path)
		for filepath.Base(dir) != dir && strings.HasPrefix(filepath.Base(dir), "assembly-") {
			dir = filepath.Dir(dir)
		}
		folder = dir
	}
	return folder
}

func of(f posture.Finding, rule posture.Rule, template string) *awscdk.PolicyViolation {
	resource := at(f.Path)
	if f.LogicalID != "" && template != "" {
		resource = &awscdk.PolicyViolatingResource{ResourceLogicalId: &f.LogicalID, TemplatePath: &template, Locations: &[]*string{}}
	}
	message := f.Message
	if f.Unsure {
		message += " (the template does not tell for certain)"
	}
	v := violation(f.Rule, f.Severity, rule.Title+": "+message, resource)
	v.Fix = &rule.Fix
	v.RuleMetadata = &map[string]*string{"Why": &rule.Why, "Source": &rule.Source}
	return v
}

func at(path string) *awscdk.PolicyViolatingResource {
	return &awscdk.PolicyViolatingResource{ConstructPath: &path, Locations: &[]*string{}}
}

func violation(rule string, severity posture.Severity, message string, resource *awscdk.PolicyViolatingResource) *awscdk.PolicyViolation {
	resources := []*awscdk.PolicyViolatingResource{}
	if resource != nil {
		resources = append(resources, resource)
	}
	return &awscdk.PolicyViolation{RuleName: &rule, Description: &message, Severity: jsii.String(severities[severity]), ViolatingResources: &resources}
}

// severities are CDK's words for them.
var severities = map[posture.Severity]string{posture.Error: "error", posture.Warning: "warning", posture.Note: "info"}

func report(violations []*awscdk.PolicyViolation, sound bool) *awscdk.PolicyValidationPluginReport {
	if violations == nil {
		violations = []*awscdk.PolicyViolation{}
	}
	return &awscdk.PolicyValidationPluginReport{Success: &sound, Violations: &violations}
}
