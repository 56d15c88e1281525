package posture

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// wayOut says whether packets from a subnet reach the internet.
type wayOut struct {
	v4, v6 Answer
	why    []string
}

// tableOf returns the route table of a subnet. It is none for the VPC's main table.
func (m *model) tableOf(subnet Text) Text {
	if m.tables == nil {
		m.tables, m.routes = map[Text]Text{}, map[Text][]*template.Resource{}
		for _, r := range m.of("AWS::EC2::SubnetRouteTableAssociation") {
			m.tables[r.Text("SubnetId")] = r.Text("RouteTableId")
		}
		for _, r := range m.of("AWS::EC2::Route") {
			table := r.Text("RouteTableId")
			m.routes[table] = append(m.routes[table], r)
		}
	}
	return m.tables[subnet]
}

// wayOutOf follows the routes of a subnet.
func (m *model) wayOutOf(subnet Text) wayOut {
	r := m.named(subnet, "AWS::EC2::Subnet")
	table := m.tableOf(subnet)
	switch {
	case table == "" && r == nil:
		return wayOut{CannotTell, CannotTell, []string{fmt.Sprintf("the routes of the subnet %s are not in the templates", subnet)}}
	case table == "" && m.named(r.Text("VpcId"), "AWS::EC2::VPC") == nil:
		return wayOut{CannotTell, CannotTell, []string{fmt.Sprintf("the main route table of %s is not in the templates", r.Text("VpcId"))}}
	}
	out := wayOut{}
	for _, route := range m.routes[table] {
		one := m.wayOutBy(route)
		if route.Maybe {
			one.v4, one.v6 = policy.And(one.v4, CannotTell), policy.And(one.v6, CannotTell)
		}
		out.v4, out.v6, out.why = policy.Or(out.v4, one.v4), policy.Or(out.v6, one.v6), append(out.why, one.why...)
	}
	if table != "" && m.named(table, "AWS::EC2::RouteTable") == nil {
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
	return wayOut{}
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
