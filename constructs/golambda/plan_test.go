package golambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"

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
	return &network.Network{Construct: &fakeScope{}, Vpc: &fakeVpc{}, OutsideSubnets: &awsec2.SubnetSelection{}}
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
		if len(made.environment)+len(made.statements)+len(made.egress)+len(made.relaxed)+len(made.admitted)+len(made.names)+len(made.triggers) > 0 || !reflect.DeepEqual(made.needs, network.Needs{}) || made.mount != nil {
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
	if want := []string{"ssm", "events"}; !slices.Equal(made.needs.Endpoints, want) {
		t.Errorf("got the endpoints %v, want each once: %v", made.needs.Endpoints, want)
	}
	if want := []link.Egress{{CIDR: "0.0.0.0/0", Port: 443, Description: "TCP 443 to everywhere"},
		{CIDR: "0.0.0.0/0", Port: 25, Description: "TCP 25 to everywhere"}}; !slices.Equal(made.egress, want) {
		t.Errorf("got the egress %v, want %v", made.egress, want)
	}
	if want := []link.Relaxation{{What: "parameter /limit is not encrypted", Reason: "a number"}, {What: "TCP 443 to everywhere", Reason: "webhooks of our customers", Rule: "open-egress", Of: "0.0.0.0/0:443"},
		{What: "parameter count is not encrypted", Reason: "a number"}, {What: "TCP 25 to everywhere", Reason: "mail to anybody", Rule: "open-egress", Of: "0.0.0.0/0:25"}}; !slices.Equal(made.relaxed, want) {
		t.Errorf("got relaxed %v, want %v", made.relaxed, want)
	}
}

func TestNoVpcIsRecorded(t *testing.T) {
	t.Parallel()
	made, err := planOf(network.None("calls public APIs only"), plainParameter("LIMIT", "/limit"))
	requireMistakes(t, "no VPC", err)
	if want := []link.Relaxation{{What: "no VPC", Reason: "calls public APIs only", Rule: "no-vpc"}, {What: "parameter /limit is not encrypted", Reason: "a number"}}; !slices.Equal(made.relaxed, want) {
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
	if want := []string{"ssm"}; !slices.Equal(made.needs.Endpoints, want) {
		t.Errorf("got the endpoints %v, want %v", made.needs.Endpoints, want)
	}
}

// What a network is asked to carry is what the links open.
func TestNeedsOfTheNetwork(t *testing.T) {
	t.Parallel()
	name := opening{Names: []string{"api.stripe.com"}, Egress: []link.Egress{{CIDR: "0.0.0.0/0", Port: 443}}}
	for _, c := range []struct {
		situation string
		links     []link.Link
		want      network.Needs
	}{
		{"endpoints and gateways, each once", []link.Link{plainParameter("LIMIT", "/limit"), opening{Endpoints: []string{"ssm", "sqs"}, Gateways: []string{"s3"}}, opening{Gateways: []string{"s3"}}},
			network.Needs{Endpoints: []string{"ssm", "sqs"}, Gateways: []string{"s3"}}},
		{"everywhere, for a reason", []link.Link{link.Everywhere(443, "webhooks")}, network.Needs{Outside: true, Everywhere: true}},
		{"a name: the filter has to hold what the group cannot", []link.Link{name}, network.Needs{Outside: true, Names: []string{"api.stripe.com"}}},
		{"a name that is looked up, and reached inside the VPC", []link.Link{opening{Names: []string{"*.rds.amazonaws.com"}, Egress: []link.Egress{{Group: "sg-1", Port: 5432}}}}, network.Needs{}},
		{"a public address", []link.Link{opening{Egress: []link.Egress{{CIDR: "203.0.113.0/24", Port: 8443}}}},
			network.Needs{Outside: true, Addresses: []network.Address{{CIDR: "203.0.113.0/24", Port: 8443}}}},
		{"private addresses, reached by peering", []link.Link{opening{Egress: []link.Egress{{CIDR: "10.1.0.0/16", Port: 1}, {CIDR: "172.16.0.0/12", Port: 1},
			{CIDR: "192.168.7.0/24", Port: 1}, {CIDR: "100.64.0.1/32", Port: 1}}}}, network.Needs{}},
		{"a range that is private in part", []link.Link{opening{Egress: []link.Egress{{CIDR: "172.0.0.0/8", Port: 1}}}},
			network.Needs{Outside: true, Addresses: []network.Address{{CIDR: "172.0.0.0/8", Port: 1}}}},
		{"a prefix list inside", []link.Link{opening{Egress: []link.Egress{{PrefixList: "pl-1", Port: 443}}}}, network.Needs{}},
		{"a prefix list outside", []link.Link{opening{Egress: []link.Egress{{PrefixList: "pl-1", Port: 443, Outside: true}}}}, network.Needs{Outside: true, PrefixLists: []string{"pl-1"}}},
		{"a group", []link.Link{opening{Egress: []link.Egress{{Group: "sg-1", Port: 5432}}}}, network.Needs{}},
	} {
		made, _ := planOf(withNAT(), c.links...)
		if !reflect.DeepEqual(made.needs, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.situation, made.needs, c.want)
		}
	}
}

// An endpoint lets through what is linked, and nothing that another service is
// asked for.
func TestWhatEndpointsAdmit(t *testing.T) {
	t.Parallel()
	via := link.Conditions{"StringEquals": {"kms:ViaService": {"sqs.eu-west-1.amazonaws.com"}}}
	made, err := planOf(isolated(),
		opening{Endpoints: []string{"sqs"}, Statements: []link.Statement{
			{Actions: []string{"sqs:SendMessage"}, Resources: []string{"QUEUE"}}, {Actions: []string{"kms:Decrypt"}, Resources: []string{"KEY"}, Conditions: via}}},
		opening{Endpoints: []string{"kms", "kinesis-streams"}, Statements: []link.Statement{{Actions: []string{"kms:Sign", "kinesis:PutRecord"}, Resources: []string{"BOTH"}}}},
		opening{Gateways: []string{"s3"}, Statements: []link.Statement{
			{Actions: []string{"s3:PutObject"}, Resources: []string{"BUCKET/*"}}, {Effect: iam.Deny, Actions: []string{"s3:*"}, Resources: []string{"BUCKET"}}}},
		opening{Gateways: []string{"s3"}, Statements: []link.Statement{{Actions: []string{"s3:PutObject"}, Resources: []string{"OTHER/*"}}}},
		opening{Statements: []link.Statement{{Actions: []string{"sqs:ReceiveMessage"}, Resources: []string{"JOBS"}}}},
		opening{Endpoints: []string{"appconfigdata"}, Statements: []link.Statement{{Actions: []string{"appconfig:GetLatestConfiguration"}, Resources: []string{"APP"}},
			{Actions: []string{"kms:Decrypt"}, Resources: []string{"KEY"}, Conditions: via}}},
	)
	requireMistakes(t, "six links", err)
	for door, want := range map[string]string{
		"sqs":             `[{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "QUEUE"}]`,
		"kms":             `[{"Effect": "Allow", "Action": "kms:Sign", "Resource": "BOTH"}]`,
		"kinesis-streams": `[{"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": "BOTH"}]`,
		"s3":              `[{"Effect": "Allow", "Action": "s3:PutObject", "Resource": ["BUCKET/*", "OTHER/*"]}]`,
		"appconfigdata":   `[{"Effect": "Allow", "Action": "appconfig:GetLatestConfiguration", "Resource": "APP"}]`,
	} {
		sameStatements(t, door, made.admitted[door], want)
	}
	if len(made.admitted) != 5 {
		t.Errorf("something else is admitted: %v", made.admitted)
	}
}

func TestPerimeter(t *testing.T) {
	t.Parallel()
	guarded := func() *network.Network {
		n := isolated()
		n.Perimeter, n.VpcID = true, "vpc-1"
		return n
	}
	made, err := planOf(guarded(), plainParameter("LIMIT", "/limit"))
	requireMistakes(t, "a service with its endpoint", err)
	sameStatements(t, "perimeter", made.statements[1:], `[{"Effect": "Deny", "NotAction": ["logs:*", "xray:*", "elasticfilesystem:Client*", "rds-db:connect", "elasticache:Connect"], "Resource": "*", "Condition": {
		"Null": {"lambda:SourceFunctionArn": "false"}, "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}, "BoolIfExists": {"aws:ViaAWSService": "false"}}}]`)
	statement := func(action string) opening {
		return opening{Statements: []link.Statement{{Actions: []string{action}, Resources: []string{"r"}}}}
	}
	withTrigger := statement("sqs:ReceiveMessage")
	withTrigger.Triggers = []link.Trigger{{ID: "Jobs"}}
	through := statement("kms:Decrypt")
	through.Statements[0].Conditions = link.Conditions{"StringEquals": {"kms:ViaService": {"ssm"}}}
	denied := statement("iam:PassRole")
	denied.Statements[0].Effect = iam.Deny
	for _, c := range []struct {
		situation string
		link      link.Link
		want      []string
	}{
		{"a service without an endpoint", statement("ses:SendEmail"), []string{"the network's perimeter denies ses:SendEmail, since no link reaches ses by an endpoint"}},
		{"a connection, which is no call", statement("rds-db:connect"), nil},
		{"a key, through another service", through, nil},
		{"a queue, which Lambda reads", withTrigger, nil},
		{"what is denied anyway", denied, nil},
	} {
		_, err := planOf(guarded(), c.link)
		requireMistakes(t, c.situation, err, c.want...)
	}
	made, _ = planOf(isolated(), plainParameter("LIMIT", "/limit"))
	if len(made.statements) != 1 {
		t.Errorf("a network without a perimeter denies: %v", made.statements)
	}
}

// A function with forty links deploys: each policy is as long as IAM takes.
func TestManyLinksFit(t *testing.T) {
	t.Parallel()
	var links []link.Link
	for i := range 40 {
		name := fmt.Sprintf("/my_app/a/rather/long/name/of/a/parameter/%02d", i)
		links = append(links, opening{
			Statements: []link.Statement{
				{Actions: []string{"ssm:GetParameter", "ssm:GetParameters"}, Resources: []string{"arn:aws:ssm:eu-west-1:111122223333:parameter" + name}},
				{Actions: []string{"kms:Decrypt"}, Resources: []string{fmt.Sprintf("${Token[KEY.%d]}", i)}, Conditions: link.Conditions{"StringEquals": {"kms:ViaService": {"ssm.eu-west-1.amazonaws.com"},
					"kms:EncryptionContext:PARAMETER_ARN": {"arn:aws:ssm:eu-west-1:111122223333:parameter" + name}}}}},
		})
	}
	made, err := planOf(isolated(), links...)
	requireMistakes(t, "forty links", err)
	policies := iam.Split(policyLimit, made.lengths, runTime(orders, made.statements))
	if len(policies) < 2 || len(policies) > policiesLimit {
		t.Errorf("%d policies", len(policies))
	}
	for i, p := range policies {
		if n := iam.Size(made.lengths, p...); n > policyLimit {
			t.Errorf("policy %d has %d characters", i, n)
		}
	}
	for range 8 {
		links = append(links, links[:40]...)
	}
	for i, l := range links { // so that none merges with another
		o := l.(opening)
		o.Statements = slices.Clone(o.Statements)
		o.Statements[1].Resources = []string{fmt.Sprintf("${Token[OTHER.%d]}", i)}
		links[i] = o
	}
	_, err = planOf(isolated(), links...)
	requireMistakes(t, "hundreds of links", err, "what the links allow takes 11 policies, and a role has room for 8: split the function")
	_, err = planOf(isolated(), opening{Statements: []link.Statement{{Actions: []string{"s3:GetObject"}, Resources: []string{strings.Repeat("x", 7000)}}}})
	requireMistakes(t, "one resource that is too long", err, "a statement of a link takes 7")
}

func TestRulesOfOneGroup(t *testing.T) {
	t.Parallel()
	rules := func(n int) (egress []link.Egress) {
		for i := range n {
			egress = append(egress, link.Egress{Group: fmt.Sprint("sg-", i), Port: 5432})
		}
		return egress
	}
	_, err := planOf(isolated(), opening{Egress: rules(58), Endpoints: []string{"ssm"}})
	requireMistakes(t, "59 rules", err)
	_, err = planOf(isolated(), opening{Egress: rules(58), Endpoints: []string{"ssm"}, Gateways: []string{"s3"}})
	requireMistakes(t, "60 rules", err, "the links need 60 rules in the function's security group, which takes 59")
}

// A link of a team's own opens no more than it names, or says why.
func TestDoorsOfTeamsOwnLinks(t *testing.T) {
	t.Parallel()
	allow := func(action, resource string) opening {
		return opening{Statements: []link.Statement{{Actions: []string{action}, Resources: []string{resource}}}}
	}
	explained := func(o opening) opening {
		o.Relaxed = []link.Relaxation{{What: "all of them", Reason: "an inventory"}}
		return o
	}
	everywhere := func(port int, names ...string) opening {
		return opening{Names: names, Egress: []link.Egress{{CIDR: "0.0.0.0/0", Port: port}}}
	}
	for _, c := range []struct {
		situation string
		link      link.Link
		want      []string
	}{
		{"an exact statement", allow("ses:SendEmail", "arn:aws:ses:eu-west-1:111122223333:identity/example.com"), nil},
		{"every action", explained(allow("*", "r")), []string{"a link allows *, which is every action there is"}},
		{"all actions but some", opening{Statements: []link.Statement{{NotActions: []string{"iam:*"}, Resources: []string{"r"}}}}, []string{"a link allows all actions but [iam:*]"}},
		{"every action of a service on everything", explained(allow("s3:*", "*")), []string{"a link allows [s3:*] on every resource"}},
		{"the same, written otherwise", explained(allow("s3:*", "arn:*")), []string{"a link allows [s3:*] on every resource"}},
		{"an action on everything", allow("tag:GetResources", "*"), []string{"a link allows [tag:GetResources] on every resource, and records no reason"}},
		{"an action on everything, for a reason", explained(allow("tag:GetResources", "*")), nil},
		{"a denial of everything", opening{Statements: []link.Statement{{Effect: iam.Deny, Actions: []string{"*"}, Resources: []string{"*"}}}}, nil},
		{"a blank reason", opening{Relaxed: []link.Relaxation{{What: "all", Reason: " "}}}, []string{"a link gives up \"all\" for the reason \" \": give both"}},
		{"half of everything", opening{Egress: []link.Egress{{CIDR: "0.0.0.0/1", Port: 443}}}, []string{"a link sends to everywhere, on port 443, and records no reason"}},
		{"everywhere behind a name", everywhere(443, "api.example.com"), nil},
		{"everywhere behind a name, on a port that no filter reads", everywhere(22, "api.example.com"), []string{"a link sends to everywhere, on port 22"}},
		{"everywhere behind a pattern", everywhere(443, "*.example.com"), []string{"a link sends to everywhere, on port 443"}},
		{"a secret in a variable", opening{Variables: []link.Variable{{Name: "DB_PASSWORD", Value: "correct-horse-battery"}}}, []string{"the variable DB_PASSWORD of a link looks like a secret"}},
		{"a dynamic reference in a variable", opening{Variables: []link.Variable{{Name: "SETTING", Kind: "text", Value: "{{resolve:secretsmanager:a:SecretString}}"}}}, []string{"the variable SETTING of a link looks like a secret: it is a dynamic reference"}},
	} {
		_, err := planOf(withNAT(), c.link)
		requireMistakes(t, c.situation, err, c.want...)
	}
}

func TestMountsAndTriggers(t *testing.T) {
	t.Parallel()
	mount := func(path string) opening { return opening{Mount: &link.Mount{Path: path}} }
	trigger := func(id string) opening { return opening{Triggers: []link.Trigger{{ID: id}}} }
	made, err := planOf(isolated(), mount("/mnt/models"), trigger("Nightly"), trigger("Hourly"))
	requireMistakes(t, "a mount and two triggers", err)
	if made.mount == nil || made.mount.Path != "/mnt/models" || len(made.triggers) != 2 {
		t.Errorf("got %+v and %v", made.mount, made.triggers)
	}
	_, err = planOf(isolated(), mount("/mnt/a"), mount("/mnt/b"), trigger("Nightly"), trigger("Nightly"))
	requireMistakes(t, "two mounts and the same trigger twice", err, "two links mount a file system, at /mnt/a and /mnt/b", "two links make Nightly: keep one")
	_, err = planOf(network.None("public"), opening{Egress: []link.Egress{{Group: "sg-1", Port: 5432}}})
	requireMistakes(t, "a group in no VPC", err, "the link to sg-1 opens a security group, and network.None has none")
	_, err = planOf(network.None("public"), mount("/mnt/a"))
	requireMistakes(t, "a mount in no VPC", err, "the link mounts a file system at /mnt/a, and a function in no VPC cannot")
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
		"props.Links[4] is nil: give a link or leave it out",
		"link.Everywhere on port 0: give one from 1 to 65535",
		"variable LIMIT is set twice",
		"variable LIMIT is set twice")
	if _, ok := made.environment["REFUSED"]; ok || slices.Contains(made.needs.Endpoints, "refused") {
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

func TestConfigAndLinksAgree(t *testing.T) {
	t.Parallel()
	type staged struct {
		limited
		Stage string `link:"STAGE"`
	}
	for _, c := range []struct {
		situation string
		config    any
		links     []link.Link
		want      []string
	}{
		{"no config is asked for", nil, []link.Link{plainParameter("OTHER", "/other")}, nil},
		{"a field for the link", limited{}, []link.Link{plainParameter("LIMIT", "/limit")}, nil},
		{"a pointer to it", &limited{}, []link.Link{plainParameter("LIMIT", "/limit")}, nil},
		{"no link for the field", limited{}, nil, []string{"props.Config: "}},
		{"no field for the link", limited{}, []link.Link{plainParameter("LIMIT", "/limit"), plainParameter("OTHER", "/other")}, []string{"props.Config: the variable OTHER (parameter) is read by no field"}},
		{"a link of another kind", limited{}, []link.Link{opening{Variables: []link.Variable{{Name: "LIMIT", Value: "b", Kind: "bucket"}}}}, []string{"props.Config: "}},
		{"a setting is no parameter", staged{}, []link.Link{plainParameter("LIMIT", "/limit")}, []string{"props.Config: "}},
		{"no struct", 3, nil, []string{"props.Config: "}},
	} {
		p := sound()
		p.Network, p.Links, p.Config, p.Environment = isolated(), c.links, c.config, map[string]string{"STAGE": "prod"}
		_, err := newPlan(p, ireland, "eu-west-1", nil)
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
		"nothing":                        {link.Egress{Port: 443}, nil, `a link sends to the range "", the prefix list "" and the group "": give one of them`},
		"two peers":                      {link.Egress{CIDR: "192.0.2.0/24", Group: "sg-1", Port: 443}, nil, `a link sends to the range "192.0.2.0/24", the prefix list "" and the group "sg-1": give one of them`},
		"a group":                        {link.Egress{Group: "sg-1", Port: 443}, nil, ""},
		"a prefix list":                  {link.Egress{PrefixList: "pl-1", Port: 443}, nil, ""},
		"a port that deployment knows":   {link.Egress{Group: "sg-1", PortToken: new(float64)}, nil, ""},
		"no port for a group":            {link.Egress{Group: "sg-1"}, nil, "a link sends to sg-1 on port 0"},
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
