package report

import (
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// The layers that a change is on, in their order.
const (
	layerFunction    = "function"
	layerPermission  = "permission"
	layerDestination = "destination"
	layerInvoker     = "invoker"
	layerProtection  = "protection"
	layerRelaxation  = "relaxation"
	layerFinding     = "finding"
)

func (o own) invokers(f *posture.Function) map[string]bool {
	all := map[string]bool{}
	for _, i := range f.InvokedBy {
		line := o.who(i) + " may invoke it (" + i.Kind
		if held := o.heldTo(i); len(held) > 0 {
			line += ", " + strings.Join(held, ", ")
		}
		if i.Answer != posture.Yes {
			line += ", cannot tell"
		}
		all[line+")"] = true
	}
	return all
}

// protections are what keeps and watches a function, by what it is called. What is missing is none.
func (o own) protections(f *posture.Function) map[string]string {
	all := map[string]string{}
	set := func(name, value string) {
		if value == "" {
			return
		}
		if before := all[name]; before != "" {
			value = before + "; " + value
		}
		all[name] = value
	}
	p := f.Protection
	if k := p.EnvironmentKey; k != nil {
		set("the key of its variables", o.owner(k.Path, k.ARN))
	}
	if k := p.Logs.Key; k != nil {
		set("the key of its logs", o.owner(k.Path, k.ARN))
	}
	if p.Logs.RetentionDays > 0 {
		set("the retention of its logs", days(p.Logs.RetentionDays))
	}
	set("the format of its logs", visible(p.Logs.Format.String()))
	for _, a := range p.Alarms {
		set("the alarm of "+visible(a.Metric.String()), visible(a.Path)+o.told(a))
	}
	for _, e := range p.FailedEvents {
		set("the place of failed events of "+visible(e.Of), o.owner(e.Path, e.Target))
	}
	set("tracing", visible(p.Tracing.String()))
	set("code signing", o.brief(p.CodeSigning))
	set("the permissions boundary", o.brief(f.Role.Boundary))
	set("the time limit", known(p.Limits.TimeoutSeconds, "s"))
	set("the memory", known(p.Limits.MemoryMB, "MB"))
	if n := p.Limits.ReservedConcurrency; n != nil {
		set("the reserved concurrency", known(*n, "at once"))
	}
	set("the recursive loop", visible(p.Limits.RecursiveLoop.String()))
	set("the age of events", known(p.Limits.MaxEventAgeSeconds, "s"))
	set("the retries of events", known(p.Limits.RetryAttempts, "times"))
	set("its role", o.owner(f.Role.Path, f.Role.ARN))
	for _, e := range f.Reaches.Endpoints {
		if e.Reachable == posture.No {
			continue
		}
		for _, s := range e.Policy {
			lines := []string{strings.ToLower(s.Effect), strings.Join(actions(s), ", "), "on", strings.Join(o.resources(s), ", ")}
			if conditions := o.conditions(s); len(conditions) > 0 {
				lines = append(lines, "if", strings.Join(conditions, " and "))
			}
			set("the policy of the endpoint "+visible(e.Service), strings.Join(lines, " "))
		}
	}
	for _, n := range f.Reaches.Names {
		set("the name filter "+visible(n.Path), "lets "+strings.Join(written(n.Allowed), ", ")+" through; stops others: "+n.BlocksOthers.String())
	}
	return all
}

// told says whom an alarm tells.
func (o own) told(a posture.Alarm) string {
	if len(a.Notifies) == 0 {
		return ", which tells nobody"
	}
	var all []string
	for _, n := range a.Notifies {
		line := o.owner(n.Path, n.Target)
		if n.Heard == posture.No {
			line += " (nobody is subscribed)"
		}
		all = append(all, line)
	}
	return ", which tells " + strings.Join(all, ", ")
}

func ports(o posture.Opening) string {
	switch {
	case o.Port != "":
		return visible(o.Protocol) + " " + visible(o.Port.String())
	case o.Protocol == "-1":
		return "all protocols and ports"
	case o.FromPort < 0:
		return visible(o.Protocol) + ", all ports"
	case o.FromPort == o.ToPort:
		return fmt.Sprintf("%s %d", visible(o.Protocol), o.FromPort)
	}
	return fmt.Sprintf("%s %d-%d", visible(o.Protocol), o.FromPort, o.ToPort)
}

// letIn are those whom the function's security groups let in.
func (o own) letIn(f *posture.Function) map[string]bool {
	all := map[string]bool{}
	for _, i := range f.Reaches.Ingress {
		all[o.owner(i.Of, i.Peer)+" "+ports(i)] = true
	}
	return all
}
