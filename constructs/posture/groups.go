package posture

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Opening is one rule of a security group.
type Opening struct {
	// Peer is a range of addresses, the id of a security group or of a prefix list.
	Peer Text `json:"peer"`
	// Of is the path of the construct that the peer belongs to, if it is in the templates.
	Of string `json:"of,omitempty"`
	// Protocol is tcp, udp, icmp, icmpv6, another's number, or -1 for all.
	Protocol string `json:"protocol"`
	// FromPort and ToPort are -1 for all, and where they are not known: Port is then what the template has in their place.
	FromPort    int    `json:"fromPort"`
	ToPort      int    `json:"toPort"`
	Port        Text   `json:"port,omitempty"`
	Description string `json:"description,omitempty"`
	// Maybe says that a condition of the template decides whether the rule is there.
	Maybe bool `json:"maybe,omitempty"`
	// Source is the path of the construct that holds the rule.
	Source string `json:"source"`

	peer *template.Resource
}

// group is a security group with the rules that other resources add.
type group struct {
	id              Text
	resource        *template.Resource // nil if it is in no template
	egress, ingress []Opening
}

// defaultEgress are the rules of a group that is given none (CloudFormation reference, AWS::EC2::SecurityGroup).
var defaultEgress = []Opening{
	{Peer: "0.0.0.0/0", Protocol: "-1", FromPort: -1, ToPort: -1, Description: "the default of a group without rules"},
	{Peer: "::/0", Protocol: "-1", FromPort: -1, ToPort: -1, Description: "the default of a group without rules"},
}

// group returns the group of an id.
func (m *model) group(id Text) *group {
	if m.groups == nil {
		m.readGroups()
	}
	if g := m.groups[id]; g != nil {
		return g
	}
	return &group{id: id}
}

func (m *model) readGroups() {
	m.groups = map[Text]*group{}
	of := func(id Text) *group {
		if m.groups[id] == nil {
			m.groups[id] = &group{id: id}
		}
		return m.groups[id]
	}
	for _, r := range m.of("AWS::EC2::SecurityGroup") {
		g := of(r.Name())
		g.resource = r
		for _, rule := range template.Items(r.Property("SecurityGroupEgress")) {
			g.egress = append(g.egress, m.opening(r, rule, "Destination"))
		}
		for _, rule := range template.Items(r.Property("SecurityGroupIngress")) {
			g.ingress = append(g.ingress, m.opening(r, rule, "Source"))
		}
	}
	for _, r := range m.of("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress") {
		for _, id := range template.Items(r.Property("GroupId")) {
			g, rule := of(policy.TextOf(id.Value)), template.Item{Value: r.Properties(), Maybe: id.Maybe}
			if r.Type == "AWS::EC2::SecurityGroupEgress" {
				g.egress = append(g.egress, m.opening(r, rule, "Destination"))
			} else {
				g.ingress = append(g.ingress, m.opening(r, rule, "Source"))
			}
		}
	}
	for _, g := range m.groups {
		if g.resource == nil || slices.ContainsFunc(g.egress, func(o Opening) bool { return !o.Maybe }) {
			continue
		}
		maybe := len(g.egress) > 0 // a condition may leave none
		for _, rule := range defaultEgress {
			rule.Source, rule.Maybe = constructPath(g.resource), maybe
			g.egress = append(g.egress, rule)
		}
	}
}

func (m *model) opening(r *template.Resource, item template.Item, side string) Opening {
	rule := item.Value
	text := func(key string) Text { return policy.TextOf(template.At(rule, key)) }
	o := Opening{Protocol: strings.ToLower(text("IpProtocol").String()), FromPort: port(rule, "FromPort"), ToPort: port(rule, "ToPort"),
		Description: text("Description").String(), Maybe: r.Maybe || item.Maybe, Source: constructPath(r)}
	for _, key := range []string{"CidrIp", "CidrIpv6", side + "SecurityGroupId", side + "PrefixListId", side + "SecurityGroupName"} {
		if peer := text(key); peer != "" {
			o.Peer = peer
			break
		}
	}
	if o.Protocol == "-1" || o.Protocol == "all" {
		o.Protocol, o.FromPort, o.ToPort = "-1", -1, -1
	}
	for _, key := range []string{"ToPort", "FromPort"} {
		if port := text(key); o.Protocol != "-1" && len(port.Symbols()) > 0 {
			o.Port, o.FromPort, o.ToPort = port, -1, -1
		}
	}
	if len(text("IpProtocol").Symbols()) > 0 {
		o.Port, o.FromPort, o.ToPort = text("IpProtocol"), -1, -1
	}
	if o.peer = m.named(o.Peer); o.peer != nil {
		o.Of = constructPath(o.peer)
	}
	return o
}

func port(rule any, key string) int {
	n, ok := template.Number(template.At(rule, key))
	if !ok || !(n >= 0 && n <= 65535) {
		return -1
	}
	return int(n)
}

// covers says whether the rule is, or may be, for TCP to the port.
func (o Opening) covers(port int) bool {
	return (o.Protocol == "-1" || o.Protocol == "tcp" || o.Protocol == "6" || strings.HasPrefix(o.Protocol, "${")) && (o.FromPort == -1 || o.FromPort <= port && port <= o.ToPort)
}

// inner are the ranges from which no packet reaches the internet (IANA special-purpose address registries).
var inner = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("224.0.0.0/3"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("ff00::/8"),
}

// outside says whether a peer holds addresses of the internet, of IPv4 and of IPv6.
func (o Opening) outside() (v4, v6 Answer) {
	known, ok := o.Peer.Known()
	prefix, err := netip.ParsePrefix(known)
	switch {
	case !ok || err != nil:
		if o.peer != nil && o.peer.Type == "AWS::EC2::SecurityGroup" || strings.HasPrefix(known, "sg-") {
			return No, No
		}
		return CannotTell, CannotTell
	case slices.ContainsFunc(inner, func(p netip.Prefix) bool { return p.Bits() <= prefix.Bits() && p.Contains(prefix.Addr()) }):
		return No, No
	case prefix.Addr().Is4():
		return Yes, No
	}
	return No, Yes
}

// within says whether the peer is the group, or holds it as part of a range that is everywhere.
func (o Opening) admits(g *group) Answer {
	switch {
	case o.Peer == g.id:
		return Yes
	case o.Peer.Is("0.0.0.0/0"):
		return Yes
	}
	if known, ok := o.Peer.Known(); ok {
		if prefix, err := netip.ParsePrefix(known); err == nil && prefix.Addr().Is4() && !prefix.Addr().IsMulticast() && known != "255.255.255.255/32" {
			return CannotTell
		}
		if strings.HasPrefix(known, "pl-") {
			return CannotTell
		}
		return No
	}
	if _, ok := o.Peer.Symbol(); ok && o.peer != nil && o.peer.Type == "AWS::EC2::SecurityGroup" {
		return No
	}
	return CannotTell
}
