package golambda

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
)

// plan is what is to be made, decided before anything is.
type plan struct {
	environment map[string]string
	statements  []iam.Statement
	endpoints   []string
	egress      []link.Egress
	relaxed     []link.Relaxation
	alarms      []alarm
}

// newPlan asks every link for its doors. region is "" if it is not known at
// synth; revealed is as for environment.
func newPlan(p SecureGoFunctionProps, at link.Site, region string, revealed map[string]string) (plan, error) {
	var (
		made      plan
		wrong     []error
		variables []link.Variable
		endpoints = map[string]bool{}
		keys      = map[awskms.IKey]bool{}
	)
	if p.Network != nil && p.Network.Vpc == nil {
		made.relaxed = append(made.relaxed, link.Relaxation{What: "no VPC", Reason: p.Network.Reason})
	}
	for i, l := range p.Links {
		if l == nil {
			wrong = append(wrong, fmt.Errorf("props.Links[%d] is nil: give a link or leave it out", i))
			continue
		}
		doors, err := l.Open(at)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		for _, key := range doors.Keys {
			if !keys[key] {
				keys[key] = true
				wrong = append(wrong, keyring.Check(key, region))
			}
		}
		for _, e := range doors.Egress {
			wrong = append(wrong, checkEgress(e, doors.Relaxed))
			// Two equal rules deploy as one, and removing one of them later
			// removes it for both.
			if !slices.ContainsFunc(made.egress, func(o link.Egress) bool { return o.CIDR == e.CIDR && o.Port == e.Port }) {
				made.egress = append(made.egress, e)
				wrong = append(wrong, checkCarried(p.Network, e))
			}
		}
		for _, service := range doors.Endpoints {
			if !endpoints[service] {
				endpoints[service] = true
				made.endpoints = append(made.endpoints, service)
			}
		}
		variables = append(variables, doors.Variables...)
		made.statements = append(made.statements, doors.Statements...)
		made.relaxed = append(made.relaxed, doors.Relaxed...)
	}
	made.statements = iam.Merge(made.statements)
	var err error
	made.environment, err = environment(p.Environment, variables, revealed)
	made.alarms = functionAlarms(p)
	return made, errors.Join(append(wrong, err)...)
}

// ruleDescription: EC2 API reference, "IpRange".
var ruleDescription = regexp.MustCompile(`^[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]{0,255}$`)

// checkEgress holds links that a team wrote itself to what ours do: a rule that
// EC2 takes, and a reason where it is to everywhere.
func checkEgress(e link.Egress, relaxed []link.Relaxation) error {
	to, err := netip.ParsePrefix(e.CIDR)
	switch {
	case err != nil || !to.Addr().Is4():
		return fmt.Errorf("a link sends to %q: give an IPv4 range such as 192.0.2.0/24", e.CIDR)
	case e.Port < 1 || e.Port > 65535:
		return fmt.Errorf("a link sends to %s on port %d: give one from 1 to 65535", e.CIDR, e.Port)
	case toEverywhere(e.CIDR) && len(relaxed) == 0:
		return fmt.Errorf("a link sends to everywhere, on port %d, and records no reason: add one to its Relaxed, or use link.Everywhere", e.Port)
	case !ruleDescription.MatchString(e.Description):
		return fmt.Errorf("a link describes its rule to %s as %q: EC2 takes up to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*", e.CIDR, e.Description)
	}
	return nil
}

func checkCarried(n *network.Network, e link.Egress) error {
	switch {
	case n == nil: // reported by check
		return nil
	case n.Vpc == nil:
		return fmt.Errorf("the link to %s port %d opens a security group, and network.None has none: leave the link out, or give a VPC", e.CIDR, e.Port)
	case !n.Outside:
		return fmt.Errorf("the network cannot carry the link to %s port %d: its subnets have no way out; use network.FromVpc with private subnets that have a NAT", e.CIDR, e.Port)
	}
	return nil
}
