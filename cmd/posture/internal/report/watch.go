package report

import (
	"cmp"

	"github.com/securegofunction/cdk/constructs/posture"
)

func (o own) invokerDoors(f *posture.Function, found flaws) panel {
	var doors []door
	for _, i := range f.InvokedBy {
		detail := visible(i.Kind)
		if i.SourceARN != "" {
			detail = "for " + plain(o.brief(i.SourceARN))
		}
		doors = append(doors, door{found.state(answered(i.Answer), []posture.Text{i.Who, i.Action}, i.Path), plain(o.who(i)), detail})
	}
	p := newPanel("They may invoke it", "nobody, but whom IAM lets in the account", doors)
	p.in = true
	return p
}

func (o own) watchDoors(f *posture.Function, found flaws) panel {
	p := f.Protection
	logs := door{kept, "logs", "kept " + days(p.Logs.RetentionDays)}
	if p.Logs.RetentionDays == 0 {
		logs.State = bare
	}
	logs.State = found.state(logs.State, nil, p.Logs.Path)
	doors := []door{logs}
	var topics []string
	state, silent := kept, false
	for _, a := range p.Alarms {
		state = found.state(state, nil, a.Path)
		for _, n := range a.Notifies {
			topics = append(topics, plain(last(o.owner(n.Path, n.Target))))
			silent = silent || n.Heard == posture.No
			state = found.state(state, nil, n.Path)
		}
	}
	alarms := door{state, number(len(p.Alarms), "alarm"), "tell " + fit(topics, watchFits-5)}
	switch {
	case len(p.Alarms) == 0:
		alarms.Name, alarms.Detail = "alarms", "none"
	case len(topics) == 0:
		alarms.Detail = "tell nobody"
	case silent:
		alarms.Detail = "on a topic that nobody reads"
	}
	if state == kept && (silent || len(topics) == 0) {
		alarms.State = bare
	}
	doors = append(doors, alarms)
	var failed []string
	state = bare
	for _, e := range p.FailedEvents {
		failed = append(failed, plain(last(o.owner(e.Path, e.Target))))
		state = found.state(kept, nil, e.Path)
	}
	doors = append(doors, door{state, "failed events", cmp.Or(fit(failed, watchFits), "are lost")})
	traces := door{kept, "traces", visible(p.Tracing.String())}
	if !p.Tracing.Is("Active") {
		traces.State, traces.Detail = bare, cmp.Or(traces.Detail, "off")
	}
	return newPanel("It is watched by", "", append(doors, traces))
}
