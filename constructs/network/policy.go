package network

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/securegofunction/cdk/internal/iam"
)

// Admit lets the statements through the VPC's endpoint of a service: callers of
// this account, with the exact actions, resources and conditions, on resources
// of this account or of the one that an ARN names. Statements that deny are
// left out. What an endpoint that exists already lets through is its owner's to
// say.
//
// An ARN that only the deployment of another stack knows would make the VPC's
// stack depend on that one, and it depends on the VPC's. From another stack than
// the VPC's, such an ARN is admitted as all of the service in this region and
// account; for S3, whose ARNs name neither, as every bucket of this account. The
// function's role stays exact.
func (n *Network) Admit(from awscdk.Stack, service string, statements []iam.Statement) {
	own := from == n.shared.stack.Stack
	for _, s := range statements {
		n.shared.admitted[service] = append(n.shared.admitted[service], here().narrowed(s, own)...)
	}
}

// policyOf is resolved at synth, when all functions are known. A further
// function costs no call to Node.
func (v *vpc) policyOf(service string) awscdk.IResolvable {
	v.guard()
	v.policed = append(v.policed, service)
	return awscdk.Lazy_UncachedAny(&policy{v, service}, nil)
}

type policy struct {
	of      *vpc
	service string
}

// Produce implements awscdk.IAnyProducer.
func (p *policy) Produce(awscdk.IResolveContext) any {
	return iam.Document(p.of.statements(p.service)...)
}

// nobody is the policy of an endpoint that nothing was admitted to. An endpoint
// without a policy admits everything.
var nobody = iam.Statement{Effect: iam.Deny, Principal: anybody, Actions: []string{"*"}, Resources: []string{"*"}}

// anybody is who an endpoint's policy names: it knows callers by conditions
// only (VPC guide, "Control access to VPC endpoints using endpoint policies").
var anybody = map[string]string{"AWS": "*"}

func (v *vpc) statements(service string) []iam.Statement {
	if len(v.admitted[service]) == 0 {
		return []iam.Statement{nobody}
	}
	return iam.Merge(v.admitted[service])
}

// narrowed returns what an endpoint's policy has to say to let the statement of
// a role through, one statement for each account of its resources. own says
// that tokens are of the endpoint's stack.
func (at site) narrowed(s iam.Statement, own bool) []iam.Statement {
	if s.Effect == iam.Deny || len(s.Actions) == 0 {
		return nil
	}
	service := iam.Service(s.Actions[0])
	var accounts []string
	resources := map[string][]string{}
	for _, resource := range s.Resources {
		if !own && at.foreign(resource) {
			resource = at.allOf(service)
		}
		account := at.accountOf(resource)
		if !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
		if !slices.Contains(resources[account], resource) {
			resources[account] = append(resources[account], resource)
		}
	}
	var all []iam.Statement
	for _, account := range accounts {
		all = append(all, iam.Statement{Principal: anybody, Actions: s.Actions, Resources: resources[account],
			Conditions: at.conditions(s.Conditions, own, service, account)})
	}
	return all
}

// allOf are all resources of a service in this region and account.
func (at site) allOf(service string) string {
	if service == "s3" {
		return "*"
	}
	return "arn:" + at.partition + ":" + service + ":" + at.region + ":" + at.account + ":*"
}

// accountOf returns the account that the ARN names, or this one.
func (at site) accountOf(arn string) string {
	// arn:partition:service:region:account:resource; a token has no colon.
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[0] == "arn" && accountID.MatchString(parts[4]) {
		return parts[4]
	}
	return at.account
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// unaccounted are the services whose requests do not carry aws:ResourceAccount
// (IAM guide, "AWS global condition context keys"). Their ARNs name the account.
var unaccounted = map[string]bool{"events": true, "ebs": true}

// conditions adds to the statement's own that a caller of another account cannot
// use the endpoint, and a caller of this one cannot carry data to another
// account's resources through it. A condition that holds what the endpoint's
// stack cannot know is left out.
func (at site) conditions(given iam.Conditions, own bool, service, account string) iam.Conditions {
	all := iam.Conditions{}
	for operator, keys := range given {
		for key, values := range keys {
			if !own && slices.ContainsFunc(values, at.foreign) {
				continue
			}
			if all[operator] == nil {
				all[operator] = map[string][]string{}
			}
			all[operator][key] = values
		}
	}
	if all["StringEquals"] == nil {
		all["StringEquals"] = map[string][]string{}
	}
	equal := all["StringEquals"]
	equal["aws:PrincipalAccount"] = []string{at.account}
	if _, given := equal["aws:ResourceAccount"]; !given && !unaccounted[service] {
		equal["aws:ResourceAccount"] = []string{account}
	}
	return all
}

// policyLimit is how many characters an endpoint's policy has at most (Amazon
// VPC quotas, "VPC endpoints").
const policyLimit = 20480

func (v *vpc) checkPolicies() error {
	var wrong []error
	for _, service := range v.policed {
		if n := iam.Size(here().lengths(), v.statements(service)...); n > policyLimit {
			wrong = append(wrong, fmt.Errorf("the policy of the endpoint of %s takes %d characters, and has room for %d: link several things by one link, or give some of the functions a network of their own", service, n, policyLimit))
		}
	}
	return errors.Join(wrong...)
}
