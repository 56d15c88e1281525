package test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// opening is a link that a team wrote itself.
type opening link.Doors

func (o opening) Open(link.Site) (link.Doors, error) { return link.Doors(o), nil }

// object reads one object by the S3 gateway.
func object(arn string) link.Link {
	return opening{Gateways: []string{"s3"}, Statements: []link.Statement{{Actions: []string{"s3:GetObject"}, Resources: []string{arn}}}}
}

func functionIn(scope constructs.Construct, id string, net *network.Network, links ...link.Link) *golambda.SecureGoFunction {
	return golambda.NewSecureGoFunction(scope, id, &golambda.SecureGoFunctionProps{Entry: handler, Network: net, Links: links})
}

var prefixLists = map[string]string{"s3": "pl-6da54004", "dynamodb": "pl-6fa54006"}

func inIreland(app awscdk.App, id string) awscdk.Stack {
	return awscdk.NewStack(app, jsii.String(id), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}})
}

func TestGatewayOpensTheEndpointAndNothingElse(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		net := network.New(stack, "Network", &network.Props{PrefixLists: prefixLists})
		functionIn(stack, "Fn", net, object("arn:aws:s3:::receipts/*"))
		functionIn(stack, "Again", net, object("arn:aws:s3:::invoices/*"))
		functionIn(stack, "Other", net)
	})
	same(t, "endpoints", s.ofType("AWS::EC2::VPCEndpoint"), `["Network/Gateway-s3"]`)
	same(t, "the endpoint", s.at("Network/Gateway-s3").Properties, `{"ServiceName": "com.amazonaws.${AWS::Region}.s3", "VpcEndpointType": "Gateway", "VpcId": "${Network/Vpc}",
		"RouteTableIds": ["${Network/Vpc/IsolatedSubnet1/RouteTable}", "${Network/Vpc/IsolatedSubnet2/RouteTable}"],
		"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::receipts/*", "arn:aws:s3:::invoices/*"],
			"Condition": {"StringEquals": {"aws:PrincipalAccount": "${AWS::AccountId}", "aws:ResourceAccount": "${AWS::AccountId}"}}}]}}`)
	same(t, "the function's egress", s.at("Fn/SecurityGroup").Properties["SecurityGroupEgress"], `[`+nowhere+`, {"DestinationPrefixListId": "pl-6da54004",
		"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Description": "HTTPS to the gateway endpoint of s3"}]`)
	same(t, "the egress of a function without the link", s.at("Other/SecurityGroup").Properties["SecurityGroupEgress"], `[`+nowhere+`]`)
	for _, kind := range []string{"AWS::EC2::SecurityGroupIngress", "AWS::EC2::Route", "AWS::EC2::NatGateway", "AWS::Lambda::Permission"} {
		if found := s.ofType(kind); len(found) > 0 {
			t.Errorf("%s: %v", kind, found)
		}
	}
}

// Subnets that come later, of another network of the VPC, have the route too.
func TestGatewayIsOnTheRouteTablesOfAllFunctionSubnets(t *testing.T) {
	s := synth(t, func(stack awscdk.Stack) {
		net := network.New(stack, "Network", &network.Props{AvailabilityZones: 1, Internet: &network.Internet{}, PrefixLists: prefixLists})
		functionIn(stack, "Fn", net, object("arn:aws:s3:::receipts/*"))
		more := awsec2.NewPrivateSubnet(stack, jsii.String("More"), &awsec2.PrivateSubnetProps{VpcId: net.Vpc.VpcId(), AvailabilityZone: jsii.String("a"), CidrBlock: jsii.String("10.0.200.0/24")})
		again := network.FromVpc(stack, "Again", &network.FromVpcProps{Vpc: net.Vpc, Subnets: &awsec2.SubnetSelection{Subnets: &[]awsec2.ISubnet{more}}})
		functionIn(stack, "Later", again, object("arn:aws:s3:::receipts/*"))
	})
	same(t, "route tables", s.at("Network/Gateway-s3").Properties["RouteTableIds"],
		`["${Network/Vpc/IsolatedSubnet1/RouteTable}", "${Network/Vpc/OutsideSubnet1/RouteTable}", "${More/RouteTable}"]`)
}

// The CLI looks the list up after a first synth, which has to get that far.
func TestPrefixListIsLookedUpWhereTheStackKnowsItsRegion(t *testing.T) {
	app := newApp(t)
	stack := inIreland(app, "S")
	functionIn(stack, "Fn", network.New(stack, "Network", nil), object("arn:aws:s3:::receipts/*"))
	s := synthStack(t, app, "S")
	same(t, "egress before it is looked up", s.at("Fn/SecurityGroup").Properties["SecurityGroupEgress"].([]any)[1].(map[string]any)["DestinationPrefixListId"], `"pl-xxxxxxxx"`)
	manifest := readFile(t, *app.Synth(nil).Directory(), "manifest.json")
	for _, part := range []string{"AWS::EC2::PrefixList", "com.amazonaws.eu-west-1.s3"} {
		if !strings.Contains(manifest, part) {
			t.Errorf("the CLI is not asked for %s", part)
		}
	}
}

func TestGatewayOfAVpcThatExists(t *testing.T) {
	imported := func(stack awscdk.Stack, tables bool) awsec2.IVpc {
		attributes := &awsec2.VpcAttributes{VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("a", "b"),
			IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcde05", "subnet-0123456789abcde06"), PrivateSubnetIds: jsii.Strings("subnet-0123456789abcde03", "subnet-0123456789abcde04")}
		if tables {
			attributes.IsolatedSubnetRouteTableIds = jsii.Strings("rtb-0123456789abcde05", "rtb-0123456789abcde05")
			attributes.PrivateSubnetRouteTableIds = jsii.Strings("rtb-0123456789abcde03", "rtb-0123456789abcde04")
		}
		return awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), attributes)
	}
	t.Run("none yet", func(t *testing.T) {
		s := synth(t, func(stack awscdk.Stack) {
			net := network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: imported(stack, true), PrefixLists: prefixLists,
				OutsideSubnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS}})
			functionIn(stack, "Fn", net, object("arn:aws:s3:::receipts/*"))
		})
		same(t, "route tables, each once", s.at("Existing/Gateway-s3").Properties["RouteTableIds"], `["rtb-0123456789abcde05", "rtb-0123456789abcde03", "rtb-0123456789abcde04"]`)
	})
	t.Run("it has one", func(t *testing.T) {
		s := synth(t, func(stack awscdk.Stack) {
			net := network.FromVpc(stack, "Existing", &network.FromVpcProps{Vpc: imported(stack, false), PrefixLists: prefixLists, Endpoints: []network.Endpoint{{Service: "s3"}}})
			functionIn(stack, "Fn", net, object("arn:aws:s3:::receipts/*"))
		})
		same(t, "endpoints made", len(s.ofType("AWS::EC2::VPCEndpoint")), `0`)
		same(t, "egress", s.at("Fn/SecurityGroup").Properties["SecurityGroupEgress"].([]any)[1].(map[string]any)["DestinationPrefixListId"], `"pl-6da54004"`)
	})
	for situation, c := range map[string]struct {
		props func(awscdk.Stack) *network.FromVpcProps
		want  []string
	}{
		"no prefix list, and no region to look it up in": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s, true)}
		}, []string{"S/Fn: the prefix list of s3 is not known", "give the stack an env with account and region", `PrefixLists: map[string]string{"s3": "pl-..."}`}},
		"subnets without their route tables": {func(s awscdk.Stack) *network.FromVpcProps {
			return &network.FromVpcProps{Vpc: imported(s, false), PrefixLists: prefixLists}
		}, []string{"S/Fn: the gateway endpoint of s3 cannot be made: the subnet subnet-0123456789abcde05 was imported without its route table", "IsolatedSubnetRouteTableIds", `[]network.Endpoint{{Service: "s3"}}`}},
	} {
		var made int
		message := refused(t, situation, func() {
			synth(t, func(stack awscdk.Stack) {
				net := network.FromVpc(stack, "Existing", c.props(stack))
				made = len(*stack.Node().FindAll(constructs.ConstructOrder_PREORDER))
				defer func() { made -= len(*stack.Node().FindAll(constructs.ConstructOrder_PREORDER)) }()
				functionIn(stack, "Fn", net, object("arn:aws:s3:::receipts/*"))
			})
		})
		for _, part := range c.want {
			if !strings.Contains(message, part) {
				t.Errorf("%s: the message lacks %q:\n%s", situation, part, message)
			}
		}
		if made != 0 {
			t.Errorf("%s: %d constructs were left behind", situation, -made)
		}
	}
}

func TestGatewayOfANewNetworkWithoutAPrefixList(t *testing.T) {
	message := refused(t, "no prefix list", func() {
		synth(t, func(stack awscdk.Stack) { functionIn(stack, "Fn", network.New(stack, "Network", nil), object("*")) })
	})
	if !strings.Contains(message, "the prefix list of s3 is not known") {
		t.Errorf("the message is %q", message)
	}
	message = refused(t, "a service without a gateway", func() {
		synth(t, func(stack awscdk.Stack) {
			functionIn(stack, "Fn", network.New(stack, "Network", nil), opening{Gateways: []string{"sqs"}}, opening{Endpoints: []string{"dynamodb", "s q s"}})
		})
	})
	for _, part := range []string{`S/Fn: 3 mistakes`, `the gateway endpoint of "sqs": only s3 and dynamodb`, "the interface endpoint of dynamodb, whose gateway endpoint costs nothing", `the interface endpoint of "s q s": give the name`} {
		if !strings.Contains(message, part) {
			t.Errorf("the message lacks %q:\n%s", part, message)
		}
	}
}

// A bucket of another stack would have the network's stack wait for that one.
func TestGatewayAdmitsBucketsOfOtherStacksByAccount(t *testing.T) {
	app := newApp(t)
	base, other := awscdk.NewStack(app, jsii.String("S"), nil), awscdk.NewStack(app, jsii.String("T"), nil)
	net := network.New(base, "Network", &network.Props{PrefixLists: prefixLists})
	for _, stack := range []awscdk.Stack{base, other} {
		functionIn(stack, "Fn", net, object(*awss3.NewBucket(stack, jsii.String("Bucket"), nil).ArnForObjects(jsii.String("*"))))
	}
	s := synthStack(t, app, "S")
	policy := s.at("Network/Gateway-s3").Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)
	same(t, "buckets", policy[0].(map[string]any)["Resource"], `["${Bucket.Arn}/*", "*"]`)
	if strings.Contains(s.bytes, "Fn::ImportValue") || len(*base.Dependencies()) != 0 {
		t.Error("the network's stack waits for another")
	}
	other2 := synthStack(t, app, "T")
	if text := fmt.Sprint(other2.at("Fn/Role/RunTime").Properties); !strings.Contains(text, "${Bucket.Arn}/*") {
		t.Errorf("the function's role is not exact: %s", text)
	}
}
