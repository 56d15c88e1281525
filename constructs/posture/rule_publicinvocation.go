package posture

import (
	"fmt"

	"github.com/securegofunction/cdk/internal/policy"
)

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
				"AwsSolutions-APIG4"},
			Checkov: []string{"CKV_AWS_59", "CKV_AWS_258", "CKV_AWS_301", "CKV_AWS_309"},
		},
		check: publicInvocation,
	})
}

// anybody says whether a URL or a permission lets everybody invoke the function.
func (i Invoker) anybody() Answer {
	switch i.Kind {
	case "url":
		return policy.And(i.Answer, policy.Equal(i.Auth, "NONE"))
	case "permission":
		if !i.Who.Is("*") {
			return No
		}
		answer := i.Answer
		for _, key := range []string{"SourceArn", "SourceAccount", "PrincipalOrgID"} {
			answer = policy.And(answer, policy.Not(names(i.resource.Property(key))))
		}
		return answer
	}
	return No
}

// names says whether a property that holds a permission to somebody is there, and no wildcard.
func names(v any) Answer {
	switch v := v.(type) {
	case nil, policy.Absent:
		return No
	case policy.Either:
		return either(names(v.Then), names(v.Else))
	}
	return known(narrows(policy.TextOf(v)))
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
			if answer := i.anybody(); answer != No {
				message := "the function URL asks nobody who they are"
				if i.Kind == "permission" {
					message = fmt.Sprintf("%s is allowed to everybody", i.Action)
					if i.Auth.Is("AWS_IAM") { // Lambda guide, "Control access to Lambda function URLs"
						message = fmt.Sprintf("%s is allowed to every AWS account", i.Action)
					}
				}
				all = append(all, at(i.resource, message).of(f).unsure(answer))
			}
		}
	}
	return all
}
