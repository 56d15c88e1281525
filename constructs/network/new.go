package network

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/mistake"
	"github.com/securegofunction/cdk/internal/retention"
)

// Props of New. The zero value, or nil, is a closed network.
type Props struct {
	// AvailabilityZones is in how many zones there is a subnet: 1 to 6.
	// Defaults to 2. A stack without an env knows of two only.
	AvailabilityZones int
	// CIDR is the IPv4 range of the VPC, /16 to /28. Defaults to 10.0.0.0/16.
	CIDR string
	// Internet gives functions with a link to the outside a way there. Defaults
	// to none. It divides the VPC in another way: given to a network that is
	// deployed, it replaces the subnets, which takes a network of another id.
	Internet *Internet
	// PrefixLists are the ids of the prefix lists of "s3" and "dynamodb", for
	// links to these. Defaults to what the CLI looks up where the stack has an
	// env with account and region; without one, such a link is refused.
	PrefixLists map[string]string
	// Perimeter denies the functions' roles every call to AWS that does not come
	// through this VPC, so that credentials that were carried away are of no use
	// elsewhere. Every service that a function calls then needs its endpoint:
	// a link without one is refused.
	Perimeter bool
	// Key encrypts the logs of the network, and the alarm topic. Defaults to the
	// stack's own customer key.
	Key awskms.IKey
	// FlowLogRetentionDays is how long flow logs, and those of the name filter,
	// are kept. Defaults to 365.
	FlowLogRetentionDays int
	// AlarmActions are taken on what the network refuses, in place of telling
	// the topic that the stack's functions share.
	AlarmActions []awscloudwatch.IAlarmAction
	// CloseDefaultGroup takes the rules out of the VPC's default security
	// group. Nothing that New makes is in that group. CloudFormation cannot
	// change it, so CDK does it with a custom resource: a second Lambda
	// function with a role of its own, outside this library's rules. That is
	// why it has to be asked for.
	CloseDefaultGroup bool
	// RemovalPolicy says what becomes of the logs when the stack goes: RETAIN or
	// DESTROY. Defaults to RETAIN.
	RemovalPolicy awscdk.RemovalPolicy
}

// Internet is a way out, through NAT gateways. A gateway costs by the hour and
// by the GB, and so does what leaves (Amazon VPC pricing, EC2 data transfer).
type Internet struct {
	// NatGateways is 0 for one in each zone, or 1 for one in all: that costs
	// less by the hour, adds a charge for traffic between zones, and is lost
	// with its zone. Defaults to 0.
	NatGateways int
	// Names is DNSFirewall, NetworkFirewall, or AnyName with a reason. Defaults
	// to DNSFirewall of the linked names.
	Names *NameFilter
}

// New makes a VPC of isolated subnets, with flow logs and, unless it is asked
// for, no way out. It then has no hourly cost; each interface endpoint that a
// link brings has one, in each zone (PrivateLink pricing). Gateway endpoints
// have none. New panics, naming the path, if the props are not sound.
func New(scope constructs.Construct, id string, props *Props) *Network {
	if props == nil {
		props = &Props{}
	}
	zones, cidr := props.AvailabilityZones, props.CIDR
	if zones == 0 {
		zones = 2
	}
	if cidr == "" {
		cidr = "10.0.0.0/16"
	}
	days, err := retention.Days(props.FlowLogRetentionDays)
	if err != nil {
		err = fmt.Errorf("flow log retention of %w", err)
	}
	mistake.Stop(scope, id, mistake.ID(scope, id))
	stack := keyring.Of(scope)
	zonesErr := checkZones(zones)
	if zonesErr == nil {
		zonesErr = checkKnown(zones, *stack.AvailabilityZones())
	}
	filter, internetErr := props.Internet.filter()
	mistake.Stop(scope, id, errors.Join(zonesErr, checkCIDR(cidr, zones, layoutOf(filter)), internetErr, checkPrefixLists(props.PrefixLists), checkActions(props.AlarmActions),
		keyring.Check(props.Key, stack.Region), err, mistake.RemovalPolicy(props.RemovalPolicy)))

	n := &Network{Subnets: in(isolated), Perimeter: props.Perimeter}
	mistake.NewConstruct(n, scope, id)
	defer mistake.Refused(scope, id)
	nats := 0
	if props.Internet != nil {
		n.OutsideSubnets = in(outside)
		if nats = props.Internet.NatGateways; nats == 0 {
			nats = zones
		}
	}
	n.Vpc = awsec2.NewVpc(n, jsii.String("Vpc"), &awsec2.VpcProps{
		IpAddresses:                  awsec2.IpAddresses_Cidr(jsii.String(cidr)),
		MaxAzs:                       jsii.Number(zones),
		NatGateways:                  jsii.Number(nats),
		SubnetConfiguration:          subnets(filter),
		RestrictDefaultSecurityGroup: jsii.Bool(props.CloseDefaultGroup),
	})
	n.VpcID = *n.Vpc.VpcId()
	n.shared = n.share()
	n.shared.runsIn(n.Vpc.SelectSubnets(n.Subnets).Subnets)
	for service, list := range props.PrefixLists {
		n.shared.prefixLists[service] = list
	}

	logs := newLogs(stack, props.Key, days, props.RemovalPolicy, props.AlarmActions)
	flowLogs(n, logs)
	if filter != nil {
		n.shared.runsIn(n.Vpc.SelectSubnets(n.OutsideSubnets).Subnets)
		n.shared.names = newNames(filter)
	}
	if n.shared.names.ours() {
		firewallDNS(n.shared, logs)
	}
	if filter != nil && filter.kind == networkFirewall {
		firewallOut(n.shared, n.zones(nats), logs)
	}
	return n
}

// filter of the names outside: nil without a way there.
func (i *Internet) filter() (*NameFilter, error) {
	if i == nil {
		return nil, nil
	}
	var wrong []error
	if i.NatGateways != 0 && i.NatGateways != 1 {
		wrong = append(wrong, fmt.Errorf("Internet.NatGateways %d: give 0 for one in each zone, or 1 for one in all", i.NatGateways))
	}
	filter := i.Names
	if filter == nil {
		filter = DNSFirewall()
	}
	return filter, errors.Join(append(wrong, filter.check(false))...)
}

func checkZones(zones int) error {
	if zones < 1 || zones > 6 {
		return fmt.Errorf("%d availability zones: ask for 1 to 6", zones)
	}
	return nil
}

// checkKnown compares with the zones that the stack knows of. Before the CLI has
// looked them up, CDK gives made-up names, and stopping then would keep the CLI
// from looking.
func checkKnown(zones int, names []*string) error {
	known := len(names)
	if known >= zones || known > 0 && strings.HasPrefix(*names[0], "dummy") {
		return nil
	}
	return fmt.Errorf("%d availability zones, but the stack knows of %d: give the stack an env with account and region, or ask for %d", zones, known, known)
}
