package posture

import (
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// documented are the kinds of APIs that an OpenAPI document may make, with the property that holds it, and the one that says where else it is.
var documented = []struct {
	kind, document, elsewhere string
}{
	{"AWS::ApiGateway::RestApi", "Body", "BodyS3Location"},
	{"AWS::ApiGatewayV2::Api", "Body", "BodyS3Location"},
	{"AWS::Serverless::Api", "DefinitionBody", "DefinitionUri"},
	{"AWS::Serverless::HttpApi", "DefinitionBody", "DefinitionUri"},
}

// documentedOperations calls back for each operation of an OpenAPI document that asks nobody who they are, with what it calls (API Gateway
// guide, "OpenAPI extensions for API Gateway").
func (m *model) documentedOperations(add func(uri Text, api *template.Resource, message string, answer Answer, about ...Text)) {
	for _, d := range documented {
		for _, api := range m.of(d.kind) {
			reached := m.reachedBy(api)
			if reached == No || authorizes(api) {
				continue
			}
			body, known := api.Property(d.document).(map[string]any)
			if _, included := body["Fn::Transform"]; !known && api.Property(d.document) != nil || included || api.Property(d.elsewhere) != nil {
				m.undocumented(api, add)
			}
			paths, known := body["paths"].(map[string]any)
			if !known && body["paths"] != nil {
				m.undocumented(api, add)
			}
			for _, path := range sorted(paths) {
				operations, known := paths[path].(map[string]any)
				if !known {
					m.undocumented(api, add)
				}
				for _, method := range sorted(operations) {
					name := strings.ToUpper(strings.Replace(method, "x-amazon-apigateway-any-method", "ANY", 1))
					if name == preflight {
						continue
					}
					message := fmt.Sprintf("the operation %s %s of the API's document asks nobody who they are", name, path)
					add(calls(body, operations[method]), api, message, policy.And(reached, anonymously(body, operations[method])), policy.Literal(name+" "+path))
				}
			}
		}
	}
}

// undocumented is about an API of which the document, or a part of it, is not in the template: whom it asks is not known.
func (m *model) undocumented(api *template.Resource, add func(uri Text, api *template.Resource, message string, answer Answer, about ...Text)) {
	for _, r := range m.of("AWS::Lambda::Permission") {
		who := r.Text("Principal")
		if strings.HasPrefix(who.String(), "apigateway.") && strings.Contains(string(r.Text("SourceArn")), string(policy.TextOf(api.Ref()))) {
			add(r.Text("FunctionName"), api, "the document of the API is not in the template, so whom it asks who they are is not known", CannotTell)
		}
	}
}

// calls is the URI of an operation's integration.
func calls(body map[string]any, operation any) Text {
	integration := template.At(operation, "x-amazon-apigateway-integration")
	if reference, ok := policy.TextOf(template.At(integration, "$ref")).Known(); ok && reference != "" {
		integration = template.At(body, "components", "x-amazon-apigateway-integrations", reference[strings.LastIndexByte(reference, '/')+1:])
	}
	return policy.TextOf(template.At(integration, "uri"))
}

// anonymously says whether an operation asks nobody. Whether API Gateway takes the security of the whole document for that of its operations,
// its guide does not say.
func anonymously(body map[string]any, operation any) Answer {
	if auth := template.At(operation, "x-amazon-apigateway-auth", "type"); auth != nil {
		return open(policy.Text(strings.ToUpper(string(policy.TextOf(auth)))))
	}
	security := template.At(operation, "security")
	if security == nil {
		if template.At(body, "security") != nil {
			return policy.Or(CannotTell, admits(body, body["security"]))
		}
		return Yes
	}
	return admits(body, security)
}

// admits says whether one of the alternatives of a security requirement lets everybody in.
func admits(body map[string]any, security any) Answer {
	alternatives, known := security.([]any)
	switch {
	case !known:
		return CannotTell
	case len(alternatives) == 0:
		return Yes
	}
	answer := No
	for _, a := range alternatives {
		schemes, known := a.(map[string]any)
		if !known {
			answer = policy.Or(answer, CannotTell)
			continue
		}
		all := Yes // who passes all schemes of the alternative
		for name := range schemes {
			all = policy.And(all, anybody(body, name))
		}
		answer = policy.Or(answer, all)
	}
	return answer
}

// anybody says whether a security scheme tells nobody apart: an API key is for counting requests (API Gateway guide, "Usage plans and API keys
// for REST APIs").
func anybody(body map[string]any, name string) Answer {
	scheme := template.At(body, "components", "securitySchemes", name)
	if scheme == nil {
		scheme = template.At(body, "securityDefinitions", name) // of OpenAPI 2
	}
	switch {
	case template.At(scheme, "x-amazon-apigateway-authtype") != nil, template.At(scheme, "x-amazon-apigateway-authorizer") != nil:
		return No
	case policy.TextOf(template.At(scheme, "type")).Is("apiKey"):
		return Yes
	}
	return CannotTell
}
