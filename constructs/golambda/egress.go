package golambda

import (
	"fmt"
	"net/netip"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// egressValidation fails synth if a rule to everywhere was added to the group
// of a function by other means than link.Everywhere, where nobody was asked for
// a reason: by Connections of fn or of fn.Function, or by a rule of its own.
// There is one for each app, since one call lists all of its rules, and a rule
// may be in another stack than the group.
type egressValidation struct {
	app    constructs.IConstruct
	groups map[string]bool // ids of the functions' groups
}

var (
	egressValidations = map[constructs.IConstruct]*egressValidation{}
	// apps by their stacks: asking Node would be a call for each function.
	apps = map[awscdk.Stack]constructs.IConstruct{}
)

// guardEgress has the group's rules looked at when the stack is synthesized.
func guardEgress(stack awscdk.Stack, group string) {
	if apps[stack] == nil {
		apps[stack] = stack.Node().Root()
	}
	app := apps[stack]
	v, ok := egressValidations[app]
	if !ok {
		v = &egressValidation{app, map[string]bool{}}
		egressValidations[app] = v
		app.Node().AddValidation(v)
	}
	v.groups[group] = true
}

func toEverywhere(cidr string) bool {
	to, err := netip.ParsePrefix(cidr)
	return err == nil && to.Bits() < widest
}

// widest range that is not as good as everywhere: two halves of everything are
// everything.
const widest = 8

// Validate implements constructs.IValidation.
func (v *egressValidation) Validate() *[]*string {
	mistakes := []*string{}
	for _, c := range *v.app.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		rule, ok := c.(awsec2.CfnSecurityGroupEgress)
		if !ok || rule.GroupId() == nil || !v.groups[*rule.GroupId()] {
			continue
		}
		for _, to := range []*string{rule.CidrIp(), rule.CidrIpv6()} {
			switch {
			case to == nil:
			case pseudo.IsToken(*to):
				mistakes = append(mistakes, jsii.String(*rule.Node().Path()+
					": this lets a function send to a range that only the deployment knows: name it, or use link.Everywhere(port, reason)"))
			case toEverywhere(*to):
				mistakes = append(mistakes, jsii.String(fmt.Sprintf(
					"%s: this lets a function send to %s: use link.Everywhere(port, reason), or name what is reached", *rule.Node().Path(), *to)))
			}
		}
	}
	return &mistakes
}
