package network

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/pseudo"
	"github.com/securegofunction/cdk/internal/securitygroup"
)

// endpoints are the ids of the groups that guard a VPC's interface endpoints,
// by service. Private DNS is VPC-wide, and a second endpoint for the same
// service fails to deploy, so there is one such map for each VPC and not for
// each Network.
type endpoints map[string]string

type vpcInApp struct {
	app constructs.IConstruct
	id  string
}

var byVpc = map[vpcInApp]endpoints{}

func endpointsOf(scope constructs.Construct, vpcID string) endpoints {
	key := vpcInApp{scope.Node().Root(), vpcID}
	if byVpc[key] == nil {
		byVpc[key] = endpoints{}
	}
	return byVpc[key]
}

// Endpoint returns the id of the security group that guards the VPC's
// interface endpoint of an AWS service, such as "ssm". The endpoint is made on
// first use. A group that is to use it needs a rule on both sides: out of its
// own to this one, and into this one from its own.
func (n *Network) Endpoint(service string) string {
	if group, ok := n.endpoints[service]; ok {
		return group
	}
	scope := constructs.NewConstruct(n, jsii.String("Endpoint-"+service))
	group := *securitygroup.New(scope, "SecurityGroup", n.VpcID, "Interface endpoint of "+service+": only the functions that are linked to it", nil).AttrGroupId()
	subnets := n.Subnets
	if subnets.Subnets != nil {
		subnets = &awsec2.SubnetSelection{Subnets: onePerZone(*subnets.Subnets)}
	}
	endpoint := awsec2.NewInterfaceVpcEndpoint(scope, jsii.String("Endpoint"), &awsec2.InterfaceVpcEndpointProps{
		Vpc:               n.Vpc,
		Subnets:           subnets,
		Service:           awsec2.NewInterfaceVpcEndpointAwsService(jsii.String(service), nil, nil, nil),
		PrivateDnsEnabled: jsii.Bool(true),
		// Open would add 443 from the whole VPC, and CDK's own group would
		// let everything out.
		Open:           jsii.Bool(false),
		SecurityGroups: &[]awsec2.ISecurityGroup{awsec2.SecurityGroup_FromSecurityGroupId(scope, jsii.String("Guard"), jsii.String(group), nil)},
	})
	endpoint.AddToPolicy(awsiam.PolicyStatement_FromJson(iam.Statement{
		Principal: map[string]string{"AWS": "*"},
		Actions:   []string{service + ":*"},
		Resources: []string{"*"},
		// A caller of another account cannot use the endpoint, and a caller of
		// this one cannot carry data to another account's resources through it
		// (VPC guide, "Control access to VPC endpoints using endpoint policies").
		Conditions: iam.Conditions{"StringEquals": {
			"aws:PrincipalAccount": {pseudo.Account()}, "aws:ResourceAccount": {pseudo.Account()}}},
	}.JSON()))
	n.endpoints[service] = group
	return group
}

// onePerZone leaves one subnet in each zone: an endpoint can have no more, and
// CDK picks so only where it picks the subnets itself.
func onePerZone(subnets []awsec2.ISubnet) *[]awsec2.ISubnet {
	var one []awsec2.ISubnet
	seen := map[string]bool{}
	for _, s := range subnets {
		if zone := *s.AvailabilityZone(); !seen[zone] {
			seen[zone] = true
			one = append(one, s)
		}
	}
	return &one
}
