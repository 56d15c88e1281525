package golambda

import (
	"errors"
	"fmt"
	"slices"

	"github.com/securegofunction/cdk/internal/iam"
)

// beyondPerimeter are the actions that the perimeter does not deny: Lambda
// itself writes the logs and the traces from outside the VPC, and file systems
// are mounted there; logins to databases and caches pass no endpoint, and know
// no VPC (aws-samples/data-perimeter-policy-examples, rds-db).
var beyondPerimeter = []string{"logs:*", "xray:*", "elasticfilesystem:Client*", "rds-db:connect", "elasticache:Connect"}

// perimeter denies what the function's credentials are used for outside the
// VPC (IAM guide, "AWS global condition context keys", aws:SourceVpc; Lambda
// guide, "Using source function ARN to control function access behavior"). Only
// calls of the function's code carry lambda:SourceFunctionArn.
func perimeter(vpcID string) iam.Statement {
	return iam.Statement{
		Effect: iam.Deny, NotActions: beyondPerimeter, Resources: []string{"*"},
		Conditions: iam.Conditions{
			"Null":                    {"lambda:SourceFunctionArn": {"false"}},
			"StringNotEqualsIfExists": {"aws:SourceVpc": {vpcID}},
			"BoolIfExists":            {"aws:ViaAWSService": {"false"}},
		},
	}
}

// checkPerimeter refuses what the perimeter would deny: a call to a service
// that the function reaches by no endpoint does not come from the VPC.
func (made *plan) checkPerimeter() error {
	doors := slices.Concat(made.needs.Endpoints, made.needs.Gateways)
	var wrong []error
	told := map[string]bool{}
	for _, s := range made.calls {
		if s.Effect == iam.Deny || through(s) {
			continue
		}
		for _, action := range s.Actions {
			service := iam.Service(action)
			if told[service] || noCall[service] || slices.ContainsFunc(doors, func(d string) bool { return serviceOf(d) == service }) {
				continue
			}
			told[service] = true
			wrong = append(wrong, fmt.Errorf("the network's perimeter denies %s, since no link reaches %s by an endpoint of the VPC: use a link that does, or a network without Perimeter", action, service))
		}
	}
	return errors.Join(wrong...)
}

// through reports whether a service makes the call, on the function's behalf.
func through(s iam.Statement) bool { return len(s.Conditions["StringEquals"]["kms:ViaService"]) > 0 }

// noCall are services whose actions allow a connection and no call to AWS.
var noCall = map[string]bool{"rds-db": true, "elasticache": true, "elasticfilesystem": true}
