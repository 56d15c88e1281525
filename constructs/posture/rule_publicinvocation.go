package posture

import "fmt"

func init() {
	register(Rule{
		ID:       "public-invocation",
		Title:    "Anybody may invoke the function",
		Severity: Error,
		Why:      "A function URL without authentication, and a permission for every principal, let anybody on the internet run the function at your cost.",
		Fix:      "Set the URL's AuthType to AWS_IAM; name the account, the organization (PrincipalOrgID) or the service and its source (SourceArn) in the permission.",
		Source:   "Lambda guide, \"Control access to Lambda function URLs\"; \"Using resource-based policies for Lambda\"",
		Controls: Controls{
			SecurityHub: []string{"Lambda.1"},
			NIST80053:   []string{"AC-3", "AC-4", "AC-6", "AC-21", "SC-7"},
			CDKNag: []string{"HIPAA.Security-LambdaFunctionPublicAccessProhibited", "NIST.800.53.R4-LambdaFunctionPublicAccessProhibited",
				"NIST.800.53.R5-LambdaFunctionPublicAccessProhibited", "PCI.DSS.321-LambdaFunctionPublicAccessProhibited"},
			Checkov: []string{"CKV_AWS_258", "CKV_AWS_301"},
		},
		check: publicInvocation,
	})
}

func publicInvocation(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
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
			all = append(all, Finding{Path: i.Path, Stack: f.Stack, Message: message}.of(f).unsure(i.Answer))
		}
	}
	return all
}
