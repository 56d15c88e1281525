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
	state       string
	sure        bool   // one of its statements is there for certain, and can be read
	opens       bool   // one of them is not denied again
	denial      string // why the others are no use to the function's code
}

// callDoors are the services that a function may call, but for the use of keys.
func (d *Document) callDoors(o own, f *posture.Function, found *found) panel {
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
				s = &called{state: open}
				all[service] = s
			}
			s.sure = s.sure || !p.Maybe && p.Unknown == ""
			s.state = found.mark(s.state, ofStatement, aboutService(p, service))
			s.state = found.mark(s.state, ofUsed, naming(ofService(p, service).Resources...))
			if denied {
				s.denial = denial(f, p)
			} else {
				s.opens = true
			}
			o.addTo(s, service, p)
		}
	}
	var doors []door
	for _, service := range slices.Sorted(maps.Keys(all)) {
		doors = append(doors, all[service].door(service))
	}
	for _, x := range found.rest(ofStatement) {
		doors = append(doors, door{stateOf(x), plain(last(visible(x.Path))), visible(x.Message), 0})
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
		case service == anything:
			s.actions = append(s.actions, a)
		}
	}
	p = ofService(p, service)
	for _, r := range o.resources(p) {
		s.on = append(s.on, named(plain(strings.TrimPrefix(r, service+":")), "resource"))
	}
}

// ofService is a statement with the actions and the resources of one of its services alone, or with all where it names none of that service.
func ofService(p posture.Permission, service string) posture.Permission {
	if service == anything {
		return p
	}
	actions, resources := sameService(p.Actions, service), sameService(p.Resources, service)
	if len(actions) > 0 {
		p.Actions = actions
	}
	if len(resources) > 0 {
		p.Resources = resources
	}
	return p
}

// sameService are the values that name a service, or every one.
func sameService(all []posture.Text, service string) []posture.Text {
	return slices.DeleteFunc(slices.Clone(all), func(v posture.Text) bool {
		s := serviceOf(v)
		return s != service && !strings.ContainsAny(s, "*?$")
	})
}

func (s called) door(service string) door {
	d := door{s.state, service, fit(widest(s.on), fits), widestOf(s.actions) + widestOf(s.on)}
	if service == anything {
		d.Wide = 5 // more than any action on any resource of one service
	}
	if len(s.actions) > 0 {
		d.Name += ": " + fit(widest(s.actions), fits-len(service)-2)
	}
	switch {
	case !s.opens:
		d.State, d.Detail = shut, s.denial
	case d.State == open && !s.sure:
		d.State = unsure
	}
	return d
}

// usedDoors are what a function uses and something is found on that no door has, as its name is written in the template: values do not say that
// the name is this resource's.
func (d *Document) usedDoors(found *found) []panel {
	var doors []door
	for _, x := range found.rest(ofUsed) {
		doors = append(doors, door{stateOf(x), plain(last(visible(x.Path))), d.rule(x.Rule).Title, 0})
	}
	if len(doors) == 0 {
		return nil
	}
	return []panel{newPanel("It also uses", "", doors)}
}
