package network

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// names are what the filter of a VPC lets through. Nil: there is no filter.
type names struct {
	given *NameFilter
	// lookedUp are answered; outside are passed on the way out too.
	lookedUp, outside list
	addresses         []Address
	wrong             []error
}

func newNames(given *NameFilter) *names {
	made := &names{given: given}
	for _, name := range given.also {
		made.lookedUp.add(name)
		made.outside.add(name)
	}
	return made
}

// ours reports whether this library makes the filter.
func (n *names) ours() bool {
	return n != nil && (n.given.kind == dnsFirewall || n.given.kind == networkFirewall)
}

// checkNeeds says why names that are needed outside cannot be had.
func (n *names) checkNeeds(needs Needs, v *vpc) []error {
	if n == nil {
		if len(needs.Names) == 0 {
			return nil
		}
		return []error{fmt.Errorf("the network filters no names, and without a filter the link to %s can send to every address: give it Names, such as network.DNSFirewall()", strings.Join(needs.Names, ", "))}
	}
	var wrong []error
	if needs.Everywhere && n.given.kind != anyName {
		wrong = append(wrong, errors.New("the network filters names, which link.Everywhere would go past: name what is reached with link.HTTPS or link.Address"))
	}
	if n.given.kind == networkFirewall && len(needs.PrefixLists) > 0 {
		wrong = append(wrong, fmt.Errorf("the network firewall passes addresses and names, and would drop what goes to the prefix list %s: give its ranges with link.CIDR", strings.Join(needs.PrefixLists, ", ")))
	}
	if n.ours() {
		for _, name := range needs.Names {
			_, err := v.known(name)
			wrong = append(wrong, checkName(name), err)
		}
	}
	return wrong
}

// AdmitNames lets host names through the VPC's filter, if this library made it.
// A leading "*." stands for every name below.
func (n *Network) AdmitNames(names ...string) {
	n.shared.used = true
	filter := n.shared.names
	if !filter.ours() {
		return
	}
	for _, name := range names {
		known, err := n.shared.known(name)
		if err != nil {
			filter.wrong = append(filter.wrong, err)
			continue
		}
		filter.lookedUp.add(known)
		// A name that only the deployment knows is that of a resource, which is
		// not reached by the way out.
		if !pseudo.IsToken(name) || !here().foreign(name) {
			filter.outside.add(known)
		}
	}
}

// AdmitAddress lets TCP to addresses outside through the VPC's filter.
func (n *Network) AdmitAddress(cidr string, port int) {
	filter := n.shared.names
	if filter.ours() && !slices.Contains(filter.addresses, Address{cidr, port}) {
		filter.addresses = append(filter.addresses, Address{cidr, port})
	}
}

// admitService lets look-ups of an AWS service through.
func (n *names) admitService(service string) {
	if !n.ours() {
		return
	}
	for _, host := range here().hosts(service) {
		n.lookedUp.add(host)
	}
}

// check says, at synth, what is wrong with what was let through.
func (n *names) check() error {
	if !n.ours() {
		return nil
	}
	wrong := slices.Clone(n.wrong)
	if n.given.kind == networkFirewall {
		wrong = append(wrong, checkCapacity(len(n.outside.all), len(n.addresses)))
	}
	return errors.Join(wrong...)
}

// list holds each text once.
type list struct {
	all  []string
	seen map[string]bool
}

func (l *list) add(text string) {
	if !pseudo.IsToken(text) { // which lower case would spoil
		text = strings.ToLower(text)
	}
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	if !l.seen[text] {
		l.seen[text] = true
		l.all = append(l.all, text)
	}
}

// none is a name that does not exist (RFC 2606), for a list that AWS wants to
// have an entry.
const none = "nothing.invalid"

// or returns the list, or none.
func (l *list) orNone() []string {
	if len(l.all) == 0 {
		return []string{none}
	}
	return l.all
}

// families are the names that resources of a type go by, for names that only
// another stack's deployment knows. AWS alone answers below them.
var families = map[string]func(site) string{
	"AWS::RDS::":         func(at site) string { return "*." + at.region + ".rds." + at.suffix },
	"AWS::ElastiCache::": func(at site) string { return "*.cache." + at.suffix },
}

// known returns the name in a form that the VPC's stack can know. It reads from
// Node only what is a token.
func (v *vpc) known(name string) (string, error) {
	if !pseudo.IsToken(name) || !here().foreign(name) {
		return name, nil
	}
	for _, token := range *awscdk.Tokenization_ReverseString(&name).Tokens() {
		reference, ok := token.(awscdk.Reference)
		if !ok {
			continue
		}
		target := reference.Target()
		if awscdk.Stack_Of(target) == v.stack.Stack {
			continue
		}
		if resource, ok := target.(awscdk.CfnResource); ok {
			for family, below := range families {
				if strings.HasPrefix(*resource.CfnResourceType(), family) {
					return below(here()), nil
				}
			}
		}
		return "", fmt.Errorf("the name of %s is known to another stack only, and the filter's stack cannot wait for that one: let it through by a pattern, such as network.DNSFirewall(\"*.example.com\"), and give the link a name that is no token", *target.Node().Path())
	}
	return name, nil
}
