package report

import (
	"cmp"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

func (o own) invokerDoors(f *posture.Function, found *found) panel {
	var doors []door
	for _, i := range f.InvokedBy {
		state := found.mark(answered(i.Answer), ofInvoker, within(i.Path))
		state = found.mark(state, ofUsed, naming(i.Who, i.SourceARN))
		doors = append(doors, door{state, plain(o.who(i)), o.holding(i), wide(i.Who.String())})
	}
	for _, x := range found.rest(ofInvoker) {
		doors = append(doors, door{stateOf(x), "anybody, through " + plain(last(visible(x.Path))), visible(x.Message), wide("*")})
	}
	p := newPanel("They may invoke it", "nobody, but whom IAM lets in the account", doors)
	p.in = true
	return p
}

// holding says in a few words what an invoker is held to.
func (o own) holding(i posture.Invoker) string {
	held := o.heldTo(i)
	switch {
	case i.Auth.Is("NONE") && len(held) == 1:
		return "nobody is asked who they are"
	case len(held) > 0:
		for at, line := range held {
			held[at] = plain(strings.TrimPrefix(line, "source "))
		}
		return "held to " + fit(held, fits-len("held to "))
	case i.Kind == "permission":
		return "held to nothing more"
	}
	return visible(i.Kind)
}

func (o own) watchDoors(f *posture.Function, found *found) panel {
	p := f.Protection
	logs := door{State: kept, Name: "logs", Detail: "kept " + days(p.Logs.RetentionDays)}
	if p.Logs.RetentionDays == 0 {
		logs.State = bare
	}
	logs.State = found.mark(logs.State, ofLogs, anyOf)
	traces := door{State: kept, Name: "traces", Detail: visible(p.Tracing.String())}
	if !p.Tracing.Is("Active") {
		traces.State, traces.Detail = bare, cmp.Or(traces.Detail, "off")
	}
	traces.State = found.mark(traces.State, ofTraces, anyOf)
	doors := []door{logs, o.alarmsDoor(f, found), o.failedDoor(f, found), traces}
	// What records packets is known where nothing does.
	if state := found.mark("", ofPackets, anyOf); state != "" {
		doors = append(doors, door{State: state, Name: "packets of its network", Detail: "nobody records them"})
	}
	return newPanel("It is watched by", "", doors)
}

func (o own) alarmsDoor(f *posture.Function, found *found) door {
	var topics []string
	var targets []posture.Text
	silent := false
	for _, a := range f.Protection.Alarms {
		for _, n := range a.Notifies {
			topics = append(topics, plain(last(o.owner(n.Path, n.Target))))
			targets = append(targets, n.Target)
			silent = silent || n.Heard == posture.No
		}
	}
	alarms := door{State: kept, Name: number(len(f.Protection.Alarms), "alarm"), Detail: "tell " + fit(topics, watchFits-5)}
	switch {
	case len(f.Protection.Alarms) == 0:
		alarms.Name, alarms.Detail = "alarms", "none"
	case len(topics) == 0:
		alarms.Detail = "tell nobody"
	case silent:
		alarms.Detail = "on a topic that nobody reads"
	}
	if silent || len(topics) == 0 {
		alarms.State = bare
	}
	alarms.State = found.mark(found.mark(alarms.State, ofAlarms, anyOf), ofUsed, naming(targets...))
	return alarms
}

func (o own) failedDoor(f *posture.Function, found *found) door {
	var places []string
	var targets []posture.Text
	for _, e := range f.Protection.FailedEvents {
		places = append(places, plain(last(o.owner(e.Path, e.Target))))
		targets = append(targets, e.Target)
	}
	failed := door{State: bare, Name: "failed events", Detail: cmp.Or(fit(places, watchFits), "are lost")}
	if len(places) > 0 {
		failed.State = kept
	}
	failed.State = found.mark(found.mark(failed.State, ofFailed, anyOf), ofUsed, naming(targets...))
	return failed
}
