package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// layer is one side of a function, such as what it may call, as a table.
type layer struct {
	Title string
	// None is what the layer says where it has no rows.
	None string
	Head []string
	Rows []row
	// Class is the page's, where the columns are not alike.
	Class string
}

type row []cell

// cell is the lines of one field: values of the template, or words where Words is set.
type cell struct {
	Lines []string
	Words bool
}

func values(lines ...string) cell { return cell{Lines: lines} }

func words(lines ...string) cell { return cell{lines, true} }

// layers are a function's, in the order in which a reviewer asks: what may it do, where does it get to, who starts it, what keeps it.
func (d *Document) layers(f *posture.Function) []layer {
	o := d.ownOf(f)
	all := []layer{d.calls(o, f)}
	if l := o.denied(f); len(l.Rows) > 0 {
		all = append(all, l)
	}
	if l := o.boundary(f); len(l.Rows) > 0 {
		all = append(all, l)
	}
	all = append(all, d.reached(o, f), o.invokedBy(f), o.keptBy(f))
	if l := relaxed(f); len(l.Rows) > 0 {
		all = append(all, l)
	}
	return all
}

var statementHead = []string{"Action", "On", "Only if", "By"}

func (o own) statement(p posture.Permission, conditions []string) row {
	return row{values(actions(p)...), values(o.resources(p)...), values(conditions...), values(by(p))}
}

func (d *Document) calls(o own, f *posture.Function) layer {
	l := layer{Title: "What it may call", None: "It may call no AWS service.", Head: statementHead}
	for _, p := range sortedStatements(f, func(p posture.Permission) bool { return p.Effect != "Deny" && !p.Limits }) {
		r := o.statement(p, o.conditions(p))
		if d.deniedAgain(f, p) {
			r[3].Lines = append(r[3].Lines, denialInFull(f, p))
		}
		l.Rows = append(l.Rows, r)
	}
	return l
}

func (o own) denied(f *posture.Function) layer {
	l := layer{Title: "What it is denied, whatever else allows it", Head: statementHead}
	for _, p := range sortedStatements(f, func(p posture.Permission) bool { return p.Effect == "Deny" }) {
		l.Rows = append(l.Rows, o.statement(p, o.conditions(p)))
	}
	return l
}

func (o own) boundary(f *posture.Function) layer {
	l := layer{Title: "The boundary of what it may call at most", Head: statementHead}
	for _, p := range sortedStatements(f, func(p posture.Permission) bool { return p.Effect != "Deny" && p.Limits }) {
		l.Rows = append(l.Rows, o.statement(p, o.conditions(p)))
	}
	return l
}

// sortedStatements are those of a function by their services, then as the policies have them.
func sortedStatements(f *posture.Function, which func(posture.Permission) bool) []posture.Permission {
	var all []posture.Permission
	for _, p := range f.May {
		if which(p) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b posture.Permission) int { return slices.Compare(services(a), services(b)) })
	return all
}

func (d *Document) reached(o own, f *posture.Function) layer {
	l := layer{Title: "Where it gets to", None: "It reaches nothing.", Head: []string{"Destination", "Reached", "By", "What holds it"}, Class: "reach"}
	r := f.Reaches
	l.Rows = append(l.Rows, internet(r))
	isolated := r.VPC != "" && r.Internet == posture.No && r.InternetIPv6 == posture.No
	var shut []string
	for _, e := range r.Endpoints {
		if e.Reachable == posture.No {
			shut = append(shut, visible(e.Service))
			continue
		}
		l.Rows = append(l.Rows, row{values(visible(e.Service)), words(e.Reachable.String()),
			values(strings.ToLower(visible(e.Type))+" endpoint", visible(e.Path)), o.endpointPolicy(e)})
	}
	for _, n := range r.Names {
		l.Rows = append(l.Rows, row{values(written(n.Allowed)...), words("names allowed"), values(visible(n.Kind)+" name filter", visible(n.Path)), words(others(n)...)})
	}
	for _, e := range r.Egress {
		if nowhere(e) {
			continue
		}
		held := described(e)
		if isolated && everywhere(e) {
			held = strings.TrimPrefix(held+", but no route leads out: the rest of the network, and what is joined to it", ", but ")
		}
		l.Rows = append(l.Rows, row{values(o.owner(e.Of, e.Peer) + " " + ports(e)), words("a rule allows it"), values("security group rule", visible(e.Source)), words(held)})
	}
	for _, i := range r.Ingress {
		l.Rows = append(l.Rows, row{values("from " + o.owner(i.Of, i.Peer) + " " + ports(i)), words("a rule allows it"), values("security group rule", visible(i.Source)), words(described(i))})
	}
	if len(shut) > 0 {
		l.Rows = append(l.Rows, row{values(shut...), words("no"), words("endpoints of the same network"), words("the security groups or routes do not let it through")})
	}
	return l
}

func internet(r posture.Reach) row {
	answer := "over IPv4 " + r.Internet.String()
	if r.Internet == r.InternetIPv6 {
		answer = r.Internet.String()
	} else {
		answer += ", over IPv6 " + r.InternetIPv6.String()
	}
	why := []string{"no route or no security group rule leads there"}
	if len(r.Because) > 0 {
		why = nil
		for _, b := range r.Because {
			why = append(why, visible(b))
		}
	}
	return row{words("the internet"), words(answer), words(why...), words(holds(r))}
}

// holds says what is between a function and the internet.
func holds(r posture.Reach) string {
	switch {
	case r.Internet == posture.No && r.InternetIPv6 == posture.No:
		return "it is shut"
	case filtered(r, "Network"):
		return "the names below alone"
	case filtered(r, "DNS"):
		return "names alone: an address that needs no look-up is not stopped"
	case r.VPC == "":
		return "nothing: no network holds it"
	}
	return "the rules below"
}

// others says what a filter does with what it does not list. A DNS Firewall stops look-ups (Route 53 guide, "Using DNS Firewall to filter outbound
// DNS traffic"), a Network Firewall connections.
func others(n posture.NameFilter) []string {
	lines := []string{map[posture.Answer]string{posture.Yes: "all other names are stopped", posture.No: "other names are not stopped",
		posture.CannotTell: "whether other names are stopped, the templates do not tell"}[n.BlocksOthers]}
	if n.Kind == "DNS" {
		lines = append(lines, "it stops look-ups: an address that needs none is not stopped")
	}
	return lines
}

// nowhere says whether a rule is CDK's for a group that lets nothing out.
func nowhere(o posture.Opening) bool {
	return o.Peer.Is("255.255.255.255/32") || o.Peer.Is("127.0.0.1/32")
}

func described(o posture.Opening) string {
	text := visible(o.Description)
	if o.Maybe {
		text = strings.TrimSpace(text + " (a condition of the template decides)")
	}
	return text
}

func (o own) endpointPolicy(e posture.Endpoint) cell {
	if len(e.Policy) == 0 {
		return words("no policy: it lets everybody do anything")
	}
	var lines []string
	for _, p := range e.Policy {
		line := strings.Join(actions(p), ", ") + " on " + strings.Join(o.resources(p), ", ")
		if p.Effect == "Deny" {
			line = "denies " + line
		}
		if conditions := o.conditions(p); len(conditions) > 0 {
			line += " if " + strings.Join(conditions, " and ")
		}
		lines = append(lines, line)
	}
	return values(lines...)
}

func (o own) invokedBy(f *posture.Function) layer {
	l := layer{Title: "Who may invoke it", None: "Nobody is let in by the templates, but whoever IAM lets in this account.", Head: []string{"Who", "How", "Held to", "By"},
		Class: "invoked"}
	for _, i := range f.InvokedBy {
		how := visible(i.Kind)
		if i.Answer != posture.Yes {
			how += " (" + i.Answer.String() + ")"
		}
		l.Rows = append(l.Rows, row{values(o.who(i)), words(how), values(o.heldTo(i)...), values(visible(i.Path))})
	}
	return l
}

func (o own) keptBy(f *posture.Function) layer {
	l := layer{Title: "What keeps and watches it", Head: []string{"What", "Is"}}
	add := func(what string, lines ...string) { l.Rows = append(l.Rows, row{words(what), values(lines...)}) }
	p := f.Protection
	add("Role", o.owner(f.Role.Path, f.Role.ARN), "assumed by "+trusted(f.Role))
	if f.Role.Boundary != "" {
		add("Permissions boundary", o.brief(f.Role.Boundary))
	}
	variables := "none"
	if len(p.Variables) > 0 {
		variables = visible(strings.Join(p.Variables, ", "))
	}
	add("Variables", variables, "under "+o.keyName(p.EnvironmentKey))
	where := visible(p.Logs.Path)
	if where == "" {
		where = visible(p.Logs.Group.String()) + ", in no template"
	}
	add("Logs", where, "kept "+days(p.Logs.RetentionDays), "under "+o.keyName(p.Logs.Key))
	add("Traces", cmp.Or(visible(p.Tracing.String()), "off"))
	var alarms []string
	for _, a := range p.Alarms {
		alarms = append(alarms, visible(a.Metric.String())+": "+visible(a.Path)+o.told(a))
	}
	add("Alarms", orNone(alarms)...)
	var failed []string
	for _, e := range p.FailedEvents {
		failed = append(failed, o.owner(e.Path, e.Target)+", of "+visible(e.Of))
	}
	add("Failed events go to", orNone(failed)...)
	limits := []string{known(p.Limits.TimeoutSeconds, "s"), known(p.Limits.MemoryMB, "MB"), "recursive loops: " + visible(p.Limits.RecursiveLoop.String()),
		"events: " + known(p.Limits.MaxEventAgeSeconds, "s") + " old, tried again " + known(p.Limits.RetryAttempts, "times")}
	if n := p.Limits.ReservedConcurrency; n != nil {
		limits = append(limits, known(*n, "at once"))
	}
	add("Limits", limits...)
	if p.CodeSigning != "" {
		add("Code signing", o.brief(p.CodeSigning))
	}
	return l
}

func orNone(lines []string) []string {
	if len(lines) == 0 {
		return []string{"none"}
	}
	return lines
}

func (o own) keyName(k *posture.CustomerKey) string {
	if k == nil {
		return "AWS's own key"
	}
	return "the customer key " + o.owner(k.Path, k.ARN)
}

func trusted(r posture.Role) string {
	var all []string
	for _, t := range r.TrustedBy {
		who := strings.Join(t.Principals, ", ")
		if len(t.NotPrincipal) > 0 {
			who = "all but " + strings.Join(t.NotPrincipal, ", ")
		}
		switch {
		case who == "":
			who = "whom the templates do not tell"
		case t.Effect == "Deny":
			who = "not " + who
		}
		all = append(all, visible(who))
	}
	if len(all) == 0 {
		return "whom the templates do not tell"
	}
	return strings.Join(all, "; ")
}

func relaxed(f *posture.Function) layer {
	l := layer{Title: "Protections that somebody gave up, and why", Head: []string{"Protection", "Reason"}}
	for _, r := range f.Relaxed {
		l.Rows = append(l.Rows, row{words(visible(r.What)), words(visible(r.Reason))})
	}
	return l
}
