package link

import (
	"strconv"
	"testing"
)

func init() {
	document(documented{function: "Address", call: `Address("LEDGER", "192.0.2.10", 8443)`, link: Address("LEDGER", "192.0.2.10", 8443)},
		documented{function: "CIDR", call: `CIDR("10.20.0.0/16", 5432)`, link: CIDR("10.20.0.0/16", 5432)},
		documented{function: "PrefixList", call: `PrefixList("pl-0123456789abcdef0", 443)`, link: PrefixList("pl-0123456789abcdef0", 443)},
		documented{function: "PrefixListOutside", call: `PrefixListOutside("pl-0123456789abcdef0", 443)`, link: PrefixListOutside("pl-0123456789abcdef0", 443)})
}

const (
	ungoverned = " is nothing that the function's group lets out or holds back: leave the link out"
	ipv6       = " is IPv6, which the function does not send: give IPv4"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	none := func(a string) string {
		return strconv.Quote(a) + " is no address: give one such as 192.0.2.10; for a range use link.CIDR, for a name link.HTTPS or link.Connectable"
	}
	for _, c := range []struct {
		situation, address string
		port               int
		want               string
	}{
		{"an address", "192.0.2.10", 8443, ""},
		{"the last of them", "239.255.255.255", 1, `"239.255.255.255"` + ungoverned},
		{"the last that is one host", "223.255.255.254", 65535, ""},
		{"a private address", "10.0.0.1", 443, ""},
		{"port 0", "192.0.2.10", 0, "port 0: give one from 1 to 65535"},
		{"every port", "192.0.2.10", -1, "port -1: give one from 1 to 65535"},
		{"a port too high", "192.0.2.10", 65536, "port 65536: give one from 1 to 65535"},
		{"none", "", 443, none("")},
		{"a range", "192.0.2.0/24", 443, none("192.0.2.0/24")},
		{"a range of one", "192.0.2.10/32", 443, none("192.0.2.10/32")},
		{"a name", "ledger.example.com", 443, none("ledger.example.com")},
		{"with a port", "192.0.2.10:443", 443, none("192.0.2.10:443")},
		{"zeros in front, which some take for octal", "192.0.2.010", 443, none("192.0.2.010")},
		{"a token", token, 443, `"` + token + `" is a token: an address has to be known at synth; to another construct use link.Connectable`},
		{"IPv6", "2001:db8::1", 443, `"2001:db8::1"` + ipv6},
		{"IPv4 within IPv6", "::ffff:192.0.2.10", 443, `"::ffff:192.0.2.10"` + ipv6},
		{"all zeros", "0.0.0.0", 443, `"0.0.0.0"` + ungoverned},
		{"the function itself", "127.0.0.1", 443, `"127.0.0.1"` + ungoverned},
		{"the metadata service, which no group filters", "169.254.169.254", 80, `"169.254.169.254"` + ungoverned},
		{"many at once", "224.0.0.1", 443, `"224.0.0.1"` + ungoverned},
		{"all at once", "255.255.255.255", 443, `"255.255.255.255"` + ungoverned},
		{"both, told together", "x", 0, none("x") + "\nport 0: give one from 1 to 65535"},
	} {
		l := Address("LEDGER", c.address, c.port)
		if c.want != "" {
			isRefused(t, c.situation, l, "link.Address of variable LEDGER: "+c.want)
			continue
		}
		to := c.address + ":" + strconv.Itoa(c.port)
		opensDoors(t, c.situation, l, ireland, `[]`, Doors{
			Variables: []Variable{{"LEDGER", to, "address"}},
			Egress:    []Egress{{CIDR: c.address + "/32", Port: c.port, Description: "TCP " + strconv.Itoa(c.port) + " to " + c.address}},
		})
	}
}

func TestCIDRs(t *testing.T) {
	t.Parallel()
	wide := func(r string) string {
		return strconv.Quote(r) + " is wider than /8: use link.Everywhere(port, reason), or give the ranges that are meant"
	}
	none := func(r string) string {
		return strconv.Quote(r) + " is no range: give one such as 192.0.2.0/24; for one address use link.Address"
	}
	for _, c := range []struct {
		situation, cidr string
		port            int
		want            string
	}{
		{"a range", "10.20.0.0/16", 5432, ""},
		{"the widest", "10.0.0.0/8", 5432, ""},
		{"of one", "192.0.2.10/32", 5432, ""},
		{"everywhere", "0.0.0.0/0", 443, wide("0.0.0.0/0")},
		{"everywhere, by bits that the mask hides", "10.0.0.0/0", 443, wide("10.0.0.0/0")},
		{"half of everywhere", "128.0.0.0/1", 443, wide("128.0.0.0/1")},
		{"one wider than the widest", "10.0.0.0/7", 443, wide("10.0.0.0/7")},
		{"bits behind the mask", "10.20.0.1/16", 443, `"10.20.0.1/16" has bits behind the mask: give "10.20.0.0/16", or a longer mask`},
		{"IPv6", "2001:db8::/32", 443, `"2001:db8::/32"` + ipv6},
		{"everywhere in IPv6", "::/0", 443, `"::/0"` + ipv6},
		{"an address", "192.0.2.10", 443, none("192.0.2.10")},
		{"none", "", 443, none("")},
		{"a mask too long", "192.0.2.0/33", 443, none("192.0.2.0/33")},
		{"a mask in dots", "192.0.2.0/255.255.255.0", 443, none("192.0.2.0/255.255.255.0")},
		{"a token", token, 443, `"` + token + `" is a token: how wide a range is has to be known at synth; to another construct use link.Connectable`},
		{"a token with a mask", token + "/24", 443, `"` + token + `/24" is a token: how wide a range is has to be known at synth; to another construct use link.Connectable`},
		{"link-local", "169.254.0.0/16", 443, `"169.254.0.0/16"` + ungoverned},
		{"loopback", "127.0.0.0/8", 443, `"127.0.0.0/8"` + ungoverned},
		{"many at once", "239.0.0.0/8", 443, `"239.0.0.0/8"` + ungoverned},
		{"reserved", "240.0.0.0/8", 443, `"240.0.0.0/8"` + ungoverned},
		{"this network", "0.0.0.0/8", 443, `"0.0.0.0/8"` + ungoverned},
		{"port 0", "10.20.0.0/16", 0, "port 0: give one from 1 to 65535"},
	} {
		l := CIDR(c.cidr, c.port)
		if c.want != "" {
			isRefused(t, c.situation, l, "link.CIDR: "+c.want)
			continue
		}
		opensDoors(t, c.situation, l, ireland, `[]`, Doors{Egress: []Egress{{CIDR: c.cidr, Port: c.port, Description: "TCP " + strconv.Itoa(c.port) + " to " + c.cidr}}})
	}
}

func TestPrefixLists(t *testing.T) {
	t.Parallel()
	none := func(id string) string {
		return strconv.Quote(id) + " is no id: give one such as pl-0123456789abcdef0"
	}
	for _, c := range []struct {
		situation, id string
		port          int
		want          string
	}{
		{"a customer's", "pl-0123456789abcdef0", 443, ""},
		{"one of AWS's", "pl-6da54004", 443, ""},
		{"a token", token, 8443, ""},
		{"none", "", 443, none("")},
		{"a range", "0.0.0.0/0", 443, none("0.0.0.0/0")},
		{"a group", "sg-0123456789abcdef0", 443, none("sg-0123456789abcdef0")},
		{"capitals", "pl-6DA54004", 443, none("pl-6DA54004")},
		{"too short", "pl-6da5400", 443, none("pl-6da5400")},
		{"a name", "com.amazonaws.eu-west-1.s3", 443, none("com.amazonaws.eu-west-1.s3")},
		{"port 0", "pl-6da54004", 0, "port 0: give one from 1 to 65535"},
	} {
		for outside, l := range map[bool]Link{false: PrefixList(c.id, c.port), true: PrefixListOutside(c.id, c.port)} {
			if c.want != "" {
				isRefused(t, c.situation, l, "link.PrefixList: "+c.want)
				continue
			}
			opensDoors(t, c.situation, l, ireland, `[]`, Doors{Egress: []Egress{{
				PrefixList: c.id, Port: c.port, Outside: outside, Description: "TCP " + strconv.Itoa(c.port) + " to a prefix list"}}})
		}
	}
}
