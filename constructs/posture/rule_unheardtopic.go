package posture

import (
	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "unheard-topic",
		Title:    "Alarms go to a topic that nobody hears",
		Severity: Warning,
		Why:      "An alarm that is published to a topic without a subscription reaches nobody.",
		Fix:      "Subscribe somebody to the topic. If that is done outside of the templates, acknowledge it and say where.",
		Source:   "SNS guide, \"Creating a subscription to an Amazon SNS topic\"",
		check:    unheardTopic,
	})
}

func unheardTopic(p *Posture) []Finding {
	var all []Finding
	seen := map[*template.Resource]bool{}
	for _, f := range p.Functions {
		for _, a := range f.Protection.Alarms {
			for _, n := range a.Notifies {
				if n.resource == nil || n.resource.Type != "AWS::SNS::Topic" || n.Heard == Yes || seen[n.resource] {
					continue
				}
				seen[n.resource] = true
				all = append(all, at(n.resource, "alarms go to the topic, and nobody is subscribed to it").unsure(policy.Not(n.Heard)))
			}
		}
	}
	return all
}
