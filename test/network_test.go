package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

const nowhere = `{"CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "Description": "Nowhere: in place of the default rule to everywhere"}`

func parameterLink(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
	p.Links = []link.Link{link.Parameter("API_KEY", "/my_app/api_key", link.EncryptedWith(newKey(stack)))}
}

func TestNewNetworkIsClosed(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) { network.New(stack, "Network", nil) })
	for _, kind := range []string{"AWS::EC2::NatGateway", "AWS::EC2::InternetGateway", "AWS::EC2::EgressOnlyInternetGateway", "AWS::EC2::Route",
		"AWS::EC2::VPCGatewayAttachment", "AWS::EC2::VPCEndpoint", "AWS::EC2::EIP", "AWS::EC2::SecurityGroup", "AWS::Lambda::Function",
		"AWS::Route53Resolver::FirewallRuleGroup", "AWS::NetworkFirewall::Firewall"} {
		if found := s.ofType(kind); len(found) > 0 {
			t.Errorf("a closed network has %s: %v", kind, found)
		}
	}
	if n := len(s.ofType("AWS::EC2::Subnet")); n != 2 {
		t.Errorf("%d subnets, not one in each of two zones", n)
	}
	same(t, "flow log", s.at("Network/FlowLog").Properties, `{"ResourceId": "${Network/Vpc}", "ResourceType": "VPC", "TrafficType": "ALL",
		"LogDestinationType": "cloud-watch-logs", "LogGroupName": "${Network/FlowLogs}", "DeliverLogsPermissionArn": "${Network/FlowLogsRole.Arn}", "MaxAggregationInterval": 60,
		"LogFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${vpc-id} ${subnet-id} ${tcp-flags} ${pkt-srcaddr} ${pkt-dstaddr} ${flow-direction} ${traffic-path}"}`)
	same(t, "refused packets", s.at("Network/RefusedPackets").Properties, `{"LogGroupName": "${Network/FlowLogs}",
		"FilterPattern": "[version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, end, action=\"REJECT\", log_status, vpc_id, subnet_id, tcp_flags, pkt_srcaddr, pkt_dstaddr, flow_direction=\"egress\", traffic_path]",
		"MetricTransformations": [{"MetricNamespace": "SecureGoFunction/RefusedPackets", "MetricName": "${Network/Vpc}", "MetricValue": "1"}]}`)
	same(t, "their alarm", s.at("Network/RefusedPacketsAlarm").Properties, `{"AlarmDescription": "Packets out of the network's functions are refused: a link is missing, or somebody tries doors",
		"Namespace": "SecureGoFunction/RefusedPackets", "MetricName": "${Network/Vpc}", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "DatapointsToAlarm": 1,
		"Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching", "AlarmActions": ["${SecureGoFunctionsAlarms}"]}`)
	same(t, "flow log group", s.at("Network/FlowLogs").Properties, `{"KmsKeyId": "${SecureGoFunctionsKey.Arn}", "RetentionInDays": 365}`)
	same(t, "flow log policy", s.at("Network/FlowLogsPolicy").Properties["PolicyDocument"], `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], "Resource": "${Network/FlowLogs.Arn}"},
		{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "${SecureGoFunctionsKey.Arn}", "Condition": {
			"StringEquals": {"kms:ViaService": "logs.${AWS::Region}.amazonaws.com"},
			"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Network/FlowLogs}"}}},
		{"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "${SecureGoFunctionsKey.Arn}", "Condition": {
			"StringEquals": {"kms:ViaService": "logs.${AWS::Region}.amazonaws.com"}}}]}`)
	same(t, "flow log role", s.at("Network/FlowLogsRole").Properties["AssumeRolePolicyDocument"], `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Action": "sts:AssumeRole", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Condition": {
		"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
		"ArnLike": {"aws:SourceArn": "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-flow-log/*"}}}]}`)
	if policy := fmt.Sprint(s.at("SecureGoFunctionsKey").Properties["KeyPolicy"]); !strings.Contains(policy, ":log-group:S-*") {
		t.Errorf("the key does not admit the flow logs: %s", policy)
	}
	if !slices.Contains(s.at("Network/FlowLog").DependsOn, "Network/FlowLogsPolicy") {
		t.Error("the flow log does not wait for its policy")
	}
}

func TestNewNetworkProps(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		network.New(stack, "Network", &network.Props{AvailabilityZones: 1, CIDR: "10.9.0.0/20", Key: newKey(stack), FlowLogRetentionDays: 30,
			RemovalPolicy: awscdk.RemovalPolicy_DESTROY, CloseDefaultGroup: true})
	})
	same(t, "VPC", s.at("Network/Vpc").Properties["CidrBlock"], `"10.9.0.0/20"`)
	if n := len(s.ofType("AWS::EC2::Subnet")); n != 1 {
		t.Errorf("%d subnets in one zone", n)
	}
	same(t, "flow logs", s.at("Network/FlowLogs").Properties, `{"KmsKeyId": "${Key.Arn}", "RetentionInDays": 30}`)
	for _, topic := range s.ofType("AWS::SNS::Topic") {
		same(t, topic, s.at(topic).Properties["KmsMasterKeyId"], `"${Key.Arn}"`)
	}
	same(t, "flow logs when the stack goes", s.at("Network/FlowLogs").DeletionPolicy, `"Delete"`)
	same(t, "the default group is closed by", len(s.ofType("Custom::VpcRestrictDefaultSG")), `1`)
	if _, ok := s.resources["SecureGoFunctionsKey"]; ok {
		t.Error("the stack's own key was made, and nothing uses it")
	}
}

func TestFunctionWithoutLinksReachesNothing(t *testing.T) {
	s := synthFunction(t, nil)
	same(t, "the function's group", s.at("Fn/SecurityGroup").Properties, `{"GroupDescription": "Function: nothing in, and out only what links open",
		"VpcId": "${Network/Vpc}", "SecurityGroupEgress": [`+nowhere+`]}`)
	for _, kind := range []string{"AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::VPCEndpoint"} {
		if found := s.ofType(kind); len(found) > 0 {
			t.Errorf("%s: %v", kind, found)
		}
	}
	same(t, "where the function is", s.at("Fn/Function").Properties["VpcConfig"], `{"SecurityGroupIds": ["${Fn/SecurityGroup.GroupId}"],
		"SubnetIds": ["${Network/Vpc/IsolatedSubnet1/Subnet}", "${Network/Vpc/IsolatedSubnet2/Subnet}"]}`)
}

func TestParameterOpensTheEndpointAndNothingElse(t *testing.T) {
	s := synthFunction(t, parameterLink)
	same(t, "the function's egress", s.at("Fn/SecurityGroup").Properties["SecurityGroupEgress"], `[`+nowhere+`, {"DestinationSecurityGroupId": "${Network/Endpoint-ssm/SecurityGroup.GroupId}",
		"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Description": "HTTPS to the interface endpoint of ssm"}]`)
	same(t, "into the endpoint", s.at("Fn/To-ssm").Properties, `{"GroupId": "${Network/Endpoint-ssm/SecurityGroup.GroupId}",
		"SourceSecurityGroupId": "${Fn/SecurityGroup.GroupId}", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Description": "HTTPS from a linked function"}`)
	same(t, "the endpoint's group", s.at("Network/Endpoint-ssm/SecurityGroup").Properties, `{"GroupDescription": "Interface endpoint of ssm: only the functions that are linked to it",
		"VpcId": "${Network/Vpc}", "SecurityGroupEgress": [`+nowhere+`]}`)
	same(t, "the endpoint", s.at("Network/Endpoint-ssm/Endpoint").Properties, `{"ServiceName": "com.amazonaws.${AWS::Region}.ssm", "VpcEndpointType": "Interface",
		"VpcId": "${Network/Vpc}", "PrivateDnsEnabled": true, "SecurityGroupIds": ["${Network/Endpoint-ssm/SecurityGroup.GroupId}"],
		"SubnetIds": ["${Network/Vpc/IsolatedSubnet1/Subnet}", "${Network/Vpc/IsolatedSubnet2/Subnet}"],
		"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["ssm:GetParameter", "ssm:GetParameters"],
			"Resource": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/my_app/api_key",
			"Condition": {"StringEquals": {"aws:PrincipalAccount": "${AWS::AccountId}", "aws:ResourceAccount": "${AWS::AccountId}"}}}]}}`)
	for kind, n := range map[string]int{"AWS::EC2::SecurityGroupIngress": 1, "AWS::EC2::SecurityGroupEgress": 0, "AWS::EC2::SecurityGroup": 2, "AWS::EC2::VPCEndpoint": 1} {
		if found := s.ofType(kind); len(found) != n {
			t.Errorf("%d of %s are wanted: %v", n, kind, found)
		}
	}
}

func TestOneEndpointForAllFunctionsAndStacks(t *testing.T) {
	app := newApp(t)
	first, second := awscdk.NewStack(app, jsii.String("S"), nil), awscdk.NewStack(app, jsii.String("T"), nil)
	net := network.New(first, "Network", nil)
	again := network.FromVpc(second, "Again", &network.FromVpcProps{Vpc: net.Vpc})
	for i, place := range []struct {
		stack awscdk.Stack
		net   *network.Network
	}{{first, net}, {first, net}, {second, net}, {second, again}} {
		golambda.NewSecureGoFunction(place.stack, fmt.Sprint("Fn", i), &golambda.SecureGoFunctionProps{Entry: handler, Network: place.net,
			Links: []link.Link{link.Parameter("LIMIT", "/limit", link.Plain("a number"))}})
	}
	s := synthStack(t, app, "S")
	same(t, "endpoints", s.ofType("AWS::EC2::VPCEndpoint"), `["Network/Endpoint-ssm/Endpoint"]`)
	other := synthStack(t, app, "T")
	same(t, "endpoints of the other stack", len(other.ofType("AWS::EC2::VPCEndpoint")), `0`)
	same(t, "rules into it, in the function's own stack", other.ofType("AWS::EC2::SecurityGroupIngress"), `["Fn2/To-ssm", "Fn3/To-ssm"]`)
}

func TestFromVpc(t *testing.T) {
	imported := func(stack awscdk.Stack) awsec2.IVpc {
		return awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
			VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("a", "b"),
			PublicSubnetIds: jsii.Strings("subnet-0123456789abcde01", "subnet-0123456789abcde02"), PrivateSubnetIds: jsii.Strings("subnet-0123456789abcde03", "subnet-0123456789abcde04"), IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcde05", "subnet-0123456789abcde06")})
	}
	subnet := func(stack awscdk.Stack, id string) awsec2.ISubnet {
		return awsec2.Subnet_FromSubnetAttributes(stack, jsii.String(id), &awsec2.SubnetAttributes{SubnetId: jsii.String(id), AvailabilityZone: jsii.String("a")})
	}
	t.Run("isolated subnets by default", func(t *testing.T) {
		s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			p.Network = network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: imported(stack)})
			parameterLink(stack, p)
		})
		same(t, "subnets", s.at("Fn/Function").Properties["VpcConfig"].(map[string]any)["SubnetIds"], `["subnet-0123456789abcde05", "subnet-0123456789abcde06"]`)
		same(t, "the endpoint that a link needs", s.at("Existing/Endpoint-ssm/Endpoint").Properties["VpcId"], `"vpc-0123456789abcdef0"`)
	})
	t.Run("several subnets in a zone", func(t *testing.T) {
		s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			p.Network = network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
				VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("a", "b"),
				IsolatedSubnetIds:   jsii.Strings("subnet-0123456789abcde05", "subnet-0123456789abcde06", "subnet-0123456789abcde07", "subnet-0123456789abcde08"),
				IsolatedSubnetNames: jsii.Strings("app", "data")})})
			parameterLink(stack, p)
		})
		same(t, "all for functions", s.at("Fn/Function").Properties["VpcConfig"].(map[string]any)["SubnetIds"],
			`["subnet-0123456789abcde05", "subnet-0123456789abcde06", "subnet-0123456789abcde07", "subnet-0123456789abcde08"]`)
		same(t, "one in each zone for an endpoint", s.at("Existing/Endpoint-ssm/Endpoint").Properties["SubnetIds"], `["subnet-0123456789abcde05", "subnet-0123456789abcde06"]`)
	})
	t.Run("an endpoint that exists", func(t *testing.T) {
		s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			p.Network = network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: imported(stack), Endpoints: []network.Endpoint{{
				Service: "ssm", SecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String("Guard"), jsii.String("sg-0123456789abcdef0"), nil)}}})
			parameterLink(stack, p)
		})
		same(t, "endpoints made", len(s.ofType("AWS::EC2::VPCEndpoint")), `0`)
		same(t, "into the endpoint", s.at("Fn/To-ssm").Properties["GroupId"], `"sg-0123456789abcdef0"`)
		same(t, "out to the endpoint", s.at("Fn/SecurityGroup").Properties["SecurityGroupEgress"].([]any)[1].(map[string]any)["DestinationSecurityGroupId"], `"sg-0123456789abcdef0"`)
		same(t, "egress rules on what is not ours", len(s.ofType("AWS::EC2::SecurityGroupEgress")), `0`)
	})
	t.Run("subnets with a way out carry a link to everywhere", func(t *testing.T) {
		s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			p.Network = network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: imported(stack),
				Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS}})
			p.Links = []link.Link{link.Everywhere(443, "webhooks of our customers")}
		})
		same(t, "egress", s.at("Fn/SecurityGroup").Properties["SecurityGroupEgress"], `[`+nowhere+`, {"CidrIp": "0.0.0.0/0",
			"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Description": "TCP 443 to everywhere"}]`)
		same(t, "what is recorded", s.at("Fn/Function").Metadata["SecureGoFunction"], `{"Relaxed": [{"What": "TCP 443 to everywhere", "Reason": "webhooks of our customers", "Rule": "open-egress", "Of": "0.0.0.0/0:443"}]}`)
	})
	t.Run("functions without a link to the outside stay inside", func(t *testing.T) {
		s := synth(t, func(stack awscdk.Stack) {
			net := network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: imported(stack), OutsideSubnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS}})
			functionIn(stack, "Inside", net)
			functionIn(stack, "Outside", net, link.Everywhere(443, "webhooks of our customers"))
		})
		same(t, "inside", s.at("Inside/Function").Properties["VpcConfig"].(map[string]any)["SubnetIds"], `["subnet-0123456789abcde05", "subnet-0123456789abcde06"]`)
		same(t, "outside", s.at("Outside/Function").Properties["VpcConfig"].(map[string]any)["SubnetIds"], `["subnet-0123456789abcde03", "subnet-0123456789abcde04"]`)
	})
	t.Run("no way out unless it is given", func(t *testing.T) {
		message := refused(t, "a link to the outside", func() {
			synth(t, func(stack awscdk.Stack) {
				functionIn(stack, "Fn", network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: imported(stack)}), link.Everywhere(443, "webhooks of our customers"))
			})
		})
		if !strings.HasPrefix(message, "S/Fn: the network has no way out, which link.Everywhere needs: ") || !strings.Contains(message, "OutsideSubnets") {
			t.Errorf("the message is %q", message)
		}
	})
	for situation, c := range map[string]struct {
		props func(awscdk.Stack) *network.FromVpcProps
		want  string
	}{
		"nil props": {func(awscdk.Stack) *network.FromVpcProps { return nil }, "S/Existing: props.Vpc is nil"},
		"public subnets": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s), Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PUBLIC}}
		}, "S/Existing: a public subnet was selected"},
		"no such subnets": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s), Subnets: &awsec2.SubnetSelection{SubnetGroupName: jsii.String("Data")}}
		}, "S/Existing: the subnets asked for cannot be had"},
		"subnets imported without their zone": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s), Subnets: &awsec2.SubnetSelection{Subnets: &[]awsec2.ISubnet{
				awsec2.Subnet_FromSubnetId(s, jsii.String("One"), jsii.String("subnet-0123456789abcde05"))}}}
		}, "Subnet.fromSubnetAttributes()"},
		"a VPC of public subnets alone": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: awsec2.Vpc_FromVpcAttributes(s, jsii.String("Vpc"), &awsec2.VpcAttributes{VpcId: jsii.String("vpc-0123456789abcdef0"),
				AvailabilityZones: jsii.Strings("a"), PublicSubnetIds: jsii.Strings("subnet-0123456789abcde01")})}
		}, "S/Existing: the subnets asked for cannot be had"},
		"an endpoint without a group": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s), Endpoints: []network.Endpoint{{Service: "ssm"}}}
		}, `S/Existing: endpoint 0 ("ssm"): give both`},
		"an endpoint named twice": {func(s awscdk.Stack) *network.FromVpcProps {
			g := awsec2.SecurityGroup_FromSecurityGroupId(s, jsii.String("Guard"), jsii.String("sg-0123456789abcdef0"), nil)
			return &network.FromVpcProps{Vpc: imported(s), Endpoints: []network.Endpoint{{Service: "ssm", SecurityGroup: g}, {Service: "ssm", SecurityGroup: g}}}
		}, `S/Existing: endpoint "ssm" is named twice`},
		"a gateway endpoint with a group": {func(s awscdk.Stack) *network.FromVpcProps {
			g := awsec2.SecurityGroup_FromSecurityGroupId(s, jsii.String("Guard"), jsii.String("sg-0123456789abcdef0"), nil)
			return &network.FromVpcProps{Vpc: imported(s), Endpoints: []network.Endpoint{{Service: "s3", SecurityGroup: g}}}
		}, `S/Existing: endpoint 0 ("s3"): functions reach s3 by its gateway endpoint, which has no security group`},
		"a public subnet that CDK does not know as one": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s), Subnets: &awsec2.SubnetSelection{Subnets: &[]awsec2.ISubnet{subnet(s, "subnet-0123456789abcde02")}}}
		}, "S/Existing: a public subnet was selected"},
		"public subnets outside": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s), OutsideSubnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PUBLIC}}
		}, "S/Existing: a public subnet was selected for OutsideSubnets"},
		"isolated subnets outside": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s), OutsideSubnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}}
		}, "S/Existing: an isolated subnet was selected for OutsideSubnets: it has no way out; select private subnets that have a NAT (subnet-0123456789abcde05)"},
		"everything wrong at once": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s), Endpoints: []network.Endpoint{{}}, PrefixLists: map[string]string{"s3": "s3"}, LogRetentionDays: 2,
				RemovalPolicy: awscdk.RemovalPolicy_SNAPSHOT, Names: network.NetworkFirewall("*"), OutsideSubnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PUBLIC}}
		}, "S/Existing: 7 mistakes"},
	} {
		message := refused(t, situation, func() {
			synth(t, func(stack awscdk.Stack) { network.FromVpc(stack, "Existing", c.props(stack)) })
		})
		if !strings.HasPrefix(message, "S/Existing: ") || !strings.Contains(message, c.want) {
			t.Errorf("%s: the message %q lacks %q", situation, message, c.want)
		}
	}
}

func TestNewNetworkRefuses(t *testing.T) {
	for situation, c := range map[string]struct {
		props *network.Props
		want  []string
	}{
		"everything wrong at once": {&network.Props{AvailabilityZones: 9, CIDR: "10.0.0.1/8", FlowLogRetentionDays: 2, RemovalPolicy: awscdk.RemovalPolicy_SNAPSHOT,
			PrefixLists: map[string]string{"sqs": "pl-1"}, Internet: &network.Internet{NatGateways: 2, Names: network.AnyName("")}},
			[]string{"S/Network: 7 mistakes", "9 availability zones", `CIDR "10.0.0.1/8"`, "flow log retention of 2 days", `removal policy "SNAPSHOT"`, `PrefixLists["sqs"]`,
				"Internet.NatGateways 2: give 0 for one in each zone, or 1 for one in all", "network.AnyName needs a reason"}},
		"no room for the subnets of a way out": {&network.Props{CIDR: "10.0.0.0/26", Internet: &network.Internet{}}, []string{`S/Network: CIDR "10.0.0.0/26" is too small for 3 subnets in each of 2 availability zones`}},
		"a nil alarm action":                   {&network.Props{AlarmActions: []awscloudwatch.IAlarmAction{nil}}, []string{"S/Network: AlarmActions[0] is nil: give an alarm action or leave it out"}},
		"a key by its alias": {&network.Props{Key: awskms.Key_FromKeyArn(awscdk.NewStack(nil, nil, nil), jsii.String("K"), jsii.String("arn:aws:kms:eu-west-1:111122223333:alias/team"))},
			[]string{"S/Network: the key arn:aws:kms:eu-west-1:111122223333:alias/team is an alias"}},
		"more zones than the stack knows": {&network.Props{AvailabilityZones: 3, CIDR: "10.0.0.0/30"}, []string{"S/Network: 2 mistakes", "3 availability zones, but the stack knows of 2", `CIDR "10.0.0.0/30"`}},
	} {
		message := refused(t, situation, func() { synth(t, func(stack awscdk.Stack) { network.New(stack, "Network", c.props) }) })
		for _, part := range c.want {
			if !strings.Contains(message, part) {
				t.Errorf("%s: the message lacks %q:\n%s", situation, part, message)
			}
		}
	}
}

// The CLI looks the zones up after a first synth, which has to get that far.
func TestZonesThatAreNotLookedUpYet(t *testing.T) {
	app := newApp(t)
	stack := awscdk.NewStack(app, jsii.String("S"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}})
	network.New(stack, "Network", &network.Props{AvailabilityZones: 6})
	if manifest := readFile(t, *app.Synth(nil).Directory(), "manifest.json"); !strings.Contains(manifest, "availability-zones") {
		t.Error("the zones are not asked for")
	}
}

func TestEndpointAdmitsWhatIsLinked(t *testing.T) {
	parameter := func(name string) link.Link { return link.Parameter("NAME", name, link.Plain("a name")) }
	t.Run("by all functions together", func(t *testing.T) {
		s := synth(t, func(stack awscdk.Stack) {
			net := network.New(stack, "Network", nil)
			functionIn(stack, "One", net, parameter("/one"))
			functionIn(stack, "Two", net, parameter("/two"))
			functionIn(stack, "Three", net, parameter("/one"))
		})
		same(t, "statements", s.at("Network/Endpoint-ssm/Endpoint").Properties["PolicyDocument"].(map[string]any)["Statement"], `[{"Effect": "Allow", "Principal": {"AWS": "*"},
			"Action": ["ssm:GetParameter", "ssm:GetParameters"],
			"Resource": ["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/one", "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/two"],
			"Condition": {"StringEquals": {"aws:PrincipalAccount": "${AWS::AccountId}", "aws:ResourceAccount": "${AWS::AccountId}"}}}]`)
	})
	t.Run("by none", func(t *testing.T) {
		s := synth(t, func(stack awscdk.Stack) {
			functionIn(stack, "Fn", network.New(stack, "Network", nil), opening{Endpoints: []string{"sqs"}})
		})
		same(t, "statements", s.at("Network/Endpoint-sqs/Endpoint").Properties["PolicyDocument"].(map[string]any)["Statement"],
			`[{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}]`)
	})
	t.Run("more than a policy has room for", func(t *testing.T) {
		message := refused(t, "200 parameters", func() {
			synth(t, func(stack awscdk.Stack) {
				net := network.New(stack, "Network", nil)
				for i := range 40 {
					var resources []string
					for j := range 5 {
						resources = append(resources, fmt.Sprintf("arn:aws:ssm:eu-west-1:111122223333:parameter/%s/%d/%d", strings.Repeat("a", 64), i, j))
					}
					functionIn(stack, fmt.Sprint("Fn", i), net, opening{Endpoints: []string{"ssm"}, Statements: []link.Statement{{Actions: []string{"ssm:GetParameter"}, Resources: resources}}})
				}
			})
		})
		if !strings.Contains(message, "S/Network: the policy of the endpoint of ssm takes ") || !strings.Contains(message, "has room for 20480: ") {
			t.Errorf("the message is %q", message)
		}
	})
}

// A parameter of another stack would have the network's stack wait for that one.
func TestEndpointAdmitsResourcesOfOtherStacksByAccount(t *testing.T) {
	app := newApp(t)
	base, other := awscdk.NewStack(app, jsii.String("S"), nil), awscdk.NewStack(app, jsii.String("T"), nil)
	net := network.New(base, "Network", nil)
	for _, stack := range []awscdk.Stack{base, other} {
		parameter := awsssm.NewStringParameter(stack, jsii.String("Theme"), &awsssm.StringParameterProps{StringValue: jsii.String("dark")})
		functionIn(stack, "Fn", net, link.ParameterFrom("THEME", parameter, link.Plain("a colour")))
	}
	s := synthStack(t, app, "S")
	statements := s.at("Network/Endpoint-ssm/Endpoint").Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)
	same(t, "resources", statements[0].(map[string]any)["Resource"],
		`["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${Theme}", "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:*"]`)
	if strings.Contains(s.bytes, "Fn::ImportValue") || len(*base.Dependencies()) != 0 {
		t.Error("the network's stack waits for another")
	}
}

// Whichever stack asks first, what the VPC has is made in the VPC's own: stacks
// that wait for each other do not deploy.
func TestWhatAVpcHasIsInItsOwnStack(t *testing.T) {
	for _, first := range []string{"S", "T"} {
		app := newApp(t)
		base, other := awscdk.NewStack(app, jsii.String("S"), nil), awscdk.NewStack(app, jsii.String("T"), nil)
		vpc := awsec2.NewVpc(base, jsii.String("Vpc"), &awsec2.VpcProps{NatGateways: jsii.Number(0), RestrictDefaultSecurityGroup: jsii.Bool(false),
			SubnetConfiguration: &[]*awsec2.SubnetConfiguration{{Name: jsii.String("Isolated"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}}})
		add := func(stack awscdk.Stack) {
			net := network.FromVpc(stack, "Network", &network.FromVpcProps{Vpc: vpc, PrefixLists: prefixLists})
			functionIn(stack, "Fn", net, link.Parameter("LIMIT", "/limit", link.Plain("a number")), object("arn:aws:s3:::receipts/*"))
		}
		where := "Network"
		if first == "S" {
			add(base)
			add(other)
		} else {
			add(other)
			add(base)
			where = "Vpc/SecureGoFunction"
		}
		s := synthStack(t, app, "S")
		same(t, "endpoints, with stack "+first+" first", s.ofType("AWS::EC2::VPCEndpoint"), fmt.Sprintf(`["%s/Endpoint-ssm/Endpoint", "%s/Gateway-s3"]`, where, where))
		same(t, "endpoints of the other stack", len(synthStack(t, app, "T").ofType("AWS::EC2::VPCEndpoint")), `0`)
		if len(*base.Dependencies()) != 0 {
			t.Errorf("with stack %s first: the VPC's stack waits for another", first)
		}
	}
}

// A network of one app serves another app through exports.
func TestNetworkThroughExports(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		imported := func(name string) *string { return awscdk.Fn_ImportValue(jsii.String(name)) }
		vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{VpcId: imported("VpcId"), AvailabilityZones: jsii.Strings("a", "b"),
			IsolatedSubnetIds: &[]*string{imported("SubnetA"), imported("SubnetB")}, IsolatedSubnetRouteTableIds: &[]*string{imported("TableA"), imported("TableB")}})
		net := network.FromVpc(stack, "Network", &network.FromVpcProps{Vpc: vpc, PrefixLists: map[string]string{"s3": *imported("PrefixList")}, Endpoints: []network.Endpoint{
			{Service: "ssm", SecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String("Guard"), imported("Guard"), nil)}, {Service: "s3"}}})
		functionIn(stack, "Fn", net, link.Parameter("LIMIT", "/limit", link.Plain("a number")), object("arn:aws:s3:::receipts/*"))
	})
	same(t, "endpoints made", len(s.ofType("AWS::EC2::VPCEndpoint")), `0`)
	same(t, "into the endpoint", s.at("Fn/To-ssm").Properties["GroupId"], `{"Fn::ImportValue": "Guard"}`)
	same(t, "egress", s.at("Fn/SecurityGroup").Properties["SecurityGroupEgress"].([]any)[2].(map[string]any)["DestinationPrefixListId"], `{"Fn::ImportValue": "PrefixList"}`)
	same(t, "subnets", s.at("Fn/Function").Properties["VpcConfig"].(map[string]any)["SubnetIds"], `[{"Fn::ImportValue": "SubnetA"}, {"Fn::ImportValue": "SubnetB"}]`)
}

// Two networks of a VPC cannot each have what a VPC has once.
func TestNetworksOfAVpcAgree(t *testing.T) {
	guard := func(stack awscdk.Stack, id string) awsec2.ISecurityGroup {
		return awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String(id), jsii.String("sg-0123456789abcdef0"), nil)
	}
	for situation, c := range map[string]struct {
		props func(awscdk.Stack) *network.FromVpcProps
		want  string
	}{
		"an endpoint that the app makes": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Endpoints: []network.Endpoint{{Service: "ssm", SecurityGroup: guard(s, "Guard")}}}
		}, "the VPC has another endpoint of ssm in this app"},
		"a gateway that the app makes": {func(awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Endpoints: []network.Endpoint{{Service: "s3"}}}
		}, "the VPC has another endpoint of s3 in this app"},
		"another prefix list": {func(awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{PrefixLists: map[string]string{"s3": "pl-0"}}
		}, `PrefixLists["s3"] is "pl-0", and another network of this VPC says "pl-6da54004"`},
		"a second filter": {func(awscdk.Stack) *network.FromVpcProps { return &network.FromVpcProps{Names: network.DNSFirewall()} },
			"another network of this VPC has Names already"},
		"what is the same": {func(awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{PrefixLists: map[string]string{"s3": "pl-6da54004"}}
		}, ""},
	} {
		build := func() {
			synth(t, func(stack awscdk.Stack) {
				net := network.New(stack, "Network", &network.Props{PrefixLists: prefixLists, Internet: &network.Internet{}})
				functionIn(stack, "Fn", net, link.Parameter("LIMIT", "/limit", link.Plain("a number")), object("arn:aws:s3:::receipts/*"))
				props := c.props(stack)
				props.Vpc = net.Vpc
				network.FromVpc(stack, "Again", props)
			})
		}
		if c.want == "" {
			build()
			continue
		}
		if message := refused(t, situation, build); !strings.HasPrefix(message, "S/Again: ") || !strings.Contains(message, c.want) {
			t.Errorf("%s: the message %q lacks %q", situation, message, c.want)
		}
	}
}

// Whatever names no group is in the VPC's default one.
func TestOpenDefaultGroupIsToldOf(t *testing.T) {
	for situation, c := range map[string]struct {
		vpc  func(awscdk.Stack) awsec2.IVpc
		told bool
	}{
		"open": {func(s awscdk.Stack) awsec2.IVpc {
			return awsec2.NewVpc(s, jsii.String("Vpc"), &awsec2.VpcProps{RestrictDefaultSecurityGroup: jsii.Bool(false)})
		}, true},
		"closed": {func(s awscdk.Stack) awsec2.IVpc {
			return awsec2.NewVpc(s, jsii.String("Vpc"), &awsec2.VpcProps{RestrictDefaultSecurityGroup: jsii.Bool(true)})
		}, false},
		"out of sight": {func(s awscdk.Stack) awsec2.IVpc {
			return awsec2.Vpc_FromVpcAttributes(s, jsii.String("Vpc"), &awsec2.VpcAttributes{VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("a"),
				IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcde05"), IsolatedSubnetRouteTableIds: jsii.Strings("rtb-0123456789abcde05")})
		}, false},
	} {
		s := synth(t, func(stack awscdk.Stack) { network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: c.vpc(stack)}) })
		if told := strings.Contains(strings.Join(s.warnings, "\n"), "the default security group of S/Vpc "); told != c.told {
			t.Errorf("%s: told: %t, warnings: %v", situation, told, s.warnings)
		}
	}
}

// IPv6 is no side door: functions have no address of it, and no group a rule.
func TestDualStackSubnets(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{IpProtocol: awsec2.IpProtocol_DUAL_STACK, RestrictDefaultSecurityGroup: jsii.Bool(false)})
		net := network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: vpc, PrefixLists: prefixLists, Names: network.AnyName("a crawler")})
		functionIn(stack, "Fn", net, link.Parameter("LIMIT", "/limit", link.Plain("a number")), object("arn:aws:s3:::receipts/*"), link.Everywhere(443, "webhooks of our customers"))
	})
	if allowed, given := s.at("Fn/Function").Properties["VpcConfig"].(map[string]any)["Ipv6AllowedForDualStack"]; given && allowed != false {
		t.Errorf("the function has IPv6: %v", allowed)
	}
	for _, path := range slices.Concat(s.ofType("AWS::EC2::SecurityGroup"), s.ofType("AWS::EC2::SecurityGroupIngress"), s.ofType("AWS::EC2::SecurityGroupEgress")) {
		if text := fmt.Sprint(s.at(path).Properties); strings.Contains(text, "CidrIpv6") || strings.Contains(text, "::/0") {
			t.Errorf("%s has a rule for IPv6: %s", path, text)
		}
	}
	if endpoint := s.at("Existing/Endpoint-ssm/Endpoint").Properties; endpoint["IpAddressType"] != nil {
		t.Errorf("the endpoint speaks more than IPv4: %v", endpoint)
	}
}

func TestReasonOfNoNetworkIsRecorded(t *testing.T) {
	s := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Network = network.None("calls public APIs only")
	})
	same(t, "what is recorded", s.at("Fn/Function").Metadata["SecureGoFunction"], `{"Relaxed": [{"What": "no VPC", "Reason": "calls public APIs only", "Rule": "no-vpc"}]}`)
}

func TestConnections(t *testing.T) {
	database := func(stack awscdk.Stack, vpc awsec2.IVpc) awsec2.SecurityGroup {
		return awsec2.NewSecurityGroup(stack, jsii.String("Database"), &awsec2.SecurityGroupProps{Vpc: vpc})
	}
	for situation, connect := range map[string]func(*golambda.SecureGoFunction, awsec2.SecurityGroup){
		"from the function": func(fn *golambda.SecureGoFunction, db awsec2.SecurityGroup) {
			fn.Connections().AllowTo(db, awsec2.Port_Tcp(jsii.Number(5432)), jsii.String("orders database"))
		},
		"to the function as a peer": func(fn *golambda.SecureGoFunction, db awsec2.SecurityGroup) {
			db.Connections().AllowFrom(fn, awsec2.Port_Tcp(jsii.Number(5432)), jsii.String("orders database"))
		},
		"with fn.Function": func(fn *golambda.SecureGoFunction, db awsec2.SecurityGroup) {
			db.Connections().AllowFrom(fn.Function, awsec2.Port_Tcp(jsii.Number(5432)), jsii.String("orders database"))
		},
	} {
		s := synth(t, func(stack awscdk.Stack) {
			net := network.New(stack, "Network", nil)
			fn := newFunctionIn(stack, net)
			connect(fn, database(stack, net.Vpc))
		})
		out := s.ofType("AWS::EC2::SecurityGroupEgress")
		if len(out) != 1 {
			t.Errorf("%s: egress rules %v", situation, out)
			continue
		}
		same(t, situation+": out", s.at(out[0]).Properties, `{"GroupId": "${Fn/SecurityGroup.GroupId}", "DestinationSecurityGroupId": "${Database.GroupId}",
			"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "Description": "orders database"}`)
		same(t, situation+": the group stays shut but for it", s.at("Fn/SecurityGroup").Properties["SecurityGroupEgress"], `[`+nowhere+`]`)
		if in := s.ofType("AWS::EC2::SecurityGroupIngress"); len(in) != 1 {
			t.Errorf("%s: ingress rules %v", situation, in)
		}
	}
}

func TestRulesToEverywhereFailSynth(t *testing.T) {
	for situation, open := range map[string]func(awscdk.Stack, *golambda.SecureGoFunction){
		"IPv4": func(_ awscdk.Stack, fn *golambda.SecureGoFunction) {
			fn.Connections().AllowToAnyIpv4(awsec2.Port_Tcp(jsii.Number(443)), nil)
		},
		"IPv6": func(_ awscdk.Stack, fn *golambda.SecureGoFunction) {
			fn.Connections().AllowTo(awsec2.Peer_AnyIpv6(), awsec2.Port_Tcp(jsii.Number(443)), nil)
		},
		"through fn.Function": func(_ awscdk.Stack, fn *golambda.SecureGoFunction) {
			fn.Function.Connections().AllowToAnyIpv4(awsec2.Port_Tcp(jsii.Number(443)), nil)
		},
		"by a rule of its own": func(stack awscdk.Stack, fn *golambda.SecureGoFunction) {
			awsec2.NewCfnSecurityGroupEgress(stack, jsii.String("Fn-Side"), &awsec2.CfnSecurityGroupEgressProps{
				GroupId: (*fn.Connections().SecurityGroups())[0].SecurityGroupId(), IpProtocol: jsii.String("-1"), CidrIp: jsii.String("0.0.0.0/0")})
		},
	} {
		message := refused(t, situation, func() {
			synth(t, func(stack awscdk.Stack) { open(stack, newFunctionIn(stack, network.New(stack, "Network", nil))) })
		})
		if !strings.Contains(message, "link.Everywhere") || !strings.Contains(message, "S/Fn") {
			t.Errorf("%s: the message is %q", situation, message)
		}
	}
}

func TestRulesOfOthersAreTheirOwn(t *testing.T) {
	synth(t, func(stack awscdk.Stack) {
		net := network.New(stack, "Network", nil)
		newFunctionIn(stack, net)
		awsec2.NewCfnSecurityGroupEgress(stack, jsii.String("Other"), &awsec2.CfnSecurityGroupEgressProps{
			GroupId: awsec2.NewSecurityGroup(stack, jsii.String("Group"), &awsec2.SecurityGroupProps{Vpc: net.Vpc}).SecurityGroupId(), IpProtocol: jsii.String("-1"), CidrIp: jsii.String("0.0.0.0/0")})
	})
}

func newFunctionIn(stack awscdk.Stack, net *network.Network) *golambda.SecureGoFunction {
	return newFunction(stack, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Network = net })
}

// The CLI looks a VPC up after a first synth, which has to get that far.
func TestVpcThatIsNotLookedUpYet(t *testing.T) {
	for situation, subnets := range map[string]*awsec2.SubnetSelection{
		"by type":  {SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS},
		"by group": {SubnetGroupName: jsii.String("Data")},
		"by zone":  {AvailabilityZones: jsii.Strings("eu-west-1c")},
	} {
		app := newApp(t)
		stack := inIreland(app, "S")
		vpc := awsec2.Vpc_FromLookup(stack, jsii.String("Vpc"), &awsec2.VpcLookupOptions{VpcId: jsii.String("vpc-0123456789abcdef0")})
		net := network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: vpc, Subnets: subnets, OutsideSubnets: subnets})
		functionIn(stack, "Fn", net, link.Parameter("LIMIT", "/limit", link.Plain("a number")))
		missing, err := json.Marshal(app.Synth(nil).Manifest().Missing)
		if err != nil || !strings.Contains(string(missing), "vpc-provider") {
			t.Errorf("%s: the CLI is not asked to look the VPC up: %s %v", situation, missing, err)
		}
	}
}

// Rules past link.Everywhere are found wherever they are.
func TestRulesToEverywhereInAnotherStack(t *testing.T) {
	for situation, rule := range map[string]*awsec2.CfnSecurityGroupEgressProps{
		"everywhere":                         {IpProtocol: jsii.String("-1"), CidrIp: jsii.String("0.0.0.0/0")},
		"half of everywhere":                 {IpProtocol: jsii.String("-1"), CidrIp: jsii.String("128.0.0.0/1")},
		"a range that only deployment knows": {IpProtocol: jsii.String("-1"), CidrIp: awscdk.Token_AsString(map[string]string{"Ref": "Range"}, nil)},
		"everywhere in IPv6":                 {IpProtocol: jsii.String("-1"), CidrIpv6: jsii.String("::/0")},
	} {
		message := refused(t, situation, func() {
			app := newApp(t)
			stack, other := awscdk.NewStack(app, jsii.String("S"), nil), awscdk.NewStack(app, jsii.String("Other"), nil)
			fn := newFunction(stack, nil)
			rule.GroupId = (*fn.Connections().SecurityGroups())[0].SecurityGroupId()
			awsec2.NewCfnSecurityGroupEgress(other, jsii.String("Rule"), rule)
			app.Synth(nil)
		})
		if !strings.Contains(message, "Other/Rule") || !strings.Contains(message, "use link.Everywhere(port, reason)") {
			t.Errorf("%s: the message is %q", situation, message)
		}
	}
}
