package posture

import (
	"slices"
	"strings"
	"testing"
)

const (
	vpc      = `"V":{"Type":"AWS::EC2::VPC"}`
	subnet   = `"S":{"Type":"AWS::EC2::Subnet","Properties":{"VpcId":{"Ref":"V"}}}`
	table    = `"T":{"Type":"AWS::EC2::RouteTable","Properties":{"VpcId":{"Ref":"V"}}},"TS":{"Type":"AWS::EC2::SubnetRouteTableAssociation","Properties":{"SubnetId":{"Ref":"S"},"RouteTableId":{"Ref":"T"}}}`
	gateways = `"N":{"Type":"AWS::EC2::NatGateway"},"I":{"Type":"AWS::EC2::InternetGateway"},"E6":{"Type":"AWS::EC2::EgressOnlyInternetGateway"}`
	inVPC    = `,"VpcConfig":{"SubnetIds":[{"Ref":"S"}],"SecurityGroupIds":[{"Fn::GetAtt":["G","GroupId"]}],"Ipv6AllowedForDualStack":true}`
	toAll    = `{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"},{"CidrIpv6":"::/0","IpProtocol":"-1"}`
	nowhere  = `{"CidrIp":"255.255.255.255/32","IpProtocol":"icmp","FromPort":252,"ToPort":86}`
)

func groupWith(egress string) string {
	if egress != "" {
		egress = `,"SecurityGroupEgress":[` + egress + `]`
	}
	return `"G":{"Type":"AWS::EC2::SecurityGroup","Properties":{"VpcId":{"Ref":"V"}` + egress + `}}`
}

func route(properties string) string {
	return `"D":{"Type":"AWS::EC2::Route","Properties":{"RouteTableId":{"Ref":"T"},` + properties + `}}`
}

func TestTheInternetIsReached(t *testing.T) {
	t.Parallel()
	nat := route(`"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":{"Ref":"N"}`)
	for _, c := range []struct {
		situation, egress, route string
		v4, v6                   Answer
	}{
		{"open, by a NAT gateway", toAll, nat, Yes, No},
		{"a group without rules is open", "", nat, Yes, No},
		{"shut, by a NAT gateway", nowhere, nat, No, No},
		{"open, without a route", toAll, "", No, No},
		{"open, by an internet gateway: no public address", toAll, route(`"DestinationCidrBlock":"0.0.0.0/0","GatewayId":{"Ref":"I"}`), No, No},
		{"open, by an internet gateway over IPv6", toAll, route(`"DestinationIpv6CidrBlock":"::/0","GatewayId":{"Ref":"I"}`), No, Yes},
		{"open, by an egress-only gateway", toAll, route(`"DestinationIpv6CidrBlock":"::/0","EgressOnlyInternetGatewayId":{"Ref":"E6"}`), No, Yes},
		{"open over IPv4 alone, by an egress-only gateway", `{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}`, route(`"DestinationIpv6CidrBlock":"::/0","EgressOnlyInternetGatewayId":{"Ref":"E6"}`), No, No},
		{"half of the internet", `{"CidrIp":"128.0.0.0/1","IpProtocol":"tcp","FromPort":443,"ToPort":443}`, nat, Yes, No},
		{"private addresses", `{"CidrIp":"10.0.0.0/8","IpProtocol":"-1"}`, nat, No, No},
		{"a range that holds private addresses and others", `{"CidrIp":"10.0.0.0/7","IpProtocol":"-1"}`, nat, Yes, No},
		{"one address", `{"CidrIp":"203.0.113.7/32","IpProtocol":"tcp","FromPort":443,"ToPort":443}`, nat, Yes, No},
		{"a range that is not known", `{"CidrIp":{"Ref":"Param"},"IpProtocol":"-1"}`, nat, CannotTell, No},
		{"a prefix list", `{"DestinationPrefixListId":"pl-1","IpProtocol":"-1"}`, nat, CannotTell, No},
		{"a group", `{"DestinationSecurityGroupId":{"Fn::GetAtt":["G","GroupId"]},"IpProtocol":"-1"}`, nat, No, No},
		{"a network firewall", toAll, route(`"DestinationCidrBlock":"0.0.0.0/0","VpcEndpointId":{"Fn::Select":[0,{"Fn::GetAtt":["FW","EndpointIds"]}]}`) + `,"FW":{"Type":"AWS::NetworkFirewall::Firewall"}`, Yes, No},
		{"an endpoint that is no firewall's", toAll, route(`"DestinationCidrBlock":"0.0.0.0/0","VpcEndpointId":"vpce-1"`), CannotTell, No},
		{"a rule under a condition", `{"Fn::If":["Asked",{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"},` + nowhere + `]}`, nat, CannotTell, No},
		{"a transit gateway", toAll, route(`"DestinationCidrBlock":"0.0.0.0/0","TransitGatewayId":"tgw-1"`), CannotTell, No},
		{"a route to private addresses", toAll, route(`"DestinationCidrBlock":"10.0.0.0/8","TransitGatewayId":"tgw-1"`), No, No},
		{"a route under a condition", toAll, strings.Replace(nat, `"AWS::EC2::Route"`, `"AWS::EC2::Route","Condition":"Asked"`, 1), CannotTell, No},
	} {
		resources := []string{vpc, subnet, table, gateways, groupWith(c.egress)}
		if c.route != "" {
			resources = append(resources, c.route)
		}
		got := f(t, function(t, inVPC, resources...)).Reaches
		if got.Internet != c.v4 || got.InternetIPv6 != c.v6 || (c.v4 == No && c.v6 == No) != (got.Because == nil) {
			t.Errorf("%s: got %s and over IPv6 %s because %v, want %s and %s", c.situation, got.Internet, got.InternetIPv6, got.Because, c.v4, c.v6)
		}
	}
	for _, c := range []struct {
		situation, config string
		resources         []string
		want              Answer
	}{
		{"IPv6 that the function does not use", `,"VpcConfig":{"SubnetIds":[{"Ref":"S"}],"SecurityGroupIds":[{"Ref":"G"}]}`, []string{vpc, subnet, table, gateways, groupWith(toAll),
			route(`"DestinationIpv6CidrBlock":"::/0","EgressOnlyInternetGatewayId":{"Ref":"E6"}`)}, No},
		{"no VPC", "", nil, Yes},
		{"an empty VpcConfig", `,"VpcConfig":{"SubnetIds":[],"SecurityGroupIds":[]}`, nil, Yes},
		{"subnets that are in no template", `,"VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":[{"Ref":"G"}]}`, []string{vpc, groupWith(toAll)}, CannotTell},
		{"subnets that are in no template, shut", `,"VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":[{"Ref":"G"}]}`, []string{vpc, groupWith(nowhere)}, No},
		{"a group that is in no template", `,"VpcConfig":{"SubnetIds":[{"Ref":"S"}],"SecurityGroupIds":["sg-1"]}`, []string{vpc, subnet, table, gateways,
			route(`"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":{"Ref":"N"}`)}, CannotTell},
		{"a rule of another resource", `,"VpcConfig":{"SubnetIds":[{"Ref":"S"}],"SecurityGroupIds":[{"Ref":"G"}]}`, []string{vpc, subnet, table, gateways, groupWith(nowhere),
			route(`"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":{"Ref":"N"}`),
			`"X":{"Type":"AWS::EC2::SecurityGroupEgress","Properties":{"GroupId":{"Fn::GetAtt":["G","GroupId"]},"CidrIp":"0.0.0.0/0","IpProtocol":"tcp","FromPort":443,"ToPort":443}}`}, Yes},
		{"a rule of another resource takes the default away", `,"VpcConfig":{"SubnetIds":[{"Ref":"S"}],"SecurityGroupIds":[{"Ref":"G"}]}`, []string{vpc, subnet, table, gateways, groupWith(""),
			route(`"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":{"Ref":"N"}`),
			`"X":{"Type":"AWS::EC2::SecurityGroupEgress","Properties":{"GroupId":{"Fn::GetAtt":["G","GroupId"]},"CidrIp":"10.0.0.0/16","IpProtocol":"tcp","FromPort":443,"ToPort":443}}`}, No},
	} {
		got := f(t, function(t, c.config, c.resources...)).Reaches
		if got.Internet != c.want || strings.HasPrefix(c.situation, "IPv6") && got.InternetIPv6 != c.want {
			t.Errorf("%s: got %s because %v, want %s", c.situation, got.Internet, got.Because, c.want)
		}
	}
}

const (
	endpointGroup = `"EG":{"Type":"AWS::EC2::SecurityGroup","Properties":{"VpcId":{"Ref":"V"},"SecurityGroupEgress":[` + nowhere + `]}}`
	endpoint      = `"EP":{"Type":"AWS::EC2::VPCEndpoint","Properties":{"VpcId":{"Ref":"V"},"VpcEndpointType":"Interface","ServiceName":{"Fn::Sub":"com.amazonaws.${AWS::Region}.sqs"},"SecurityGroupIds":[{"Fn::GetAtt":["EG","GroupId"]}]}}`
	s3            = `"S3":{"Type":"AWS::EC2::VPCEndpoint","Properties":{"VpcId":{"Ref":"V"},"ServiceName":{"Fn::Sub":"com.amazonaws.${AWS::Region}.s3"},"RouteTableIds":[{"Ref":"T"}]}}`
	toEndpoint    = `{"DestinationSecurityGroupId":{"Fn::GetAtt":["EG","GroupId"]},"IpProtocol":"tcp","FromPort":443,"ToPort":443}`
)

func ingress(from, port string) string {
	return `"In":{"Type":"AWS::EC2::SecurityGroupIngress","Properties":{"GroupId":{"Fn::GetAtt":["EG","GroupId"]},` + from + `,"IpProtocol":"tcp","FromPort":` + port + `,"ToPort":` + port + `}}`
}

func TestEndpointsAreReached(t *testing.T) {
	t.Parallel()
	fromUs := ingress(`"SourceSecurityGroupId":{"Fn::GetAtt":["G","GroupId"]}`, "443")
	for _, c := range []struct {
		situation, egress string
		resources         []string
		want              []string
	}{
		{"both sides", toEndpoint, []string{endpoint, fromUs}, []string{"sqs"}},
		{"our side alone", toEndpoint, []string{endpoint}, nil},
		{"their side alone", nowhere, []string{endpoint, fromUs}, nil},
		{"another port", toEndpoint, []string{endpoint, ingress(`"SourceSecurityGroupId":{"Fn::GetAtt":["G","GroupId"]}`, "80")}, nil},
		{"from another group", toEndpoint, []string{endpoint, ingress(`"SourceSecurityGroupId":{"Fn::GetAtt":["EG","GroupId"]}`, "443")}, nil},
		{"a port that is not known", strings.Replace(toEndpoint, `"FromPort":443,"ToPort":443`, `"FromPort":{"Ref":"Param"},"ToPort":{"Ref":"Param"}`, 1), []string{endpoint, fromUs}, []string{"sqs"}},
		{"from a range", toEndpoint, []string{endpoint, ingress(`"CidrIp":"10.0.0.0/16"`, "443")}, []string{"sqs"}},
		{"no group in common, open on both", toAll, []string{endpoint, ingress(`"CidrIp":"0.0.0.0/0"`, "443")}, []string{"0.0.0.0/0 on all ports", "::/0 on all ports", "sqs"}},
		{"a gateway, open", toAll, []string{s3}, []string{"0.0.0.0/0 on all ports", "::/0 on all ports", "s3"}},
		{"a gateway, by its prefix list", `{"DestinationPrefixListId":"pl-1","IpProtocol":"tcp","FromPort":443,"ToPort":443}`, []string{s3}, []string{"s3"}},
		{"a gateway, shut", nowhere, []string{s3}, nil},
		{"an endpoint of another VPC", toAll, []string{strings.Replace(s3, `{"Ref":"V"}`, `"vpc-2"`, 1)}, []string{"0.0.0.0/0 on all ports", "::/0 on all ports"}},
		{"an address outside, and no way there", `{"CidrIp":"192.0.2.0/24","IpProtocol":"-1"}`, nil, nil},
	} {
		p := function(t, inVPC, append(c.resources, vpc, subnet, table, gateways, endpointGroup, groupWith(c.egress))...)
		if got := f(t, p).Reaches.Destinations(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.situation, got, c.want)
		}
	}
}

// The id of a prefix list does not tell which gateway's it is.
func TestGatewaysByPrefixLists(t *testing.T) {
	t.Parallel()
	list := func(id string) string {
		return `{"DestinationPrefixListId":"` + id + `","IpProtocol":"tcp","FromPort":443,"ToPort":443}`
	}
	dynamodb := strings.NewReplacer(".s3", ".dynamodb", `"S3"`, `"GD"`).Replace(s3)
	for _, c := range []struct {
		situation, egress string
		resources         []string
		want              Answer
	}{
		{"one of one", list("pl-1"), []string{s3}, Yes},
		{"one of two", list("pl-1"), []string{s3, dynamodb}, CannotTell},
		{"two of two", list("pl-1") + "," + list("pl-2"), []string{s3, dynamodb}, Yes},
		{"one of two, twice", list("pl-1") + "," + list("pl-1"), []string{s3, dynamodb}, CannotTell},
		{"one, and another gateway without a route", list("pl-1"), []string{s3, strings.Replace(dynamodb, `{"Ref":"T"}`, `{"Ref":"T2"}`, 1), `"T2":{"Type":"AWS::EC2::RouteTable"}`}, Yes},
		{"one of two, and everywhere", list("pl-1") + `,{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}`, []string{s3, dynamodb}, Yes},
	} {
		p := function(t, inVPC, append(c.resources, vpc, subnet, table, gateways, groupWith(c.egress))...)
		endpoints := f(t, p).Reaches.Endpoints
		if i := slices.IndexFunc(endpoints, func(e Endpoint) bool { return e.Service == "s3" }); i < 0 || endpoints[i].Reachable != c.want {
			t.Errorf("%s: got %+v, want %s", c.situation, endpoints, c.want)
		}
	}
}

func TestNamesAreFiltered(t *testing.T) {
	t.Parallel()
	nat := route(`"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":{"Ref":"N"}`)
	dns := func(rules string) string {
		return `"L":{"Type":"AWS::Route53Resolver::FirewallDomainList","Properties":{"Domains":["api.stripe.com","*.example.com"]}},
			"All":{"Type":"AWS::Route53Resolver::FirewallDomainList","Properties":{"Domains":["*"]}},
			"FG":{"Type":"AWS::Route53Resolver::FirewallRuleGroup","Properties":{"FirewallRules":[` + rules + `]}},
			"FA":{"Type":"AWS::Route53Resolver::FirewallRuleGroupAssociation","Properties":{"VpcId":{"Ref":"V"},"FirewallRuleGroupId":{"Fn::GetAtt":["FG","Id"]}}}`
	}
	allow, block := `{"Action":"ALLOW","Priority":1,"FirewallDomainListId":{"Fn::GetAtt":["L","Id"]}}`, `{"Action":"BLOCK","Priority":2,"FirewallDomainListId":{"Fn::GetAtt":["All","Id"]}}`
	for _, c := range []struct {
		situation string
		resource  string
		want      []string
		blocks    Answer
	}{
		{"allowed, and the rest blocked", dns(block + "," + allow), []string{"*.example.com", Unnamed, "api.stripe.com"}, Yes},
		{"allowed, and the rest as well", dns(allow), []string{Internet}, No},
		{"all allowed first", dns(`{"Action":"ALLOW","Priority":1,"FirewallDomainListId":{"Fn::GetAtt":["All","Id"]}},` + block), []string{Internet}, No},
		{"all blocked", dns(block), []string{Unnamed}, Yes},
		{"a list that is in no template", dns(`{"Action":"BLOCK","Priority":1,"FirewallDomainListId":"rslvr-1"}`), []string{Internet}, CannotTell},
		{"all of one type of records blocked", dns(strings.Replace(block, `"BLOCK"`, `"BLOCK","Qtype":"TXT"`, 1)), []string{Internet}, CannotTell},
		{"all blocked, if asked", strings.Replace(dns(block), `FirewallRuleGroupAssociation",`, `FirewallRuleGroupAssociation","Condition":"Asked",`, 1), []string{Internet}, CannotTell},
		{"a network firewall that passes all before it looks", `"FW":{"Type":"AWS::NetworkFirewall::Firewall","Properties":{"VpcId":{"Ref":"V"},"FirewallPolicyArn":{"Fn::GetAtt":["FP","FirewallPolicyArn"]}}},
			"FP":{"Type":"AWS::NetworkFirewall::FirewallPolicy","Properties":{"FirewallPolicy":{"StatelessDefaultActions":["aws:pass"],"StatefulDefaultActions":["aws:drop_established"]}}}`, []string{Internet}, No},
		{"a network firewall that passes by a parameter", `"FW":{"Type":"AWS::NetworkFirewall::Firewall","Properties":{"VpcId":{"Ref":"V"},"FirewallPolicyArn":{"Fn::GetAtt":["FP","FirewallPolicyArn"]}}},
			"FP":{"Type":"AWS::NetworkFirewall::FirewallPolicy","Properties":{"FirewallPolicy":{"StatelessDefaultActions":[{"Ref":"Param"}],"StatefulDefaultActions":["aws:drop_established"]}}}`, []string{Internet}, CannotTell},
		{"a network firewall", `"FW":{"Type":"AWS::NetworkFirewall::Firewall","Properties":{"VpcId":{"Ref":"V"},"FirewallPolicyArn":{"Fn::GetAtt":["FP","FirewallPolicyArn"]}}},
			"FP":{"Type":"AWS::NetworkFirewall::FirewallPolicy","Properties":{"FirewallPolicy":{"StatefulDefaultActions":["aws:drop_established"],"StatefulRuleGroupReferences":[{"ResourceArn":{"Fn::GetAtt":["FR","RuleGroupArn"]}}]}}},
			"FR":{"Type":"AWS::NetworkFirewall::RuleGroup","Properties":{"RuleGroup":{"RulesSource":{"RulesSourceList":{"GeneratedRulesType":"ALLOWLIST","Targets":[".example.com"],"TargetTypes":["TLS_SNI"]}}}}}`,
			[]string{".example.com"}, Yes},
	} {
		p := function(t, inVPC, c.resource, vpc, subnet, table, gateways, nat, groupWith(`{"CidrIp":"0.0.0.0/0","IpProtocol":"tcp","FromPort":443,"ToPort":443}`))
		r := f(t, p).Reaches
		if got := r.Destinations(); !slices.Equal(got, c.want) || len(r.Names) != 1 || r.Names[0].BlocksOthers != c.blocks {
			t.Errorf("%s: got %v %+v, want %v and %s", c.situation, got, r.Names, c.want, c.blocks)
		}
	}
}

func TestPortsAreSaid(t *testing.T) {
	t.Parallel()
	db := `"DB":{"Type":"AWS::EC2::SecurityGroup","Metadata":{"aws:cdk:path":"Shop/Database/Group/Resource"},"Properties":{"VpcId":{"Ref":"V"}}}`
	p := function(t, inVPC, vpc, subnet, table, db, `"C":{"Type":"AWS::RDS::DBCluster"}`, groupWith(`{"DestinationSecurityGroupId":{"Fn::GetAtt":["DB","GroupId"]},"IpProtocol":"tcp","FromPort":5432,"ToPort":5432},
		{"DestinationSecurityGroupId":{"Fn::GetAtt":["DB","GroupId"]},"IpProtocol":"tcp","FromPort":{"Fn::GetAtt":["C","Endpoint.Port"]},"ToPort":{"Fn::GetAtt":["C","Endpoint.Port"]}},
		{"CidrIp":"10.1.0.0/16","IpProtocol":"udp","FromPort":53,"ToPort":54},{"CidrIp":"10.2.0.0/16","IpProtocol":"-1"}`))
	want := []string{"10.1.0.0/16:53-54", "10.2.0.0/16 on all ports", "Shop/Database/Group:${C.Endpoint.Port}", "Shop/Database/Group:5432"}
	if got := f(t, p).Reaches.Destinations(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDestinationsAreNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		destination, name string
		want              bool
	}{
		{"ssm", "ssm", true}, {"api.stripe.com", "stripe.com", false},
		{"Shop/Database/Group:5432", "Shop/Database/Group", true}, {"Shop/Database/Group:5432", "Database/Group", true}, {"Shop/Database/Group:5432", "Group:5432", true},
		{"Shop/Database/Group:5432", "Group:5433", false}, {"Shop/Database/Group:5432", "roup", false}, {"Shop/Database/Group:5432", "Shop/Database", false},
		{"Shop/Group:${Shop/C.Endpoint.Port}", "Shop/Group", true}, {"10.1.0.0/16:53-54", "10.1.0.0/16", true}, {"10.2.0.0/16 on all ports", "10.2.0.0/16", true},
		{"10.2.0.0/16 on all ports of udp", "10.2.0.0/16", true}, {"2001:db8::/32:443", "2001:db8::/32", true}, {"2001:db8::/32 on all ports", "2001:db8::/32", true},
		{"2001:db8::/32 on all ports", "2001:db8:", false},
	} {
		if got := goesTo(c.destination, c.name); got != c.want {
			t.Errorf("%s is %s: got %t, want %t", c.destination, c.name, got, c.want)
		}
	}
}
