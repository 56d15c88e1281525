package network

import (
	"fmt"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/internal/nonode"
)

func TestMain(m *testing.M) { nonode.Run(m) }

func TestCheckCIDR(t *testing.T) {
	t.Parallel()
	const form, size = "give an IPv4 range such as 10.0.0.0/16", "a VPC is /16 to /28 large"
	for _, c := range []struct {
		situation, cidr, want string // want is "" where nothing is wrong
	}{
		{"the default", "10.0.0.0/16", ""},
		{"the smallest", "192.168.0.240/28", ""},
		{"one bit too large", "10.0.0.0/15", size},
		{"one bit too small", "10.0.0.0/29", size},
		{"the whole of IPv4", "0.0.0.0/0", size},
		{"a bit behind the mask", "10.0.1.0/16", "bits are set behind the mask, the range is 10.0.0.0/16"},
		{"the last bit behind the mask", "10.0.0.17/28", "bits are set behind the mask, the range is 10.0.0.16/28"},
		{"empty", "", form},
		{"an address", "10.0.0.0", form},
		{"no number of bits", "10.0.0.0/", form},
		{"more bits than there are", "10.0.0.0/33", form},
		{"a leading zero", "010.0.0.0/16", form},
		{"a space", " 10.0.0.0/16", form},
		{"IPv6", "fd00::/16", form},
		{"IPv4 in IPv6", "::ffff:10.0.0.0/112", form},
		{"words", "default", form},
	} {
		want := ""
		if c.want != "" {
			want = fmt.Sprintf("CIDR %q: %s", c.cidr, c.want)
		}
		if got := text(checkCIDR(c.cidr, 1, layout{large: 1})); got != want {
			t.Errorf("%s: got %q, want %q", c.situation, got, want)
		}
	}
}

// Each of a zone's subnets is /28 at least.
func TestCIDRHoldsTheSubnetsOfEachZone(t *testing.T) {
	t.Parallel()
	closed, filtered, inspected := layoutOf(nil), layoutOf(DNSFirewall()), layoutOf(NetworkFirewall())
	for _, c := range []struct {
		layout layout
		most   map[string]int // zones
		want   string
	}{
		{closed, map[string]int{"10.0.0.0/28": 1, "10.0.0.0/27": 2, "10.0.0.0/26": 4, "10.0.0.0/25": 6}, "too small for a subnet in each of 6 "},
		{filtered, map[string]int{"10.0.0.0/28": 0, "10.0.0.0/27": 0, "10.0.0.0/26": 1, "10.0.0.0/25": 2, "10.0.0.0/24": 5, "10.0.0.0/23": 6}, "too small for 3 subnets in each of 6 "},
		{inspected, map[string]int{"10.0.0.0/27": 0, "10.0.0.0/26": 1, "10.0.0.0/25": 2, "10.0.0.0/24": 4, "10.0.0.0/23": 6}, "too small for 4 subnets in each of 6 "},
	} {
		for cidr, most := range c.most {
			for zones := 1; zones <= 6; zones++ {
				if err := checkCIDR(cidr, zones, c.layout); (err == nil) != (zones <= most) {
					t.Errorf("%s in %d zones, %s in each: %v", cidr, zones, c.layout, err)
				}
			}
		}
		if err := text(checkCIDR("10.0.0.0/28", 6, c.layout)); !strings.Contains(err, c.want) {
			t.Errorf("the message %q lacks %q", err, c.want)
		}
	}
}

func TestCheckZones(t *testing.T) {
	t.Parallel()
	for zones, sound := range map[int]bool{-1: false, 0: false, 1: true, 2: true, 6: true, 7: false} {
		want := ""
		if !sound {
			want = fmt.Sprintf("%d availability zones: ask for 1 to 6", zones)
		}
		if got := text(checkZones(zones)); got != want {
			t.Errorf("%d zones: got %q, want %q", zones, got, want)
		}
	}
}

// None has no construct and no VPC, nothing keeps its packets in, and it says why.
func TestNone(t *testing.T) {
	t.Parallel()
	n := None("calls public APIs only")
	if n.Construct != nil || n.Vpc != nil || n.VpcID != "" || n.Subnets != nil {
		t.Errorf("there is a VPC: %+v", n)
	}
	if n.OutsideSubnets != nil || n.Relaxed() != nil {
		t.Errorf("it has more than a reason: %+v", n)
	}
	if n.Reason != "calls public APIs only" {
		t.Errorf("got the reason %q", n.Reason)
	}
	if n == None("calls public APIs only") {
		t.Error("two calls return the same network")
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCheckKnown(t *testing.T) {
	t.Parallel()
	names := func(all ...string) (out []*string) {
		for _, n := range all {
			out = append(out, &n)
		}
		return out
	}
	for situation, c := range map[string]struct {
		zones int
		known []*string
		sound bool
	}{
		"as many as there are":       {2, names("eu-west-1a", "eu-west-1b"), true},
		"more than there are":        {3, names("eu-west-1a", "eu-west-1b"), false},
		"not looked up yet":          {3, names("dummy1a", "dummy1b"), true},
		"a stack that knows of none": {1, nil, false},
	} {
		if err := checkKnown(c.zones, c.known); (err == nil) != c.sound {
			t.Errorf("%s: %v", situation, err)
		}
	}
}
