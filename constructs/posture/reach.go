package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Reach is where a function's packets get to.
type Reach struct {
	// VPC is none for a function outside of any, which reaches all of the internet and no VPC.
	VPC Text `json:"vpc,omitempty"`
	// Outside says whether the function runs in no VPC.
	Outside Answer `json:"outside"`
	Subnets []Text `json:"subnets,omitempty"`
	Groups  []Text `json:"groups,omitempty"`
	// Internet and InternetIPv6 say whether it reaches an address of the internet, and Because why it may.
	Internet     Answer   `json:"internet"`
	InternetIPv6 Answer   `json:"internetIPv6"`
	Because      []string `json:"because,omitempty"`
	// Egress are the rules of its groups.
	Egress []Opening `json:"egress,omitempty"`
	// Ingress are the rules by which its groups let somebody in. No function listens there: the interface is for outgoing traffic alone.
	Ingress   []Opening    `json:"ingress,omitempty"`
	Endpoints []Endpoint   `json:"endpoints,omitempty"`
	Names     []NameFilter `json:"names,omitempty"`
}

// Endpoint is a VPC endpoint of the function's VPC.
type Endpoint struct {
	// Service is the end of the service's name, such as "ssm" of com.amazonaws.eu-west-1.ssm.
	Service string `json:"service"`
	// Type is Interface, Gateway or another.
	Type string `json:"type"`
	Path string `json:"path"`
	// Reachable says whether the groups on both sides, or the routes to a gateway, let the function through.
	Reachable Answer `json:"reachable"`
	// Policy is the endpoint's. None lets everybody do anything.
	Policy []Permission `json:"policy,omitempty"`

	resource *template.Resource
}

func (m *model) reach(config any) Reach {
	if either, ok := config.(policy.Either); ok {
		return m.reach(either.Then).or(m.reach(either.Else))
	}
	subnets, groups := template.Texts(template.At(config, "SubnetIds")), template.Texts(template.At(config, "SecurityGroupIds"))
	if len(subnets) == 0 && len(groups) == 0 {
		return Reach{Outside: Yes, Internet: Yes, InternetIPv6: CannotTell, Because: []string{"the function is in no VPC"}}
	}
	r := Reach{VPC: m.vpcOf(subnets, groups), Subnets: subnets, Groups: groups}
	if len(groups) == 0 {
		r.Internet, r.InternetIPv6, r.Because = CannotTell, CannotTell, []string{"the function's security groups are not in the templates"}
	}
	var own []*group
	for _, id := range groups {
		g := m.group(id)
		own = append(own, g)
		r.Egress, r.Ingress = append(r.Egress, g.egress...), append(r.Ingress, g.ingress...)
		if g.resource == nil {
			r.Internet, r.InternetIPv6 = CannotTell, CannotTell
			r.Because = append(r.Because, fmt.Sprintf("the security group %s is not in the templates", id))
		}
	}
	for _, o := range r.Egress {
		v4, v6 := o.outside()
		if o.Maybe {
			v4, v6 = policy.And(v4, CannotTell), policy.And(v6, CannotTell)
		}
		r.Internet, r.InternetIPv6 = policy.Or(r.Internet, v4), policy.Or(r.InternetIPv6, v6)
	}
	out := wayOut{}
	for _, subnet := range subnets {
		one := m.wayOutOf(subnet)
		out.v4, out.v6, out.why = policy.Or(out.v4, one.v4), policy.Or(out.v6, one.v6), append(out.why, one.why...)
	}
	dual := template.Bool(template.At(config, "Ipv6AllowedForDualStack"))
	r.Internet, r.InternetIPv6 = policy.And(r.Internet, out.v4), policy.And(r.InternetIPv6, out.v6, dual)
	if r.Internet == No && r.InternetIPv6 == No {
		r.Because = nil
	} else {
		r.Because = append(r.Because, out.why...)
	}
	r.Endpoints = m.endpoints(r, own)
	r.Names = m.nameFilters(r.VPC)
	return r
}

// or is the reach of a function of which a condition of the template decides where it runs.
func (r Reach) or(other Reach) Reach {
	if r.VPC == "" {
		r, other = other, r
	}
	both := r
	both.Outside = policy.And(policy.Or(r.Outside, other.Outside), CannotTell)
	both.Internet, both.InternetIPv6 = either(r.Internet, other.Internet), either(r.InternetIPv6, other.InternetIPv6)
	both.Because = append(slices.Clone(r.Because), other.Because...)
	both.Subnets, both.Groups = append(slices.Clone(r.Subnets), other.Subnets...), append(slices.Clone(r.Groups), other.Groups...)
	both.Egress, both.Ingress = maybeOpen(r.Egress, other.Egress), maybeOpen(r.Ingress, other.Ingress)
	both.Endpoints = nil
	for _, e := range append(slices.Clone(r.Endpoints), other.Endpoints...) {
		e.Reachable = policy.And(e.Reachable, CannotTell)
		both.Endpoints = append(both.Endpoints, e)
	}
	both.Names = nil
	for _, n := range append(slices.Clone(r.Names), other.Names...) {
		n.BlocksOthers = policy.And(n.BlocksOthers, CannotTell)
		both.Names = append(both.Names, n)
	}
	return both
}

func either(a, b Answer) Answer {
	if a == b {
		return a
	}
	return CannotTell
}

func maybeOpen(a, b []Opening) []Opening {
	all := append(slices.Clone(a), b...)
	for i := range all {
		all[i].Maybe = true
	}
	return all
}

func (m *model) vpcOf(subnets, groups []Text) Text {
	for _, id := range subnets {
		if r := m.named(id, "AWS::EC2::Subnet"); r != nil {
			return r.Text("VpcId")
		}
	}
	for _, id := range groups {
		if r := m.named(id, "AWS::EC2::SecurityGroup"); r != nil {
			return r.Text("VpcId")
		}
	}
	return policy.Symbol(policy.Anything, "the VPC of "+texts(subnets))
}

func texts(all []Text) string {
	var written []string
	for _, t := range all {
		written = append(written, t.String())
	}
	return strings.Join(written, ", ")
}

func (m *model) endpoints(r Reach, own []*group) []Endpoint {
	var all []Endpoint
	for _, e := range m.of("AWS::EC2::VPCEndpoint") {
		if e.Text("VpcId") != r.VPC {
			continue
		}
		kind := e.Text("VpcEndpointType").String()
		if gateway(e) {
			kind = "Gateway"
		}
		endpoint := Endpoint{Service: service(e.Text("ServiceName")), Type: kind, Path: constructPath(e), resource: e}
		if gateway(e) {
			endpoint.Reachable = m.gatewayReachable(e, r)
		} else {
			endpoint.Reachable = m.interfaceReachable(e, own)
		}
		if e.Maybe {
			endpoint.Reachable = policy.And(endpoint.Reachable, CannotTell)
		}
		if document := e.Property("PolicyDocument"); document != nil {
			endpoint.Policy = permissions(policy.Parse(e.Path, document))
		}
		all = append(all, endpoint)
	}
	return all
}

// service is the end of com.amazonaws.<region>.<service>.
func service(name Text) string {
	parts := strings.SplitN(name.String(), ".", 4)
	if len(parts) == 4 && parts[1] == "amazonaws" {
		return parts[3]
	}
	return name.String()
}

// gatewayReachable says whether a route leads to the gateway and a rule lets packets go to the service's addresses, which a range or a prefix
// list holds. A prefix list in the rules of a function's group is there for a gateway; for which of several, its id does not tell.
func (m *model) gatewayReachable(e *template.Resource, r Reach) Answer {
	open, lists := No, map[Text]bool{}
	for _, o := range r.Egress {
		switch v4, _ := o.outside(); {
		case !o.covers(443) || o.Peer == "":
		case v4 == Yes:
			open = Yes
		case v4 == CannotTell:
			lists[o.Peer] = true
		}
	}
	if len(lists) > 0 {
		gateways := 0
		for _, other := range m.of("AWS::EC2::VPCEndpoint") {
			if gateway(other) && other.Text("VpcId") == r.VPC && m.routed(other, r.Subnets) != No {
				gateways++
			}
		}
		if open = policy.Or(open, CannotTell); len(lists) >= gateways {
			open = Yes
		}
	}
	for _, id := range r.Groups {
		if m.group(id).resource == nil {
			open = policy.Or(open, CannotTell)
		}
	}
	return policy.And(m.routed(e, r.Subnets), open)
}

// routed says whether a route of the subnets leads to a gateway.
func (m *model) routed(e *template.Resource, subnets []Text) Answer {
	answer := No
	for _, subnet := range subnets {
		own := m.tablesOf(subnet)
		for _, table := range template.Texts(e.Property("RouteTableIds")) {
			if len(own) == 0 {
				answer = policy.Or(answer, CannotTell)
			}
			for _, t := range own {
				same := policy.Equal(t.table, table)
				if t.maybe {
					same = policy.And(same, CannotTell)
				}
				answer = policy.Or(answer, same)
			}
		}
	}
	return answer
}

// gateway says whether an endpoint is one, as it is by default.
func gateway(e *template.Resource) bool {
	kind := e.Text("VpcEndpointType")
	return kind == "" || kind.Is("Gateway")
}

func (m *model) interfaceReachable(e *template.Resource, own []*group) Answer {
	answer := No
	ids := template.Texts(e.Property("SecurityGroupIds"))
	if len(ids) == 0 { // the VPC's default group
		return CannotTell
	}
	for _, id := range ids {
		theirs := m.group(id)
		out, in := No, No
		for _, mine := range own {
			out, in = policy.Or(out, lets(mine, mine.egress, theirs)), policy.Or(in, lets(theirs, theirs.ingress, mine))
		}
		answer = policy.Or(answer, policy.And(out, in))
	}
	return answer
}

// lets says whether one of a group's rules is for HTTPS with the other.
func lets(g *group, rules []Opening, other *group) Answer {
	answer := No
	if g.resource == nil {
		answer = CannotTell
	}
	for _, o := range rules {
		if !o.covers(443) {
			continue
		}
		admitted := o.admits(other)
		if o.Maybe || o.Port != "" {
			admitted = policy.And(admitted, CannotTell)
		}
		answer = policy.Or(answer, admitted)
	}
	return answer
}
