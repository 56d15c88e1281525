package posture

import (
	"fmt"

	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "open-ingress",
		Title:    "A security group lets in more than it needs",
		Severity: Warning,
		Why: "Nothing connects to a function by its network interface, so a rule that lets in is for something else that has the same group. A database or " +
			"an endpoint that lets in every address answers whoever gets into the VPC.",
		Fix: "Take ingress rules from the function's group, and give it one of its own. Let endpoints and databases admit the groups of those who use them, " +
			"and no range.",
		Source: "Lambda guide, \"Giving Lambda functions access to resources in an Amazon VPC\"; VPC guide, \"Security group rules\"",
		Controls: Controls{
			SecurityHub: []string{"EC2.18"},
			NIST80053:   []string{"AC-4", "AC-4(21)", "SC-7", "SC-7(4)", "SC-7(5)", "SC-7(11)", "SC-7(16)", "SC-7(21)"},
			CDKNag:      []string{"AwsSolutions-EC23"},
			Checkov:     []string{"CKV_AWS_277"},
		},
		check: openIngress,
	})
}

var ingressKinds = []string{"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"}

func openIngress(p *Posture) []Finding {
	var all []Finding
	reached := map[Text]bool{}
	var ids []Text
	add := func(id Text) {
		if !reached[id] {
			reached[id] = true
			ids = append(ids, id)
		}
	}
	own := map[Text]bool{}
	for _, f := range p.Functions {
		for _, id := range f.Reaches.Groups {
			own[id] = true
		}
		for _, o := range f.Reaches.Ingress {
			answer := Yes
			if o.Maybe {
				answer = CannotTell
			}
			message := "the function's group lets in " + o.destination()
			all = append(all, p.model.atPath(o.Source, f.Stack, message, ingressKinds...).of(f).unsure(answer))
		}
		for _, o := range f.Reaches.Egress {
			add(o.Peer)
		}
		for _, e := range f.Reaches.Endpoints {
			if e.Reachable != No {
				for _, id := range textsAt(e.resource, "SecurityGroupIds") {
					add(id)
				}
			}
		}
	}
	for _, id := range ids {
		g := p.model.group(id)
		if g.resource == nil || own[id] {
			continue
		}
		for _, o := range g.ingress {
			answer := o.everywhere()
			if o.Maybe {
				answer = policy.And(answer, CannotTell)
			}
			if answer != No {
				message := fmt.Sprintf("what functions reach lets in %s", o.destination())
				all = append(all, p.model.atPath(o.Source, g.resource.Stack.Name, message, ingressKinds...).unsure(answer))
			}
		}
	}
	return all
}
