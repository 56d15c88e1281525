package link

import (
	"fmt"
	"reflect"
	"testing"
)

func TestEverywhere(t *testing.T) {
	t.Parallel()
	const reason = "webhooks of our customers"
	ports := func(port int) string {
		return fmt.Sprintf("link.Everywhere on port %d: give one from 1 to 65535", port)
	}
	reasons := func(port int) string {
		return fmt.Sprintf("link.Everywhere on port %d needs a reason: say what is reached, and why it cannot be named", port)
	}
	for _, c := range []struct {
		situation string
		port      int
		reason    string
		want      string // "" where nothing is wrong
	}{
		{"HTTPS", 443, reason, ""},
		{"the lowest port", 1, reason, ""},
		{"the highest port", 65535, reason, ""},
		{"one below", 0, reason, ports(0)},
		{"one above", 65536, reason, ports(65536)},
		{"minus one, which is every port to EC2", -1, reason, ports(-1)},
		{"no reason", 443, "", reasons(443)},
		{"blanks for a reason", 443, " \t\n", reasons(443)},
		{"both, told together", 0, "", ports(0) + "\n" + reasons(0)},
	} {
		doors, err := Everywhere(c.port, c.reason).Open(ireland)
		if got := text(err); got != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
		want := Doors{}
		if c.want == "" {
			what := fmt.Sprintf("TCP %d to everywhere", c.port)
			want = Doors{Egress: []Egress{{CIDR: "0.0.0.0/0", Port: c.port, Description: what}}, Relaxed: []Relaxation{{what, c.reason, "open-egress", fmt.Sprintf("0.0.0.0/0:%d", c.port)}}}
		}
		if !reflect.DeepEqual(doors, want) {
			t.Errorf("%s: opens %+v, want %+v", c.situation, doors, want)
		}
	}
}
