package network

import (
	"fmt"
	"net/netip"
)

// smallest is the size of the smallest subnet that a VPC can have, /28.
const smallest = 16

// layout of a VPC's subnets: how many there are of each kind in one zone.
type layout struct {
	// large ones are for functions and share the VPC evenly; small ones, of the
	// smallest size, hold a NAT gateway or a firewall's endpoint.
	large, small int
}

func checkCIDR(cidr string, zones int, l layout) error {
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case err != nil || !prefix.Addr().Is4():
		return fmt.Errorf("CIDR %q: give an IPv4 range such as 10.0.0.0/16", cidr)
	case prefix.Bits() < 16 || prefix.Bits() > 28:
		return fmt.Errorf("CIDR %q: a VPC is /16 to /28 large", cidr)
	case !l.fits(1<<(32-prefix.Bits()), zones):
		return fmt.Errorf("CIDR %q is too small for %s in each of %d availability zones: a subnet is /28 at least", cidr, l, zones)
	case prefix.Masked() != prefix:
		return fmt.Errorf("CIDR %q: bits are set behind the mask, the range is %s", cidr, prefix.Masked())
	}
	return nil
}

func (l layout) fits(addresses, zones int) bool {
	return addresses-zones*l.small*smallest >= zones*l.large*smallest
}

func (l layout) String() string {
	if n := l.large + l.small; n > 1 {
		return fmt.Sprint(n, " subnets")
	}
	return "a subnet"
}
