package posture

import (
	"fmt"

	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "name-filter",
		Title:    "The function reaches the internet, and no filter holds it to names",
		Severity: Warning,
		Why: "Security groups know addresses and no names, so a rule for one API outside lets the function send to everybody else who has the same addresses, " +
			"and the VPC's resolver answers for every name, by which data is carried out as well.",
		Fix: "Associate a Route 53 Resolver DNS Firewall rule group with the VPC that allows the names which are called and blocks all others, or lead the way " +
			"out through an AWS Network Firewall with an allow list.",
		Source: "Route 53 guide, \"Using DNS Firewall to filter outbound DNS traffic\"; Network Firewall guide, \"Stateful domain list rule groups\"",
		check:  nameFilter,
	})
}

func nameFilter(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		r := f.Reaches
		answer := policy.And(r.opensOut(), policy.Or(r.Internet, r.InternetIPv6), policy.Not(r.filtered()))
		if p.model.named(r.VPC, "AWS::EC2::VPC") == nil { // whoever made it may filter
			answer = policy.And(answer, CannotTell)
		}
		if r.VPC != "" && answer != No {
			message := fmt.Sprintf("it reaches the internet from the VPC %s, of which no filter holds it to names", r.VPC)
			all = append(all, at(f.resource, message).of(f).unsure(answer))
		}
	}
	return all
}

// opensOut says whether a rule names addresses of the internet. A prefix list is there for a gateway endpoint.
func (r Reach) opensOut() Answer {
	for _, o := range r.Egress {
		if v4, v6 := o.outside(); v4 == Yes || v6 == Yes || o.everywhere() != No {
			return Yes
		}
	}
	return No
}
