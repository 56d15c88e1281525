package golambda

import (
	"fmt"
	"net/netip"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// egressValidation fails synth if a rule to everywhere was added to the group
// of a function by other means than link.Everywhere, where nobody was asked for
// a reason: by Connections of fn or of fn.Function, or by a rule of its own.
// There is one for each stack, since one call lists all of a stack's rules.
type egressValidation struct {
	stack  awscdk.Stack
	groups map[string]bool // ids of the functions' groups
}

var egressValidations = map[awscdk.Stack]*egressValidation{}

// guardEgress has the group's rules looked at when the stack is synthesized.
func guardEgress(stack awscdk.Stack, group string) {
	v, ok := egressValidations[stack]
	if !ok {
		v = &egressValidation{stack, map[string]bool{}}
		egressValidations[stack] = v
		stack.Node().AddValidation(v)
	}
	v.groups[group] = true
}

func toEverywhere(cidr string) bool {
	to, err := netip.ParsePrefix(cidr)
	return err == nil && to.Bits() == 0
}

// Validate implements constructs.IValidation.
func (v *egressValidation) Validate() *[]*string {
	mistakes := []*string{}
	for _, c := range *v.stack.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		rule, ok := c.(awsec2.CfnSecurityGroupEgress)
		if !ok || !v.groups[*rule.GroupId()] {
			continue
		}
		for _, to := range []*string{rule.CidrIp(), rule.CidrIpv6()} {
			if to != nil && toEverywhere(*to) {
				mistakes = append(mistakes, jsii.String(fmt.Sprintf(
					"%s: this lets a function send to %s: use link.Everywhere(port, reason), or name what is reached", *rule.Node().Path(), *to)))
			}
		}
	}
	return &mistakes
}
