package posture

import "fmt"

func init() {
	register(Rule{
		ID:       "public-invocation",
		Title:    "Anybody may invoke the function",
		Severity: Error,
		Why: "A function URL or an API's route without authorization, and a permission for every principal, let anybody on the internet run the " +
			"function at your cost.",
		Fix: "Set the URL's AuthType to AWS_IAM and the route's AuthorizationType to AWS_IAM, JWT or an authorizer's; name the account, the " +
			"organization (PrincipalOrgID) or the service and its source (SourceArn) in the permission.",
		Source: "Lambda guide, \"Control access to Lambda function URLs\"; \"Using resource-based policies for Lambda\"; " +
			"API Gateway guide, \"Control and manage access to REST APIs in API Gateway\"",
		Controls: Controls{
			SecurityHub: []string{"Lambda.1", "APIGateway.8"},
			NIST80053:   []string{"AC-3", "AC-4", "AC-6", "AC-21", "SC-7", "CM-2"},
			CDKNag: []string{"HIPAA.Security-LambdaFunctionPublicAccessProhibited", "NIST.800.53.R4-LambdaFunctionPublicAccessProhibited",
				"NIST.800.53.R5-LambdaFunctionPublicAccessProhibited", "PCI.DSS.321-LambdaFunctionPublicAccessProhibited",
				"AwsSolutions-APIG4", "LambdaFunctionUrlAuth"},
			Checkov: []string{"CKV_AWS_59", "CKV_AWS_258", "CKV_AWS_301", "CKV_AWS_309"},
		},
		check: publicInvocation,
	})
}

func publicInvocation(p *Posture) []Finding {
	var all []Finding
	routes := p.model.anonymousRoutes()
	for _, f := range p.Functions {
		for _, r := range routes[f.ARN] {
			found := at(r.resource, r.message).of(f).unsure(r.answer)
			found.Path, found.About = r.path, r.about
			all = append(all, found)
		}
		for _, i := range f.InvokedBy {
			var message string
			switch {
			case i.Kind == "url" && i.Auth.Is("NONE"):
				message = "the function URL asks nobody who they are"
			case i.Kind == "permission" && i.Who.Is("*") && i.SourceARN == "" && i.SourceAccount == "" && i.Organization == "" && !i.Auth.Is("AWS_IAM"):
				message = fmt.Sprintf("%s is allowed to everybody", i.Action)
			default:
				continue
			}
			all = append(all, at(i.resource, message).of(f).unsure(i.Answer))
		}
	}
	return all
}
