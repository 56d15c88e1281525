package network

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// The groups of subnets, by the names that CDK's selections take.
const (
	isolated = "Isolated" // functions without a link to the outside
	outside  = "Outside"  // functions with one
	public   = "Nat"      // NAT gateways
	inspect  = "Firewall" // endpoints of the network firewall
)

func layoutOf(f *NameFilter) layout {
	switch {
	case f == nil:
		return layout{large: 1}
	case f.kind == networkFirewall:
		return layout{large: 2, small: 2}
	}
	return layout{large: 2, small: 1}
}

// subnets of a network whose way out has the filter.
func subnets(f *NameFilter) *[]*awsec2.SubnetConfiguration {
	large := func(name string, kind awsec2.SubnetType) *awsec2.SubnetConfiguration {
		return &awsec2.SubnetConfiguration{Name: jsii.String(name), SubnetType: kind}
	}
	small := func(name string, kind awsec2.SubnetType) *awsec2.SubnetConfiguration {
		return &awsec2.SubnetConfiguration{Name: jsii.String(name), SubnetType: kind, CidrMask: jsii.Number(28)}
	}
	all := []*awsec2.SubnetConfiguration{large(isolated, awsec2.SubnetType_PRIVATE_ISOLATED)}
	if f != nil {
		nat := small(public, awsec2.SubnetType_PUBLIC)
		nat.MapPublicIpOnLaunch = jsii.Bool(false)
		all = append(all, large(outside, awsec2.SubnetType_PRIVATE_WITH_EGRESS), nat)
		if f.kind == networkFirewall {
			all = append(all, small(inspect, awsec2.SubnetType_PRIVATE_WITH_EGRESS))
		}
	}
	return &all
}

func in(group string) *awsec2.SubnetSelection {
	return &awsec2.SubnetSelection{SubnetGroupName: jsii.String(group)}
}

// zones pairs the subnets of each zone, of a network with so many NAT gateways.
func (n *Network) zones(nats int) []zone {
	of := func(group string) []awsec2.ISubnet { return *n.Vpc.SelectSubnets(in(group)).Subnets }
	out, firewalls, gateways := of(outside), of(inspect), of(public)
	all := make([]zone, len(out))
	for i := range out {
		all[i] = zone{out[i], firewalls[i], gateways[min(i, nats-1)]}
	}
	return all
}
