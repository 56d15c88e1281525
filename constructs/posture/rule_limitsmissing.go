package posture

import (
	"slices"
	"strings"
)

func init() {
	register(Rule{
		ID:       "limits-missing",
		Title:    "Nobody decided what the function may take",
		Severity: Note,
		Why: "Lambda's defaults, 3 seconds and 128 MB, fit few functions: they fail under load, where nobody expects it. What the outside invokes takes all " +
			"of the account's concurrency in a flood, and every other function stands still.",
		Fix:    "Set Timeout and MemorySize from what the function needs, and ReservedConcurrentExecutions for what the outside invokes.",
		Source: "Lambda guide, \"Configure Lambda function timeout\", \"Configure Lambda function memory\", \"Configuring reserved concurrency for a function\"",
		Controls: Controls{
			CDKNag: []string{"Serverless-LambdaDefaultTimeout", "Serverless-LambdaDefaultMemorySize", "HIPAA.Security-LambdaConcurrency",
				"NIST.800.53.R5-LambdaConcurrency"},
			Checkov: []string{"CKV_AWS_115"},
		},
		check: limitsMissing,
	})
}

func limitsMissing(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		var defaults []string
		if f.resource.Property("Timeout") == nil {
			defaults = append(defaults, "a timeout of 3 seconds")
		}
		if f.resource.Property("MemorySize") == nil {
			defaults = append(defaults, "128 MB of memory")
		}
		if len(defaults) > 0 {
			all = append(all, at(f.resource, "it has Lambda's default: "+strings.Join(defaults, ", ")).of(f))
		}
		if f.Protection.Limits.ReservedConcurrency == nil && slices.ContainsFunc(f.InvokedBy, Invoker.outside) {
			all = append(all, at(f.resource, "requests from outside invoke it, and nothing holds how many at once").of(f))
		}
	}
	return all
}

// outside says whether the invoker is how requests from outside of the account arrive.
func (i Invoker) outside() bool {
	switch i.Kind {
	case "url":
		return true
	case "event":
		return i.Who.Is("Api") || i.Who.Is("HttpApi")
	case "permission":
		service, _, _ := strings.Cut(i.Who.String(), ".")
		return i.Who.Is("*") || service == "apigateway" || service == "elasticloadbalancing"
	}
	return false
}
