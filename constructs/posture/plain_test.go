package posture

import (
	"os"
	"slices"
	"testing"
	"time"
)

// The table of runtimes is read as on this day, so that the tests do not end with a runtime.
func init() { today = func() time.Time { return time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC) } }

// exposure are the rules about who gets at a function, where it gets to, and who notices.
var exposure = []string{
	"public-invocation", "permission-without-source", "open-egress", "open-ingress", "public-subnet", "no-vpc", "endpoint-policy", "name-filter", "flow-logs",
	"log-retention", "log-format", "no-alarm", "alarm-without-action", "unheard-topic", "lost-events", "visibility-timeout", "tls-not-enforced", "public-bucket",
	"runtime-end", "tracing-off", "limits-missing", "recursion-guard", "code-signing",
}

// found lists the open findings of rules, with a question mark where they are unsure.
func found(p *Posture, rules ...string) []string {
	all := []string{}
	for _, f := range p.Check().Open() {
		line := f.Rule + " " + f.Path
		if f.Unsure {
			line += "?"
		}
		if slices.Contains(rules, f.Rule) {
			all = append(all, line)
		}
	}
	return all
}

// testdata/plain.json is what CDK makes of a Function with nothing but its code (Mere), and of one with CDK's Vpc, a queue's event source, a
// bucket's GrantWrite and a function URL (Orders), in CDK's defaults. The quickstart is a SecureGoFunction in its defaults.
func TestWhatMovingFromCDKsFunctionMends(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, template string
		want           []string
	}{
		{"plain", "testdata/plain.json", []string{
			"public-invocation plain/OrdersFunctionUrl8967AA01", "public-invocation plain/Ordersinvokefunction69A08120",
			"public-invocation plain/OrdersinvokefunctionurlE26809DD",
			"flow-logs plain/Vpc8378EB38",
			"log-retention plain/MereC4FF192F", "log-retention plain/OrdersA9B65338",
			"lost-events plain/MereC4FF192F?", "lost-events plain/Queue4A7E3555",
			"name-filter plain/OrdersA9B65338",
			"no-alarm plain/MereC4FF192F", "no-alarm plain/OrdersA9B65338",
			"open-egress plain/OrdersSecurityGroup2E5456CF",
			"public-bucket plain/Receipts59C0D3E0?",
			"tls-not-enforced plain/Queue4A7E3555", "tls-not-enforced plain/Receipts59C0D3E0",
			"limits-missing plain/MereC4FF192F", "limits-missing plain/OrdersA9B65338", "limits-missing plain/OrdersA9B65338",
			"log-format plain/MereC4FF192F", "log-format plain/OrdersA9B65338",
			"no-vpc plain/MereC4FF192F",
			"tracing-off plain/MereC4FF192F", "tracing-off plain/OrdersA9B65338",
		}},
		// Whom to tell is for the team to say.
		{"quickstart", "../../test/testdata/quickstart.template.json", []string{"unheard-topic quickstart/SecureGoFunctionsAlarms61F758A6"}},
	} {
		text, err := os.ReadFile(c.template)
		if err != nil {
			t.Fatal(err)
		}
		p, err := FromJSON(c.name, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := found(p, exposure...); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}
