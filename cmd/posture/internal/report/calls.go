package report

import (
	"maps"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// called is a service that a function may call.
type called struct {
	actions, on []string
	flawed      bool // a finding is open on it
	sure        bool // one of its statements is there for certain, and can be read
	opens       bool // one of them is not denied again
}

// callDoors are the services that a function may call, but for the use of keys.
func (d *Document) callDoors(o own, f *posture.Function, found flaws) panel {
	all := map[string]*called{}
	for _, p := range f.May {
		if p.Effect == "Deny" || p.Limits {
			continue
		}
		denied := d.deniedAgain(f, p)
		for _, service := range services(p) {
			if service == "kms" {
				continue
			}
			s := all[service]
			if s == nil {
				s = &called{}
				all[service] = s
			}
			s.flawed = found.state(open, slices.Concat(p.Actions, p.Resources, p.NotActions), p.Policy) == flaw || s.flawed
			s.sure = s.sure || !p.Maybe && p.Unknown == ""
			s.opens = s.opens || !denied
			o.addTo(s, service, p)
		}
	}
	var doors []door
	for _, service := range slices.Sorted(maps.Keys(all)) {
		doors = append(doors, all[service].door(service))
	}
	return newPanel("It may call", "no AWS service", doors)
}

// addTo adds what a statement says of one service.
func (o own) addTo(s *called, service string, p posture.Permission) {
	if p.Unknown != "" {
		s.on = append(s.on, visible(p.Unknown))
		return
	}
	for _, a := range actions(p) {
		prefix, name, ok := strings.Cut(a, ":")
		switch {
		case ok && strings.EqualFold(prefix, service):
			s.actions = append(s.actions, name)
		case service == "anything":
			s.actions = append(s.actions, a)
		}
	}
	for _, r := range o.resources(p) {
		s.on = append(s.on, named(plain(strings.TrimPrefix(r, service+":")), "resource"))
	}
}

func (s called) door(service string) door {
	d := door{open, service, fit(s.on, fits)}
	if len(s.actions) > 0 {
		d.Name += ": " + fit(s.actions, fits-len(service)-2)
	}
	switch {
	case s.flawed:
		d.State = flaw
	case !s.opens:
		d.State, d.Detail = shut, "denied again to its own code"
	case !s.sure:
		d.State = unsure
	}
	return d
}

// keyDoors are the keys that protect a function, and those that it may use.
func (o own) keyDoors(f *posture.Function, found flaws) panel {
	of := func(what string, k *posture.CustomerKey, where string) door {
		if k == nil {
			return door{found.state(bare, nil, where), what, "under AWS's own key"}
		}
		return door{found.state(kept, nil, k.Path), what, "under " + plain(last(o.owner(k.Path, k.ARN)))}
	}
	p := f.Protection
	doors := []door{of("its variables", p.EnvironmentKey, ""), of("its logs", p.Logs.Key, "")}
	via, uses, states := map[string][]string{}, map[string][]string{}, map[string]string{}
	for _, s := range f.May {
		if s.Effect == "Deny" || s.Limits || !slices.Contains(services(s), "kms") {
			continue
		}
		for _, r := range o.resources(s) {
			key := named(plain(strings.TrimPrefix(strings.TrimPrefix(r, "kms:"), "key/")), "key")
			if states[key] == "" {
				states[key] = open
			}
			states[key] = found.state(states[key], slices.Concat(s.Actions, s.Resources), s.Policy)
			for _, a := range actions(s) {
				uses[key] = append(uses[key], strings.TrimPrefix(a, "kms:"))
			}
			through := "its own code"
			for _, c := range s.Conditions {
				if strings.EqualFold(c.Key, "kms:ViaService") {
					through, _, _ = strings.Cut(fit(written(c.Values), fits), ".")
				}
				if c.Key == "kms:EncryptionContext:aws:lambda:FunctionArn" {
					through = "Lambda"
				}
			}
			via[key] = append(via[key], through)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(states)) {
		doors = append(doors, door{states[key], key, fit(uses[key], 18) + " by " + fit(via[key], 17)})
	}
	return newPanel("Keys", "", doors)
}
