package network

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
)

func TestCheckNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		needs     Needs
		want      string
	}{
		{"AWS services, which it reaches by their public names", Needs{Endpoints: []string{"ssm"}, Gateways: []string{"s3"}}, ""},
		{"everything", Needs{Outside: true, Everywhere: true}, "network.None has no security group and no filter, which link.Everywhere needs: leave the link out, or give a VPC"},
		{"names and an address", Needs{Outside: true, Names: []string{"api.stripe.com", "*.example.com"}, Addresses: []Address{{"192.0.2.0/24", 5432}}},
			"which the link to api.stripe.com, the link to *.example.com and the link to 192.0.2.0/24 port 5432 need: "},
		{"a prefix list", Needs{Outside: true}, "which a link to a prefix list outside needs: "},
	} {
		got := text(None("no VPC here").Check(c.needs))
		if got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}

func TestCheckEndpoint(t *testing.T) {
	t.Parallel()
	for service, want := range map[string]string{
		"ssm": "", "kinesis-streams": "", "ecr.api": "",
		"":                  `a link needs the interface endpoint of "": give the name`,
		"SSM":               `a link needs the interface endpoint of "SSM": give the name`,
		"a/b":               `a link needs the interface endpoint of "a/b": give the name`,
		"${Token[TOKEN.4]}": `a link needs the interface endpoint of "${Token[TOKEN.4]}": give the name`,
		"s3":                "name it in the link's Gateways",
		"dynamodb":          "name it in the link's Gateways",
	} {
		if got := text(checkEndpoint(service)); got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%q: got %q, want %q", service, got, want)
		}
	}
}

// What a filter carries, and what not.
func TestNamesNeedAFilter(t *testing.T) {
	t.Parallel()
	const past, unfiltered = "the network filters names, which link.Everywhere would go past: ", "the network filters no names, and without a filter the link to "
	everywhere, address := Needs{Outside: true, Everywhere: true}, Needs{Outside: true, Addresses: []Address{{"192.0.2.0/24", 443}}}
	for _, c := range []struct {
		situation string
		filter    *NameFilter
		needs     Needs
		want      string
	}{
		{"an address, unfiltered", nil, address, ""},
		{"everywhere, unfiltered", nil, everywhere, ""},
		{"an address, filtered", NetworkFirewall(), address, ""},
		{"everywhere, where any name will do", AnyName("a crawler"), everywhere, ""},
		{"everywhere, past the DNS firewall", DNSFirewall(), everywhere, past},
		{"everywhere, past the network firewall", NetworkFirewall(), everywhere, past},
		{"everywhere, past the owner's filter", FilteredBy("the proxy"), everywhere, past},
		{"names, past the DNS firewall", DNSFirewall(), Needs{Outside: true, Names: []string{"api.stripe.com", "*.example.com"}}, ""},
		{"names, past the network firewall", NetworkFirewall(), Needs{Outside: true, Names: []string{"api.stripe.com"}}, ""},
		{"a name that is none", DNSFirewall(), Needs{Outside: true, Names: []string{"api.stripe.com", "*"}}, `the name "*": give a host name`},
		{"names, where any name will do", AnyName("a crawler"), Needs{Outside: true, Names: []string{"api.stripe.com"}}, ""},
		{"names, past the owner's filter", FilteredBy("the proxy"), Needs{Outside: true, Names: []string{"api.stripe.com"}}, ""},
	} {
		var n *names
		if c.filter != nil {
			n = newNames(c.filter)
		}
		network := &Network{Vpc: struct{ awsec2.IVpc }{}, OutsideSubnets: &awsec2.SubnetSelection{}, shared: &vpc{names: n}}
		if got := text(network.Check(c.needs)); got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
	network := &Network{Vpc: struct{ awsec2.IVpc }{}, OutsideSubnets: &awsec2.SubnetSelection{}, shared: &vpc{}}
	if got := text(network.Check(Needs{Outside: true, Names: []string{"api.stripe.com", "x.example.com"}})); !strings.HasPrefix(got, unfiltered+"api.stripe.com, x.example.com ") {
		t.Errorf("names, unfiltered: got %q", got)
	}
}

// Whoever is given such a network refuses it.
func TestANetworkPutTogetherByHandIsNoCrash(t *testing.T) {
	t.Parallel()
	byHand := &Network{Vpc: struct{ awsec2.IVpc }{}}
	if err := byHand.Check(Needs{Gateways: []string{"s3"}, Outside: true, Names: []string{"api.stripe.com"}}); err != nil || byHand.Relaxed() != nil {
		t.Errorf("got %v and %v", err, byHand.Relaxed())
	}
}

// A network without a way out says so once, and not that names are unfiltered.
func TestNoWayOut(t *testing.T) {
	t.Parallel()
	network := &Network{Vpc: struct{ awsec2.IVpc }{}, shared: &vpc{}}
	const want = "the network has no way out, which the link to api.stripe.com needs: give network.New Internet: &network.Internet{}, or network.FromVpc OutsideSubnets that have a NAT"
	if got := text(network.Check(Needs{Outside: true, Names: []string{"api.stripe.com"}})); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCheckPrefixLists(t *testing.T) {
	t.Parallel()
	for situation, c := range map[string]struct {
		given map[string]string
		want  []string
	}{
		"none":              {nil, nil},
		"both":              {map[string]string{"s3": "pl-6da54004", "dynamodb": "pl-0123456789abcdef0"}, nil},
		"a token":           {map[string]string{"s3": "${Token[TOKEN.4]}"}, nil},
		"another service":   {map[string]string{"sqs": "pl-6da54004"}, []string{`PrefixLists["sqs"]: only s3 and dynamodb have gateway endpoints`}},
		"a name, and empty": {map[string]string{"s3": "com.amazonaws.eu-west-1.s3", "dynamodb": ""}, []string{`PrefixLists["s3"] is "com.amazonaws.eu-west-1.s3": give the id of com.amazonaws.<region>.s3`, `PrefixLists["dynamodb"] is ""`}},
	} {
		got := text(checkPrefixLists(c.given))
		if (got == "") != (c.want == nil) {
			t.Errorf("%s: %q", situation, got)
		}
		for _, part := range c.want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q lacks %q", situation, got, part)
			}
		}
	}
}

func TestPrefixListName(t *testing.T) {
	t.Parallel()
	if got := prefixListName("eu-west-1", "s3"); got != "com.amazonaws.eu-west-1.s3" {
		t.Errorf("got %s", got)
	}
}

// The pattern names as many columns as the format has fields, in its order: a
// pattern that is one off matches nothing, ever.
func TestRefusedOutbound(t *testing.T) {
	t.Parallel()
	columns := strings.Split(strings.Trim(refusedOutbound(), "[]"), ", ")
	fields := strings.Split(flowFormat(), " ")
	if len(columns) != len(fields) {
		t.Fatalf("%d columns and %d fields", len(columns), len(fields))
	}
	var filtered []string
	for i, column := range columns {
		name, value, found := strings.Cut(column, "=")
		if want := "${" + strings.ReplaceAll(name, "_", "-") + "}"; fields[i] != want {
			t.Errorf("column %d is %s and the field %s", i, name, fields[i])
		}
		if found {
			filtered = append(filtered, name+" "+value)
		}
	}
	if got, want := fmt.Sprint(filtered), `[action "REJECT" flow_direction "egress"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
