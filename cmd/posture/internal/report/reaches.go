package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

func (o own) reachDoors(f *posture.Function, destinations []string, found *found) panel {
	endpoints, through := endpointDoors(f.Reaches, found)
	var rules []door
	for _, destination := range destinations {
		if !through[destination] {
			rules = append(rules, o.ruleDoor(f.Reaches, destination, found))
		}
	}
	doors := append([]door{internetDoor(f.Reaches, destinations, found)}, rules...)
	for _, x := range found.rest(ofEgress) { // the templates do not tell whether such a rule leads anywhere
		doors = append(doors, door{stateOf(x), plain(visible(cmp.Or(firstOf(x.About), "a security group"))), "by a security group rule", 0})
	}
	return newPanel("It gets to", "nothing", append(doors, endpoints...))
}

func firstOf(all []posture.Text) string {
	if len(all) == 0 {
		return ""
	}
	return all[0].String()
}

// internetDoor has the findings on rules that lead there, which are no doors of their own.
func internetDoor(r posture.Reach, destinations []string, found *found) door {
	x := door{State: answered(posture.Answer(max(r.Internet, r.InternetIPv6))), Name: "the internet"}
	switch {
	case x.State == shut:
		x.Detail = "no way out"
	case r.VPC == "":
		x.Detail = "any address: it is in no network"
	case filtered(r, "Network"), filtered(r, "DNS"):
		x.Detail = "by name: " + fit(outsideNames(destinations), fits-9)
	default:
		x.Detail = "over IPv4 " + r.Internet.String() + ", IPv6 " + r.InternetIPv6.String()
	}
	if slices.Contains(destinations, posture.Internet) {
		x.Wide = wide("*")
	}
	leads := x.State != shut
	if leads { // by name it is still more than one construct
		x.Wide = max(x.Wide, wide("*."))
	}
	x.State = found.mark(x.State, ofInternet, anyOf)
	if leads {
		for _, rule := range found.rest(ofEgress) {
			if state := stateOf(rule); worse(state, x.State) {
				x.State = state
			}
		}
	}
	return x
}

// filtered says whether a filter of the kind stops all names that it does not list.
func filtered(r posture.Reach, kind string) bool {
	return slices.ContainsFunc(r.Names, func(n posture.NameFilter) bool { return n.Kind == kind && n.BlocksOthers == posture.Yes })
}

// endpointDoors returns too what is reached through an endpoint, by name, or as the internet, and is no door by itself.
func endpointDoors(r posture.Reach, found *found) (doors []door, through map[string]bool) {
	through = map[string]bool{posture.Internet: true}
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
		state := found.mark(answered(e.Reachable), ofEndpoint, onPath(e.Path))
		doors = append(doors, door{found.mark(state, ofIngress, within(e.Path)), name, detail, 0})
	}
	if len(closed) > 0 {
		doors = append(doors, door{State: shut, Name: fit(closed, fits), Detail: "endpoints that it does not reach"})
	}
	for _, n := range r.Names {
		for _, name := range n.Allowed {
			through[name.String()] = true
		}
	}
	return doors, through
}

// ruleDoor is a destination to which a rule of a security group lets packets.
func (o own) ruleDoor(r posture.Reach, destination string, found *found) door {
	x := door{State: open, Name: plain(visible(destination)), Detail: "by a security group rule"}
	if destination == posture.Unnamed {
		x.Detail, x.Wide = "a DNS filter does not stop them", wide("*")
		return x
	}
	for _, e := range r.Egress {
		name := cmp.Or(e.Of, e.Peer.String())
		if !strings.HasPrefix(destination, name+":") && !strings.HasPrefix(destination, name+" on all ports") {
			continue
		}
		x.Detail = cmp.Or(described(e), x.Detail)
		if everywhere(e) {
			x.Detail, x.Wide = "no way out: the rest of the network", wide("*")
		}
		if e.Of != "" {
			x.State = found.mark(x.State, ofIngress, within(e.Of))
		}
	}
	x.State = found.mark(x.State, ofEgress, func(f posture.Finding) bool { return firstOf(f.About) == destination })
	return x
}

// everywhere says whether a rule is for all addresses.
func everywhere(o posture.Opening) bool { return o.Peer.Is("0.0.0.0/0") || o.Peer.Is("::/0") }

// ingress are those whom a function's groups, and those of what it reaches, let in, if they let anybody in who has no door yet.
func (o own) ingress(f *posture.Function, found *found) []panel {
	var doors []door
	for _, i := range f.Reaches.Ingress {
		state := found.mark(open, ofIngress, func(x posture.Finding) bool { return x.Function != "" && x.Path == i.Source })
		doors = append(doors, door{state, plain(o.owner(i.Of, i.Peer)), ports(i), 0})
	}
	for _, x := range found.rest(ofIngress) {
		doors = append(doors, door{stateOf(x), plain(last(visible(x.Path))), visible(x.Message), 0})
	}
	if len(doors) == 0 {
		return nil
	}
	p := newPanel("Its security groups let in", "", doors)
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
