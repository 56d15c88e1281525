package posture

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
)

func init() {
	register(Rule{
		ID:       "endpoint-policy",
		Title:    "An endpoint lets everybody do anything",
		Severity: Warning,
		Why: "An endpoint without a policy carries requests with any credentials to any account: whoever takes over the function can bring keys of their own " +
			"and write data to a bucket or queue of theirs, without a way to the internet.",
		Fix: "Give the endpoint a PolicyDocument that names the actions and resources that are used through it, and holds principals and resources to the " +
			"account (aws:PrincipalAccount, aws:ResourceAccount).",
		Source: "AWS PrivateLink guide, \"Control access to VPC endpoints using endpoint policies\"",
		check:  endpointPolicy,
	})
}

func endpointPolicy(p *Posture) []Finding {
	reached := map[*template.Resource]Answer{}
	policies := map[*template.Resource][]Permission{}
	for _, f := range p.Functions {
		for _, e := range f.Reaches.Endpoints {
			// Services of others, and gateway load balancers, take no policy.
			if (e.Type == "Interface" || e.Type == "Gateway") && !strings.Contains(e.Service, "vpce-svc-") {
				reached[e.resource] = max(reached[e.resource], e.Reachable)
				policies[e.resource] = e.Policy
			}
		}
	}
	var all []Finding
	for _, r := range p.model.of("AWS::EC2::VPCEndpoint") {
		if reached[r] == No {
			continue
		}
		full := func(s Permission) bool { return s.fullAccess() && !s.Maybe }
		maybe := func(s Permission) bool { return s.fullAccess() || s.Unknown != "" }
		switch {
		case r.Property("PolicyDocument") == nil:
			all = append(all, at(r, "functions reach the endpoint, and it has no policy").unsure(reached[r]))
		case slices.ContainsFunc(policies[r], full):
			all = append(all, at(r, "functions reach the endpoint, and its policy allows everybody everything").unsure(reached[r]))
		case slices.ContainsFunc(policies[r], maybe):
			all = append(all, at(r, "functions reach the endpoint, and its policy is not known").unsure(CannotTell))
		}
	}
	return all
}

// fullAccess says whether a statement allows everybody everything: all of a service's actions are all that its endpoint carries.
func (s Permission) fullAccess() bool {
	all := func(t Text) bool { return t.Is("*") || strings.HasSuffix(string(t), ":*") }
	everybody := slices.ContainsFunc(s.Principals, func(who string) bool { return who == "*" || who == "AWS *" })
	return s.Effect == "Allow" && len(s.Conditions) == 0 && everybody && slices.ContainsFunc(s.Actions, all) &&
		slices.ContainsFunc(s.Resources, func(t Text) bool { return t.Is("*") || strings.HasSuffix(string(t), ":::*") })
}
