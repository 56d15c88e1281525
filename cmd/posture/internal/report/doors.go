package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// The states of a door, which a picture shows by a sign and not by a colour alone.
const (
	open   = "open"   // for what is drawn
	unsure = "unsure" // the templates do not tell
	shut   = "shut"   // it is there, and does not open
	flaw   = "flaw"   // a finding is open on it
	kept   = "kept"   // it protects
	bare   = "bare"   // a protection that is not there
)

// door is one line of a picture.
type door struct {
	State, Name, Detail string
}

// panel is the doors of one side.
type panel struct {
	Title string
	None  string
	Doors []door
	More  int // doors that are left out

	in bool // they lead to the function
}

// mostDoors are those that a panel draws. What is flawed or not sure comes first, so that nothing of it is left out before what is in order.
const mostDoors = 9

func newPanel(title, none string, doors []door) panel {
	rank := map[string]int{flaw: 0, bare: 1, unsure: 2}
	at := func(d door) int {
		if r, ok := rank[d.State]; ok {
			return r
		}
		return 3
	}
	p := panel{Title: title, None: none, Doors: doors}
	if len(doors) > mostDoors {
		p.Doors = slices.Clone(doors)
		slices.SortStableFunc(p.Doors, func(a, b door) int { return cmp.Compare(at(a), at(b)) })
		p.More = len(doors) - mostDoors + 1
		p.Doors = p.Doors[:mostDoors-1]
	}
	return p
}

// flaws are the open findings by the path of their construct, of a function and of what it shares with others.
type flaws struct {
	byPath map[string][]posture.Finding
	shared map[string]posture.Finding // those of no function alone that a door has, by their identity
}

func (d *Document) flawsOf(f *posture.Function) flaws {
	all := flaws{map[string][]posture.Finding{}, map[string]posture.Finding{}}
	for _, x := range d.Report.Open() {
		if x.Function == "" || x.Function == f.Path {
			all.byPath[x.Path] = append(all.byPath[x.Path], x)
		}
	}
	return all
}

// state is that of a door to a construct of one of the paths: flawed where a finding is open there, about one of the values if it names any.
func (all flaws) state(otherwise string, about []posture.Text, paths ...string) string {
	for _, path := range paths {
		for _, f := range all.byPath[construct(path)] {
			if len(f.About) > 0 && !slices.ContainsFunc(f.About, func(a posture.Text) bool { return slices.Contains(about, a) }) {
				continue
			}
			otherwise = flaw
			if f.Function == "" {
				all.shared[identity(f)] = f
			}
		}
	}
	return otherwise
}

// construct is the path of the construct that holds a policy, which may be one of several in its role.
func construct(path string) string {
	path, _, _ = strings.Cut(path, " Policies[")
	return strings.TrimSuffix(path, "/Resource")
}

func answered(a posture.Answer) string {
	return map[posture.Answer]string{posture.Yes: open, posture.No: shut, posture.CannotTell: unsure}[a]
}

// callDoors are the services that a function may call, but for the use of keys.
func (d *Document) callDoors(o own, f *posture.Function, found flaws) panel {
	byService := map[string]*door{}
	actionsOf, on := map[string][]string{}, map[string][]string{}
	shutSo := map[string]bool{}
	for _, p := range f.May {
		if p.Effect == "Deny" || p.Limits {
			continue
		}
		denied := d.deniedAgain(f, p)
		for _, service := range services(p) {
			if service == "kms" {
				continue
			}
			s := byService[service]
			if s == nil {
				s = &door{State: open, Name: service}
				byService[service], shutSo[service] = s, true
			}
			shutSo[service] = shutSo[service] && denied
			s.State = found.state(s.State, slices.Concat(p.Actions, p.Resources, p.NotActions), p.Policy)
			if p.Unknown != "" {
				s.State = unsure
				on[service] = append(on[service], visible(p.Unknown))
				continue
			}
			for _, a := range actions(p) {
				prefix, name, ok := strings.Cut(a, ":")
				if ok && strings.EqualFold(prefix, service) {
					a = name
				} else if service != "anything" {
					continue
				}
				actionsOf[service] = append(actionsOf[service], a)
			}
			for _, r := range o.resources(p) {
				on[service] = append(on[service], named(plain(strings.TrimPrefix(r, service+":")), "resource"))
			}
		}
	}
	var doors []door
	for _, service := range slices.Sorted(maps.Keys(byService)) {
		s := byService[service]
		if len(actionsOf[service]) > 0 {
			s.Name += ": " + fit(actionsOf[service], fits-len(service)-2)
		}
		s.Detail = fit(on[service], fits)
		if s.State == open && shutSo[service] {
			s.State, s.Detail = shut, "denied again to its own code"
		}
		doors = append(doors, *s)
	}
	return newPanel("It may call", "no AWS service", doors)
}

// named says what an asterisk stands for.
func named(s, what string) string {
	if s == "*" {
		return "any " + what
	}
	return s
}

// fit joins as many of a list as fit into so many letters, one at least, and says how many more there are.
func fit(all []string, letters int) string {
	var each []string
	for _, s := range all {
		if !slices.Contains(each, s) {
			each = append(each, s)
		}
	}
	text := ""
	for i, s := range each {
		switch {
		case i == 0:
			text = s
		case len(text)+len(s)+6 <= letters || i == len(each)-1 && len(text)+len(s)+2 <= letters:
			text += ", " + s
		default:
			return fmt.Sprintf("%s +%d", clip(text, letters-4), len(each)-i)
		}
	}
	return text
}

func (o own) reachDoors(f *posture.Function, destinations []string, found flaws) panel {
	r := f.Reaches
	outward := door{State: answered(posture.Answer(max(r.Internet, r.InternetIPv6))), Name: "the internet"}
	filtered := slices.ContainsFunc(r.Names, func(n posture.NameFilter) bool { return n.BlocksOthers == posture.Yes })
	switch {
	case outward.State == shut:
		outward.Detail = "no way out"
	case r.VPC == "":
		outward.Detail = "any address: it is in no network"
	case filtered:
		outward.Detail = "by name: " + fit(outsideNames(destinations), fits-9)
	default:
		outward.Detail = "over IPv4 " + r.Internet.String() + ", IPv6 " + r.InternetIPv6.String()
	}
	var sources []string
	for _, e := range r.Egress {
		if v, ok := e.Peer.Known(); ok && (v == "0.0.0.0/0" || v == "::/0") {
			sources = append(sources, e.Source)
		}
	}
	if outward.State != shut {
		outward.State = found.state(outward.State, nil, sources...)
	}
	doors, through := []door{outward}, map[string]bool{"internet": true}
	var closed []string
	for _, e := range r.Endpoints {
		name := visible(e.Service)
		through[e.Service] = true
		if e.Reachable == posture.No {
			closed = append(closed, name)
			continue
		}
		detail := strings.ToLower(visible(e.Type)) + " endpoint"
		if len(e.Policy) == 0 {
			detail += ", no policy"
		}
		doors = append(doors, door{found.state(answered(e.Reachable), nil, e.Path), name, detail})
	}
	for _, n := range r.Names {
		for _, name := range n.Allowed {
			through[name.String()] = true
		}
	}
	for _, destination := range destinations {
		if through[destination] {
			continue
		}
		x := door{open, plain(visible(destination)), "by a security group rule"}
		for _, e := range r.Egress {
			if strings.HasPrefix(destination, cmp.Or(e.Of, e.Peer.String())) {
				x.Detail = cmp.Or(described(e), x.Detail)
				x.State = found.state(x.State, []posture.Text{e.Peer}, e.Source)
			}
		}
		doors = append(doors, x)
	}
	if len(closed) > 0 {
		doors = append(doors, door{shut, fit(closed, fits), "endpoints that it does not reach"})
	}
	return newPanel("It gets to", "nothing", doors)
}

// ingress are those whom a function's groups let in, if they let anybody in.
func (o own) ingress(f *posture.Function, found flaws) []panel {
	var doors []door
	for _, i := range f.Reaches.Ingress {
		doors = append(doors, door{found.state(open, []posture.Text{i.Peer}, i.Source), plain(o.owner(i.Of, i.Peer)), ports(i)})
	}
	if len(doors) == 0 {
		return nil
	}
	p := newPanel("Its groups let in", "", doors)
	p.in = true
	return []panel{p}
}

// outsideNames are the names of destinations that are not AWS's own, if there are any.
func outsideNames(destinations []string) []string {
	var names, aws []string
	for _, d := range destinations {
		switch {
		case awsName(d):
			aws = append(aws, plain(visible(d)))
		case strings.Contains(d, ".") && !strings.ContainsAny(d, "/: "):
			names = append(names, visible(d))
		}
	}
	if len(names) == 0 {
		return aws
	}
	return names
}

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
