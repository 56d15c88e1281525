package link

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Connectable lets the function send TCP on one port to another construct, such
// as an internal load balancer or an instance: out to each of the peer's
// security groups, and in to them. The variable holds host:port. Who may do
// what there, and TLS, are between the function and the peer.
//
// The host is a name or an IPv4 address of the peer's, or a token. On a network
// that filters names, a name that is known at synth is let through. A token is
// not: an allow-list that refers to what runs in the network would make a cycle
// of the two. Say which names it may become, such as
// "*.eu-west-1.elb.amazonaws.com".
func Connectable(variable string, peer awsec2.IConnectable, host string, port int, names ...string) Link {
	c := connectable{variable: variable, host: host, port: port, names: slices.Clone(names)}
	c.groups, c.err = groupsOf(peer, "the peer")
	return c
}

type connectable struct {
	variable, host string
	port           int
	names, groups  []string
	err            error
}

// Open implements Link.
func (c connectable) Open(Site) (Doors, error) {
	wrong := []error{c.err, checkPeerHost(c.host), checkPort(c.port)}
	for _, name := range c.names {
		wrong = append(wrong, checkNames(name))
	}
	if err := errors.Join(wrong...); err != nil {
		return Doors{}, fmt.Errorf("connection to %q of variable %s: %w", c.host, c.variable, err)
	}
	doors := Doors{
		Variables: []Variable{{c.variable, c.host + ":" + strconv.Itoa(c.port), contract.Address}},
		Egress:    toGroups(c.groups, float64(c.port), fmt.Sprintf("TCP %d to a linked construct", c.port)),
		Names:     c.names,
	}
	if _, err := netip.ParseAddr(c.host); err != nil && !pseudo.IsToken(c.host) && !slices.Contains(c.names, c.host) {
		doors.Names = append(slices.Clone(c.names), c.host)
	}
	return doors, nil
}

func checkPeerHost(host string) error {
	to, err := netip.ParseAddr(host)
	switch {
	case pseudo.IsToken(host):
		return nil
	case err != nil:
		return checkHost(host)
	case !to.Is4():
		return fmt.Errorf("%q is IPv6, which the function does not send: give the IPv4 address, or a name", host)
	}
	return nil
}

func checkPort(port int) error {
	if port < 1 || port > 65535 {
		return fmt.Errorf("port %d: give one from 1 to 65535", port)
	}
	return nil
}

// toGroups lets the function out to each of the groups. CDK encodes a port that
// only the deployment knows as a number below zero.
func toGroups(groups []string, port float64, description string) []Egress {
	var out []Egress
	for _, g := range groups {
		e := Egress{Group: g, Description: description}
		if port < 0 {
			e.PortToken = &port
		} else {
			e.Port = int(port)
		}
		out = append(out, e)
	}
	return out
}

// groupsOf returns the ids of a peer's security groups. To be sent to it has to
// have one.
func groupsOf(peer awsec2.IConnectable, name string) (ids []string, err error) {
	if absent(peer) {
		return nil, fmt.Errorf("%s is nil: give an awsec2.IConnectable", name)
	}
	err = read(name, func() { ids = groupIDs(peer) })
	if err == nil && len(ids) == 0 {
		err = noGroup(name)
	}
	return ids, err
}

func groupIDs(peer awsec2.IConnectable) (ids []string) {
	if groups := peer.Connections().SecurityGroups(); groups != nil {
		for _, g := range *groups {
			ids = append(ids, *g.SecurityGroupId())
		}
	}
	return ids
}

func noGroup(name string) error {
	return fmt.Errorf("%s has no security group that CDK knows: import it with its groups", name)
}

// read reads attributes of a construct. CDK panics where an imported one was
// not given the attribute; that becomes an error, with what it says.
func read(name string, attributes func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case runtime.Error: // a fault of the program
			panic(r)
		default:
			err = fmt.Errorf("CDK cannot read %s: %v", name, r)
		}
	}()
	attributes()
	return nil
}
