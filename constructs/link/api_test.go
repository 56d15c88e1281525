package link

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// fakeMethod is a method of a REST API of the app if it is made.
type fakeMethod struct {
	constructs.Construct
	method string
	made   constructs.IConstruct
}

func (m *fakeMethod) HttpMethod() *string { return or(m.method, "GET") }

func (*fakeMethod) MethodArn() *string {
	return ptr("arn:aws:execute-api:eu-west-1:111122223333:abc/prod/GET/orders")
}

func (m *fakeMethod) Node() constructs.Node {
	return &treeNode{path: "App/Api/Default/orders/GET", child: m.made}
}

type fakeMethodResource struct {
	awscdk.CfnResource
	authorization string
}

func (r *fakeMethodResource) AuthorizationType() *string { return &r.authorization }

func (*fakeMethodResource) SetAuthorizationType(*string) {}

func (*fakeMethodResource) SetIntegration(any) {}

type fakeHTTPApi struct{ constructs.IConstruct }

func (*fakeHTTPApi) ApiId() *string { return ptr("abc") }

func (*fakeHTTPApi) DefaultAuthorizationScopes() *[]*string { return nil }

func (*fakeHTTPApi) Node() constructs.Node { return &treeNode{path: "App/Api"} }

func init() {
	document(
		documented{function: "RestAPI", call: `RestAPI(method)`, link: RestAPI(&fakeMethod{made: &fakeMethodResource{authorization: "NONE"}})},
		documented{function: "HTTPAPI", call: `HTTPAPI(api, "GET", "/prices", Public("prices are for everybody"))`,
			link: HTTPAPI(&fakeHTTPApi{}, "GET", "/prices", Public("prices are for everybody"))})
}

func TestRestAPI(t *testing.T) {
	t.Parallel()
	plain := func() *fakeMethod { return &fakeMethod{made: &fakeMethodResource{authorization: "NONE"}} }
	custom := &fakeMethod{made: &fakeMethodResource{authorization: "CUSTOM"}}
	opensTriggers(t, "signed requests", RestAPI(plain()), ireland, `[]`, Doors{}, "RestAPI-01234567")
	opensTriggers(t, "an authorizer of the method's", RestAPI(custom), ireland, `[]`, Doors{}, "RestAPI-01234567")
	opensTriggers(t, "everybody", RestAPI(plain(), Public("prices")), ireland, `[]`,
		Doors{Relaxed: []Relaxation{{"method App/Api/Default/orders/GET of the REST API is public", "prices", "public-invocation", "App/Api/Default/orders/GET"}}}, "RestAPI-01234567")
	const of = "link.RestAPI of App/Api/Default/orders/GET: "
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"a nil method", RestAPI(nil), "link.RestAPI: the method is nil: give an awsapigateway.Method, such as resource.AddMethod returns"},
		{"something else, or an API that is imported", RestAPI(&fakeMethod{}), of + "it is no method of an API of this app: give what resource.AddMethod returned"},
		{"Public without a reason", RestAPI(plain(), Public(" ")), of + "Public needs a reason: say why everybody may call it"},
		{"Public and an authorizer of the method's", RestAPI(custom, Public("prices")), of + "it is Public, and was made with the authorization CUSTOM: keep one"},
		{"an authorizer of HTTP APIs", RestAPI(plain(), AuthorizedBy(Authorizer{Type: "JWT", ID: "abc"})), of + "Authorizer is for HTTP APIs: make the method with its authorizer, in awsapigateway.MethodOptions"},
		{"every method", RestAPI(&fakeMethod{method: "ANY", made: &fakeMethodResource{authorization: "NONE"}}), of + "it is ANY, which is every method there is: add a method for each that the function answers"},
		{"a nil option", RestAPI(plain(), nil), of + "option 0 is nil: leave it out"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}

func TestHTTPAPI(t *testing.T) {
	t.Parallel()
	api := &fakeHTTPApi{}
	id := func(route string) string { return "HTTPAPI-" + digest("abc") + "-" + digest(route) }
	opensTriggers(t, "signed requests", HTTPAPI(api, "GET", "/orders/{id}"), ireland, `[]`, Doors{}, id("GET /orders/{id}"))
	opensTriggers(t, "an authorizer", HTTPAPI(api, "POST", "/", AuthorizedBy(Authorizer{Type: "JWT", ID: "abc", Scopes: []string{"orders"}})), ireland, `[]`, Doors{}, id("POST /"))
	opensTriggers(t, "everybody", HTTPAPI(api, "GET", "/", Public("prices")), ireland, `[]`,
		Doors{Relaxed: []Relaxation{{"route GET / of the HTTP API abc is public", "prices", "public-invocation", "abc GET /"}}}, id("GET /"))
	const of = `link.HTTPAPI of "GET /": `
	both := of + "it is Public and has an Authorizer: keep one"
	jwt := AuthorizedBy(Authorizer{Type: "JWT", ID: "abc"})
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"a nil API", HTTPAPI(nil, "GET", "/"), of + "the API is nil: give an awsapigatewayv2.IHttpApi"},
		{"every method", HTTPAPI(api, "ANY", "/"), `link.HTTPAPI of "ANY /": the method "ANY": give GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, with a link for each`},
		{"lower case", HTTPAPI(api, "get", "/"), `link.HTTPAPI of "get /": the method "get": give GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, with a link for each`},
		{"Public without a reason", HTTPAPI(api, "GET", "/", Public("")), of + "Public needs a reason: say why everybody may call it"},
		{"Public and an authorizer", HTTPAPI(api, "GET", "/", Public("prices"), jwt), both},
		{"an authorizer and Public", HTTPAPI(api, "GET", "/", jwt, Public("prices")), both},
		{"an authorizer without an id", HTTPAPI(api, "GET", "/", AuthorizedBy(Authorizer{Type: "JWT"})), of + "Authorizer has no ID: give what AuthorizerId of the authorizer returns"},
		{"an authorizer of another type", HTTPAPI(api, "GET", "/", AuthorizedBy(Authorizer{Type: "NONE", ID: "abc"})), of + `Authorizer Type "NONE" does not exist: give JWT or CUSTOM`},
		{"scopes of a function", HTTPAPI(api, "GET", "/", AuthorizedBy(Authorizer{Type: "CUSTOM", ID: "abc", Scopes: []string{"orders"}})), of + "Authorizer Scopes are for the type JWT: leave them out"},
		{"all told together", HTTPAPI(nil, "", "", nil), "link.HTTPAPI of \" \": option 0 is nil: leave it out\nthe API is nil: give an awsapigatewayv2.IHttpApi\n" +
			"the method \"\": give GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, with a link for each\n" +
			`the path "" is malformed: give one such as /, /orders, /orders/{id} or /files/{name+}`},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	for path, sound := range map[string]bool{
		"/": true, "/orders": true, "/orders/{id}": true, "/orders/{id}/lines": true, "/{proxy+}": true, "/files/{name+}": true, "/a-b_c.d~e": true,
		"": false, "orders": false, "/orders/": false, "//orders": false, "/files/{name+}/x": false, "/orders/*": false, "$default": false,
		"/orders/{id": false, "/orders/id}": false, "/or ders": false, "/orders?x=1": false, "/${Token[TOKEN.1]}": false, "/orders\n": false,
	} {
		if err := checkRoute(path); (err == nil) != sound {
			t.Errorf("%q: got %v", path, err)
		}
	}
}
