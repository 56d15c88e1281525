package link

import (
	"errors"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
)

// fakePeer is a construct in security groups. If why is set, CDK refuses to
// read it.
type fakePeer struct {
	groups []string
	none   bool // CDK returns no list at all
	why    string
}

func peerIn(groups ...string) *fakePeer { return &fakePeer{groups: groups} }

func (p *fakePeer) Connections() awsec2.Connections {
	if p.why != "" {
		panic(errors.New(p.why)) // as jsii does
	}
	return &fakeConnections{peer: p}
}

// connections is named so that what embeds it can have its method Connections.
type connections = awsec2.Connections

type fakeConnections struct {
	connections
	peer *fakePeer
}

func (c *fakeConnections) SecurityGroups() *[]awsec2.ISecurityGroup {
	if c.peer.none {
		return nil
	}
	groups := []awsec2.ISecurityGroup{}
	for _, id := range c.peer.groups {
		groups = append(groups, &fakeGroup{id: id})
	}
	return &groups
}

type fakeGroup struct {
	awsec2.ISecurityGroup
	id string
}

func (g *fakeGroup) SecurityGroupId() *string { return &g.id }

func init() {
	document(documented{function: "Connectable", call: `Connectable("SEARCH", search, "search.internal.example.com", 9200)`,
		link: Connectable("SEARCH", peerIn("sg-0123456789abcdef0"), "search.internal.example.com", 9200)})
}

func TestConnectableOpensItsDoors(t *testing.T) {
	t.Parallel()
	to := func(port int, groups ...string) (all []Egress) {
		for _, g := range groups {
			all = append(all, Egress{Group: g, Port: port, Description: map[int]string{9200: "TCP 9200 to a linked construct", 1: "TCP 1 to a linked construct"}[port]})
		}
		return all
	}
	for _, c := range []struct {
		situation string
		link      Link
		want      Doors
	}{
		{"a name", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 9200),
			Doors{Variables: []Variable{{"SEARCH", "search.example.com:9200", "address"}}, Egress: to(9200, "sg-1"), Names: []string{"search.example.com"}}},
		{"several groups, one of them a token", Connectable("SEARCH", peerIn("sg-1", token), "search.example.com", 1),
			Doors{Variables: []Variable{{"SEARCH", "search.example.com:1", "address"}}, Egress: to(1, "sg-1", token), Names: []string{"search.example.com"}}},
		{"an address is not looked up", Connectable("SEARCH", peerIn("sg-1"), "10.0.0.7", 9200),
			Doors{Variables: []Variable{{"SEARCH", "10.0.0.7:9200", "address"}}, Egress: to(9200, "sg-1")}},
		{"a token lets no name through: it would make a cycle", Connectable("SEARCH", peerIn("sg-1"), token, 9200),
			Doors{Variables: []Variable{{"SEARCH", token + ":9200", "address"}}, Egress: to(9200, "sg-1")}},
		{"a token, and what it may become", Connectable("SEARCH", peerIn("sg-1"), token, 9200, "*.eu-west-1.elb.amazonaws.com"),
			Doors{Variables: []Variable{{"SEARCH", token + ":9200", "address"}}, Egress: to(9200, "sg-1"), Names: []string{"*.eu-west-1.elb.amazonaws.com"}}},
		{"a name, and those that it is an alias of", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 9200, "search.example.net"),
			Doors{Variables: []Variable{{"SEARCH", "search.example.com:9200", "address"}}, Egress: to(9200, "sg-1"), Names: []string{"search.example.net", "search.example.com"}}},
		{"a name given twice", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 9200, "search.example.com"),
			Doors{Variables: []Variable{{"SEARCH", "search.example.com:9200", "address"}}, Egress: to(9200, "sg-1"), Names: []string{"search.example.com"}}},
	} {
		opensDoors(t, c.situation, c.link, ireland, `[]`, c.want)
	}
}

func TestConnectableRefuses(t *testing.T) {
	t.Parallel()
	const at = `connection to "search.example.com" of variable SEARCH: `
	var none *fakePeer
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"nil", Connectable("SEARCH", nil, "search.example.com", 9200), at + "the peer is nil: give an awsec2.IConnectable"},
		{"a nil pointer", Connectable("SEARCH", none, "search.example.com", 9200), at + "the peer is nil: give an awsec2.IConnectable"},
		{"no group", Connectable("SEARCH", peerIn(), "search.example.com", 9200), at + "the peer has no security group that CDK knows: import it with its groups"},
		{"no list of groups", Connectable("SEARCH", &fakePeer{none: true}, "search.example.com", 9200), at + "the peer has no security group that CDK knows: import it with its groups"},
		{"CDK cannot read it", Connectable("SEARCH", &fakePeer{why: "imported without"}, "search.example.com", 9200), at + "CDK cannot read the peer: imported without"},
		{"port 0", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 0), at + "port 0: give one from 1 to 65535"},
		{"a port too high", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 65536), at + "port 65536: give one from 1 to 65535"},
		{"IPv6", Connectable("SEARCH", peerIn("sg-1"), "fd00::1", 9200), `connection to "fd00::1" of variable SEARCH: "fd00::1" is IPv6, which the function does not send: give the IPv4 address, or a name`},
		{"a URL", Connectable("SEARCH", peerIn("sg-1"), "http://x.example.com", 9200), `connection to "http://x.example.com" of variable SEARCH: "http://x.example.com" is more than a host: give it without scheme, user, port and path, such as api.example.com`},
		{"no host", Connectable("SEARCH", peerIn("sg-1"), "", 9200), `connection to "" of variable SEARCH: the host is empty: give one such as api.example.com`},
		{"a token among the names", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 9200, token), at + `"` + token + `" is a token: a filter of names has to be told the name at synth`},
		{"every name", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 9200, "*"), at + `"*" has a wildcard: add a link for each host`},
		{"every name of a top-level domain", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 9200, "*.com"), at + `"*.com" lets a whole top-level domain through: give a name below it`},
		{"a wildcard within", Connectable("SEARCH", peerIn("sg-1"), "search.example.com", 9200, "a.*.example.com"), at + `"a.*.example.com" has a wildcard: add a link for each host`},
		{"all of it, told together", Connectable("SEARCH", nil, "x", -1), `connection to "x" of variable SEARCH: the peer is nil: give an awsec2.IConnectable` + "\n" +
			`"x" is a single name: give a host with its domain, such as api.example.com` + "\n" + "port -1: give one from 1 to 65535"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}

// A fault of the program is no mistake of the user's.
func TestReadPassesFaultsOn(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a nil pointer within was taken for CDK's refusal")
		}
	}()
	var peer *fakePeer
	_ = read("the peer", func() { _ = peer.groups })
}

func TestNamesAreNotTheCallers(t *testing.T) {
	t.Parallel()
	names := []string{"a.example.com"}
	l := Connectable("SEARCH", peerIn("sg-1"), "10.0.0.7", 9200, names...)
	names[0] = "evil.example.net"
	if doors, err := l.Open(ireland); err != nil || doors.Names[0] != "a.example.com" {
		t.Errorf("got %v, %v: a link changed after it was made", doors.Names, err)
	}
}
