package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// anonymous is a method or route of an API that asks nobody who they are, and that a function answers.
type anonymous struct {
	resource *template.Resource
	path     string
	message  string
	about    []Text
	answer   Answer
}

// A preflight request of CORS carries no credentials (API Gateway guide, "CORS for REST APIs").
const preflight = "OPTIONS"

// anonymousRoutes returns those of all functions, by the function's ARN.
func (m *model) anonymousRoutes() map[Text][]anonymous {
	all := map[Text][]anonymous{}
	add := func(uri Text, r *template.Resource, message string, answer Answer, about ...Text) {
		if function := m.integrated(uri, r); function != "" && answer != No {
			all[function] = append(all[function], anonymous{r, constructPath(r), message, about, policy.And(answer, certainly(r))})
		}
	}
	for _, r := range m.of("AWS::ApiGateway::Method") {
		if method := r.Text("HttpMethod"); !method.Is(preflight) {
			add(r.Text("Integration", "Uri"), r, fmt.Sprintf("the method %s of the REST API asks nobody who they are", method),
				policy.And(open(r.Text("AuthorizationType")), m.reachedBy(m.named(r.Text("RestApiId"), "AWS::ApiGateway::RestApi"))))
		}
	}
	connects := map[Text]Answer{} // whether a WebSocket API's $connect asks nobody
	for _, r := range m.of("AWS::ApiGatewayV2::Route") {
		if r.Text("RouteKey").Is("$connect") {
			connects[r.Text("ApiId")] = open(r.Text("AuthorizationType"))
		}
	}
	for _, r := range m.of("AWS::ApiGatewayV2::Route") {
		key, api := r.Text("RouteKey"), r.Text("ApiId")
		answer := open(r.Text("AuthorizationType"))
		// Of a WebSocket API only $connect authorizes: the rest is for who is connected.
		if connected, ok := connects[api]; ok {
			answer = connected
		}
		if strings.HasPrefix(string(key), preflight+" ") {
			continue
		}
		integration := m.named(Text(strings.TrimPrefix(string(r.Text("Target")), "integrations/")), "AWS::ApiGatewayV2::Integration")
		if integration != nil {
			add(integration.Text("IntegrationUri"), r, fmt.Sprintf("the route %s of the API asks nobody who they are", key), answer, api+" "+key)
		}
	}
	for _, r := range m.of("AWS::ApiGatewayV2::Api") {
		add(r.Text("Target"), r, "the API was made for the function alone, and asks nobody who they are", Yes)
	}
	m.documentedOperations(add)
	for _, r := range m.of("AWS::Serverless::Function") {
		all[r.ARN()] = append(all[r.ARN()], m.anonymousEvents(r)...)
	}
	return all
}

// open says whether an authorization type is none. NONE is the default.
func open(authorization Text) Answer {
	known, ok := authorization.Known()
	switch {
	case !ok:
		return CannotTell
	case known == "" || known == "NONE":
		return Yes
	}
	return No
}

// reachedBy says whether everybody gets as far as to what an API is made of: a private one is reached through VPC endpoints alone, and a policy,
// of which the evaluation is API Gateway's own, may keep others away. Of an API that is in no template it is not known.
func (m *model) reachedBy(api *template.Resource) Answer {
	if api == nil {
		return CannotTell
	}
	types := append(textsAt(api, "EndpointConfiguration", "Types"), api.Text("EndpointConfiguration", "Type"))
	switch {
	case slices.Contains(types, "PRIVATE"):
		return No
	case api.Property("Policy") != nil, api.Property("Auth", "ResourcePolicy") != nil:
		return CannotTell
	}
	return Yes
}

// integrated returns the ARN of the function that an integration's URI names: its own, or within API Gateway's.
func (m *model) integrated(uri Text, at *template.Resource) Text {
	arn := string(uri)
	if _, after, ok := strings.Cut(arn, "/functions/"); ok {
		arn, _, _ = strings.Cut(after, "/invocations")
	}
	function := m.functionARN(Text(arn), at)
	if m.named(function, functionTypes...) == nil {
		return ""
	}
	return function
}

// anonymousEvents are the API events of a function of the Serverless Application Model (SAM guide, "Controlling access to API Gateway APIs").
func (m *model) anonymousEvents(function *template.Resource) []anonymous {
	events, _ := function.Property("Events").(map[string]any)
	var all []anonymous
	for _, name := range sorted(events) {
		kind := policy.TextOf(template.At(events[name], "Type")).String()
		settings := template.At(events[name], "Properties")
		if kind != "Api" && kind != "HttpApi" || strings.EqualFold(policy.TextOf(template.At(settings, "Method")).String(), preflight) {
			continue
		}
		answer := m.anonymousEvent(function, kind, settings)
		if answer != No {
			path := constructPath(function) + "/" + name
			all = append(all, anonymous{function, path, fmt.Sprintf("the event %s of the API asks nobody who they are", name), nil, answer})
		}
	}
	return all
}

func (m *model) anonymousEvent(function *template.Resource, kind string, settings any) Answer {
	if authorizer := template.At(settings, "Auth", "Authorizer"); authorizer != nil {
		return open(policy.TextOf(authorizer))
	}
	if template.At(settings, "Auth", "ResourcePolicy") != nil {
		return CannotTell
	}
	answer := Yes
	if reference := template.At(settings, map[string]string{"Api": "RestApiId", "HttpApi": "ApiId"}[kind]); reference != nil {
		api := m.named(policy.TextOf(reference), "AWS::Serverless::Api", "AWS::Serverless::HttpApi")
		if api == nil {
			return CannotTell
		}
		if authorizes(api) {
			return No
		}
		if api.Property("Auth", "ResourcePolicy") != nil || api.Property("DefinitionBody") != nil || api.Property("DefinitionUri") != nil {
			answer = CannotTell
		}
	}
	if authorized(function.Stack, kind) {
		return No
	}
	return answer
}

// authorizes says whether an API of the Serverless Application Model has an authorizer for all of it.
func authorizes(api *template.Resource) bool {
	kind, serverless := strings.CutPrefix(api.Type, "AWS::Serverless::")
	return serverless && (api.Property("Auth", "DefaultAuthorizer") != nil || authorized(api.Stack, kind))
}

// authorized says whether the globals of a template give one to its APIs of a kind.
func authorized(s *template.Stack, kind string) bool {
	globals, _ := s.Globals(kind)
	return template.At(s.Resolve(globals), "Auth", "DefaultAuthorizer") != nil
}
