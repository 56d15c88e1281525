package posture

import "fmt"

func init() {
	register(Rule{
		ID:       "log-format",
		Title:    "The function logs plain text",
		Severity: Note,
		Why:      "In text nobody finds the requests of one user, or the errors among the rest, and Lambda can leave out no log level.",
		Fix:      "Set LoggingConfig.LogFormat to JSON.",
		Source:   "Lambda guide, \"Configuring JSON and plain text log formats\"",
		check: func(p *Posture) []Finding {
			var all []Finding
			for _, f := range p.Functions {
				format := f.Protection.Logs.Format
				if format == "" {
					format = "Text"
				}
				if _, known := format.Known(); known && !format.Is("JSON") {
					all = append(all, at(f.resource, fmt.Sprintf("the log format is %s", format)).of(f))
				}
			}
			return all
		},
	})
}
