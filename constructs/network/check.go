package network

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Needs is what a function's links need of the network, known before anything
// is made.
type Needs struct {
	// Endpoints are the services of interface endpoints, Gateways those of
	// gateway endpoints.
	Endpoints, Gateways []string
	// Names are the host names outside of which the network has to let through
	// no others.
	Names []string
	// Outside says that something is sent out of the VPC.
	Outside bool
	// Everywhere says that it is sent to every address.
	Everywhere bool
	// Addresses outside of the VPC.
	Addresses []Address
	// PrefixLists outside of the VPC.
	PrefixLists []string
}

// Address is a range of addresses outside the VPC, and a TCP port there.
type Address struct {
	// CIDR is an IPv4 range.
	CIDR string
	Port int
}

// Check returns every reason why the network cannot carry what a function's
// links need, each with its fix. It makes nothing.
func (n *Network) Check(needs Needs) error {
	switch {
	case n.Vpc == nil:
		return checkNone(needs)
	case n.shared == nil: // put together by hand, which golambda refuses
		return nil
	}
	var wrong []error
	for _, service := range needs.Endpoints {
		wrong = append(wrong, checkEndpoint(service))
	}
	for _, service := range needs.Gateways {
		wrong = append(wrong, n.shared.checkGateway(service))
	}
	if needs.Outside && n.OutsideSubnets == nil {
		wrong = append(wrong, fmt.Errorf("the network has no way out, which %s: give network.New Internet: &network.Internet{}, or network.FromVpc OutsideSubnets that have a NAT", needs.what()))
	}
	if !needs.Outside || n.OutsideSubnets != nil {
		wrong = append(wrong, n.shared.names.checkNeeds(needs, n.shared)...)
	}
	return errors.Join(wrong...)
}

// checkNone: a function in no VPC has no security group that a link could open.
func checkNone(needs Needs) error {
	if !needs.Outside {
		return nil
	}
	return fmt.Errorf("network.None has no security group and no filter, which %s: leave the link out, or give a VPC", needs.what())
}

// what says which of the links is meant.
func (needs Needs) what() string {
	var to []string
	if needs.Everywhere {
		to = append(to, "link.Everywhere")
	}
	for _, name := range needs.Names {
		to = append(to, "the link to "+name)
	}
	for _, a := range needs.Addresses {
		to = append(to, fmt.Sprintf("the link to %s port %d", a.CIDR, a.Port))
	}
	switch len(to) {
	case 0:
		return "a link to a prefix list outside needs"
	case 1:
		return to[0] + " needs"
	}
	return strings.Join(to[:len(to)-1], ", ") + " and " + to[len(to)-1] + " need"
}

// serviceName is the last part of com.amazonaws.<region>.<name>.
var serviceName = regexp.MustCompile(`^[a-z][a-z0-9.-]*$`)

func checkEndpoint(service string) error {
	switch {
	case !serviceName.MatchString(service):
		return fmt.Errorf("a link needs the interface endpoint of %q: give the name that follows com.amazonaws.<region>., such as ssm", service)
	case hasGateway(service):
		return fmt.Errorf("a link needs the interface endpoint of %s, whose gateway endpoint costs nothing: name it in the link's Gateways", service)
	}
	return nil
}
