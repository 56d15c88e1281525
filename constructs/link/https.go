package link

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// HTTPS lets the function reach one host outside AWS by TLS on port 443, such
// as "api.stripe.com". The variable holds https://host.
//
// Security groups know no names, so the function's group lets out 443 to
// everywhere, and the network's name filter holds the function to the host. A
// network without one refuses the link. What the two kinds stop:
//
//   - Route 53 Resolver DNS Firewall does not answer look-ups of other names.
//     It does not see the packets: an address that is known without a look-up
//     is reached.
//   - Network Firewall drops TLS handshakes that name another host (SNI) and
//     what is no TLS. It believes the handshake: a client that names the host
//     and connects to another address passes.
//
// Neither stops what is sent to the host itself: one that keeps anybody's data
// is as good as everywhere.
//
// The name is in lower case and whole: no wildcard, so that each host is
// listed. What it is an alias of (CNAME) is let through with it. An AWS
// service, such as s3.amazonaws.com, is refused, since behind its name is every
// account's data: link the resource, or use Statements. A name of one API of
// AWS's, such as abc123.execute-api.eu-west-1.amazonaws.com, is not.
func HTTPS(variable, host string) Link { return https{variable, host} }

type https struct{ variable, host string }

// Open implements Link.
func (h https) Open(Site) (Doors, error) {
	err := checkHost(h.host)
	if err == nil && awsService.MatchString(h.host) {
		err = fmt.Errorf("%q is an AWS service, and behind its name is every account's data: use the link of the resource, or link.Statements with the service's endpoint", h.host)
	}
	if err != nil {
		return Doors{}, fmt.Errorf("link.HTTPS of variable %s: %w", h.variable, err)
	}
	return Doors{
		Variables: []Variable{{h.variable, "https://" + h.host, contract.URL}},
		Names:     []string{h.host},
		// One rule serves all such links, so it names none of their hosts.
		Egress: []Egress{{CIDR: "0.0.0.0/0", Port: 443, Description: "HTTPS to the names that the network lets through"}},
	}, nil
}

var (
	// RFC 1123, section 2.1, and RFC 1035, section 2.3.4. The last part is no
	// number, or the whole could be read as an address.
	hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	// awsService are the names that AWS's services answer to in a region or in
	// all, and that hold no name of a resource (AWS General Reference, "Service
	// endpoints").
	awsService = regexp.MustCompile(`^((api|data|runtime|streams)\.)?([a-z0-9-]+\.)?(dualstack\.)?([a-z]{2,4}(-[a-z]+)+-[0-9]+\.)?` +
		`(amazonaws\.(com|com\.cn|eu)|api\.aws|api\.amazonwebservices\.com\.cn)$`)
)

// checkHost says what is wrong with the name of one host.
func checkHost(host string) error {
	_, notIP := netip.ParseAddr(strings.Trim(host, "[]"))
	switch {
	case pseudo.IsToken(host):
		return fmt.Errorf("%q is a token: a filter of names has to be told the name at synth", host)
	case host == "":
		return errors.New("the host is empty: give one such as api.example.com")
	case notIP == nil:
		return fmt.Errorf("%q is an address: use link.Address for it", host)
	case strings.ContainsAny(host, ":/?#@"):
		return fmt.Errorf("%q is more than a host: give it without scheme, user, port and path, such as api.example.com", host)
	case strings.Contains(host, "*"):
		return fmt.Errorf("%q has a wildcard: add a link for each host", host)
	case strings.HasSuffix(host, "."):
		return fmt.Errorf("%q ends in a dot: leave it out", host)
	case strings.ToLower(host) != host:
		return fmt.Errorf("%q has capitals: give %q", host, strings.ToLower(host))
	case strings.ContainsFunc(host, func(r rune) bool { return r > 127 }):
		return fmt.Errorf("%q is not ASCII: give the form that begins with xn--", host)
	case len(host) > 253:
		return fmt.Errorf("%q has %d characters: names have 253 at most", host, len(host))
	case !strings.Contains(host, "."):
		return fmt.Errorf("%q is a single name: give a host with its domain, such as api.example.com", host)
	case !hostName.MatchString(host):
		return fmt.Errorf("%q is no host: use letters, digits and hyphens in parts of up to 63, such as api.example.com", host)
	}
	return nil
}

// checkNames is checkHost for what a filter lets through: "*." in front stands
// for every name below.
func checkNames(name string) error {
	below := strings.TrimPrefix(name, "*.")
	if below != name && !strings.Contains(below, ".") {
		return fmt.Errorf("%q lets a whole top-level domain through: give a name below it", name)
	}
	return checkHost(below)
}
