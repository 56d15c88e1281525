package network

import (
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
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
	// Key encrypts the flow logs. Defaults to the stack's own customer key.
	Key awskms.IKey
	// FlowLogRetentionDays is how long flow logs are kept. Defaults to 365.
	FlowLogRetentionDays int
	// CloseDefaultGroup takes the rules out of the VPC's default security
	// group. Nothing that New makes is in that group. CloudFormation cannot
	// change it, so CDK does it with a custom resource: a second Lambda
	// function with a role of its own, outside this library's rules. That is
	// why it has to be asked for.
	CloseDefaultGroup bool
	// RemovalPolicy says what becomes of the flow logs when the stack goes:
	// RETAIN or DESTROY. Defaults to RETAIN.
	RemovalPolicy awscdk.RemovalPolicy
}

// New makes a VPC of isolated subnets, with flow logs and no way out. It has
// no hourly cost; each interface endpoint that a link brings has one, in each
// zone (PrivateLink pricing). New panics, naming the path, if the props are not
// sound.
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
	mistake.Stop(scope, id, errors.Join(zonesErr, checkCIDR(cidr, zones), keyring.Check(props.Key, stack.Region), err, mistake.RemovalPolicy(props.RemovalPolicy)))

	n := &Network{Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}}
	mistake.NewConstruct(n, scope, id)
	defer mistake.Refused(scope, id)
	n.Vpc = awsec2.NewVpc(n, jsii.String("Vpc"), &awsec2.VpcProps{
		IpAddresses:                  awsec2.IpAddresses_Cidr(jsii.String(cidr)),
		MaxAzs:                       jsii.Number(zones),
		NatGateways:                  jsii.Number(0),
		SubnetConfiguration:          &[]*awsec2.SubnetConfiguration{{Name: jsii.String("Isolated"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}},
		RestrictDefaultSecurityGroup: jsii.Bool(props.CloseDefaultGroup),
	})
	n.VpcID = *n.Vpc.VpcId()
	n.endpoints = endpointsOf(n, n.VpcID)

	key := props.Key
	if key == nil {
		key = stack.Key(props.RemovalPolicy)
	}
	stack.AdmitLogs(key)
	flowLogs(n, stack.Site(), awslogs.NewLogGroup(n, jsii.String("FlowLogs"), &awslogs.LogGroupProps{
		EncryptionKey: key, Retention: days, RemovalPolicy: props.RemovalPolicy}))
	return n
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

func checkCIDR(cidr string, zones int) error {
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case err != nil || !prefix.Addr().Is4():
		return fmt.Errorf("CIDR %q: give an IPv4 range such as 10.0.0.0/16", cidr)
	case prefix.Bits() < 16 || prefix.Bits() > 28:
		return fmt.Errorf("CIDR %q: a VPC is /16 to /28 large", cidr)
	case zones > 1 && prefix.Bits()+bits.Len(uint(zones-1)) > 28:
		return fmt.Errorf("CIDR %q is too small for a subnet in each of %d availability zones: a subnet is /28 at least", cidr, zones)
	case prefix.Masked() != prefix:
		return fmt.Errorf("CIDR %q: bits are set behind the mask, the range is %s", cidr, prefix.Masked())
	}
	return nil
}
