package posture

import (
	"slices"
	"strings"
	"testing"
)

func TestOpenAPIDocuments(t *testing.T) {
	t.Parallel()
	const calls = `"x-amazon-apigateway-integration":{"uri":{"Fn::Sub":"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}`
	const schemes = `"components":{"securitySchemes":{"iam":{"type":"apiKey","x-amazon-apigateway-authtype":"awsSigv4"},"key":{"type":"apiKey","name":"x-api-key","in":"header"},
		"jwt":{"type":"oauth2","x-amazon-apigateway-authorizer":{"type":"jwt"}},"strange":{"type":"openIdConnect"}},
		"x-amazon-apigateway-integrations":{"shared":{"uri":{"Fn::GetAtt":["F","Arn"]}}}}`
	// api is one of a kind with one GET operation of /.
	api := func(kind, property, operation, others string) string {
		return `"A":{"Type":"` + kind + `","Properties":{"` + property + `":{` + schemes + others + `,"paths":{"/":{"parameters":[],"get":{` + operation + `}}}}}}`
	}
	rest := func(operation string) string { return api("AWS::ApiGateway::RestApi", "Body", operation, "") }
	const permission = `,"P":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":{"Ref":"F"},"Action":"lambda:InvokeFunction","Principal":"apigateway.amazonaws.com",
		"SourceArn":{"Fn::Sub":"arn:aws:execute-api:eu-west-1:111122223333:${A}/*"}}}`
	open, unsure := []string{"public-invocation T/A"}, []string{"public-invocation T/A?"}
	for _, c := range []struct {
		situation, resources string
		want                 []string
	}{
		{"nothing is asked", rest(calls), open},
		{"of an HTTP API", api("AWS::ApiGatewayV2::Api", "Body", calls, ""), open},
		{"of a serverless API", api("AWS::Serverless::Api", "DefinitionBody", calls, ""), open},
		{"of a serverless HTTP API", api("AWS::Serverless::HttpApi", "DefinitionBody", calls, ""), open},
		{"any method", strings.Replace(rest(calls), `"get"`, `"x-amazon-apigateway-any-method"`, 1), open},
		{"a preflight request", strings.Replace(rest(calls), `"get"`, `"options"`, 1), nil},
		{"an integration that is referred to", rest(`"x-amazon-apigateway-integration":{"$ref":"#/components/x-amazon-apigateway-integrations/shared"}`), open},
		{"what calls no function", rest(`"x-amazon-apigateway-integration":{"type":"mock"}`), nil},
		{"IAM is asked", rest(calls + `,"security":[{"iam":[]}]`), nil},
		{"a token is asked", rest(calls + `,"security":[{"jwt":["orders"]}]`), nil},
		{"an API key is no proof", rest(calls + `,"security":[{"key":[]}]`), open},
		{"an API key and IAM", rest(calls + `,"security":[{"key":[],"iam":[]}]`), nil},
		{"an API key or IAM", rest(calls + `,"security":[{"key":[]},{"iam":[]}]`), open},
		{"security that is taken away", rest(calls + `,"security":[]`), open},
		{"security that may be left out", rest(calls + `,"security":[{"iam":[]},{}]`), open},
		{"a scheme that is not there", rest(calls + `,"security":[{"gone":[]}]`), unsure},
		{"a scheme of which API Gateway makes nothing", rest(calls + `,"security":[{"strange":[]}]`), unsure},
		{"security that is a parameter", rest(calls + `,"security":{"Ref":"Param"}`), unsure},
		{"an alternative that is a parameter", rest(calls + `,"security":[{"Ref":"Param"}]`), unsure},
		{"security of the whole document", api("AWS::ApiGateway::RestApi", "Body", calls, `,"security":[{"iam":[]}]`), unsure},
		{"security of the whole document that lets everybody in", api("AWS::ApiGateway::RestApi", "Body", calls, `,"security":[]`), open},
		{"IAM by API Gateway's own word", rest(calls + `,"x-amazon-apigateway-auth":{"type":"aws_iam"}`), nil},
		{"nobody by API Gateway's own word", rest(calls + `,"x-amazon-apigateway-auth":{"type":"none"}`), open},
		{"a scheme of OpenAPI 2", strings.Replace(rest(calls+`,"security":[{"old":[]}]`), `"paths"`, `"securityDefinitions":{"old":{"type":"apiKey","x-amazon-apigateway-authtype":"custom"}},"paths"`, 1), nil},
		{"a private API", strings.Replace(rest(calls), `"Properties":{`, `"Properties":{"EndpointConfiguration":{"Types":["PRIVATE"]},`, 1), nil},
		{"a private serverless API", strings.Replace(api("AWS::Serverless::Api", "DefinitionBody", calls, ""), `"Properties":{`, `"Properties":{"EndpointConfiguration":{"Type":"PRIVATE"},`, 1), nil},
		{"an API with a policy", strings.Replace(rest(calls), `"Properties":{`, `"Properties":{"Policy":{"Statement":[]},`, 1), unsure},
		{"an authorizer for all of a serverless API", strings.Replace(api("AWS::Serverless::Api", "DefinitionBody", calls, ""), `"Properties":{`, `"Properties":{"Auth":{"DefaultAuthorizer":"AWS_IAM"},`, 1), nil},
		{"an API that is made if asked", strings.Replace(rest(calls), `"Properties":{`, `"Condition":"Asked","Properties":{`, 1), unsure},

		{"a document elsewhere", `"A":{"Type":"AWS::ApiGateway::RestApi","Properties":{"BodyS3Location":{"Bucket":"b","Key":"k"}}}` + permission, unsure},
		{"a document that is a parameter", `"A":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Body":{"Ref":"Param"}}}` + permission, unsure},
		{"a document that is included", `"A":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Body":{"Fn::Transform":{"Name":"AWS::Include"}}}}` + permission, unsure},
		{"a document of which a part is included", `"A":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Body":{"openapi":"3.0.1","Fn::Transform":{"Name":"AWS::Include"}}}}` + permission, unsure},
		{"paths that are a parameter", `"A":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Body":{"paths":{"Ref":"Param"}}}}` + permission, unsure},
		{"a path that is a parameter", `"A":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Body":{"paths":{"/":{"Ref":"Param"}}}}}` + permission, unsure},
		{"a document elsewhere, of another's API", `"A":{"Type":"AWS::ApiGateway::RestApi","Properties":{"BodyS3Location":{"Bucket":"b","Key":"k"}}}`, nil},
	} {
		p := function(t, "", c.resources)
		if got := found(p, "public-invocation"); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}
