package posture

import (
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "public-subnet",
		Title:    "The function runs in a public subnet",
		Severity: Warning,
		Why: "A subnet with a route to an internet gateway is for what the internet is to reach. A function there gets no public IPv4 address, so it does not " +
			"even reach the internet, and over IPv6 it is one rule of a group away from it.",
		Fix:    "Put the function in isolated subnets, or in private ones behind a NAT gateway or an egress-only internet gateway.",
		Source: "Lambda guide, \"Enable internet access for VPC-connected Lambda functions\"",
		Controls: Controls{
			CDKNag: []string{"HIPAA.Security-VPCNoUnrestrictedRouteToIGW", "NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW", "PCI.DSS.321-VPCNoUnrestrictedRouteToIGW"},
		},
		check: publicSubnet,
	})
}

func publicSubnet(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		for _, subnet := range f.Reaches.Subnets {
			for _, table := range p.model.tablesOf(subnet) { // to the VPC's main one no template adds routes
				for _, route := range p.model.routes[table.table] {
					answer := p.model.leadsOut(route.resource)
					if table.maybe || route.maybe {
						answer = policy.And(answer, CannotTell)
					}
					if answer != No {
						message := fmt.Sprintf("its subnet %s has a route to an internet gateway: %s", subnet, constructPath(route.resource))
						all = append(all, at(f.resource, message).of(f).unsure(answer))
					}
				}
			}
		}
	}
	return all
}

// leadsOut says whether a route is to the internet by an internet gateway.
func (m *model) leadsOut(route *template.Resource) Answer {
	gateway := route.Text("GatewayId")
	if m.named(gateway, "AWS::EC2::InternetGateway") == nil && !strings.HasPrefix(string(gateway), "igw-") {
		return No
	}
	return policy.Or(reachesOut(route.Text("DestinationCidrBlock")), reachesOut(route.Text("DestinationIpv6CidrBlock")))
}
