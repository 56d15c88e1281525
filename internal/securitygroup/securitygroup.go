// Package securitygroup makes security groups that are shut: nothing in, and
// nothing out but the rules given.
package securitygroup

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Rule lets TCP out to one peer: a group, a range of addresses or a prefix
// list.
type Rule struct {
	Group, CIDR, PrefixList string
	Port                    int
	PortToken               *float64 // in place of Port
	Description             string
}

// Ports of the rule, as CloudFormation takes them.
func (r Rule) Ports() *float64 {
	if r.PortToken != nil {
		return r.PortToken
	}
	return jsii.Number(r.Port)
}

// nowhere keeps a group shut. EC2 gives a group that has no egress rule one
// that allows everything, so CloudFormation has to be told of some rule; this
// one, CDK's own, matches no packet that exists.
var nowhere = &awsec2.CfnSecurityGroup_EgressProperty{
	CidrIp: jsii.String("255.255.255.255/32"), IpProtocol: jsii.String("icmp"),
	FromPort: jsii.Number(252), ToPort: jsii.Number(86), Description: jsii.String("Nowhere: in place of the default rule to everywhere"),
}

// New makes the group. The rules are inline on purpose: CDK's own group moves
// a rule to another group into a resource of its own and drops its closing
// rule, and if that resource then fails or goes, egress is wide open.
func New(scope constructs.Construct, id, vpcID, description string, egress []Rule) awsec2.CfnSecurityGroup {
	rules := []any{nowhere}
	for _, r := range egress {
		rule := &awsec2.CfnSecurityGroup_EgressProperty{
			IpProtocol: jsii.String("tcp"), FromPort: r.Ports(), ToPort: r.Ports(), Description: jsii.String(r.Description)}
		switch {
		case r.Group != "":
			rule.DestinationSecurityGroupId = jsii.String(r.Group)
		case r.PrefixList != "":
			rule.DestinationPrefixListId = jsii.String(r.PrefixList)
		default:
			rule.CidrIp = jsii.String(r.CIDR)
		}
		rules = append(rules, rule)
	}
	return awsec2.NewCfnSecurityGroup(scope, jsii.String(id), &awsec2.CfnSecurityGroupProps{
		GroupDescription: jsii.String(description), VpcId: jsii.String(vpcID), SecurityGroupEgress: rules})
}
