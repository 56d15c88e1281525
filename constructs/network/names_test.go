package network

import (
	"fmt"
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, sound := range map[string]bool{
		"api.stripe.com": true, "*.example.com": true, "Api.Example.COM": true, "a-b.example.com": true, "xn--bcher-kva.example": true, "1.example.com": true,
		"${Token[TOKEN.4]}": true, "*.${Token[TOKEN.4]}": true,
		"": false, "*": false, "*.com": false, "com": false, "localhost": false, "https://api.stripe.com": false, "api.stripe.com/v1": false, "api.stripe.com:443": false,
		"api.*.com": false, "*api.stripe.com": false, ".example.com": false, "example.com.": false, "-a.example.com": false, "a_b.example.com": false, "a..b": false, "ä.example.com": false,
		" api.stripe.com": false, strings.Repeat("a.", 126) + "com": true, strings.Repeat("a.", 127) + "com": false, strings.Repeat("a", 64) + ".com": false,
	} {
		err := checkName(name)
		if (err == nil) != sound || err != nil && !strings.Contains(err.Error(), fmt.Sprintf("%q: give a host name", name)) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestNameFilterCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		filter    *NameFilter
		exists    bool
		want      string // empty: it is sound
	}{
		{"no filter", nil, false, ""},
		{"DNS firewall of a new VPC", DNSFirewall(), false, ""},
		{"DNS firewall of a VPC that exists", DNSFirewall("db.example.com"), true, ""},
		{"DNS firewall that lets no name through", DNSFirewall("db.example.com", "everything"), true, `the name "everything": give a host name`},
		{"network firewall", NetworkFirewall("*.example.com"), false, ""},
		{"network firewall of a VPC that exists", NetworkFirewall(), true, "network.FilteredBy"},
		{"any name", AnyName("a crawler"), false, ""},
		{"any name without a reason", AnyName(" "), true, "network.AnyName needs a reason"},
		{"the owner's", FilteredBy("the proxy"), true, ""},
		{"the owner's, unnamed", FilteredBy(""), true, "network.FilteredBy needs to know what filters"},
		{"the owner's, of a VPC that is made here", FilteredBy("the proxy"), false, `network.FilteredBy("the proxy") is of a VPC that exists`},
	} {
		if got := text(c.filter.check(c.exists)); got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}

// The caller's slice stays the caller's.
func TestNameFilterKeepsItsNames(t *testing.T) {
	t.Parallel()
	given := []string{"a.example.com"}
	filter := DNSFirewall(given...)
	given[0] = "*"
	if got := newNames(filter).lookedUp.all; fmt.Sprint(got) != "[a.example.com]" {
		t.Errorf("got %v", got)
	}
}

func TestRelaxations(t *testing.T) {
	t.Parallel()
	for situation, c := range map[string]struct {
		filter *NameFilter
		want   string
	}{
		"DNS firewall":     {DNSFirewall(), "[]"},
		"network firewall": {NetworkFirewall(), "[]"},
		"any name":         {AnyName("a crawler"), "[{names outside are not filtered a crawler name-filter}]"},
		"the owner's":      {FilteredBy("the proxy"), "[{names outside are filtered by what this app does not make the proxy name-filter}]"},
	} {
		n := &Network{shared: &vpc{names: newNames(c.filter)}}
		if got := fmt.Sprint(n.Relaxed()); got != c.want {
			t.Errorf("%s: got %s, want %s", situation, got, c.want)
		}
	}
	if got := (&Network{shared: &vpc{}}).Relaxed(); got != nil {
		t.Errorf("no filter: got %v", got)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	var l list
	if got := fmt.Sprint(l.orNone()); got != "[nothing.invalid]" {
		t.Errorf("an empty list is %s", got)
	}
	for _, name := range []string{"b.example.com", "A.example.com", "a.EXAMPLE.com", "${Token[TOKEN.4]}", "b.example.com"} {
		l.add(name)
	}
	if got := fmt.Sprint(l.orNone()); got != "[b.example.com a.example.com ${Token[TOKEN.4]}]" {
		t.Errorf("got %s", got)
	}
}

// Each endpoint's look-ups are those of its own service.
func TestHosts(t *testing.T) {
	t.Parallel()
	at := site{"aws", "eu-west-1", "111122223333", "amazonaws.com"}
	for service, want := range map[string]string{
		"ssm":              "[ssm.eu-west-1.amazonaws.com]",
		"monitoring":       "[monitoring.eu-west-1.amazonaws.com]",
		"s3":               "[s3.eu-west-1.amazonaws.com *.s3.eu-west-1.amazonaws.com]",
		"dynamodb":         "[dynamodb.eu-west-1.amazonaws.com *.ddb.eu-west-1.amazonaws.com]",
		"kinesis-streams":  "[kinesis.eu-west-1.amazonaws.com *.data-kinesis.eu-west-1.amazonaws.com *.control-kinesis.eu-west-1.amazonaws.com]",
		"kinesis-firehose": "[firehose.eu-west-1.amazonaws.com]",
		"ecr.api":          "[api.ecr.eu-west-1.amazonaws.com]",
		"ecr.dkr":          "[*.dkr.ecr.eu-west-1.amazonaws.com]",
		"execute-api":      "[*.execute-api.eu-west-1.amazonaws.com]",
	} {
		if got := fmt.Sprint(at.hosts(service)); got != want {
			t.Errorf("%s: got %s, want %s", service, got, want)
		}
	}
	for _, names := range hostsOf {
		for _, name := range names {
			if err := checkName(name + ".eu-west-1.amazonaws.com"); err != nil {
				t.Errorf("DNS Firewall does not take %v", err)
			}
		}
	}
}

func TestForeign(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"api.stripe.com": false, "ssm." + ireland.region + "." + ireland.suffix: false, ireland.arn("ssm", "parameter/a"): false,
		elsewhere: true, ireland.arn("ssm", "parameter"+elsewhere): true,
	} {
		if got := ireland.foreign(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestCheckCapacity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		names, addresses int
		want             []string
	}{
		{0, 0, nil}, {1000, 498, nil},
		{1001, 0, []string{"1001 names are linked, and the network firewall has room for 1000"}},
		{1001, 499, []string{"1001 names", "499 addresses are linked, and the network firewall has room for 498"}},
	} {
		got := text(checkCapacity(c.names, c.addresses))
		if (got == "") != (c.want == nil) {
			t.Errorf("%d names, %d addresses: %q", c.names, c.addresses, got)
		}
		for _, part := range c.want {
			if !strings.Contains(got, part) {
				t.Errorf("%d names, %d addresses: %q lacks %q", c.names, c.addresses, got, part)
			}
		}
	}
}
