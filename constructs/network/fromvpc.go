package network

import (
	"errors"
	"fmt"
	"slices"
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

// FromVpcProps of FromVpc.
type FromVpcProps struct {
	// Vpc is required: a VPC of this app, or an imported one.
	Vpc awsec2.IVpc
	// Subnets that functions are put in, and endpoints in the first of each
	// zone. Public ones are refused. Defaults to the isolated ones or, if there
	// are none, to the private ones that have a way out.
	Subnets *awsec2.SubnetSelection
	// OutsideSubnets are those of functions with a link to the outside: private
	// ones with a NAT. Defaults to those of Subnets that CDK knows to have a way
	// out; without any, such links are refused.
	OutsideSubnets *awsec2.SubnetSelection
	// Endpoints that the VPC has already. One that is not named here and that
	// a link needs is made, with private DNS, for which the VPC has to have DNS
	// hostnames and DNS support: from then on the whole VPC uses it for that
	// service, and its group admits the linked functions only. If the VPC has
	// one that is not named here, the deployment fails.
	Endpoints []Endpoint
	// PrefixLists are the ids of the prefix lists of "s3" and "dynamodb", for
	// links to these. Defaults to what the CLI looks up where the stack has an
	// env with account and region; without one, such a link is refused.
	PrefixLists map[string]string
	// Names is DNSFirewall, which then filters for all that runs in the VPC, or
	// FilteredBy for a filter that the VPC has already, or AnyName with a
	// reason. Defaults to no filter: links that need one are refused.
	Names *NameFilter
	// Perimeter denies the functions' roles every call to AWS that does not come
	// through this VPC. A link without an endpoint is then refused.
	Perimeter bool
	// Key encrypts the query logs that DNSFirewall keeps, and the alarm topic.
	// Defaults to the stack's own customer key.
	Key awskms.IKey
	// LogRetentionDays is how long those logs are kept. Defaults to 365.
	LogRetentionDays int
	// AlarmActions are taken in place of telling the topic that the stack's
	// functions share.
	AlarmActions []awscloudwatch.IAlarmAction
	// RemovalPolicy says what becomes of those logs when the stack goes: RETAIN
	// or DESTROY. Defaults to RETAIN.
	RemovalPolicy awscdk.RemovalPolicy
}

// Endpoint is an endpoint that a VPC has already. Its policy is its owner's.
type Endpoint struct {
	// Service is the AWS service's endpoint name, such as "ssm".
	Service string
	// SecurityGroup guards an interface endpoint. Each linked function adds a
	// rule to it that lets that function in on 443. The gateway endpoints of
	// "s3" and "dynamodb" have none.
	SecurityGroup awsec2.ISecurityGroup
}

// FromVpc takes a VPC that exists: its flow logs, routes and default group are
// its owner's. Functions of dual-stack subnets speak IPv4 only: no group has a
// rule for IPv6. FromVpc panics, naming the path, if the props are not sound.
func FromVpc(scope constructs.Construct, id string, props *FromVpcProps) *Network {
	wrong := []error{mistake.ID(scope, id)}
	if props == nil || props.Vpc == nil {
		mistake.Stop(scope, id, errors.Join(append(wrong, errors.New("props.Vpc is nil: give the VPC, or make one with network.New"))...))
	}
	mistake.Stop(scope, id, wrong[0])
	for i, e := range props.Endpoints {
		wrong = append(wrong, e.check(i))
		if slices.IndexFunc(props.Endpoints, func(o Endpoint) bool { return o.Service == e.Service }) < i {
			wrong = append(wrong, fmt.Errorf("endpoint %q is named twice: a VPC has one for each service", e.Service))
		}
	}
	days, err := retention.Days(props.LogRetentionDays)
	if err != nil {
		err = fmt.Errorf("log retention of %w", err)
	}
	functions, out, placeErr := place(props)
	mistake.Stop(scope, id, errors.Join(append(wrong, placeErr, checkPrefixLists(props.PrefixLists), props.Names.check(true), checkActions(props.AlarmActions),
		keyring.Check(props.Key, keyring.Of(scope).Region), err, mistake.RemovalPolicy(props.RemovalPolicy))...))

	n := &Network{Vpc: props.Vpc, Subnets: selection(functions), OutsideSubnets: selection(out), VpcID: *props.Vpc.VpcId(), Perimeter: props.Perimeter}
	mistake.NewConstruct(n, scope, id)
	defer mistake.Refused(scope, id)
	n.shared = n.share()
	mistake.Stop(scope, id, errors.Join(n.shared.conflicts(props)...))
	n.shared.runsIn(&functions)
	n.shared.runsIn(&out)
	for _, e := range props.Endpoints {
		if e.SecurityGroup == nil {
			n.shared.gateways[e.Service] = &gateway{}
		} else {
			n.shared.groups[e.Service] = *e.SecurityGroup.SecurityGroupId()
		}
	}
	for service, list := range props.PrefixLists {
		n.shared.prefixLists[service] = list
	}
	if props.Names != nil {
		n.shared.names = newNames(props.Names)
	}
	if props.Names != nil && n.shared.names.ours() {
		n.AlarmTopic = firewallDNS(n.shared, newLogs(n.shared.stack, props.Key, days, props.RemovalPolicy, props.AlarmActions))
	}
	warnOfDefaultGroup(n)
	return n
}

func (e Endpoint) check(i int) error {
	switch {
	case hasGateway(e.Service) && e.SecurityGroup != nil:
		return fmt.Errorf("endpoint %d (%q): functions reach %s by its gateway endpoint, which has no security group: leave the group out", i, e.Service, e.Service)
	case hasGateway(e.Service):
		return nil
	case e.Service == "" || e.SecurityGroup == nil:
		return fmt.Errorf("endpoint %d (%q): give both its service, such as \"ssm\", and its security group", i, e.Service)
	}
	return nil
}

// conflicts are what another network of the same VPC was told otherwise.
func (v *vpc) conflicts(props *FromVpcProps) (wrong []error) {
	switch {
	case props.Names != nil && v.names != nil:
		wrong = append(wrong, errors.New("another network of this VPC has Names already, and a VPC has one filter: give it to one of them"))
	case props.Names != nil && v.used:
		wrong = append(wrong, errors.New("functions of this VPC were made before its Names, which would not let their names through: make this network before them"))
	}
	for _, e := range props.Endpoints {
		made, ok := v.groups[e.Service]
		if g := v.gateways[e.Service]; g != nil && g.made != nil || ok && e.SecurityGroup != nil && made != *e.SecurityGroup.SecurityGroupId() {
			wrong = append(wrong, fmt.Errorf("the VPC has another endpoint of %s in this app: a VPC has one for each service; give the same Endpoints to all networks of the VPC, before functions", e.Service))
		}
	}
	for service, list := range props.PrefixLists {
		if known := v.prefixLists[service]; known != "" && known != list {
			wrong = append(wrong, fmt.Errorf("PrefixLists[%q] is %q, and another network of this VPC says %q: a region has one", service, list, known))
		}
	}
	return wrong
}

// warnOfDefaultGroup says that the VPC's default group is open, where that can
// be seen: whatever names no group of its own is in it.
func warnOfDefaultGroup(n *Network) {
	own, ok := n.Vpc.(awsec2.Vpc)
	if !ok || own.Node().TryFindChild(jsii.String("RestrictDefaultSecurityGroupCustomResource")) != nil {
		return
	}
	awscdk.Annotations_Of(n).AddWarningV2(jsii.String("SecureGoFunction:defaultGroup"), jsii.String(strings.Join([]string{
		"the default security group of " + *own.Node().Path() + " lets its members reach each other and everything outside, and whatever names no group is a member:",
		"make the VPC with RestrictDefaultSecurityGroup (CloseDefaultGroup of network.New), or acknowledge this if nothing is in it"}, " ")))
}
