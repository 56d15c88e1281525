package link

import (
	"errors"
	"fmt"
	"strings"
)

// Everywhere lets the function send TCP on one port to every IPv4 address. It
// is the widest door there is: the reason is required and is recorded in the
// template's metadata. A network without a way out refuses it.
func Everywhere(port int, reason string) Link { return everywhere{port, reason} }

type everywhere struct {
	port   int
	reason string
}

// Open implements Link.
func (e everywhere) Open(Site) (Doors, error) {
	var wrong []error
	if e.port < 1 || e.port > 65535 {
		wrong = append(wrong, fmt.Errorf("link.Everywhere on port %d: give one from 1 to 65535", e.port))
	}
	if strings.TrimSpace(e.reason) == "" {
		wrong = append(wrong, fmt.Errorf("link.Everywhere on port %d needs a reason: say what is reached, and why it cannot be named", e.port))
	}
	if err := errors.Join(wrong...); err != nil {
		return Doors{}, err
	}
	what := fmt.Sprintf("TCP %d to everywhere", e.port)
	return Doors{
		Egress:  []Egress{{CIDR: "0.0.0.0/0", Port: e.port, Description: what}},
		Relaxed: []Relaxation{{What: what, Reason: e.reason, Rule: "open-egress", Of: fmt.Sprintf("0.0.0.0/0:%d", e.port)}},
	}, nil
}
