package posture

import (
	"fmt"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
)

func init() {
	register(Rule{
		ID:       "visibility-timeout",
		Title:    "Messages come back before the function is done with them",
		Severity: Warning,
		Why:      "Where the function is throttled, a message that others still wait to process becomes visible again: it is processed twice, or given up as failed.",
		Fix:      "Set the source queue's VisibilityTimeout to six times the function's timeout, and the batching window on top.",
		Source:   "Lambda guide, \"Creating and configuring an Amazon SQS event source mapping\"",
		check:    visibilityTimeout,
	})
}

// Numbers that are parameters are not compared: Lambda itself refuses those that cannot work.
func visibilityTimeout(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		for _, s := range p.model.sources(f) {
			queue := p.model.named(s.arn, "AWS::SQS::Queue")
			if queue == nil {
				continue
			}
			visible, timeout := number(queue.Property("VisibilityTimeout"), 30), f.Protection.Limits.TimeoutSeconds
			window := number(template.At(s.settings, "MaximumBatchingWindowInSeconds"), 0)
			if visible < 0 || window < 0 || visible >= 6*timeout+window {
				continue
			}
			message := fmt.Sprintf("its visibility timeout is %d s, and %s takes up to %d s: give it %d s", visible, f.Path, timeout, 6*timeout+window)
			all = append(all, at(queue, message).of(f).unsure(s.answer))
		}
	}
	return all
}
