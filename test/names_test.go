package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// site is reached by HTTPS and by its name.
func site(names ...string) link.Link {
	opens := opening{Names: names, Egress: []link.Egress{{CIDR: "0.0.0.0/0", Port: 443, Description: "HTTPS"}}}
	if strings.Contains(strings.Join(names, " "), "*") {
		opens.Relaxed = []link.Relaxation{{What: "every name below", Reason: "a test"}}
	}
	return opens
}

// database is in the VPC, and looked up by a name that is no business of the
// way out.
func database(name string) link.Link { return opening{Names: []string{name}} }

func endpointAddress(scope constructs.Construct, kind string) string {
	return *awscdk.Token_AsString(awscdk.NewCfnResource(scope, jsii.String("Database"), &awscdk.CfnResourceProps{Type: jsii.String(kind)}).
		GetAtt(jsii.String("Endpoint.Address"), awscdk.ResolutionTypeHint_STRING), nil)
}

func withInternet(stack awscdk.Stack, internet network.Internet) *network.Network {
	return network.New(stack, "Network", &network.Props{Internet: &internet, PrefixLists: prefixLists})
}

// Who has no link to the outside has no route there either.
func TestOnlyLinkedFunctionsHaveARouteOut(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		net := withInternet(stack, network.Internet{})
		functionIn(stack, "Inside", net)
		functionIn(stack, "Outside", net, site("api.stripe.com"))
	})
	subnets := func(fn string) any {
		return s.at(fn + "/Function").Properties["VpcConfig"].(map[string]any)["SubnetIds"]
	}
	same(t, "inside", subnets("Inside"), `["${Network/Vpc/IsolatedSubnet1/Subnet}", "${Network/Vpc/IsolatedSubnet2/Subnet}"]`)
	same(t, "outside", subnets("Outside"), `["${Network/Vpc/OutsideSubnet1/Subnet}", "${Network/Vpc/OutsideSubnet2/Subnet}"]`)
	same(t, "routes", s.ofType("AWS::EC2::Route"), `["Network/Vpc/NatSubnet1/DefaultRoute", "Network/Vpc/NatSubnet2/DefaultRoute", "Network/Vpc/OutsideSubnet1/DefaultRoute", "Network/Vpc/OutsideSubnet2/DefaultRoute"]`)
	for i := range 2 {
		same(t, "way out", s.at(fmt.Sprintf("Network/Vpc/OutsideSubnet%d/DefaultRoute", i+1)).Properties, fmt.Sprintf(`{"RouteTableId": "${Network/Vpc/OutsideSubnet%d/RouteTable}",
			"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "${Network/Vpc/NatSubnet%d/NATGateway}"}`, i+1, i+1))
	}
	var sizes []any
	for _, path := range s.ofType("AWS::EC2::Subnet") {
		p := s.at(path).Properties
		sizes = append(sizes, p["CidrBlock"])
		if p["MapPublicIpOnLaunch"] != false {
			t.Errorf("%s hands out public addresses", path)
		}
	}
	same(t, "subnets", sizes, `["10.0.32.0/19", "10.0.64.0/19", "10.0.0.0/28", "10.0.0.16/28", "10.0.96.0/19", "10.0.128.0/19"]`)
	same(t, "the group of the function outside", s.at("Outside/SecurityGroup").Properties["SecurityGroupEgress"], `[`+nowhere+`, {"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Description": "HTTPS"}]`)
}

func TestOneNatGatewayInAll(t *testing.T) {
	for nats, want := range map[int]string{0: `["Network/Vpc/NatSubnet1/NATGateway", "Network/Vpc/NatSubnet2/NATGateway"]`, 1: `["Network/Vpc/NatSubnet1/NATGateway"]`} {
		s := synth(t, func(stack awscdk.Stack) { withInternet(stack, network.Internet{NatGateways: nats}) })
		same(t, fmt.Sprintf("NatGateways: %d", nats), s.ofType("AWS::EC2::NatGateway"), want)
	}
}

// A way out filters names unless a reason is given.
func TestDNSFirewallIsTheDefaultOfAWayOut(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		net := withInternet(stack, network.Internet{})
		functionIn(stack, "One", net, site("api.stripe.com", "*.example.com"), link.Parameter("LIMIT", "/limit", link.Plain("a number")))
		functionIn(stack, "Two", net, site("API.stripe.com"), object("arn:aws:s3:::receipts/*"), database(endpointAddress(stack, "AWS::RDS::DBCluster")))
		if relaxed := net.Relaxed(); len(relaxed) > 0 {
			t.Errorf("a filtered network records %v", relaxed)
		}
	})
	same(t, "let through", s.at("Network/Names/Allowed").Properties, `{"Name": "S-ffbd19cd-allowed", "Domains": ["ssm.${AWS::Region}.${AWS::URLSuffix}", "api.stripe.com", "*.example.com",
		"s3.${AWS::Region}.${AWS::URLSuffix}", "*.s3.${AWS::Region}.${AWS::URLSuffix}", "${Database.Endpoint.Address}"]}`)
	same(t, "the rest", s.at("Network/Names/All").Properties["Domains"], `["*"]`)
	same(t, "rules", s.at("Network/Names/Rules").Properties["FirewallRules"], `[
		{"Action": "ALLOW", "Priority": 1, "FirewallDomainListId": "${Network/Names/Allowed.Id}", "FirewallDomainRedirectionAction": "TRUST_REDIRECTION_DOMAIN"},
		{"Action": "BLOCK", "BlockResponse": "NXDOMAIN", "Priority": 2, "FirewallDomainListId": "${Network/Names/All.Id}"}]`)
	same(t, "of the VPC", s.at("Network/Names/Association").Properties, `{"Name": "S-ffbd19cd", "FirewallRuleGroupId": "${Network/Names/Rules.Id}", "VpcId": "${Network/Vpc}", "Priority": 101, "MutationProtection": "DISABLED"}`)
	same(t, "query log", s.at("Network/Names/Logging").Properties, `{"Name": "S-ffbd19cd", "DestinationArn": "${Network/Names/Queries.Arn}"}`)
	same(t, "queries of the VPC", s.at("Network/Names/LoggingAssociation").Properties, `{"ResolverQueryLogConfigId": "${Network/Names/Logging.Id}", "ResourceId": "${Network/Vpc}"}`)
	same(t, "log group", s.at("Network/Names/Queries").Properties, `{"KmsKeyId": "${SecureGoFunctionsKey.Arn}", "RetentionInDays": 365}`)
	same(t, "what is counted", s.at("Network/Names/RefusedLookups").Properties, `{"LogGroupName": "${Network/Names/Queries}", "FilterPattern": "{ $.firewall_rule_action = \"BLOCK\" }",
		"MetricTransformations": [{"MetricNamespace": "SecureGoFunction/RefusedLookups", "MetricName": "${Network/Vpc}", "MetricValue": "1"}]}`)
	alarm := s.at("Network/Names/RefusedLookupsAlarm").Properties
	same(t, "alarm", []any{alarm["Namespace"], alarm["MetricName"], alarm["Threshold"], alarm["AlarmActions"]}, `["SecureGoFunction/RefusedLookups", "${Network/Vpc}", 1, ["${SecureGoFunctionsAlarms}"]]`)
	if found := s.ofType("AWS::NetworkFirewall::Firewall"); len(found) > 0 {
		t.Errorf("%v was not asked for", found)
	}
}

// Nothing linked: no name is answered. DNS Firewall wants a list to have an
// entry.
func TestDNSFirewallWithoutNames(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) { withInternet(stack, network.Internet{}) })
	same(t, "let through", s.at("Network/Names/Allowed").Properties["Domains"], `["nothing.invalid"]`)
}

// A name of another stack would have the filter's stack wait for that one.
func TestNamesOfOtherStacks(t *testing.T) {
	build := func(kind string) (awscdk.App, awscdk.Stack) {
		app := newApp(t)
		base, other := awscdk.NewStack(app, jsii.String("S"), nil), awscdk.NewStack(app, jsii.String("T"), nil)
		functionIn(other, "Fn", withInternet(base, network.Internet{}), database(endpointAddress(other, kind)))
		return app, base
	}
	for kind, want := range map[string]string{"AWS::RDS::DBInstance": `["*.${AWS::Region}.rds.${AWS::URLSuffix}"]`, "AWS::ElastiCache::ServerlessCache": `["*.cache.${AWS::URLSuffix}"]`} {
		app, base := build(kind)
		same(t, kind, synthStack(t, app, "S").at("Network/Names/Allowed").Properties["Domains"], want)
		if len(*base.Dependencies()) != 0 {
			t.Errorf("%s: the network's stack waits for another", kind)
		}
	}
	message := refused(t, "a name of something else", func() {
		app, _ := build("AWS::OpenSearchService::Domain")
		synthStack(t, app, "S")
	})
	if !strings.Contains(message, "S/Network: the name of T/Database is known to another stack only") || !strings.Contains(message, "network.DNSFirewall(") {
		t.Errorf("the message is %q", message)
	}
}

func TestNetworkFirewall(t *testing.T) {
	for _, nats := range []int{0, 1} {
		s := synth(t, func(stack awscdk.Stack) {
			net := withInternet(stack, network.Internet{NatGateways: nats, Names: network.NetworkFirewall("status.example.com")})
			functionIn(stack, "One", net, site("api.stripe.com", "*.example.com"), link.Parameter("LIMIT", "/limit", link.Plain("a number")), database(endpointAddress(stack, "AWS::RDS::DBCluster")))
			functionIn(stack, "Two", net, opening{Egress: []link.Egress{{CIDR: "192.0.2.0/24", Port: 5432, Description: "database of a partner"}}})
			functionIn(stack, "Three", net, opening{Egress: []link.Egress{{CIDR: "192.0.2.0/24", Port: 5432, Description: "the same"}}})
		})
		situation := func(what string) string { return fmt.Sprintf("NatGateways %d: %s", nats, what) }
		const name = "S-37e99e30"
		same(t, situation("names"), s.at("Network/Firewall/Hosts").Properties, `{"RuleGroupName": "`+name+`-hosts", "Type": "STATEFUL", "Capacity": 2000, "RuleGroup": {
			"RulesSource": {"RulesSourceList": {"GeneratedRulesType": "ALLOWLIST", "TargetTypes": ["TLS_SNI", "HTTP_HOST"], "Targets": ["status.example.com", "api.stripe.com", ".example.com"]}},
			"StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"}}}`)
		rule := func(action, protocol, direction, to, port, sid string) string {
			return `{"Action": "` + action + `", "Header": {"Protocol": "` + protocol + `", "Source": "ANY", "SourcePort": "ANY", "Direction": "` + direction + `", "Destination": "` + to + `", "DestinationPort": "` + port + `"},
				"RuleOptions": [{"Keyword": "sid", "Settings": ["` + sid + `"]}]}`
		}
		same(t, situation("addresses"), s.at("Network/Firewall/Addresses").Properties, `{"RuleGroupName": "`+name+`-addresses", "Type": "STATEFUL", "Capacity": 500, "RuleGroup": {
			"RulesSource": {"StatefulRules": [`+rule("PASS", "TCP", "FORWARD", "192.0.2.0/24", "5432", "1")+`, `+rule("DROP", "UDP", "ANY", "ANY", "ANY", "2")+`, `+rule("DROP", "ICMP", "ANY", "ANY", "ANY", "3")+`]},
			"StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"}}}`)
		same(t, situation("policy"), s.at("Network/Firewall/Policy").Properties, `{"FirewallPolicyName": "`+name+`", "FirewallPolicy": {
			"StatelessDefaultActions": ["aws:forward_to_sfe"], "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
			"StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "DROP"},
			"StatefulRuleGroupReferences": [{"ResourceArn": "${Network/Firewall/Addresses.RuleGroupArn}", "Priority": 1}, {"ResourceArn": "${Network/Firewall/Hosts.RuleGroupArn}", "Priority": 2}],
			"StatefulDefaultActions": ["aws:drop_established_app_layer_to_server", "aws:alert_established_app_layer_to_server"]}}`)
		for i := 1; i <= 2; i++ {
			zone, nat := fmt.Sprintf("Network/Firewall/Zone%d/", i), i
			if nats == 1 {
				nat = 1
			}
			endpoint := fmt.Sprintf(`{"Fn::Select": [1, {"Fn::Split": [":", {"Fn::Select": [0, "${%sFirewall.EndpointIds}"]}]}]}`, zone)
			same(t, situation(zone+"Firewall"), s.at(zone+"Firewall").Properties, fmt.Sprintf(`{"FirewallName": "%s-%d", "FirewallPolicyArn": "${Network/Firewall/Policy.FirewallPolicyArn}", "VpcId": "${Network/Vpc}",
				"SubnetMappings": [{"SubnetId": "${Network/Vpc/FirewallSubnet%d/Subnet}"}], "DeleteProtection": false, "SubnetChangeProtection": false, "FirewallPolicyChangeProtection": false}`, name, i, i))
			same(t, situation(zone+"Logging"), s.at(zone+"Logging").Properties, `{"FirewallArn": "${`+zone+`Firewall.FirewallArn}", "LoggingConfiguration": {"LogDestinationConfigs": [
				{"LogType": "ALERT", "LogDestinationType": "CloudWatchLogs", "LogDestination": {"logGroup": "${Network/Firewall/Alerts}"}},
				{"LogType": "FLOW", "LogDestinationType": "CloudWatchLogs", "LogDestination": {"logGroup": "${Network/Firewall/Flows}"}}]}}`)
			same(t, situation("out of the functions' subnet"), s.at(fmt.Sprintf("Network/Vpc/OutsideSubnet%d/DefaultRoute", i)).Properties, fmt.Sprintf(`{"RouteTableId": "${Network/Vpc/OutsideSubnet%d/RouteTable}",
				"DestinationCidrBlock": "0.0.0.0/0", "VpcEndpointId": %s}`, i, endpoint))
			same(t, situation("out of the firewall's subnet"), s.at(fmt.Sprintf("Network/Vpc/FirewallSubnet%d/DefaultRoute", i)).Properties, fmt.Sprintf(`{"RouteTableId": "${Network/Vpc/FirewallSubnet%d/RouteTable}",
				"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "${Network/Vpc/NatSubnet%d/NATGateway}"}`, i, nat))
			same(t, situation("back"), s.at(zone+"Return").Properties, fmt.Sprintf(`{"RouteTableId": "${Network/Vpc/NatSubnet%d/RouteTable}",
				"DestinationCidrBlock": "%v", "VpcEndpointId": %s}`, nat, s.at(fmt.Sprintf("Network/Vpc/OutsideSubnet%d/Subnet", i)).Properties["CidrBlock"], endpoint))
		}
		for _, group := range []string{"Network/Firewall/Alerts", "Network/Firewall/Flows"} {
			same(t, situation(group), s.at(group).Properties, `{"KmsKeyId": "${SecureGoFunctionsKey.Arn}", "RetentionInDays": 365}`)
		}
		same(t, situation("what is counted"), s.at("Network/Firewall/RefusedConnections").Properties, `{"LogGroupName": "${Network/Firewall/Alerts}", "FilterPattern": "{ $.event.event_type = \"alert\" }",
			"MetricTransformations": [{"MetricNamespace": "SecureGoFunction/RefusedConnections", "MetricName": "${Network/Vpc}", "MetricValue": "1"}]}`)
		same(t, situation("alarm"), s.at("Network/Firewall/RefusedConnectionsAlarm").Properties["AlarmActions"], `["${SecureGoFunctionsAlarms}"]`)
		// Data leaves in look-ups too, which the firewall does not see.
		same(t, situation("look-ups"), s.at("Network/Names/Allowed").Properties["Domains"],
			`["status.example.com", "ssm.${AWS::Region}.${AWS::URLSuffix}", "api.stripe.com", "*.example.com", "${Database.Endpoint.Address}"]`)
		if waits := s.at("Two/Function").DependsOn; !slices.Contains(waits, "Network/Vpc/OutsideSubnet1/DefaultRoute") {
			t.Errorf("the function does not wait for its way out, only for %v", waits)
		}
	}
}

func TestNetworkFirewallRoom(t *testing.T) {
	message := refused(t, "1001 names", func() {
		synth(t, func(stack awscdk.Stack) {
			var many []string
			for i := range 1001 {
				many = append(many, fmt.Sprintf("n%d.example.com", i))
			}
			functionIn(stack, "Fn", withInternet(stack, network.Internet{Names: network.NetworkFirewall()}), site(many...))
		})
	})
	if !strings.Contains(message, "S/Network: 1001 names are linked, and the network firewall has room for 1000") {
		t.Errorf("the message is %q", message)
	}
}

func TestNamesInAVpcThatExists(t *testing.T) {
	imported := func(stack awscdk.Stack, names *network.NameFilter) *network.Network {
		return network.FromVpc(stack, "Existing", &network.FromVpcProps{Names: names, OutsideSubnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS}, Key: newKey(stack), LogRetentionDays: 30, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
			Vpc: awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("a"),
				IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcde05"), IsolatedSubnetRouteTableIds: jsii.Strings("rtb-0123456789abcde05"),
				PrivateSubnetIds: jsii.Strings("subnet-0123456789abcde03"), PrivateSubnetRouteTableIds: jsii.Strings("rtb-0123456789abcde03")})})
	}
	t.Run("DNS firewall", func(t *testing.T) {
		s := synth(t, func(stack awscdk.Stack) {
			net := imported(stack, network.DNSFirewall("mail.example.com"))
			functionIn(stack, "Fn", net, site("api.stripe.com"))
			if net.AlarmTopic == nil {
				t.Error("nobody can subscribe to its alarms")
			}
		})
		same(t, "of the VPC", s.at("Existing/Names/Association").Properties["VpcId"], `"vpc-0123456789abcdef0"`)
		same(t, "let through", s.at("Existing/Names/Allowed").Properties["Domains"], `["mail.example.com", "api.stripe.com"]`)
		same(t, "log group", s.at("Existing/Names/Queries").Properties, `{"KmsKeyId": "${Key.Arn}", "RetentionInDays": 30}`)
		same(t, "log group when the stack goes", s.at("Existing/Names/Queries").DeletionPolicy, `"Delete"`)
	})
	t.Run("the owner's filter", func(t *testing.T) {
		s := synth(t, func(stack awscdk.Stack) {
			net := imported(stack, network.FilteredBy("the proxy"))
			functionIn(stack, "Fn", net, site("api.stripe.com"))
			if got := fmt.Sprint(net.Relaxed()); got != "[{names outside are filtered by what this app does not make the proxy name-filter}]" {
				t.Errorf("recorded: %s", got)
			}
		})
		same(t, "filters made", len(s.ofType("AWS::Route53Resolver::FirewallRuleGroup")), `0`)
	})
	for situation, c := range map[string]struct {
		names *network.NameFilter
		links []link.Link
		want  string
	}{
		"no filter":                     {nil, []link.Link{site("api.stripe.com", "*.example.com")}, "S/Fn: the network filters no names, and without a filter the link to api.stripe.com, *.example.com can send to every address: "},
		"everywhere past a filter":      {network.DNSFirewall(), []link.Link{link.Everywhere(443, "webhooks")}, "S/Fn: the network filters names, which link.Everywhere would go past: "},
		"everywhere past the owner's":   {network.FilteredBy("the proxy"), []link.Link{link.Everywhere(443, "webhooks")}, "S/Fn: the network filters names, which link.Everywhere would go past: "},
		"a name that is an address bar": {network.DNSFirewall(), []link.Link{site("https://api.stripe.com/v1")}, `S/Fn: the name "https://api.stripe.com/v1": give a host name`},
	} {
		message := refused(t, situation, func() {
			synth(t, func(stack awscdk.Stack) { functionIn(stack, "Fn", imported(stack, c.names), c.links...) })
		})
		if !strings.HasPrefix(message, c.want) {
			t.Errorf("%s: the message %q does not begin with %q", situation, message, c.want)
		}
	}
	t.Run("a name inside needs no filter", func(t *testing.T) {
		synth(t, func(stack awscdk.Stack) { functionIn(stack, "Fn", imported(stack, nil), database("db.example.com")) })
	})
}

// A closed network tells nothing by look-ups either, if it is asked to.
func TestDNSFirewallOfAClosedNetwork(t *testing.T) {
	filtered := func(stack awscdk.Stack, net *network.Network) *network.Network {
		return network.FromVpc(stack, "Filtered", &network.FromVpcProps{Vpc: net.Vpc, Names: network.DNSFirewall()})
	}
	s := synth(t, func(stack awscdk.Stack) {
		net := network.New(stack, "Network", nil)
		again := filtered(stack, net)
		for i, n := range []*network.Network{net, again} {
			functionIn(stack, fmt.Sprint("Fn", i), n, link.Parameter("LIMIT", "/limit", link.Plain("a number")))
		}
	})
	same(t, "let through", s.at("Network/Names/Allowed").Properties["Domains"], `["ssm.${AWS::Region}.${AWS::URLSuffix}"]`)
	same(t, "ways out", len(s.ofType("AWS::EC2::Route")), `0`)
	message := refused(t, "a filter after functions", func() {
		synth(t, func(stack awscdk.Stack) {
			net := network.New(stack, "Network", nil)
			functionIn(stack, "Fn", net)
			filtered(stack, net)
		})
	})
	if !strings.HasPrefix(message, "S/Filtered: functions of this VPC were made before its Names") {
		t.Errorf("the message is %q", message)
	}
}

func TestAnyNameIsRecorded(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		net := withInternet(stack, network.Internet{Names: network.AnyName("a crawler")})
		functionIn(stack, "Fn", net, site("api.stripe.com"), link.Everywhere(80, "pages of the web"))
		if got := fmt.Sprint(net.Relaxed()); got != "[{names outside are not filtered a crawler name-filter}]" {
			t.Errorf("recorded: %s", got)
		}
	})
	same(t, "filters made", len(s.ofType("AWS::Route53Resolver::FirewallRuleGroup")), `0`)
	same(t, "what is recorded with the function", s.at("Fn/Function").Metadata["SecureGoFunction"], `{"Relaxed": [
		{"What": "TCP 80 to everywhere", "Reason": "pages of the web", "Rule": "open-egress", "Of": "0.0.0.0/0:80"},
		{"What": "names outside are not filtered", "Reason": "a crawler", "Rule": "name-filter"},
		{"What": "TCP 443 to everywhere", "Reason": "a crawler", "Rule": "open-egress", "Of": "0.0.0.0/0:443"}]}`)
}

// The perimeter is the functions' to keep.
func TestPerimeterIsTold(t *testing.T) {
	synth(t, func(stack awscdk.Stack) {
		for perimeter, n := range map[bool]*network.Network{
			true: network.New(stack, "Network", &network.Props{Perimeter: true}), false: network.New(stack, "Other", nil)} {
			if n.Perimeter != perimeter {
				t.Errorf("perimeter %t is %t", perimeter, n.Perimeter)
			}
			if again := network.FromVpc(stack, fmt.Sprint("From", perimeter), &network.FromVpcProps{Vpc: n.Vpc, Perimeter: !perimeter}); again.Perimeter == perimeter {
				t.Errorf("perimeter %t is told otherwise from the VPC", !perimeter)
			}
		}
	})
}
