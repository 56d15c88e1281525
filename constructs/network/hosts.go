package network

import (
	"slices"
	"strings"
)

// hosts are the names that the AWS SDK calls a service by, where an endpoint of
// the VPC serves it: those that the endpoint's private DNS answers.
func (at site) hosts(service string) []string {
	names := hostsOf[service]
	if names == nil {
		// ecr.api is api.ecr.<region> (PrivateLink guide, "AWS services that
		// integrate with AWS PrivateLink").
		parts := strings.Split(service, ".")
		slices.Reverse(parts)
		names = []string{strings.Join(parts, ".")}
	}
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = name + "." + at.region + "." + at.suffix
	}
	return all
}

// hostsOf are those that go by other names than their endpoint, or by several.
var hostsOf = map[string][]string{
	"s3": {"s3", "*.s3"},
	// The SDK asks for <account>.ddb.<region> where it knows the account (AWS
	// SDKs and Tools guide, "Account-based endpoints").
	"dynamodb":         {"dynamodb", "*.ddb"},
	"dynamodb-streams": {"streams.dynamodb"},
	// And for <account>.data-kinesis.<region> where a stream is named by its ARN.
	"kinesis-streams":  {"kinesis", "*.data-kinesis", "*.control-kinesis"},
	"kinesis-firehose": {"firehose"},
	"execute-api":      {"*.execute-api"},
	"ecr.dkr":          {"*.dkr.ecr"},
}
