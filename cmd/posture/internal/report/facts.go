package report

import (
	"fmt"
	"slices"
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

// atom is one action on one resource under one condition: the least that a change of a policy can be.
type atom struct {
	effect           string // Allow or Deny
	limits           bool
	action, resource string
	condition        string
}

// opens says whether what is new of the atom lets the function do more.
func (a atom) opens() bool { return a.effect != "Deny" }

func (o own) atoms(f *posture.Function) map[atom]bool {
	all := map[atom]bool{}
	for _, p := range f.May {
		resources := o.resources(p)
		if len(resources) == 0 {
			resources = []string{"*"}
		}
		for _, action := range actions(p) {
			for _, resource := range resources {
				all[atom{p.Effect, p.Limits, action, resource, strings.Join(o.conditions(p), " and ")}] = true
			}
		}
	}
	return all
}

// sentences joins atoms to as few sentences as say the same.
func sentences(all []atom) []string {
	slices.SortFunc(all, func(a, b atom) int {
		return slices.Compare([]string{a.effect, a.condition, a.resource, a.action}, []string{b.effect, b.condition, b.resource, b.action})
	})
	type scope struct {
		effect    string
		limits    bool
		condition string
		actions   string
		resource  string
	}
	var scopes []scope
	for _, a := range all { // the actions on one resource
		if n := len(scopes); n > 0 && scopes[n-1] == (scope{a.effect, a.limits, a.condition, scopes[n-1].actions, a.resource}) {
			scopes[n-1].actions += ", " + a.action
			continue
		}
		scopes = append(scopes, scope{a.effect, a.limits, a.condition, a.action, a.resource})
	}
	resources := map[scope][]string{}
	var order []scope
	for _, s := range scopes { // the resources of the same actions
		key := s
		key.resource = ""
		if resources[key] == nil {
			order = append(order, key)
		}
		resources[key] = append(resources[key], s.resource)
	}
	var lines []string
	for _, s := range order {
		verb := "may"
		switch {
		case s.limits && s.effect == "Deny":
			verb = "its boundary denies"
		case s.limits:
			verb = "its boundary lets it"
		case s.effect == "Deny":
			verb = "is denied"
		}
		line := fmt.Sprintf("%s %s on %s", verb, s.actions, strings.Join(resources[s], ", "))
		if s.condition != "" {
			line += " if " + s.condition
		}
		lines = append(lines, line)
	}
	return lines
}

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
	for _, t := range f.Role.TrustedBy {
		set("who may assume its role", strings.ToLower(t.Effect)+" "+visible(strings.Join(t.Principals, ", ")+strings.Join(t.NotPrincipal, ", ")))
	}
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
	if len(f.Reaches.Ingress) == 0 && f.Reaches.VPC != "" {
		set("its security groups let in", "nobody")
	}
	for _, i := range f.Reaches.Ingress {
		set("its security groups let in", o.owner(i.Of, i.Peer)+" "+ports(i))
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

func relaxations(f *posture.Function) map[string]bool {
	all := map[string]bool{}
	for _, r := range f.Relaxed {
		all[fmt.Sprintf("%s, because %q", visible(r.What), visible(r.Reason))] = true
	}
	return all
}
