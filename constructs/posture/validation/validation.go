// Package validation has CDK hold an app to the rules of package posture
// whenever it is synthesized. It is a thin plugin: everything is decided there,
// from the finished templates.
//
//	awscdk.Validations_Of(app).AddPlugins(validation.New())
//
// A finding of severity error that nobody acknowledged stops synth; CDK's report
// names the construct's path. So does an acknowledgement without a reason. One
// that nothing needs any more is a warning.
//
// Add the plugin once, to the app: it judges what is in the stacks of what it is
// added to, an app or a stage. In an app with stages the CLI shows and stops at
// what it is asked for: cdk synth '**' is for all of them.
//
// To acknowledge, give New what posture.Acknowledge returns, or name the one
// finding at any construct, as CDK's report says:
//
//	awscdk.Validations_Of(fn).Acknowledge(&awscdk.Acknowledgment{
//		Id: jsii.String("securegofunction-posture::public-invocation[Shop/Orders/FunctionUrl]"), Reason: jsii.String("prices are for everybody")})
//
// Without the brackets it is all findings of the rule at that construct and
// within it.
package validation

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/posture"
	"github.com/securegofunction/cdk/internal/version"
)

// New returns the plugin, with acknowledgements beside those that the app's
// constructs hold (CDK's own and cdk-nag's).
func New(acknowledged ...posture.Acknowledgement) awscdk.IPolicyValidationPlugin {
	return &plugin{acknowledged: acknowledged}
}

type plugin struct{ acknowledged []posture.Acknowledgement }

// Name implements awscdk.IPolicyValidationPlugin.
func (*plugin) Name() *string { return jsii.String(posture.Plugin) }

// Version implements awscdk.IPolicyValidationPlugin.
func (*plugin) Version() *string { return jsii.String(cmp.Or(version.Module(), "(devel)")) }

// RuleIds implements awscdk.IPolicyValidationPlugin.
func (*plugin) RuleIds() *[]*string {
	ids := []*string{}
	for _, r := range posture.Rules() {
		ids = append(ids, jsii.String(r.ID))
	}
	return &ids
}

// Validate implements awscdk.IPolicyValidationPlugin.
func (p *plugin) Validate(context awscdk.IPolicyValidationContext) (report *awscdk.PolicyValidationPluginReport) {
	// A panic in a callback would take the process along, and CDK's report.
	defer func() {
		if r := recover(); r != nil {
			report = failed(fmt.Sprintf("posture panicked: %v", r))
		}
	}()
	templates := map[string]string{} // by the stack's path
	for _, s := range *context.StackTemplates() {
		templates[*s.StackConstructPath] = *s.TemplatePath
	}
	if len(templates) == 0 {
		return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(true), Violations: &[]*awscdk.PolicyViolation{}}
	}
	found, err := posture.Read(assembly(templates))
	if err != nil {
		return failed(err.Error())
	}
	acknowledged := append(ofApp(found, context.AppConstruct()), p.acknowledged...)
	return judged(found, found.Check(acknowledged...), templates)
}

// judged is CDK's report of what is in the stacks of the templates.
func judged(found *posture.Posture, checked posture.Report, templates map[string]string) *awscdk.PolicyValidationPluginReport {
	violations, sound := []*awscdk.PolicyViolation{}, true
	rules, stacks := map[string]posture.Rule{}, map[string]string{}
	for _, r := range posture.Rules() {
		rules[r.ID] = r
	}
	for _, s := range found.Stacks {
		stacks[s.Name] = templates[s.Path]
	}
	for _, f := range checked.Open() {
		if !in(templates, f.Path) {
			continue
		}
		sound = sound && f.Severity != posture.Error
		violations = append(violations, of(f, rules[f.Rule], stacks[f.Stack]))
	}
	for _, a := range checked.Unused {
		if in(templates, a.Path) {
			violations = append(violations, violation("unused-acknowledgement", "warning", a.Fault(), at(a.Path)))
		}
	}
	for _, a := range checked.WithoutReason {
		if in(templates, a.Path) {
			// CDK never takes a fatal one for acknowledged.
			sound = false
			violations = append(violations, violation("acknowledgement-without-reason", "fatal", a.Fault(), at(a.Path)))
		}
	}
	return &awscdk.PolicyValidationPluginReport{Success: &sound, Violations: &violations}
}

// in says whether a construct is in one of the stacks, or around one, as an app
// and its stages are.
func in(templates map[string]string, path string) bool {
	for stack := range templates {
		if path == "" || path == stack || strings.HasPrefix(path, stack+"/") || strings.HasPrefix(stack, path+"/") {
			return true
		}
	}
	return false
}

// failed is the report of a plugin that could not do its work.
func failed(why string) *awscdk.PolicyValidationPluginReport {
	return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(false), Violations: &[]*awscdk.PolicyViolation{}, Metadata: &map[string]*string{"error": &why}}
}

// assembly is the folder that the templates are in, stages and all.
func assembly(templates map[string]string) string {
	folder := ""
	for _, path := range templates {
		dir := filepath.Dir(path)
		for {
			around := filepath.Dir(dir)
			if _, err := os.Stat(filepath.Join(around, "manifest.json")); err != nil || !strings.HasPrefix(filepath.Base(dir), "assembly-") {
				break
			}
			dir = around
		}
		folder = dir
	}
	return folder
}

// ofApp are the acknowledgements at the app and its stages, which are in no
// manifest.
func ofApp(found *posture.Posture, node constructs.IConstruct) []posture.Acknowledgement {
	var all []posture.Acknowledgement
	for _, entry := range *node.Node().Metadata() {
		if *entry.Type != "aws:cdk:acknowledged-rules" {
			continue
		}
		reasons, _ := entry.Data.(map[string]any)
		for _, id := range slices.Sorted(maps.Keys(reasons)) {
			why, _ := reasons[id].(string)
			all = append(all, found.Recorded(id, *node.Node().Path(), why))
		}
	}
	for _, child := range *node.Node().Children() {
		if *awscdk.Stage_IsStage(child) {
			all = append(all, ofApp(found, child)...)
		}
	}
	return all
}

// of names the finding with its rule, as CDK takes an acknowledgement of a name
// for one of all that are called so, wherever they are.
func of(f posture.Finding, rule posture.Rule, template string) *awscdk.PolicyViolation {
	resource := at(f.Path)
	if f.LogicalID != "" && template != "" {
		resource = &awscdk.PolicyViolatingResource{ResourceLogicalId: &f.LogicalID, TemplatePath: &template, Locations: &[]*string{}}
	}
	message := f.Message
	if f.Unsure {
		message += " (the template does not tell for certain)"
	}
	v := violation(f.Rule+"["+posture.Bracketed(f.Path)+"]", severities[f.Severity], rule.Title+": "+message, resource)
	v.Fix = &rule.Fix
	v.RuleMetadata = &map[string]*string{"Why": &rule.Why, "Source": &rule.Source}
	return v
}

func at(path string) *awscdk.PolicyViolatingResource {
	return &awscdk.PolicyViolatingResource{ConstructPath: &path, Locations: &[]*string{}}
}

func violation(rule, severity, message string, resource *awscdk.PolicyViolatingResource) *awscdk.PolicyViolation {
	return &awscdk.PolicyViolation{RuleName: &rule, Description: &message, Severity: &severity, ViolatingResources: &[]*awscdk.PolicyViolatingResource{resource}}
}

// severities are CDK's words for them.
var severities = map[posture.Severity]string{posture.Error: "error", posture.Warning: "warning", posture.Note: "info"}
