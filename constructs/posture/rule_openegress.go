package posture

import (
	"fmt"
	"net/netip"

	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "open-egress",
		Title:    "The function may send to every address",
		Severity: Warning,
		Why: "Whoever takes over the function's code, by a dependency of it too, can carry data anywhere and reach everything else in the VPC. A security " +
			"group without egress rules lets out everything.",
		Fix: "Give the function a security group of its own, which allows the endpoints, groups and ranges that it calls and nothing else. Where the names " +
			"outside are known and their addresses are not, open one port and put a name filter on the VPC.",
		Source:   "VPC guide, \"Security group rules\"; CloudFormation reference, AWS::EC2::SecurityGroup",
		Controls: Controls{Checkov: []string{"CKV_AWS_382"}},
		check:    openEgress,
	})
}

func openEgress(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		for _, o := range f.Reaches.Egress {
			answer := o.everywhere()
			if o.single() {
				answer = policy.And(answer, policy.Not(f.Reaches.filtered()))
			}
			if o.Maybe {
				answer = policy.And(answer, CannotTell)
			}
			if answer == No {
				continue
			}
			message := "the function may send to " + o.destination()
			if o.Description != "" {
				message += ": " + o.Description
			}
			found := p.model.atPath(o.Source, f.Stack, message, "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress").of(f).unsure(answer)
			found.About = []Text{policy.Literal(o.destination())}
			all = append(all, found)
		}
		for _, id := range f.Reaches.Groups {
			if p.model.group(id).resource == nil {
				all = append(all, at(f.resource, fmt.Sprintf("the rules of the security group %s are not in the templates", id)).of(f).unsure(CannotTell))
			}
		}
	}
	return all
}

// everywhere says whether the peer holds so much of the internet that it names nobody: half of it is as good as all.
func (o Opening) everywhere() Answer {
	known, ok := o.Peer.Known()
	if !ok {
		if o.peer == nil && o.Peer.Open() {
			return CannotTell
		}
		return No
	}
	prefix, err := netip.ParsePrefix(known)
	v4, v6 := o.outside()
	if err == nil && (v4 == Yes && prefix.Bits() < 8 || v6 == Yes && prefix.Bits() < 16) {
		return Yes
	}
	return No
}

// single says whether the rule is for one port of TCP.
func (o Opening) single() bool {
	return (o.Protocol == "tcp" || o.Protocol == "6") && o.FromPort >= 0 && o.FromPort == o.ToPort
}

// filtered says whether names that are not listed are stopped.
func (r Reach) filtered() Answer {
	answer := No
	for _, n := range r.Names {
		answer = policy.Or(answer, n.BlocksOthers)
	}
	return answer
}
