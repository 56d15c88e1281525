package network

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsnetworkfirewall"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Capacities are fixed when a rule group is made (Network Firewall guide,
// "Setting rule group capacity"): a name takes one for each of TLS and HTTP, an
// address one.
const (
	nameCapacity    = 2000
	addressCapacity = 500
)

func checkCapacity(names, addresses int) error {
	var wrong []error
	if 2*names > nameCapacity {
		wrong = append(wrong, fmt.Errorf("%d names are linked, and the network firewall has room for %d: link several by one pattern, such as *.example.com", names, nameCapacity/2))
	}
	if room := addressCapacity - len(otherProtocols); addresses > room {
		wrong = append(wrong, fmt.Errorf("%d addresses are linked, and the network firewall has room for %d: link ranges", addresses, room))
	}
	return errors.Join(wrong...)
}

// otherProtocols are dropped from the first packet on. TCP has to be let
// connect before it names a host.
var otherProtocols = []string{"UDP", "ICMP"}

// refusedConnection is the pattern of alert log records. No rule alerts but of
// what it drops.
const refusedConnection = `{ $.event.event_type = "alert" }`

// zone is what the firewall needs of one availability zone. Its packets go from
// outside through the firewall's subnet to the NAT gateway, and back.
type zone struct {
	outside, firewall, nat awsec2.ISubnet
}

// firewallOut makes the firewalls between the outside subnets and their NAT
// gateways (Network Firewall guide, "Architecture with an internet gateway and
// a NAT gateway"), after the DNS firewall.
//
// CloudFormation has no property for the key that rules are kept under, which is
// one of AWS's.
func firewallOut(v *vpc, zones []zone, logs logs) awssns.Topic {
	scope := constructs.NewConstruct(v.home, jsii.String("Firewall"))
	name := nameIn(v.stack.Site().Stack, *scope.Node().Path(), 100)
	policy := firewallPolicy(scope, name, v.names)
	alerts, flows := logs.group(scope, "Alerts"), logs.group(scope, "Flows")
	to := func(kind string, group *string) any {
		return &awsnetworkfirewall.CfnLoggingConfiguration_LogDestinationConfigProperty{LogType: jsii.String(kind),
			LogDestinationType: jsii.String("CloudWatchLogs"), LogDestination: map[string]*string{"logGroup": group}}
	}
	for i, z := range zones {
		// One for each zone. A firewall in several returns its endpoints in no
		// order (aws-cloudformation-resource-providers-networkfirewall#15), and
		// telling them apart would take a custom resource.
		in := constructs.NewConstruct(scope, jsii.String(fmt.Sprint("Zone", i+1)))
		firewall := awsnetworkfirewall.NewCfnFirewall(in, jsii.String("Firewall"), &awsnetworkfirewall.CfnFirewallProps{
			FirewallName: jsii.String(fmt.Sprint(name, "-", i+1)), FirewallPolicyArn: policy.AttrFirewallPolicyArn(), VpcId: jsii.String(v.id),
			SubnetMappings: []any{&awsnetworkfirewall.CfnFirewall_SubnetMappingProperty{SubnetId: z.firewall.SubnetId()}},
			// On by default, they would also keep CloudFormation from changing
			// and deleting it.
			DeleteProtection: jsii.Bool(false), SubnetChangeProtection: jsii.Bool(false), FirewallPolicyChangeProtection: jsii.Bool(false),
		})
		awsnetworkfirewall.NewCfnLoggingConfiguration(in, jsii.String("Logging"), &awsnetworkfirewall.CfnLoggingConfigurationProps{
			FirewallArn: firewall.AttrFirewallArn(),
			LoggingConfiguration: &awsnetworkfirewall.CfnLoggingConfiguration_LoggingConfigurationProperty{
				LogDestinationConfigs: []any{to("ALERT", alerts.LogGroupName()), to("FLOW", flows.LogGroupName())}}})
		// "eu-west-1a:vpce-0123456789abcdef0"
		endpoint := awscdk.Fn_Select(jsii.Number(1), awscdk.Fn_Split(jsii.String(":"), awscdk.Fn_Select(jsii.Number(0), firewall.AttrEndpointIds()), nil))
		out := z.outside.Node().FindChild(jsii.String("DefaultRoute")).(awsec2.CfnRoute)
		out.SetNatGatewayId(nil)
		out.SetVpcEndpointId(endpoint)
		awsec2.NewCfnRoute(in, jsii.String("Return"), &awsec2.CfnRouteProps{
			RouteTableId: z.nat.RouteTable().RouteTableId(), DestinationCidrBlock: z.outside.Ipv4CidrBlock(), VpcEndpointId: endpoint})
	}
	return logs.watch(scope, "RefusedConnections", alerts, refusedConnection, "RefusedConnections", v.id,
		"The network firewall drops what no link opened: a link is missing, or somebody tries to carry data out")
}

func firewallPolicy(scope constructs.Construct, name string, of *names) awsnetworkfirewall.CfnFirewallPolicy {
	rules := func(id, suffix string, capacity int, source *awsnetworkfirewall.CfnRuleGroup_RulesSourceProperty) *string {
		return awsnetworkfirewall.NewCfnRuleGroup(scope, jsii.String(id), &awsnetworkfirewall.CfnRuleGroupProps{
			RuleGroupName: jsii.String(name + "-" + suffix), Type: jsii.String("STATEFUL"), Capacity: jsii.Number(capacity),
			RuleGroup: &awsnetworkfirewall.CfnRuleGroup_RuleGroupProperty{RulesSource: source,
				StatefulRuleOptions: &awsnetworkfirewall.CfnRuleGroup_StatefulRuleOptionsProperty{RuleOrder: jsii.String("STRICT_ORDER")}},
		}).AttrRuleGroupArn()
	}
	addresses := rules("Addresses", "addresses", addressCapacity, &awsnetworkfirewall.CfnRuleGroup_RulesSourceProperty{
		StatefulRules: awscdk.Lazy_UncachedAny(&addressRules{of}, nil)})
	hosts := rules("Hosts", "hosts", nameCapacity, &awsnetworkfirewall.CfnRuleGroup_RulesSourceProperty{
		RulesSourceList: &awsnetworkfirewall.CfnRuleGroup_RulesSourceListProperty{
			GeneratedRulesType: jsii.String("ALLOWLIST"), TargetTypes: jsii.Strings("TLS_SNI", "HTTP_HOST"),
			Targets: awscdk.Lazy_UncachedList(&hostTargets{of}, nil)}})
	reference := func(arn *string, priority int) any {
		return &awsnetworkfirewall.CfnFirewallPolicy_StatefulRuleGroupReferenceProperty{ResourceArn: arn, Priority: jsii.Number(priority)}
	}
	return awsnetworkfirewall.NewCfnFirewallPolicy(scope, jsii.String("Policy"), &awsnetworkfirewall.CfnFirewallPolicyProps{
		FirewallPolicyName: jsii.String(name),
		FirewallPolicy: &awsnetworkfirewall.CfnFirewallPolicy_FirewallPolicyProperty{
			StatelessDefaultActions: jsii.Strings("aws:forward_to_sfe"), StatelessFragmentDefaultActions: jsii.Strings("aws:forward_to_sfe"),
			StatefulEngineOptions: &awsnetworkfirewall.CfnFirewallPolicy_StatefulEngineOptionsProperty{
				RuleOrder: jsii.String("STRICT_ORDER"), StreamExceptionPolicy: jsii.String("DROP")},
			StatefulRuleGroupReferences: []any{reference(addresses, 1), reference(hosts, 2)},
			// Whatever no rule passed, once the client's part of TLS or HTTP is
			// read. drop_established would drop the first packet of a handshake
			// that takes two, as Go's does (Network Firewall guide, "Managing
			// evaluation order for Suricata compatible rules";
			// hashicorp/terraform-provider-aws#39311).
			StatefulDefaultActions: jsii.Strings("aws:drop_established_app_layer_to_server", "aws:alert_established_app_layer_to_server"),
		}})
}

type addressRules struct{ of *names }

// Produce implements awscdk.IAnyProducer.
func (r *addressRules) Produce(awscdk.IResolveContext) any {
	var rules []any
	rule := func(action, protocol, to, port, direction string) {
		rules = append(rules, map[string]any{"action": action,
			"header": map[string]any{"protocol": protocol, "source": "ANY", "sourcePort": "ANY", "direction": direction, "destination": to, "destinationPort": port},
			// Suricata wants an id that is the rule's own in its group.
			"ruleOptions": []any{map[string]any{"keyword": "sid", "settings": []any{strconv.Itoa(len(rules) + 1)}}}})
	}
	for _, a := range r.of.addresses {
		rule("PASS", "TCP", a.CIDR, strconv.Itoa(a.Port), "FORWARD")
	}
	for _, protocol := range otherProtocols {
		rule("DROP", protocol, "ANY", "ANY", "ANY")
	}
	return rules
}

type hostTargets struct{ of *names }

// Produce implements awscdk.IListProducer.
func (t *hostTargets) Produce(awscdk.IResolveContext) *[]*string {
	var targets []string
	for _, name := range t.of.outside.orNone() {
		// A leading dot is Network Firewall's wildcard.
		targets = append(targets, strings.TrimPrefix(name, "*"))
	}
	return jsii.Strings(targets...)
}
