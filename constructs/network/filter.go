package network

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// NameFilter decides which names the functions of a network can reach: see
// DNSFirewall, NetworkFirewall, AnyName and FilteredBy.
type NameFilter struct {
	kind kind
	// also are let through beside the linked names.
	also []string
	// text is the reason, or what filters.
	text string
}

type kind int

const (
	dnsFirewall kind = iota
	networkFirewall
	anyName
	filteredBy
)

// DNSFirewall answers the linked names, those of AWS that linked endpoints go
// by, and names, and no others: Route 53 Resolver DNS Firewall. A leading "*."
// stands for every name below. It fails closed, queries are logged, and a
// refused one raises an alarm. It stops look-ups and not a connection to an
// address that is known: README.md has what each filter stops.
//
// It filters for the whole VPC. What else runs there needs its names among
// names.
func DNSFirewall(names ...string) *NameFilter {
	return &NameFilter{kind: dnsFirewall, also: slices.Clone(names)}
}

// NetworkFirewall is DNSFirewall and, on the way out of the VPC, AWS Network
// Firewall: only TLS and HTTP that name a linked host, or one of names, pass,
// and what links send to addresses. The rest is dropped and logged, and raises
// an alarm. "*.example.com" lets example.com through too, which is how Network
// Firewall reads it.
//
// It costs by the hour for the endpoint in each zone, and by the GB. It needs
// subnets and routes of its own, which network.New makes; an existing VPC's is
// declared with FilteredBy.
func NetworkFirewall(names ...string) *NameFilter {
	return &NameFilter{kind: networkFirewall, also: slices.Clone(names)}
}

// AnyName filters nothing: a function with a link to a name can send to every
// address on that port. The reason is required and is recorded with each
// function of the network.
func AnyName(reason string) *NameFilter { return &NameFilter{kind: anyName, text: reason} }

// FilteredBy declares that an existing VPC's owner filters names already, and by
// what, such as "the inspection VPC behind the transit gateway". It is recorded
// with each function, since nothing here can see it.
func FilteredBy(what string) *NameFilter { return &NameFilter{kind: filteredBy, text: what} }

func (f *NameFilter) relaxed() []Relaxation {
	switch f.kind {
	case anyName:
		return []Relaxation{{What: "names outside are not filtered", Reason: f.text, Rule: "name-filter"}}
	case filteredBy:
		return []Relaxation{{What: "names outside are filtered by what this app does not make", Reason: f.text, Rule: "name-filter"}}
	}
	return nil
}

// check returns what is wrong with the filter of a network that is made, or of
// one that exists.
func (f *NameFilter) check(exists bool) error {
	if f == nil {
		return nil
	}
	var wrong []error
	for _, name := range f.also {
		wrong = append(wrong, checkName(name))
	}
	switch {
	case f.kind == anyName && strings.TrimSpace(f.text) == "":
		wrong = append(wrong, errors.New("network.AnyName needs a reason: say why the names cannot be listed"))
	case f.kind == filteredBy && strings.TrimSpace(f.text) == "":
		wrong = append(wrong, errors.New("network.FilteredBy needs to know what filters: name it"))
	case f.kind == filteredBy && !exists:
		wrong = append(wrong, fmt.Errorf("network.FilteredBy(%q) is of a VPC that exists: give network.New DNSFirewall or NetworkFirewall", f.text))
	case f.kind == networkFirewall && exists:
		wrong = append(wrong, errors.New("network.NetworkFirewall needs subnets and routes of its own: use network.New, or declare the VPC's own firewall with network.FilteredBy"))
	}
	return errors.Join(wrong...)
}

// hostName is what DNS Firewall takes (Route 53 guide, "Managing your own domain
// lists"), but for a wildcard that a whole top-level domain is under.
var hostName = regexp.MustCompile(`(?i)^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func checkName(name string) error {
	if !pseudo.IsToken(name) && (!hostName.MatchString(name) || len(name) > 255) {
		return fmt.Errorf("the name %q: give a host name such as api.example.com, or *.example.com for every name below, without scheme, port and path", name)
	}
	return nil
}
