package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
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
		"AWS::EC2::VPCGatewayAttachment", "AWS::EC2::VPCEndpoint", "AWS::EC2::EIP", "AWS::EC2::SecurityGroup", "AWS::Lambda::Function"} {
		if found := s.ofType(kind); len(found) > 0 {
			t.Errorf("a closed network has %s: %v", kind, found)
		}
	}
	if n := len(s.ofType("AWS::EC2::Subnet")); n != 2 {
		t.Errorf("%d subnets, not one in each of two zones", n)
	}
	same(t, "flow log", s.at("Network/FlowLog").Properties, `{"ResourceId": "${Network/Vpc}", "ResourceType": "VPC", "TrafficType": "ALL",
		"LogDestinationType": "cloud-watch-logs", "LogGroupName": "${Network/FlowLogs}", "DeliverLogsPermissionArn": "${Network/FlowLogsRole.Arn}", "MaxAggregationInterval": 60}`)
	same(t, "flow log group", s.at("Network/FlowLogs").Properties, `{"KmsKeyId": "${SecureGoFunctionsKey.Arn}", "RetentionInDays": 365}`)
	same(t, "flow log policy", s.at("Network/FlowLogsPolicy").Properties["PolicyDocument"], `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], "Resource": "${Network/FlowLogs.Arn}"}]}`)
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
		"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "ssm:*", "Resource": "*",
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
		same(t, "what is recorded", s.at("Fn/Function").Metadata["SecureGoFunction"], `{"Relaxed": [{"What": "TCP 443 to everywhere", "Reason": "webhooks of our customers"}]}`)
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
		"everything wrong at once": {&network.Props{AvailabilityZones: 9, CIDR: "10.0.0.1/8", FlowLogRetentionDays: 2, RemovalPolicy: awscdk.RemovalPolicy_SNAPSHOT},
			[]string{"S/Network: 4 mistakes", "9 availability zones", `CIDR "10.0.0.1/8"`, "flow log retention of 2 days", `removal policy "SNAPSHOT"`}},
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

func TestReasonOfNoNetworkIsRecorded(t *testing.T) {
	s := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Network = network.None("calls public APIs only")
	})
	same(t, "what is recorded", s.at("Fn/Function").Metadata["SecureGoFunction"], `{"Relaxed": [{"What": "no VPC", "Reason": "calls public APIs only"}]}`)
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
