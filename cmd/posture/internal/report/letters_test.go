package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

func TestListsAreCutInOrder(t *testing.T) {
	t.Parallel()
	for situation, c := range map[string]struct{ got, want string }{
		"all fit":              {fit([]string{"a", "b", "a"}, 10), "a, b"},
		"the widest first":     {fit(widest([]string{"GetObject", "PutObject", "Put*", "*"}), 12), "*, Put* +2"},
		"one that is too long": {fit([]string{"eu-west-1:111122223333:table/Orders/index/ByCustomer"}, 30), "eu-west-1:1111…ndex/ByCustomer"},
		"prose":                {clip("the role is not in the templates", 12), "the role is…"},
		"East Asian letters":   {clip("注文処理関数", 7), "注…数"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", situation, c.got, c.want)
		}
	}
}

// No text leaves its box: where the letters may be wide, the length is set.
func TestWideLettersAreSqueezed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"Orders": false, "OrdersOfCustomers": false, strings.Repeat("W", 17): true, strings.Repeat("W", 25): true, "注文処理関数": false, strings.Repeat("m", 22): true} {
		d := of(t, "", "")
		d.Posture.Functions[0].Path = "S/" + name
		p := d.picture("f1", d.Posture.Functions[0])
		if got := p.NameLength > 0; got != want || p.NameLength > boxWidth-16 {
			t.Errorf("%s: its length is set to %d", name, p.NameLength)
		}
	}
	p := picture{}
	p.verdict(slices.Repeat([]posture.Finding{{Severity: posture.Note}, {Severity: posture.Note, Acknowledged: &posture.Acknowledgement{}}}, 1000))
	if last := p.Verdict[len(p.Verdict)-1]; last.Length != boxWidth-16 {
		t.Errorf("%q is drawn with the length %d", last.Text, last.Length)
	}
	if squeezed("sqs: SendMessage…") != 0 || squeezed("注文") != 26 {
		t.Errorf("values are squeezed to %d, %d", squeezed("sqs: SendMessage…"), squeezed("注文"))
	}
}
