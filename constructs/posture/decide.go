package posture

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Decision is the answer to whether a function may do something, and which statements made it.
type Decision struct {
	Answer  Answer   `json:"answer"`
	Because []string `json:"because,omitempty"`
}

// Key is the value of a condition key of a request.
type Key struct {
	Name   string
	Values []string
}

// With says what value a condition key has in the request: With("kms:ViaService", "ssm.${AWS::Region}.amazonaws.com"). Without values the key
// is absent.
func With(name string, values ...string) Key { return Key{name, values} }

// Decide says whether the function may do the action on the resource, as far as the templates tell. A wildcard in either stands for any: the
// answer is Yes if all are allowed and No if none is. Name resources of the templates as ${LogicalId.Arn} or ${Path/Of/Construct.Arn}.
//
// What a request of the function's own code holds is known: its role, its account, the function, TLS. Of other condition keys any value is
// thought possible, unless it is given. What a service asks for the function, such as Athena of S3, is another request: ask for it
// With("aws:ViaAWSService", "true"). Policies of resources that are in no template count as if they were not there, but for those of keys
// and roles, which have to allow. The error says what name is in no template, what is no action and what is no ARN of the action's service: of such,
// No would be no proof.
func (p *Posture) Decide(f *Function, action, resource string, keys ...Key) (Decision, error) {
	if err := checkAction(action); err != nil {
		return Decision{}, err
	}
	arn, err := f.resource.Stack.Written(resource)
	if err != nil {
		return Decision{}, err
	}
	if err := checkResource(action, resource, arn); err != nil {
		return Decision{}, err
	}
	context := policy.Context{Values: map[string][]Text{}}
	for _, k := range keys {
		values := []Text{}
		for _, v := range k.Values {
			t, err := f.resource.Stack.Written(v)
			if err != nil {
				return Decision{}, err
			}
			values = append(values, t)
		}
		context.Values[strings.ToLower(k.Name)] = values
	}
	q := question{role: f.role, function: f, action: action, resource: arn, context: context}
	d := p.model.decide(q)
	if pattern(arn) && p.model.subject(arn) == nil {
		d = p.model.withThoseMeant(q, d)
	}
	out := Decision{Answer: d.Answer}
	for _, r := range d.Because {
		out.Because = append(out.Because, r.String())
	}
	return out, nil
}

// question is whether a role may do something.
type question struct {
	role         *role
	function     *Function // whose code asks, if one does
	action       string
	resource     Text
	context      policy.Context
	identityOnly bool               // leave the resource's own policy out
	meant        *template.Resource // the one of those that a pattern names, if one is meant
}

// withThoseMeant asks again with the policy of each resource of the templates that a resource's pattern may mean: what one of them allows or
// denies, the answer without it does not tell.
func (m *model) withThoseMeant(q question, without policy.Decision) policy.Decision {
	service, _, _ := strings.Cut(strings.ToLower(q.action), ":")
	request := policy.Wildcards(q.resource)
	m.readResourcePolicies()
	for _, kind := range withPolicies() {
		for _, r := range m.of(kind) {
			of, _ := policy.ARNPart(r.ARN(), 2)
			if policy.Like(Text(service), of) == No || policy.Or(policy.Equal(request, r.ARN()), policy.Equal(request, r.ARN()+"/"+policy.Wildcards("*"))) == No {
				continue
			}
			q.meant = r
			if d := m.decide(q); d.Answer != without.Answer {
				return policy.Decision{Answer: CannotTell, Because: append(d.Because, without.Because...)}
			}
		}
	}
	return without
}

func (m *model) decide(q question) policy.Decision {
	policies := policy.Policies{}
	for _, a := range q.role.policies {
		policies.Identity = append(policies.Identity, a.document)
	}
	if q.role.boundary != nil {
		policies.Boundary = q.role.boundary.document
	}
	r := policy.Request{Principal: policy.Role(q.role.arn), Action: q.action, Resource: q.resource, Context: m.context(q)}
	subject := cmp.Or(q.meant, m.subject(q.resource))
	if subject != nil {
		r.ResourceAccount = subject.Stack.Account
		if !q.identityOnly {
			policies.Resource = m.resourcePolicy(subject)
		}
	}
	if q.function != nil {
		r.Principal.Session = q.function.Name // Lambda names the session after the function
		policies.Filters = endpointPolicies(q)
	}
	return policy.Evaluate(policies, r)
}

// endpointServices are the names of services in their endpoints' names, where those are not the prefix of their actions (PrivateLink guide,
// "AWS services that integrate with AWS PrivateLink").
var endpointServices = map[string]string{"kinesis": "kinesis-streams", "firehose": "kinesis-firehose", "cloudwatch": "monitoring"}

// everything is what an endpoint without a policy lets pass (PrivateLink guide, "Control access to VPC endpoints using endpoint policies").
var everything = map[string]any{"Statement": map[string]any{"Effect": policy.Allow, "Principal": "*", "Action": "*", "Resource": "*"}}

// endpointPolicies are the policies of the endpoint that a function's requests to a service pass, if it has no other way out. Of several
// endpoints, such as the two of S3, it is not known which. What a service does for the function passes none.
func endpointPolicies(q question) []*policy.Document {
	reach := q.function.Reaches
	if reach.VPC == "" || reach.Internet != No || len(q.context.Values["kms:viaservice"]) > 0 {
		return nil
	}
	prefix, _, _ := strings.Cut(q.action, ":")
	if other, ok := endpointServices[prefix]; ok {
		prefix = other
	}
	var all []*policy.Document
	for _, e := range reach.Endpoints {
		if e.Service != prefix {
			continue
		}
		document := e.resource.Property("PolicyDocument")
		if document == nil {
			return nil
		}
		all = append(all, policy.Parse(e.resource.Path, orElse(document, everything)))
	}
	if len(all) > 1 {
		return nil
	}
	return all
}

// context adds what is known of a request that a function's code makes (IAM guide, "AWS global condition context keys"; Lambda guide, "Using
// source function ARN").
func (m *model) context(q question) policy.Context {
	values := map[string][]Text{
		"aws:principalarn":          {q.role.arn},
		"aws:principaltype":         {"AssumedRole"},
		"aws:principalisawsservice": {"false"},
		"aws:securetransport":       {"true"},
		"aws:username":              {},
		"aws:sourcearn":             {},
		"aws:sourceaccount":         {},
		"aws:sourceowner":           {},
		"aws:principalservicename":  {},
		"aws:federatedprovider":     {},
	}
	if account, ok := policy.ARNPart(q.role.arn, 4); ok {
		values["aws:principalaccount"] = []Text{account}
	}
	if account, ok := policy.ARNPart(q.resource, 4); ok && account != "" && !pattern(account) {
		values["aws:resourceaccount"] = []Text{account}
	} else if subject := m.subject(q.resource); subject != nil {
		values["aws:resourceaccount"] = []Text{subject.Stack.Account}
	}
	if q.function != nil {
		values["lambda:sourcefunctionarn"] = []Text{q.function.ARN}
		if _, ok := q.context.Values["kms:viaservice"]; !ok {
			values["aws:viaawsservice"] = []Text{"false"}
		}
	}
	maps.Copy(values, q.context.Values)
	return policy.Context{Values: values, Complete: q.context.Complete}
}
