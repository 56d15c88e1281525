package posture

import "fmt"

func init() {
	register(Rule{
		ID:       "recursion-guard",
		Title:    "Nothing stops a function that invokes itself",
		Severity: Warning,
		Why:      "A function that writes to the queue, topic or bucket which invokes it runs for ever, at your cost, and takes the account's concurrency.",
		Fix:      "Set RecursiveLoop to Terminate, which is the default: Lambda then stops after about 16 rounds.",
		Source:   "Lambda guide, \"Use Lambda recursive loop detection to prevent infinite loops\"",
		check: func(p *Posture) []Finding {
			var all []Finding
			for _, f := range p.Functions {
				loop := f.Protection.Limits.RecursiveLoop
				if _, known := loop.Known(); !known {
					all = append(all, at(f.resource, fmt.Sprintf("RecursiveLoop is %s", loop)).of(f).unsure(CannotTell))
				} else if loop.Is("Allow") {
					all = append(all, at(f.resource, "RecursiveLoop is Allow").of(f))
				}
			}
			return all
		},
	})
}
