package posture

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	// Internet is the destination that stands for every address of the internet.
	Internet = "internet"
	// Unnamed is the destination that stands for addresses which code uses without looking a name up. A DNS Firewall does not stop them (Route 53
	// guide, "Using DNS Firewall to filter outbound DNS traffic").
	Unnamed = "addresses without a name"
)

// Destinations are what a function in a VPC may reach, in one line each: the service of an endpoint, the names that the filters let through,
// with Unnamed where a DNS Firewall alone does, or Internet where none does, a construct or a range with the ports. What cannot be told counts as
// reached.
func (r Reach) Destinations() []string {
	var all []string
	endpoints := map[string]bool{}
	for _, e := range r.Endpoints {
		if e.Reachable != No {
			all = append(all, e.Service)
		}
		for _, id := range groupsOf(e) {
			endpoints[id] = true
		}
	}
	if r.Internet != No || r.InternetIPv6 != No {
		all = append(all, r.outside()...)
	}
	isolated := r.Internet == No && r.InternetIPv6 == No
	for _, o := range r.Egress {
		// A rule to everywhere reaches the rest of the VPC, and what is joined to it.
		v4, v6 := o.outside()
		if (v4 != No || v6 != No) && !(isolated && o.everywhere() == Yes) || o.Peer.Is("255.255.255.255/32") || o.Peer.Is("127.0.0.1/32") || endpoints[o.Peer.String()] {
			continue
		}
		all = append(all, o.destination())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// outside are the names that every filter which blocks the others lets through. A Network Firewall stops connections, so that its names are all.
func (r Reach) outside() []string {
	all := []string{Internet}
	for _, f := range r.Names {
		if f.BlocksOthers != Yes {
			continue
		}
		names := []string{}
		for _, n := range f.Allowed {
			names = append(names, n.String())
		}
		if f.Kind == "Network" {
			return names
		}
		all = append(names, Unnamed)
	}
	return all
}

func groupsOf(e Endpoint) []string {
	var ids []string
	for _, id := range textsAt(e.resource, "SecurityGroupIds") {
		ids = append(ids, id.String())
	}
	return ids
}

func (o Opening) destination() string {
	name := o.Of
	if name == "" {
		name = o.Peer.String()
	}
	switch {
	case o.Port != "":
		return name + ":" + o.Port.String()
	case o.Protocol == "-1":
		return name + " on all ports"
	case o.FromPort == o.ToPort && o.FromPort >= 0:
		return fmt.Sprintf("%s:%d", name, o.FromPort)
	case o.FromPort < 0:
		return fmt.Sprintf("%s on all ports of %s", name, o.Protocol)
	}
	return fmt.Sprintf("%s:%d-%d", name, o.FromPort, o.ToPort)
}

// ports is how destination ends.
var ports = regexp.MustCompile(` on all ports( of \S+)?$|:(\d+(-\d+)?|\$\{[^}]*\})$`)

// goesTo says whether a destination is the one that a person names: it, the end of its path, or either without the port.
func goesTo(destination, name string) bool {
	for _, d := range []string{destination, ports.ReplaceAllString(destination, "")} {
		if d == name || strings.HasSuffix(d, "/"+name) {
			return true
		}
	}
	return false
}
