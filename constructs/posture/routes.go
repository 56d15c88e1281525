package posture

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// wayOut says whether packets from a subnet reach the internet.
type wayOut struct {
	v4, v6 Answer
	why    []string
}

// routed is a route of a table, or a table of a subnet.
type routed struct {
	resource *template.Resource
	table    Text
	maybe    bool // a condition of the template decides whether it is
}

// readRoutes indexes routes by their tables, and tables by their subnets.
func (m *model) readRoutes() {
	m.tables, m.routes = map[Text][]routed{}, map[Text][]routed{}
	for _, r := range m.of("AWS::EC2::SubnetRouteTableAssociation") {
		subnets, tables := template.Items(r.Property("SubnetId")), template.Items(r.Property("RouteTableId"))
		for _, subnet := range subnets {
			for _, table := range tables {
				id := policy.TextOf(subnet.Value)
				m.tables[id] = append(m.tables[id], routed{r, policy.TextOf(table.Value), r.Maybe || subnet.Maybe || table.Maybe})
			}
		}
	}
	for _, r := range m.of("AWS::EC2::Route") {
		for _, table := range template.Items(r.Property("RouteTableId")) {
			id := policy.TextOf(table.Value)
			m.routes[id] = append(m.routes[id], routed{r, id, r.Maybe || table.Maybe})
		}
	}
}

// tablesOf returns the route tables that a subnet may have. None is the VPC's main table.
func (m *model) tablesOf(subnet Text) []routed {
	if m.tables == nil {
		m.readRoutes()
	}
	return m.tables[subnet]
}

// wayOutOf follows the routes of a subnet.
func (m *model) wayOutOf(subnet Text) wayOut {
	tables := m.tablesOf(subnet)
	if len(tables) == 0 {
		return m.wayOutOfMain(subnet)
	}
	out := m.wayOutOfTable(tables[0].table)
	others := []wayOut{}
	for _, t := range tables[1:] {
		others = append(others, m.wayOutOfTable(t.table))
	}
	if !slices.ContainsFunc(tables, func(t routed) bool { return !t.maybe }) {
		others = append(others, m.wayOutOfMain(subnet))
	}
	for _, other := range others {
		out.v4, out.v6, out.why = either(out.v4, other.v4), either(out.v6, other.v6), append(out.why, other.why...)
	}
	return out
}

// wayOutOfMain is that of a subnet without a table of its own. A main table to which no template adds routes leads nowhere.
func (m *model) wayOutOfMain(subnet Text) wayOut {
	switch r := m.named(subnet, "AWS::EC2::Subnet"); {
	case r == nil:
		return wayOut{CannotTell, CannotTell, []string{fmt.Sprintf("the routes of the subnet %s are not in the templates", subnet)}}
	case m.named(r.Text("VpcId"), "AWS::EC2::VPC") == nil:
		return wayOut{CannotTell, CannotTell, []string{fmt.Sprintf("the main route table of %s is not in the templates", r.Text("VpcId"))}}
	}
	return wayOut{}
}

func (m *model) wayOutOfTable(table Text) wayOut {
	out := wayOut{}
	for _, route := range m.routes[table] {
		one := m.wayOutBy(route.resource)
		if route.maybe {
			one.v4, one.v6 = policy.And(one.v4, CannotTell), policy.And(one.v6, CannotTell)
		}
		out.v4, out.v6, out.why = policy.Or(out.v4, one.v4), policy.Or(out.v6, one.v6), append(out.why, one.why...)
	}
	if m.named(table, "AWS::EC2::RouteTable") == nil {
		out.v4, out.v6 = policy.Or(out.v4, CannotTell), policy.Or(out.v6, CannotTell)
		out.why = append(out.why, fmt.Sprintf("the route table %s is not in the templates", table))
	}
	return out
}

// wayOutBy is where one route leads. An internet gateway does not help a function over IPv4: its interfaces have no public address (Lambda
// guide, "Internet access for VPC-connected functions").
func (m *model) wayOutBy(route *template.Resource) wayOut {
	v4 := reachesOut(route.Text("DestinationCidrBlock"))
	v6 := reachesOut(route.Text("DestinationIpv6CidrBlock"))
	if route.Property("DestinationPrefixListId") != nil {
		v4, v6 = CannotTell, CannotTell
	}
	if v4 == No && v6 == No {
		return wayOut{}
	}
	for _, key := range []string{"NatGatewayId", "GatewayId", "EgressOnlyInternetGatewayId", "VpcEndpointId", "TransitGatewayId", "InstanceId", "NetworkInterfaceId",
		"VpcPeeringConnectionId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn"} {
		target := route.Text(key)
		if target == "" {
			continue
		}
		why := []string{fmt.Sprintf("%s leads to %s", constructPath(route), target)}
		switch {
		case key == "NatGatewayId":
			return wayOut{v4, v6, why}
		case key == "EgressOnlyInternetGatewayId":
			return wayOut{No, v6, why}
		case key == "GatewayId" && (m.named(target, "AWS::EC2::InternetGateway") != nil || strings.HasPrefix(string(target), "igw-")):
			return wayOut{No, v6, why}
		case key == "VpcEndpointId" && len(m.of("AWS::NetworkFirewall::Firewall")) > 0:
			return wayOut{v4, v6, []string{fmt.Sprintf("%s leads to a network firewall", constructPath(route))}}
		}
		return wayOut{policy.And(v4, CannotTell), policy.And(v6, CannotTell), why}
	}
	return wayOut{policy.And(v4, CannotTell), policy.And(v6, CannotTell), []string{constructPath(route) + " leads to what is not known"}}
}

// reachesOut says whether a route's destination holds addresses of the internet.
func reachesOut(destination Text) Answer {
	if destination == "" {
		return No
	}
	known, ok := destination.Known()
	if !ok {
		return CannotTell
	}
	prefix, err := netip.ParsePrefix(known)
	if err != nil {
		return CannotTell
	}
	v4, v6 := Opening{Peer: Text(prefix.String())}.outside()
	return policy.Or(v4, v6)
}
