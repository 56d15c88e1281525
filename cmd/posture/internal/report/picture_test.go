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
		for _, part := range []string{"They may invoke it: ", "Keys: ", "It may call: ", "It gets to: ", "It is watched by: "} {
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
	flawed := of(t, "", send, functionURL("NONE"))
	flawed.Report.Findings = []posture.Finding{{Rule: "r", Path: "S/U", Function: "S/F"}, {Rule: "r", Path: "S/R", About: []posture.Text{"sqs:SendMessage"}}}
	elsewhere := of(t, "", send)
	elsewhere.Report.Findings = []posture.Finding{{Rule: "r", Path: "S/R", About: []posture.Text{"s3:*"}}, {Rule: "r", Path: "S/R", Function: "S/Other"}}
	acknowledged := of(t, "", "", functionURL("NONE"))
	acknowledged.Report.Findings = []posture.Finding{{Rule: "r", Path: "S/U", Function: "S/F", Acknowledged: &posture.Acknowledgement{Reason: "r"}}}
	for situation, c := range map[string]struct {
		d    *Document
		want door
	}{
		"a service":                            {of(t, "", send), door{open, "sqs: SendMessage", "eu-west-1:111122223333:Orders"}},
		"every resource":                       {of(t, "", strings.Replace(send, "arn:aws:sqs:eu-west-1:111122223333:Orders", "*", 1)), door{open, "sqs: SendMessage", "any resource"}},
		"denied again":                         {of(t, "", send+","+strings.Replace(send, "Allow", "Deny", 1)), door{shut, "sqs: SendMessage", "denied again to its own code"}},
		"denied under a condition":             {of(t, "", send+`,{"Effect":"Deny","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/a":"b"}}}`), door{open, "sqs: SendMessage", "eu-west-1:111122223333:Orders"}},
		"a role elsewhere":                     {of(t, `"Role":"arn:aws:iam::111122223333:role/x"`, ""), door{unsure, "anything", "the role is not in the templates, so n…"}},
		"no network":                           {of(t, "", ""), door{open, "the internet", "any address: it is in no network"}},
		"a network without a way out":          {of(t, inVPC, "", network+`{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}]}}`), door{shut, "the internet", "no way out"}},
		"AWS's own key":                        {of(t, "", ""), door{bare, "its variables", "under AWS's own key"}},
		"a customer key":                       {of(t, `"KmsKeyArn":{"Fn::GetAtt":["K","Arn"]}`, "", `"K":{"Type":"AWS::KMS::Key","Metadata":{"aws:cdk:path":"S/Key/Resource"}}`), door{kept, "its variables", "under Key"}},
		"everybody, with a finding":            {flawed, door{flaw, "anybody on the internet", "url"}},
		"everybody, acknowledged":              {acknowledged, door{open, "anybody on the internet", "url"}},
		"a service, with a finding on it":      {flawed, door{flaw, "sqs: SendMessage", "eu-west-1:111122223333:Orders"}},
		"a service, with a finding on another": {elsewhere, door{open, "sqs: SendMessage", "eu-west-1:111122223333:Orders"}},
		"no alarm":                             {of(t, "", ""), door{bare, "alarms", "none"}},
	} {
		got := doorOf(t, c.d, c.want.Name)
		c.want.Name = got.Name
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", situation, got, c.want)
		}
	}
	if p := flawed.picture("f1", flawed.Posture.Functions[0]); len(p.Shared) != 1 || p.Shared[0].Path != "S/R" || !strings.Contains(strings.Join(p.Verdict, " "), "1 shared finding") {
		t.Errorf("a finding on what it shares: %+v, %q", p.Shared, p.Verdict)
	}
}

func TestWhatIsLeftOutIsInOrder(t *testing.T) {
	t.Parallel()
	var doors []door
	for i := range 2 * mostDoors {
		doors = append(doors, door{open, fmt.Sprint(i), ""})
	}
	doors[2*mostDoors-1].State, doors[2*mostDoors-2].State = flaw, unsure
	p := newPanel("T", "", doors)
	if p.Doors[0].State != flaw || p.Doors[1].State != unsure || p.Doors[2].Name != "0" || len(p.Doors)+p.More != len(doors) {
		t.Errorf("got %+v and %d more", p.Doors, p.More)
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
