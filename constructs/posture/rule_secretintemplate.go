package posture

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/plainsecret"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "secret-in-template",
		Title:    "The template holds a secret, or shows one",
		Severity: Error,
		Why:      "Templates are kept in the repository, in cdk.out, in the bucket of assets and by CloudFormation; outputs are shown to everybody who may describe the stack.",
		Fix:      "Have it generated (Secrets Manager's GenerateSecretString), or put it there by hand and refer to it; rotate what was in a template. Output the name, not the value.",
		Source:   "CloudFormation guide, \"Security best practices for CloudFormation\", Do not embed credentials in your templates",
		Controls: Controls{
			NIST80053: []string{"IA-5", "SC-28"},
			Checkov:   []string{"CKV_AWS_384"},
		},
		check: secretInTemplate,
	})
}

func secretInTemplate(p *Posture) []Finding {
	hidden := p.model.assembly.Hidden()
	looked := map[string]string{}
	var all []Finding
	for _, s := range p.model.assembly.Stacks {
		in := func(what, why string) {
			all = append(all, Finding{Path: s.Path, Stack: s.Name, Message: fmt.Sprintf("%s: %s", what, why)})
		}
		for _, parameter := range s.Parameters() {
			value, known := parameter.Default.Known()
			switch why := plainsecret.Suspect(parameter.ID, value); {
			case !known || value == "" || placeholder.MatchString(value):
			case parameter.NoEcho:
				in("the parameter "+parameter.ID, "it is NoEcho and has a default")
			case why != "" && !strings.Contains(why, "entropy"): // the hash of code, as a rule
				in("the default of the parameter "+parameter.ID, why)
			}
		}
		for _, o := range s.Outputs {
			for _, item := range template.Items(o.Value) {
				value := policy.TextOf(item.Value)
				if why, sure := secretIn(o.ID, value, hidden); why != "" && sure {
					in("the output "+o.ID, why)
				}
			}
		}
		for _, r := range s.Resources {
			for _, why := range secretsOf(r, looked) {
				all = append(all, at(r, why))
			}
		}
	}
	return all
}

// placeholder is what stands where a secret is to be put.
var placeholder = regexp.MustCompile(`<|^[A-Z]+(_[A-Z]+)+$`)

// secretProperties are the properties that are secrets by their names (CloudFormation reference).
var secretProperties = map[string]bool{"ApiKeyValue": true, "AuthToken": true, "ClientSecret": true, "MasterUserPassword": true, "OAuthToken": true,
	"OauthToken": true, "Password": true, "SecretString": true}

// secretsOf looks through the properties of a resource, but for the environment of functions, of which plain-secret tells. What a string looked
// like before is in looked.
func secretsOf(r *template.Resource, looked map[string]string) []string {
	var all []string
	walk(r.Properties(), "", func(path, key string, v Text) {
		if strings.HasPrefix(path, "Environment.") && (r.Type == "AWS::Lambda::Function" || r.Type == "AWS::Serverless::Function") {
			return
		}
		value, known := v.Known()
		switch {
		case !known || value == "": // a dynamic reference, as which secrets ought to be written, is not known
		case secretProperties[key]:
			if !placeholder.MatchString(value) {
				all = append(all, path+" is written out")
			}
		case r.Type == "AWS::SSM::Parameter" && path == "Value":
			name := r.Text("Name").String()
			if why := plainsecret.Suspect(name[strings.LastIndexByte(name, '/')+1:], value); why != "" && !placeholder.MatchString(value) {
				all = append(all, "the parameter's value is written out: "+why)
			}
		default:
			why, ok := looked[value]
			if !ok {
				why = form(value)
				looked[value] = why
			}
			if why != "" {
				all = append(all, path+": "+why)
			}
		}
	})
	return all
}

// shortest is less than any credential that shows what it is has.
const shortest = 16

var address = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://\S+$`)

// form says which credential a string is, by its form alone. Code and templates of requests hold words such as "token=" without a secret, so
// that a login counts only in what is one address.
func form(value string) string {
	if len(value) < shortest || placeholder.MatchString(value) {
		return ""
	}
	why := plainsecret.Suspect("ID", value)
	if strings.Contains(why, "login") && !address.MatchString(value) {
		return ""
	}
	return why
}

// walk calls back for each text within a value, with its path and its last key.
func walk(v any, path string, visit func(path, key string, v Text)) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sorted(v) {
			walk(v[key], strings.TrimPrefix(path+"."+key, "."), visit)
		}
	case []any:
		for _, e := range v {
			walk(e, path, visit)
		}
	case policy.Either:
		walk(v.Then, path, visit)
		walk(v.Else, path, visit)
	case Text:
		visit(path, path[strings.LastIndexByte(path, '.')+1:], v)
	}
}
