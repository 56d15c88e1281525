package link

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// Of API Gateway this package takes what it needs as interfaces of its own.
// CDK's two packages bring those of five more services along, SageMaker's among
// them, and whoever imports link would build for a third longer the first time.

// RestMethod is what RestAPI asks of a method of a REST API. Any
// awsapigateway.Method is one.
type RestMethod interface {
	constructs.Construct
	HttpMethod() *string
	// MethodArn is that of the method in the API's own stage.
	MethodArn() *string
}

// RestAPI has the function answer one method of a REST API. It brings no
// variable. The method is made as for any API, without an integration, and the
// link gives it one:
//
//	orders := api.Root().AddResource(jsii.String("orders"), nil)
//	link.RestAPI(orders.AddMethod(jsii.String("GET"), nil, nil))
//
// Those who call have to sign their requests and be allowed execute-api:Invoke
// (AWS_IAM), unless the method was made with an authorizer, or is Public. API
// Gateway may invoke the function for that method, path and stage, and not for
// the console's test button. ANY is no method to link: link each.
//
// The method, its integration and the permission are in the API's stack, which
// refers to the function's, and never the reverse; the API's deployment has
// them. An API that is imported cannot be deployed from here.
func RestAPI(method RestMethod, options ...APIOption) Link {
	r := restAPI{method: method}
	r.with(options)
	return r
}

type restAPI struct {
	apiAccess
	method RestMethod
}

// Open implements Link.
func (r restAPI) Open(Site) (Doors, error) {
	if absent(r.method) {
		return Doors{}, errors.New("link.RestAPI: the method is nil: give an awsapigateway.Method, such as resource.AddMethod returns")
	}
	path := *r.method.Node().Path()
	made, isMethod := r.method.Node().DefaultChild().(restMethodResource)
	wrong := slices.Clone(r.mistakes)
	if !isMethod {
		wrong = append(wrong, errors.New("it is no method of an API of this app: give what resource.AddMethod returned"))
	} else if r.public != "" && *made.AuthorizationType() != "NONE" {
		wrong = append(wrong, fmt.Errorf("it is Public, and was made with the authorization %s: keep one", *made.AuthorizationType()))
	}
	if r.authorizer != nil {
		wrong = append(wrong, errors.New("Authorizer is for HTTP APIs: make the method with its authorizer, in awsapigateway.MethodOptions"))
	}
	if *r.method.HttpMethod() == "ANY" {
		wrong = append(wrong, errors.New("it is ANY, which is every method there is: add a method for each that the function answers"))
	}
	if err := errors.Join(wrong...); err != nil {
		return Doors{}, fmt.Errorf("link.RestAPI of %s: %w", path, err)
	}
	return Doors{
		Relaxed: r.relaxed("method "+path+" of the REST API", path),
		Triggers: []Trigger{{ID: triggerID("RestAPI", unknownARN, r.method.Node()), Make: func(_ constructs.Construct, fn awslambda.Function) {
			r.integrate(made, fn)
		}}},
	}, nil
}

// unknownARN has triggerID go by the construct.
const unknownARN = "${Token["

// restMethodResource is the part of awsapigateway.CfnMethod that is needed.
type restMethodResource interface {
	AuthorizationType() *string
	SetAuthorizationType(*string)
	SetIntegration(any)
}

func (r restAPI) integrate(made restMethodResource, fn awslambda.Function) {
	if r.public == "" && *made.AuthorizationType() == "NONE" {
		made.SetAuthorizationType(jsii.String("AWS_IAM"))
	}
	integration := map[string]any{
		"type": "AWS_PROXY", "integrationHttpMethod": "POST",
		"uri": "arn:" + pseudo.Partition() + ":apigateway:" + pseudo.Region() + ":lambda:path/2015-03-31/functions/" + *fn.FunctionArn() + "/invocations",
	}
	made.SetIntegration(awscdk.Token_AsAny(integration))
	// A deployment is a copy of the API at the time that it is made. It is made
	// anew when its id is, which CDK takes from the methods as they were added.
	if deployment := deploymentOf(r.method); deployment != nil {
		deployment.AddToLogicalId(map[string]any{"integration": integration, "authorizationType": made.AuthorizationType(), "method": r.method.Node().Path()})
	}
	permit(r.method, fn, "apigateway", *r.method.MethodArn())
}

// restDeployment is the part of awsapigateway.Deployment that is needed.
type restDeployment interface{ AddToLogicalId(data any) }

// deploymentOf returns the deployment that the API of a method makes, or nil if
// it was told to make none.
func deploymentOf(method constructs.Construct) restDeployment {
	for scope := method.Node().Scope(); scope != nil; scope = scope.Node().Scope() {
		if deployment, ok := scope.Node().TryFindChild(jsii.String("Deployment")).(restDeployment); ok {
			return deployment
		}
	}
	return nil
}

// HTTPApi is what HTTPAPI asks of an HTTP API. Any awsapigatewayv2.IHttpApi is
// one.
type HTTPApi interface {
	constructs.IConstruct
	ApiId() *string
	// DefaultAuthorizationScopes tells it from a WebSocket API, which has none.
	DefaultAuthorizationScopes() *[]*string
}

// HTTPAPI has the function answer one method and path of an HTTP API, such as
// GET and /orders/{id}. It brings no variable. The event is that of payload
// version 2.0 (events.APIGatewayV2HTTPRequest of aws-lambda-go).
//
// Those who call have to sign their requests and be allowed execute-api:Invoke
// (AWS_IAM), unless there is an Authorizer, or the route is Public; the API's
// default authorizer does not apply. API Gateway may invoke the function for
// that method and path, in any stage. ANY and $default are no routes to link:
// link each.
//
// The route is in the function's stack, which refers to the API's, and never the
// reverse; the API may be imported. A stage that deploys by itself, as CDK's
// default stage does, then has the route.
func HTTPAPI(api HTTPApi, method, path string, options ...APIOption) Link {
	h := httpAPI{api: api, method: method, path: path}
	h.with(options)
	return h
}

type httpAPI struct {
	apiAccess
	api          HTTPApi
	method, path string
}

// Open implements Link.
func (h httpAPI) Open(at Site) (Doors, error) {
	var missing error
	if absent(h.api) {
		missing = errors.New("the API is nil: give an awsapigatewayv2.IHttpApi")
	}
	route := h.method + " " + h.path
	if err := errors.Join(append(h.mistakes, missing, checkMethod(h.method), checkRoute(h.path))...); err != nil {
		return Doors{}, fmt.Errorf("link.HTTPAPI of %q: %w", route, err)
	}
	id := *h.api.ApiId()
	return Doors{
		Relaxed: h.relaxed("route "+route+" of the HTTP API "+id, id+" "+route),
		Triggers: []Trigger{{ID: triggerID("HTTPAPI", id, h.api.Node()) + "-" + digest(route), Make: func(scope constructs.Construct, fn awslambda.Function) {
			h.make(scope, fn, at, id, route)
		}}},
	}, nil
}

func (h httpAPI) make(scope constructs.Construct, fn awslambda.Function, at Site, id, route string) {
	integration := awscdk.NewCfnResource(scope, jsii.String("Integration"), &awscdk.CfnResourceProps{Type: jsii.String("AWS::ApiGatewayV2::Integration"), Properties: &map[string]any{
		"ApiId": id, "IntegrationType": "AWS_PROXY", "IntegrationUri": fn.FunctionArn(), "PayloadFormatVersion": "2.0"}})
	properties := map[string]any{"ApiId": id, "RouteKey": route, "Target": "integrations/" + *integration.Ref(), "AuthorizationType": "AWS_IAM"}
	switch {
	case h.public != "":
		properties["AuthorizationType"] = "NONE"
	case h.authorizer != nil:
		properties["AuthorizationType"], properties["AuthorizerId"] = h.authorizer.Type, h.authorizer.ID
		if len(h.authorizer.Scopes) > 0 {
			properties["AuthorizationScopes"] = h.authorizer.Scopes
		}
	}
	awscdk.NewCfnResource(scope, jsii.String("Route"), &awscdk.CfnResourceProps{Type: jsii.String("AWS::ApiGatewayV2::Route"), Properties: &properties})
	permit(scope, fn, "apigateway", "arn:"+at.Partition+":execute-api:"+at.Region+":"+at.Account+":"+id+"/*/"+h.method+h.path)
}

// APIOption says more of a link of an API.
type APIOption interface{ api(*apiAccess) }

// Public lets everybody on the internet call the method, and says why. The
// reason is recorded in the template's metadata.
func Public(reason string) APIOption {
	return apiOption(func(a *apiAccess) {
		if strings.TrimSpace(reason) == "" {
			a.mistakes = append(a.mistakes, errors.New("Public needs a reason: say why everybody may call it"))
		}
		if a.authorizer != nil {
			a.mistakes = append(a.mistakes, errPublicAuthorizer)
		}
		a.public = reason
	})
}

// Authorizer is an authorizer of an HTTP API, in place of AWS_IAM.
type Authorizer struct {
	// Type is JWT or CUSTOM, which is a function.
	Type string
	// ID of the authorizer, such as AuthorizerId of awsapigatewayv2.HttpAuthorizer
	// returns.
	ID string
	// Scopes of which a token of a JWT needs one. Defaults to none.
	Scopes []string
}

// AuthorizedBy has an authorizer say who may call the route of an HTTP API.
func AuthorizedBy(authorizer Authorizer) APIOption {
	authorizer.Scopes = slices.Clone(authorizer.Scopes)
	return apiOption(func(a *apiAccess) {
		switch {
		case authorizer.ID == "":
			a.mistakes = append(a.mistakes, errors.New("Authorizer has no ID: give what AuthorizerId of the authorizer returns"))
		case authorizer.Type != "JWT" && authorizer.Type != "CUSTOM":
			a.mistakes = append(a.mistakes, fmt.Errorf("Authorizer Type %q does not exist: give JWT or CUSTOM", authorizer.Type))
		case authorizer.Type == "CUSTOM" && len(authorizer.Scopes) > 0:
			a.mistakes = append(a.mistakes, errors.New("Authorizer Scopes are for the type JWT: leave them out"))
		case a.public != "":
			a.mistakes = append(a.mistakes, errPublicAuthorizer)
		}
		a.authorizer = &authorizer
	})
}

var errPublicAuthorizer = errors.New("it is Public and has an Authorizer: keep one")

type apiOption func(*apiAccess)

func (set apiOption) api(a *apiAccess) { set(a) }

// apiAccess says who may call. The zero value is AWS_IAM.
type apiAccess struct {
	public     string
	authorizer *Authorizer
	mistakes   []error
}

func (a *apiAccess) with(options []APIOption) {
	nils := apply(options, func(o APIOption) { o.api(a) })
	a.mistakes = append(a.mistakes, nils...)
}

func (a apiAccess) relaxed(what, of string) []Relaxation {
	if a.public == "" {
		return nil
	}
	return []Relaxation{{What: what + " is public", Reason: a.public, Rule: "public-invocation", Of: of}}
}

func checkMethod(method string) error {
	if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, method) {
		return fmt.Errorf("the method %q: give GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, with a link for each", method)
	}
	return nil
}

var routePath = regexp.MustCompile(`^(/|(/([A-Za-z0-9._~-]+|\{[A-Za-z0-9._-]+\}))+(/\{[A-Za-z0-9._-]+\+\})?|/\{[A-Za-z0-9._-]+\+\})$`)

// checkRoute: API Gateway guide, "Create routes for HTTP APIs".
func checkRoute(path string) error {
	if !routePath.MatchString(path) {
		return fmt.Errorf("the path %q is malformed: give one such as /, /orders, /orders/{id} or /files/{name+}", path)
	}
	return nil
}
