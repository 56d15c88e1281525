package link

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Address lets the function send TCP on one port to one IPv4 address, such as
// "192.0.2.10". The variable holds address:port. A private address is one of
// the VPC or of a network that it is connected to; to any other the network
// needs a way out.
func Address(variable, address string, port int) Link { return oneAddress{variable, address, port} }

type oneAddress struct {
	variable, address string
	port              int
}

// Open implements Link.
func (a oneAddress) Open(Site) (Doors, error) {
	to, err := netip.ParseAddr(a.address)
	switch {
	case pseudo.IsToken(a.address):
		err = fmt.Errorf("%q is a token: an address has to be known at synth; to another construct use link.Connectable", a.address)
	case err != nil:
		err = fmt.Errorf("%q is no address: give one such as 192.0.2.10; for a range use link.CIDR, for a name link.HTTPS or link.Connectable", a.address)
	default:
		err = checkGoverned(a.address, to)
	}
	if err := errors.Join(err, checkPort(a.port)); err != nil {
		return Doors{}, fmt.Errorf("link.Address of variable %s: %w", a.variable, err)
	}
	return Doors{
		Variables: []Variable{{a.variable, a.address + ":" + strconv.Itoa(a.port), contract.Address}},
		Egress:    []Egress{{CIDR: a.address + "/32", Port: a.port, Description: fmt.Sprintf("TCP %d to %s", a.port, a.address)}},
	}, nil
}

// CIDR lets the function send TCP on one port to a range of IPv4 addresses,
// such as "10.20.0.0/16". It sets no variable: what is reached in the range is
// the handler's to know. Ranges wider than /8 are link.Everywhere's.
func CIDR(cidr string, port int) Link { return addresses{cidr, port} }

type addresses struct {
	cidr string
	port int
}

// Open implements Link.
func (a addresses) Open(Site) (Doors, error) {
	if err := errors.Join(checkCIDR(a.cidr), checkPort(a.port)); err != nil {
		return Doors{}, fmt.Errorf("link.CIDR: %w", err)
	}
	return Doors{Egress: []Egress{{CIDR: a.cidr, Port: a.port, Description: fmt.Sprintf("TCP %d to %s", a.port, a.cidr)}}}, nil
}

func checkCIDR(cidr string) error {
	to, err := netip.ParsePrefix(cidr)
	switch {
	case pseudo.IsToken(cidr):
		return fmt.Errorf("%q is a token: how wide a range is has to be known at synth; to another construct use link.Connectable", cidr)
	case err != nil:
		return fmt.Errorf("%q is no range: give one such as 192.0.2.0/24; for one address use link.Address", cidr)
	case to.Addr().Is4() && to.Bits() < 8:
		return fmt.Errorf("%q is wider than /8: use link.Everywhere(port, reason), or give the ranges that are meant", cidr)
	case to != to.Masked():
		return fmt.Errorf("%q has bits behind the mask: give %q, or a longer mask", cidr, to.Masked())
	}
	return checkGoverned(cidr, to.Addr())
}

// checkGoverned refuses what a rule of a security group does nothing for (VPC
// guide, "Security groups": what they do not filter).
func checkGoverned(given string, to netip.Addr) error {
	switch {
	case !to.Is4():
		return fmt.Errorf("%q is IPv6, which the function does not send: give IPv4", given)
	case to.IsLoopback(), to.IsLinkLocalUnicast(), to.IsMulticast(), to.As4()[0] == 0, to.As4()[0] >= 240:
		return fmt.Errorf("%q is nothing that the function's group lets out or holds back: leave the link out", given)
	}
	return nil
}

// PrefixList lets the function send TCP on one port to the addresses of a
// prefix list in the VPC or in a network that it is connected to, such as
// "pl-0123456789abcdef0". It sets no variable. What is in the list is not seen
// at synth: who may change the list may widen the door. In a security group a
// list counts as many rules as it may have entries, and a group has 60 (VPC
// guide, "Prefix lists" and "Amazon VPC quotas").
func PrefixList(id string, port int) Link { return prefixList{id: id, port: port} }

// PrefixListOutside is PrefixList for addresses outside the VPC, reached
// through a NAT. A network without a way out refuses it.
func PrefixListOutside(id string, port int) Link {
	return prefixList{id: id, port: port, outside: true}
}

type prefixList struct {
	id      string
	port    int
	outside bool
}

var prefixListID = regexp.MustCompile(`^pl-[0-9a-f]{8}([0-9a-f]{9})?$`)

// Open implements Link.
func (p prefixList) Open(Site) (Doors, error) {
	var err error
	if !pseudo.IsToken(p.id) && !prefixListID.MatchString(p.id) {
		err = fmt.Errorf("%q is no id: give one such as pl-0123456789abcdef0", p.id)
	}
	if err := errors.Join(err, checkPort(p.port)); err != nil {
		return Doors{}, fmt.Errorf("link.PrefixList: %w", err)
	}
	return Doors{Egress: []Egress{{
		PrefixList: p.id, Port: p.port, Outside: p.outside, Description: fmt.Sprintf("TCP %d to a prefix list", p.port)}}}, nil
}
