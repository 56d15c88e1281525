package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

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
