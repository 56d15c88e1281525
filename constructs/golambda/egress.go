package golambda

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// egressValidation fails synth if a rule to everywhere was added through
// Connections, where nobody was asked for a reason.
type egressValidation struct{ group awsec2.ISecurityGroup }

func (v *egressValidation) Validate() *[]*string {
	mistakes := []*string{}
	for _, child := range *v.group.Node().Children() {
		rule, ok := child.(awsec2.CfnSecurityGroupEgress)
		if !ok {
			continue
		}
		for _, to := range []*string{rule.CidrIp(), rule.CidrIpv6()} {
			if to != nil && (*to == "0.0.0.0/0" || *to == "::/0") {
				mistakes = append(mistakes, jsii.String(fmt.Sprintf("an egress rule to %s was added: use link.Everywhere(port, reason), or name what is reached", *to)))
			}
		}
	}
	return &mistakes
}
