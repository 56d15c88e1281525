package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
)

func init() {
	register(Rule{
		ID:       "permission-without-source",
		Title:    "A service may invoke the function for any account",
		Severity: Warning,
		Why: "A permission for a service holds for what every account of AWS makes of that service: somebody else's rule, topic, bucket or API can " +
			"then run the function with input of theirs.",
		Fix: "Give the permission the SourceArn of what invokes the function. An S3 bucket's ARN names no account, and its name is free again once it " +
			"is deleted: give SourceAccount too.",
		Source: "Lambda guide, \"Granting Lambda function access to AWS services\"; Lambda API reference, AddPermission",
		Controls: Controls{
			SecurityHub: []string{"Lambda.1"},
			Checkov:     []string{"CKV_AWS_364"},
		},
		check: permissionWithoutSource,
	})
}

func permissionWithoutSource(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		for _, r := range p.model.ofFunction("AWS::Lambda::Permission", "FunctionName", f.ARN) {
			if message := unsourced(r); message != "" {
				found := at(r, message).of(f).unsure(certainly(r))
				found.Unsure = found.Unsure || mayBeAbsent(r.Property("SourceArn"))
				all = append(all, found)
			}
		}
	}
	return all
}

func unsourced(permission *template.Resource) string {
	who := permission.Text("Principal").String()
	ends := func(suffix string) bool { return strings.HasSuffix(who, suffix) }
	if !slices.ContainsFunc([]string{".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".${AWS::URLSuffix}"}, ends) {
		return ""
	}
	for _, other := range []string{"SourceAccount", "PrincipalOrgID", "EventSourceToken"} {
		if names(permission.Property(other)) == Yes {
			return ""
		}
	}
	source := permission.Text("SourceArn")
	switch {
	case source == "", mayBeAbsent(permission.Property("SourceArn")):
		return fmt.Sprintf("%s may invoke it for whomever: there is neither SourceArn nor SourceAccount", who)
	case !narrows(source):
		return fmt.Sprintf("%s may invoke it for any account: SourceArn is %s", who, source)
	case strings.HasPrefix(who, "s3."):
		return fmt.Sprintf("%s may invoke it for whoever owns the bucket of that name: there is no SourceAccount", who)
	}
	return ""
}
