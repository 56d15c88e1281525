package network

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/securitygroup"
)

// Endpoint returns the id of the security group that guards the VPC's
// interface endpoint of an AWS service, such as "ssm". The endpoint is made on
// first use. A group that is to use it needs a rule on both sides: out of its
// own to this one, and into this one from its own.
func (n *Network) Endpoint(service string) (group string) {
	v := n.shared
	v.names.admitService(service)
	if group, ok := v.groups[service]; ok {
		return group
	}
	scope := constructs.NewConstruct(v.home, jsii.String("Endpoint-"+service))
	group = *securitygroup.New(scope, "SecurityGroup", v.id, "Interface endpoint of "+service+": only the functions that are linked to it", nil).AttrGroupId()
	// The id is that of CDK's InterfaceVpcEndpoint, which would resolve the
	// subnets once more and takes no policy that is known only at synth.
	awsec2.NewCfnVPCEndpoint(constructs.NewConstruct(scope, jsii.String("Endpoint")), jsii.String("Resource"), &awsec2.CfnVPCEndpointProps{
		VpcId: jsii.String(v.id), VpcEndpointType: jsii.String("Interface"), SubnetIds: v.onePerZone(),
		ServiceName:       awsec2.NewInterfaceVpcEndpointAwsService(jsii.String(service), nil, nil, nil).Name(),
		PrivateDnsEnabled: jsii.Bool(true),
		SecurityGroupIds:  &[]any{group},
		PolicyDocument:    v.policyOf(service),
	})
	v.groups[service] = group
	return group
}
