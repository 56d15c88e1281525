package golambda

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/iam/iamtest"
)

var ireland = link.Site{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}

// opening is a link that opens these doors.
type opening link.Doors

func (o opening) Open(link.Site) (link.Doors, error) { return link.Doors(o), nil }

// refusing is a link that is wrong.
type refusing string

func (r refusing) Open(link.Site) (link.Doors, error) {
	return link.Doors{Endpoints: []string{"refused"}, Variables: []link.Variable{{Name: "REFUSED"}}}, errors.New(string(r))
}

// asking is a link that notes where it is asked.
type asking struct{ at *[]link.Site }

func (a asking) Open(at link.Site) (link.Doors, error) {
	*a.at = append(*a.at, at)
	return link.Doors{}, nil
}

func plainParameter(variable, name string) link.Link {
	return link.Parameter(variable, name, link.Plain("a number"))
}

func isolated() *network.Network { return &network.Network{Construct: &fakeScope{}, Vpc: &fakeVpc{}} }

func withNAT() *network.Network {
	return &network.Network{Construct: &fakeScope{}, Vpc: &fakeVpc{}, Outside: true}
}

func planOf(n *network.Network, links ...link.Link) (plan, error) {
	p := sound()
	p.Network, p.Links = n, links
	return newPlan(p, ireland, "eu-west-1", nil)
}

func sameStatements(t *testing.T, situation string, got []iam.Statement, want string) {
	t.Helper()
	if got, want := iamtest.Compact(t, iam.Document(got...)["Statement"]), iamtest.Compact(t, json.RawMessage(want)); got != want {
		t.Errorf("%s: statements:\n got %s\nwant %s", situation, got, want)
	}
}

func TestWithoutLinksNothingIsOpen(t *testing.T) {
	t.Parallel()
	for situation, n := range map[string]*network.Network{"in an isolated network": isolated(), "in one with a way out": withNAT()} {
		made, err := planOf(n)
		requireMistakes(t, situation, err)
		if len(made.environment)+len(made.statements)+len(made.endpoints)+len(made.egress)+len(made.relaxed) > 0 {
			t.Errorf("%s: %+v", situation, made)
		}
		if want := functionAlarms(sound()); !slices.Equal(made.alarms, want) {
			t.Errorf("%s: got the alarms %v, want %v", situation, made.alarms, want)
		}
	}
}

func TestLinksAreAskedForTheSite(t *testing.T) {
	t.Parallel()
	var at []link.Site
	_, err := planOf(isolated(), asking{&at}, asking{&at})
	requireMistakes(t, "two links", err)
	if !slices.Equal(at, []link.Site{ireland, ireland}) {
		t.Errorf("asked for %v, want %v twice", at, ireland)
	}
}

func TestPlanHoldsTheDoorsOfAllLinks(t *testing.T) {
	t.Parallel()
	made, err := planOf(withNAT(),
		plainParameter("LIMIT", "/limit"),
		link.Everywhere(443, "webhooks of our customers"),
		opening{Statements: []link.Statement{{Actions: []string{"events:PutEvents"}, Resources: []string{"bus"}}}, Endpoints: []string{"events", "ssm"}},
		plainParameter("COUNT", "count"),
		link.Everywhere(25, "mail to anybody"),
		opening{Endpoints: []string{"events"}, Variables: []link.Variable{{Name: "X1", Value: "1"}, {Name: "X2", Value: "2"}}},
	)
	requireMistakes(t, "six links", err)
	if want := map[string]string{"LIMIT": "/limit", "COUNT": "count", "X1": "1", "X2": "2"}; !maps.Equal(made.environment, want) {
		t.Errorf("got the environment %v, want %v", made.environment, want)
	}
	sameStatements(t, "six links", made.statements, `[{"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": [
		"arn:aws:ssm:eu-west-1:111122223333:parameter/limit", "arn:aws:ssm:eu-west-1:111122223333:parameter/count"]},
		{"Effect": "Allow", "Action": "events:PutEvents", "Resource": "bus"}]`)
	if want := []string{"ssm", "events"}; !slices.Equal(made.endpoints, want) {
		t.Errorf("got the endpoints %v, want each once: %v", made.endpoints, want)
	}
	if want := []link.Egress{{CIDR: "0.0.0.0/0", Port: 443, Description: "TCP 443 to everywhere"},
		{CIDR: "0.0.0.0/0", Port: 25, Description: "TCP 25 to everywhere"}}; !slices.Equal(made.egress, want) {
		t.Errorf("got the egress %v, want %v", made.egress, want)
	}
	if want := []link.Relaxation{{What: "parameter /limit is not encrypted", Reason: "a number"}, {What: "TCP 443 to everywhere", Reason: "webhooks of our customers"},
		{What: "parameter count is not encrypted", Reason: "a number"}, {What: "TCP 25 to everywhere", Reason: "mail to anybody"}}; !slices.Equal(made.relaxed, want) {
		t.Errorf("got relaxed %v, want %v", made.relaxed, want)
	}
}

func TestNoVpcIsRecorded(t *testing.T) {
	t.Parallel()
	made, err := planOf(network.None("calls public APIs only"), plainParameter("LIMIT", "/limit"))
	requireMistakes(t, "no VPC", err)
	if want := []link.Relaxation{{What: "no VPC", Reason: "calls public APIs only"}, {What: "parameter /limit is not encrypted", Reason: "a number"}}; !slices.Equal(made.relaxed, want) {
		t.Errorf("got relaxed %v, want %v", made.relaxed, want)
	}
}

func TestStatementsUnderOneKeyMerge(t *testing.T) {
	key, other := newKey(t, "eu-west-1"), &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:key/2"}
	made, err := planOf(isolated(),
		link.Parameter("K1", "/a", link.EncryptedWith(key)),
		link.Parameter("K2", "/b", link.EncryptedWith(other)),
		link.Parameter("K3", "/c", link.EncryptedWith(key)),
		link.Parameter("K4", "/a", link.EncryptedWith(key)),
	)
	requireMistakes(t, "four links to three parameters under two keys", err)
	const arn = `arn:aws:ssm:eu-west-1:111122223333:parameter`
	decrypt := func(key, parameters string) string {
		return `{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:111122223333:key/` + key + `", "Condition": {"StringEquals": {
			"kms:ViaService": "ssm.eu-west-1.amazonaws.com", "kms:EncryptionContext:PARAMETER_ARN": ` + parameters + `}}}`
	}
	sameStatements(t, "four links to three parameters under two keys", made.statements, `[
		{"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": ["`+arn+`/a", "`+arn+`/b", "`+arn+`/c"]},
		`+decrypt("1", `["`+arn+`/a", "`+arn+`/c"]`)+`, `+decrypt("2", `"`+arn+`/b"`)+`]`)
	if want := []string{"ssm"}; !slices.Equal(made.endpoints, want) {
		t.Errorf("got the endpoints %v, want %v", made.endpoints, want)
	}
}

func TestWhatNetworksCarry(t *testing.T) {
	t.Parallel()
	everywhere := link.Everywhere(443, "webhooks of our customers")
	const (
		none   = "the link to 0.0.0.0/0 port 443 opens a security group, and network.None has none: leave the link out, or give a VPC"
		closed = "the network cannot carry the link to 0.0.0.0/0 port 443: its subnets have no way out; use network.FromVpc with private subnets that have a NAT"
	)
	for _, c := range []struct {
		situation string
		network   *network.Network
		link      link.Link
		want      []string
	}{
		{"everywhere from no VPC", network.None("calls public APIs only"), everywhere, []string{none}},
		{"everywhere from isolated subnets", isolated(), everywhere, []string{closed}},
		{"everywhere from subnets with a way out", withNAT(), everywhere, nil},
		{"everywhere from no network, which check refuses", nil, everywhere, nil},
		{"each address that a link opens", isolated(), opening{Egress: []link.Egress{{CIDR: "10.1.0.0/16", Port: 5432}, {CIDR: "10.2.0.0/16", Port: 6379}}},
			[]string{"the network cannot carry the link to 10.1.0.0/16 port 5432: ", "the network cannot carry the link to 10.2.0.0/16 port 6379: "}},
		{"an endpoint from isolated subnets", isolated(), plainParameter("LIMIT", "/limit"), nil},
		{"an endpoint from no VPC", network.None("calls public APIs only"), plainParameter("LIMIT", "/limit"), nil},
	} {
		_, err := planOf(c.network, c.link)
		requireMistakes(t, c.situation, err, c.want...)
	}
}

func TestMistakesOfLinksAreToldAtOnce(t *testing.T) {
	t.Parallel()
	p := sound()
	p.Network = isolated()
	p.Environment = map[string]string{"LIMIT": "3", "STAGE": "prod"}
	p.Links = []link.Link{nil, refusing("this one is wrong"), plainParameter("LIMIT", "/limit"), link.Everywhere(443, "webhooks"), nil, link.Everywhere(0, "webhooks"),
		plainParameter("LIMIT", "/other")}
	made, err := newPlan(p, ireland, "", nil)
	requireMistakes(t, "seven links", err,
		"props.Links[0] is nil: give a link or leave it out",
		"this one is wrong",
		"the network cannot carry the link to 0.0.0.0/0 port 443",
		"props.Links[4] is nil: give a link or leave it out",
		"link.Everywhere on port 0: give one from 1 to 65535",
		"variable LIMIT is set twice",
		"variable LIMIT is set twice")
	if _, ok := made.environment["REFUSED"]; ok || slices.Contains(made.endpoints, "refused") {
		t.Errorf("a link that is wrong opens doors: %+v", made)
	}
}

func TestSettingsAreJudgedInThePlan(t *testing.T) {
	t.Parallel()
	p := sound()
	p.Environment = map[string]string{"SETTING": "${Token[TOKEN.1]}"}
	_, err := newPlan(p, ireland, "", map[string]string{"SETTING": "it holds a SecretValue"})
	requireMistakes(t, "a setting that reveals a secret", err, "props.Environment SETTING looks like a secret: it holds a SecretValue")
}

func TestKeysOfLinksAreInTheRegion(t *testing.T) {
	key := newKey(t, "us-east-1")
	const refused = "the key arn:aws:kms:us-east-1:111122223333:key/1 is in us-east-1 and what it encrypts in "
	for _, c := range []struct {
		situation, region string
		link              link.Link
		want              []string
	}{
		{"a parameter's key of another region", "eu-west-1", link.Parameter("API_KEY", "/a", link.EncryptedWith(key)), []string{refused + "eu-west-1"}},
		{"a parameter's key of the region", "us-east-1", link.Parameter("API_KEY", "/a", link.EncryptedWith(key)), nil},
		{"a parameter's key, and the function's region is not known", "", link.Parameter("API_KEY", "/a", link.EncryptedWith(key)), nil},
		{"the second of a link's keys", "eu-west-1", opening{Keys: append(link.Doors{}.Keys, nil, key)}, []string{refused + "eu-west-1"}},
	} {
		p := sound()
		p.Links = []link.Link{c.link}
		_, err := newPlan(p, ireland, c.region, nil)
		requireMistakes(t, c.situation, err, c.want...)
	}
}

// What the caller gave may serve the next function, so it stays as it was.
func TestPropsOfTheCallerStayAsTheyWere(t *testing.T) {
	t.Parallel()
	props := func() *SecureGoFunctionProps {
		p := given()
		p.Key = nil
		p.Network = withNAT()
		p.Environment = map[string]string{"STAGE": "prod"}
		p.Links = []link.Link{plainParameter("LIMIT", "/limit"), opening{
			Endpoints: []string{"events", "events"}, Egress: []link.Egress{{CIDR: "10.1.0.0/16", Port: 1}},
			Statements: []link.Statement{
				{Actions: []string{"a"}, Resources: []string{"r"}, Conditions: link.Conditions{"StringEquals": {"k": {"1"}}}},
				{Actions: []string{"a"}, Resources: []string{"r"}, Conditions: link.Conditions{"StringEquals": {"k": {"2"}}}}}}}
		return &p
	}
	for situation, zeroed := range map[string]bool{"everything given": false, "nothing but what has no default": true} {
		given, untouched := props(), props()
		for _, p := range []*SecureGoFunctionProps{given, untouched} {
			if zeroed {
				p.Architecture, p.Timeout, p.MemoryMB, p.MaxEventAge, p.LogLevel, p.SystemLogLevel, p.LogRetentionDays = "", 0, 0, 0, "", "", 0
				p.Alarms = Alarms{}
			}
		}
		p := withDefaults(*given)
		_, err := newPlan(p, ireland, "eu-west-1", nil)
		_, overrideErr := override(p)
		if err := errors.Join(err, overrideErr); err != nil {
			t.Errorf("%s: %v", situation, err)
		}
		if check(p, "eu-west-1") == nil {
			t.Errorf("%s: not even Entry with Code is refused", situation)
		}
		given.Override, untouched.Override = nil, nil // functions do not compare
		if !reflect.DeepEqual(given, untouched) {
			t.Errorf("%s:\n  is %+v\nwas %+v", situation, given, untouched)
		}
	}
}

func TestTheSameDoorTwice(t *testing.T) {
	t.Parallel()
	made, err := planOf(withNAT(), link.Everywhere(443, "webhooks"), link.Everywhere(443, "payments"), link.Everywhere(22, "backups"))
	requireMistakes(t, "two links to everywhere", err)
	if len(made.egress) != 2 {
		t.Errorf("two links open one port, and a third another: rules %v", made.egress)
	}
	unexplained := opening{Egress: []link.Egress{{CIDR: "0.0.0.0/0", Port: 443}}}
	if _, err := planOf(withNAT(), link.Everywhere(443, "webhooks"), unexplained); err == nil {
		t.Error("a link without a reason hid behind another's door")
	}
	if len(made.relaxed) != 3 {
		t.Errorf("each link's reason is recorded: %v", made.relaxed)
	}
}

func TestEgressOfTeamsOwnLinks(t *testing.T) {
	t.Parallel()
	reason := []link.Relaxation{{What: "everywhere", Reason: "webhooks"}}
	for situation, c := range map[string]struct {
		egress  link.Egress
		relaxed []link.Relaxation
		want    string
	}{
		"a range":                        {link.Egress{CIDR: "192.0.2.0/24", Port: 443, Description: "HTTPS to the partner (v1)"}, nil, ""},
		"everywhere with a reason":       {link.Egress{CIDR: "0.0.0.0/0", Port: 443}, reason, ""},
		"everywhere without one":         {link.Egress{CIDR: "0.0.0.0/0", Port: 443}, nil, "a link sends to everywhere, on port 443, and records no reason"},
		"everywhere, written otherwise":  {link.Egress{CIDR: "10.0.0.0/0", Port: 443}, nil, "a link sends to everywhere, on port 443, and records no reason"},
		"IPv6":                           {link.Egress{CIDR: "::/0", Port: 443}, reason, `a link sends to "::/0"`},
		"no range":                       {link.Egress{CIDR: "partner.example.com", Port: 443}, nil, `a link sends to "partner.example.com"`},
		"no port":                        {link.Egress{CIDR: "192.0.2.0/24"}, nil, "a link sends to 192.0.2.0/24 on port 0"},
		"a port that does not exist":     {link.Egress{CIDR: "192.0.2.0/24", Port: 65536}, nil, "a link sends to 192.0.2.0/24 on port 65536"},
		"a description that EC2 refuses": {link.Egress{CIDR: "192.0.2.0/24", Port: 443, Description: "the partner's"}, nil, "a link describes its rule to 192.0.2.0/24 as \"the partner's\""},
	} {
		_, err := planOf(withNAT(), opening{Egress: []link.Egress{c.egress}, Relaxed: c.relaxed})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", situation, err, c.want)
		}
	}
}
