package link

import (
	"strconv"
	"strings"
	"testing"
)

func init() {
	document(documented{function: "HTTPS", call: `HTTPS("PAYMENTS", "api.stripe.com")`, link: HTTPS("PAYMENTS", "api.stripe.com")})
}

func TestHTTPSHosts(t *testing.T) {
	t.Parallel()
	label := func(n int) string { return strings.Repeat("a", n) }
	long := strings.Join([]string{label(63), label(63), label(63), label(57), "com"}, ".") // 253
	more := func(h string) string {
		return strconv.Quote(h) + " is more than a host: give it without scheme, user, port and path, such as api.example.com"
	}
	malformed := func(h string) string {
		return strconv.Quote(h) + " is no host: use letters, digits and hyphens in parts of up to 63, such as api.example.com"
	}
	ofAWS := func(h string) string {
		return strconv.Quote(h) + " is an AWS service, and behind its name is every account's data: use the link of the resource, or link.Statements with the service's endpoint"
	}
	address := func(h string) string { return strconv.Quote(h) + " is an address: use link.Address for it" }
	for _, c := range []struct{ situation, host, want string }{
		{"a host", "api.stripe.com", ""},
		{"two parts", "example.com", ""},
		{"hyphens and digits", "a-1.b--2.example.co.uk", ""},
		{"a part of digits", "1.example.com", ""},
		{"in Punycode", "xn--bcher-kva.example", ""},
		{"a top-level domain in Punycode", "example.xn--p1ai", ""},
		{"a part of 63", label(63) + ".com", ""},
		{"253 characters", long, ""},
		{"254 characters", "a" + long, `"a` + long + `" has 254 characters: names have 253 at most`},
		{"a part of 64", label(64) + ".com", malformed(label(64) + ".com")},
		{"none", "", "the host is empty: give one such as api.example.com"},
		{"a token", token, `"` + token + `" is a token: a filter of names has to be told the name at synth`},
		{"a scheme", "https://api.stripe.com", more("https://api.stripe.com")},
		{"a port", "api.stripe.com:8443", more("api.stripe.com:8443")},
		{"a path", "api.stripe.com/v1", more("api.stripe.com/v1")},
		{"a query", "api.stripe.com?x", more("api.stripe.com?x")},
		{"a fragment", "api.stripe.com#x", more("api.stripe.com#x")},
		{"a user", "me@api.stripe.com", more("me@api.stripe.com")},
		{"a wildcard", "*.stripe.com", `"*.stripe.com" has a wildcard: add a link for each host`},
		{"every host", "*", `"*" has a wildcard: add a link for each host`},
		{"an IPv4 address", "192.0.2.1", address("192.0.2.1")},
		{"an IPv6 address", "2001:db8::1", address("2001:db8::1")},
		{"an IPv6 address in brackets", "[2001:db8::1]", address("[2001:db8::1]")},
		{"half an IPv4 address, which some take for one", "192.0.2", malformed("192.0.2")},
		{"a number in hexadecimal, which some take for an address", "0x7f.1", malformed("0x7f.1")},
		{"a dot at the end", "api.stripe.com.", `"api.stripe.com." ends in a dot: leave it out`},
		{"a dot in front", ".stripe.com", malformed(".stripe.com")},
		{"two dots", "api..stripe.com", malformed("api..stripe.com")},
		{"capitals", "API.Stripe.com", `"API.Stripe.com" has capitals: give "api.stripe.com"`},
		{"letters that are not ASCII", "bücher.example", `"bücher.example" is not ASCII: give the form that begins with xn--`},
		{"a dot that is not ASCII", "api。stripe.com", `"api。stripe.com" is not ASCII: give the form that begins with xn--`},
		{"one part", "localhost", `"localhost" is a single name: give a host with its domain, such as api.example.com`},
		{"a top-level domain", "com", `"com" is a single name: give a host with its domain, such as api.example.com`},
		{"a hyphen in front", "-a.example.com", malformed("-a.example.com")},
		{"a hyphen behind", "a-.example.com", malformed("a-.example.com")},
		{"an underscore", "a_b.example.com", malformed("a_b.example.com")},
		{"a space", "api.stripe.com ", malformed("api.stripe.com ")},
		{"a line break", "api.stripe.com\n", malformed("api.stripe.com\n")},
		{"a dollar, special to CloudFormation", "${x}.example.com", malformed("${x}.example.com")},
		{"all of AWS", "amazonaws.com", ofAWS("amazonaws.com")},
		{"a service of AWS", "sts.amazonaws.com", ofAWS("sts.amazonaws.com")},
		{"a service of AWS in a region", "sqs.eu-west-1.amazonaws.com", ofAWS("sqs.eu-west-1.amazonaws.com")},
		{"in a region of GovCloud", "s3.us-gov-west-1.amazonaws.com", ofAWS("s3.us-gov-west-1.amazonaws.com")},
		{"in China", "s3.cn-north-1.amazonaws.com.cn", ofAWS("s3.cn-north-1.amazonaws.com.cn")},
		{"in Europe's sovereign cloud", "s3.eusc-de-east-1.amazonaws.eu", ofAWS("s3.eusc-de-east-1.amazonaws.eu")},
		{"with both IP versions", "s3.dualstack.eu-west-1.amazonaws.com", ofAWS("s3.dualstack.eu-west-1.amazonaws.com")},
		{"by AWS's other name", "lambda.eu-west-1.api.aws", ofAWS("lambda.eu-west-1.api.aws")},
		{"a part of a service", "api.ecr.eu-west-1.amazonaws.com", ofAWS("api.ecr.eu-west-1.amazonaws.com")},
		{"one API", "abc123.execute-api.eu-west-1.amazonaws.com", ""},
		{"one bucket", "receipts.s3.eu-west-1.amazonaws.com", ""},
		{"one function", "abc123.lambda-url.eu-west-1.on.aws", ""},
		{"one that ends alike", "notamazonaws.com", ""},
	} {
		l := HTTPS("PAYMENTS", c.host)
		if c.want != "" {
			isRefused(t, c.situation, l, "link.HTTPS of variable PAYMENTS: "+c.want)
			continue
		}
		// No Relaxed: what holds the function to the host is the network's
		// filter, and a network without one refuses the link.
		opensDoors(t, c.situation, l, ireland, `[]`, Doors{
			Variables: []Variable{{"PAYMENTS", "https://" + c.host, "url"}},
			Names:     []string{c.host},
			Egress:    []Egress{{CIDR: "0.0.0.0/0", Port: 443, Description: "HTTPS to the names that the network lets through"}},
		})
	}
}
