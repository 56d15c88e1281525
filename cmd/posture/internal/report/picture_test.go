package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/securegofunction/cdk/constructs/posture"
)

// Panels lie within the picture, and apart.
func TestNothingOverlaps(t *testing.T) {
	t.Parallel()
	var statements, permissions []string
	for i := range 30 {
		statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Action":["service%02d:Read","service%02d:Write","kms:Decrypt"],"Resource":"arn:aws:service%02d:::%s"}`, i, i, i, strings.Repeat("long", 30)))
		permissions = append(permissions, fmt.Sprintf(`"P%d":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":{"Ref":"F"},"Principal":"events.amazonaws.com","Action":"lambda:InvokeFunction","SourceArn":"arn:aws:events:eu-west-1:111122223333:rule/%d"}}`, i, i))
	}
	full := strings.Join(statements, ",")
	for situation, d := range map[string]*Document{
		"nothing":            of(t, "", ""),
		"many services":      of(t, "", full),
		"many invokers":      of(t, "", "", permissions...),
		"many of all":        of(t, "", full, permissions...),
		"hostile":            hostileDocument(t),
		"a network, ingress": of(t, inVPC, full, network+`{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}],"SecurityGroupIngress":[{"CidrIp":"10.0.0.0/8","IpProtocol":"-1"}]}}`),
	} {
		p := d.picture("f1", d.Posture.Functions[0])
		type area struct{ x1, y1, x2, y2 int }
		areas := []area{{boxX, p.BoxY, boxX + boxWidth, p.BoxY + boxHeight}}
		for _, panel := range p.Panels {
			areas = append(areas, area{panel.X, panel.Y, panel.X + panel.Width, panel.Y + panel.Height})
			if len(panel.Doors) > mostDoors || len(panel.Doors) == 0 && panel.None == "" {
				t.Errorf("%s: %s has %d doors", situation, panel.Title, len(panel.Doors))
			}
			for _, x := range panel.Doors {
				if x.Y+doorHeight > panel.Y+panel.Height || panel.MoreY > panel.Y+panel.Height {
					t.Errorf("%s: %s of %s lies below it", situation, x.Name, panel.Title)
				}
				if wide := float64(max(utf8.RuneCountInString(x.Name), utf8.RuneCountInString(x.Detail))) * 6.65; 38+wide > float64(panel.Width) {
					t.Errorf("%s: %q, %q is wider than its panel", situation, x.Name, x.Detail)
				}
			}
		}
		for i, a := range areas {
			if a.x1 < 0 || a.y1 < 0 || a.x2 > pictureWidth || a.y2 > p.Height {
				t.Errorf("%s: %+v leaves the picture, which is %d high", situation, a, p.Height)
			}
			for _, b := range areas[:i] {
				if a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2 {
					t.Errorf("%s: %+v and %+v overlap", situation, a, b)
				}
			}
		}
		for _, part := range []string{"They may invoke it: ", "The role that it runs as: ", "Keys: ", "It may call: ", "It gets to: ", "It is watched by: "} {
			if !strings.Contains(strings.Join(p.Lines, " "), part) {
				t.Errorf("%s: the description lacks %q: %q", situation, part, p.Lines)
			}
		}
	}
}

// doorOf returns the door whose name begins so.
func doorOf(t *testing.T, d *Document, name string) door {
	t.Helper()
	for _, panel := range d.picture("f1", d.Posture.Functions[0]).Panels {
		for _, x := range panel.Doors {
			if strings.HasPrefix(x.Name, name) {
				return x.door
			}
		}
	}
	t.Fatalf("no door is called %s", name)
	return door{}
}

func TestDoorsSayWhatIsOpen(t *testing.T) {
	t.Parallel()
	outside := `"L":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":{"Ref":"F"},"Action":"lambda:InvokeFunction",`
	trust := func(who string) string {
		return `"R":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + who + `}}}}`
	}
	forCode := `,{"Effect":"Deny","Action":"sqs:*","Resource":"*","Condition":{"ArnEquals":{"lambda:SourceFunctionArn":{"Fn::GetAtt":["F","Arn"]}}}}`
	for situation, c := range map[string]struct {
		d    *Document
		want door
	}{
		"a service":                     {of(t, "", send), door{open, "sqs: SendMessage", "eu-west-1:111122223333:Orders", 0}},
		"a service beside another":      {of(t, "", `{"Effect":"Allow","Action":["sqs:SendMessage","s3:GetObject"],"Resource":["arn:aws:sqs:eu-west-1:111122223333:Orders","arn:aws:s3:::a/*"]}`), door{open, "s3: GetObject", "a/*", 1}},
		"every resource":                {of(t, "", strings.Replace(send, "arn:aws:sqs:eu-west-1:111122223333:Orders", "*", 1)), door{open, "sqs: SendMessage", "any resource", 2}},
		"denied again":                  {of(t, "", send+","+strings.Replace(send, "Allow", "Deny", 1)), door{shut, "sqs: SendMessage", "denied by another statement", 0}},
		"denied to the code alone":      {of(t, "", send+forCode), door{shut, "sqs: SendMessage", "for Lambda alone, not for its own code", 0}},
		"denied under a condition":      {of(t, "", send+`,{"Effect":"Deny","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/a":"b"}}}`), door{open, "sqs: SendMessage", "eu-west-1:111122223333:Orders", 0}},
		"a role elsewhere":              {of(t, `"Role":"arn:aws:iam::111122223333:role/x"`, ""), door{unsure, "anything", "the role is not in the templates, so n…", 5}},
		"no network":                    {of(t, "", ""), door{open, "the internet", "any address: it is in no network", 2}},
		"a network without a way out":   {of(t, inVPC, "", network+`{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}]}}`), door{shut, "the internet", "no way out", 0}},
		"everywhere, without a way out": {of(t, inVPC, "", network+`{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}]}}`), door{open, "0.0.0.0/0 on all ports", "no way out: the rest of the network", 2}},
		"AWS's own key":                 {of(t, "", ""), door{bare, "its variables", "under AWS's own key", 0}},
		"a customer key":                {of(t, `"KmsKeyArn":{"Fn::GetAtt":["K","Arn"]}`, "", `"K":{"Type":"AWS::KMS::Key","Metadata":{"aws:cdk:path":"S/Key/Resource"}}`), door{kept, "its variables", "under Key", 0}},
		"everybody by URL":              {of(t, "", "", functionURL("NONE")), door{open, "anybody on the internet", "nobody is asked who they are", 2}},
		"whoever IAM lets, by URL":      {of(t, "", "", functionURL("AWS_IAM")), door{open, "whoever IAM lets", "held to authentication AWS_IAM", 2}},
		"everybody of an organization":  {of(t, "", "", outside+`"Principal":"*","PrincipalOrgID":"o-abc"}}`), door{open, "everybody", "held to organization o-abc", 2}},
		"a service, held to nothing":    {of(t, "", "", outside+`"Principal":"s3.amazonaws.com"}}`), door{open, "s3.amazonaws.com", "held to nothing more", 0}},
		"a service, held to an account": {of(t, "", "", outside+`"Principal":"s3.amazonaws.com","SourceAccount":"111122223333"}}`), door{open, "s3.amazonaws.com", "held to account 111122223333", 0}},
		"an account":                    {of(t, "", "", outside+`"Principal":"arn:aws:iam::444455556666:root"}}`), door{open, "the account 444455556666", "held to nothing more", 0}},
		"no alarm":                      {of(t, "", ""), door{bare, "alarms", "none", 0}},
		"Lambda's role":                 {of(t, "", "", trust(`{"Service":"lambda.amazonaws.com"}`)), door{kept, "R", "Lambda alone may assume it", 0}},
		"a role of others too":          {of(t, "", "", trust(`{"Service":"lambda.amazonaws.com","AWS":"arn:aws:iam::111122223333:role/x"}`)), door{open, "iam::111122223333", "may act as the function", 0}},
		"everybody's role":              {of(t, "", "", trust(`"*"`)), door{open, "everybody", "may act as the function", 2}},
		"a role whose trust is unknown": {of(t, "", ""), door{unsure, "R", "who may assume it is not known", 0}},
		"a boundary":                    {of(t, "", "", strings.Replace(trust(`"*"`), `"Properties":{`, `"Properties":{"PermissionsBoundary":"arn:aws:iam::111122223333:policy/Most",`, 1)), door{kept, "boundary", "at most Most", 0}},
	} {
		got := doorOf(t, c.d, c.want.Name)
		c.want.Name = got.Name
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", situation, got, c.want)
		}
	}
}

// Where the account of the stack is known, another one is said.
func TestAnotherAccount(t *testing.T) {
	t.Parallel()
	o := own{"eu-west-1", "111122223333"}
	for who, want := range map[posture.Text]string{
		"444455556666": "another account: 444455556666", "arn:aws:iam::444455556666:root": "another account: 444455556666", "s3.amazonaws.com": "s3.amazonaws.com",
		"arn:aws:iam::444455556666:role/x": "another account: iam::444455556666:role/x", "111122223333": "the account 111122223333", "arn:aws:iam::111122223333:role/x": "iam:role/x",
	} {
		if got := o.who(posture.Invoker{Kind: "permission", Who: who}); got != want {
			t.Errorf("%s is %q, want %q", who, got, want)
		}
	}
	if got := o.heldTo(posture.Invoker{SourceAccount: "444455556666"}); got[0] != "another account 444455556666" {
		t.Errorf("a source's account: %q", got)
	}
}

func TestWhatIsLeftOutIsInOrder(t *testing.T) {
	t.Parallel()
	var doors []door
	for i := range 2 * mostDoors {
		doors = append(doors, door{open, fmt.Sprintf("%02d", i), "", 0})
	}
	for i, d := range []door{{faulty, "z", "", 0}, {doubtful, "y", "", 0}, {doubtful, "x", "", 2}, {doubtful, "a", "", 1}, {noted, "w", "", 0}, {unsure, "v", "", 0}, {open, "u", "", 2}} {
		doors[2*mostDoors-1-i] = d
	}
	p := newPanel("T", "", doors)
	var names []string
	for _, d := range p.Doors {
		names = append(names, d.Name)
	}
	if got := strings.Join(names, " "); got != "z x a y w v u 00" || len(p.Doors)+p.More != len(doors) {
		t.Errorf("got %s and %d more", got, p.More)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"sqs:${Incoming1ED1B7CF.QueueName}": "sqs:Incoming", "${Stack00/Queue}": "Queue", "${AWS::Region}": "Region", "${DEADBEEF}": "DEADBEEF",
		"${LedgerB7379752.Endpoint.Port}": "Ledger Port", "plain": "plain", "${a": "${a",
	} {
		if got := plain(in); got != want {
			t.Errorf("%s reads as %s, want %s", in, got, want)
		}
	}
}

func TestBrief(t *testing.T) {
	t.Parallel()
	o := own{"eu-west-1", "111122223333"}
	for in, want := range map[posture.Text]string{
		"arn:aws:sqs:eu-west-1:111122223333:Orders": "sqs:Orders", "arn:aws:s3:::receipts/*": "s3:receipts/*", "arn:aws:sqs:eu-west-1:444455556666:Orders": "sqs:eu-west-1:444455556666:Orders",
		"arn:aws:sqs:*:111122223333:Orders": "sqs:*:111122223333:Orders", "arn:aws:logs:eu-west-1:111122223333:log-group:a:*": "logs:log-group:a:*", "*": "*", "arn:short": "arn:short",
	} {
		if got := o.brief(in); got != want {
			t.Errorf("%s reads as %s, want %s", in, got, want)
		}
	}
}
