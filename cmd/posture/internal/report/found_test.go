package report

import (
	"fmt"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// What is found has the sign of its severity, at the door that it is about and at no other.
func TestDoorsHaveWhatIsFound(t *testing.T) {
	t.Parallel()
	both := send + `,{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a/*"}`
	statement := func(n int, rule string, about ...posture.Text) posture.Finding {
		return posture.Finding{Rule: rule, Severity: posture.Warning, Path: "S/R", Function: "S/F", Message: fmt.Sprintf("statement %d of S/R Policies[0] allows", n), About: about}
	}
	own := func(rule string, severity posture.Severity) posture.Finding {
		return posture.Finding{Rule: rule, Severity: severity, Path: "S/F", Function: "S/F"}
	}
	acknowledged := posture.Finding{Rule: "public-invocation", Severity: posture.Error, Path: "S/U", Function: "S/F", Acknowledged: &posture.Acknowledgement{Reason: "r"}}
	refused := both + `,{"Effect":"Deny","Action":"sqs:*","Resource":"*"}`
	everywhere := network + `{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}],"SecurityGroupIngress":[{"CidrIp":"10.0.0.0/8","IpProtocol":"-1"}]}}`
	for situation, c := range map[string]struct {
		statements string
		found      posture.Finding
		door, want string
	}{
		"a statement":                      {both, statement(2, "wildcard-action", "s3:*"), "s3: *", doubtful},
		"another statement":                {both, statement(2, "wildcard-action", "s3:*"), "sqs", open},
		"a statement that is denied":       {refused, statement(1, "wildcard-action", "sqs:SendMessage"), "sqs", shut},
		"a note on the policy":             {both, posture.Finding{Rule: "inline-policy", Severity: posture.Note, Path: "S/R", Function: "S/F"}, "sqs", open},
		"a note on the policy, role":       {both, posture.Finding{Rule: "inline-policy", Severity: posture.Note, Path: "S/R", Function: "S/F"}, "R", noted},
		"of another function":              {both, posture.Finding{Rule: "inline-policy", Severity: posture.Note, Path: "S/R", Function: "S/Other"}, "R", unsure},
		"anybody":                          {both, posture.Finding{Rule: "public-invocation", Severity: posture.Error, Path: "S/U", Function: "S/F"}, "anybody", faulty},
		"anybody, acknowledged":            {both, acknowledged, "anybody", taken},
		"an API's route":                   {both, posture.Finding{Rule: "public-invocation", Severity: posture.Error, Path: "S/Api/Route", Function: "S/F"}, "anybody, through Route", faulty},
		"an API's route, at the URL":       {both, posture.Finding{Rule: "public-invocation", Severity: posture.Error, Path: "S/Api/Route", Function: "S/F"}, "anybody on", open},
		"logs":                             {both, own("log-retention", posture.Warning), "logs", doubtful},
		"the key of the logs":              {both, own("log-key", posture.Warning), "its logs", doubtful},
		"the key of the logs, variables":   {both, own("log-key", posture.Warning), "its variables", bare},
		"the key of the variables":         {both, own("environment-key", posture.Warning), "its variables", doubtful},
		"no alarm":                         {both, own("no-alarm", posture.Warning), "alarms", doubtful},
		"lost events":                      {both, own("lost-events", posture.Warning), "failed events", doubtful},
		"no traces":                        {both, own("tracing-off", posture.Note), "traces", noted},
		"egress, without a way out":        {both, posture.Finding{Rule: "open-egress", Severity: posture.Warning, Path: "S/G", Function: "S/F", About: []posture.Text{"0.0.0.0/0 on all ports"}}, "0.0.0.0/0", doubtful},
		"egress, at what is let in":        {both, posture.Finding{Rule: "open-egress", Severity: posture.Warning, Path: "S/G", Function: "S/F", About: []posture.Text{"0.0.0.0/0 on all ports"}}, "10.0.0.0/8", open},
		"ingress":                          {both, posture.Finding{Rule: "open-ingress", Severity: posture.Warning, Path: "S/G", Function: "S/F"}, "10.0.0.0/8", doubtful},
		"ingress, at where it gets to":     {both, posture.Finding{Rule: "open-ingress", Severity: posture.Warning, Path: "S/G", Function: "S/F"}, "0.0.0.0/0", open},
		"ingress of another group":         {both, posture.Finding{Rule: "open-ingress", Severity: posture.Warning, Path: "S/G2", Function: "S/F"}, "10.0.0.0/8", open},
		"the way to the internet":          {both, own("public-subnet", posture.Warning), "the internet", doubtful},
		"a queue that no value names":      {both, posture.Finding{Rule: "queue-key", Severity: posture.Note, Path: "S/Orders", Function: "S/F"}, "Orders", noted},
		"the packets of a network, of all": {both, posture.Finding{Rule: "flow-logs", Severity: posture.Warning, Path: "S/V", Stack: "S", LogicalID: "V"}, "packets", doubtful},
	} {
		d := of(t, inVPC, c.statements, everywhere, functionURL("NONE"))
		d.Report.Findings = []posture.Finding{c.found}
		if got := doorOf(t, d, c.door); got.State != c.want {
			t.Errorf("%s: the door is %+v, want it to be %s", situation, got, c.want)
		}
	}
}

// Of one statement, a finding is at the services and keys that it names, and at all of them if it names none.
func TestFindingsAreNarrow(t *testing.T) {
	t.Parallel()
	key := func(id string) string { return "arn:aws:kms:eu-west-1:111122223333:key/" + id }
	statement := `{"Effect":"Allow","Action":["sqs:*","s3:GetObject","kms:Decrypt"],"Resource":["arn:aws:s3:::a/*","` + key("one") + `","` + key("two") + `"]}`
	for situation, c := range map[string]struct {
		about []posture.Text
		want  map[string]string
	}{
		"an action":   {[]posture.Text{"sqs:*"}, map[string]string{"sqs": doubtful, "s3": open, "eu-west-1:111122223333:key/one": open}},
		"a resource":  {[]posture.Text{"arn:aws:s3:::a/*"}, map[string]string{"sqs": open, "s3": doubtful}},
		"a key":       {[]posture.Text{"kms:Decrypt", posture.Text(key("one"))}, map[string]string{"sqs": open, "s3": open, "eu-west-1:111122223333:key/one": doubtful, "eu-west-1:111122223333:key/two": open}},
		"nothing":     {nil, map[string]string{"sqs": doubtful, "s3": doubtful}},
		"what no one": {[]posture.Text{"iam:PassRole"}, map[string]string{"sqs": doubtful, "s3": doubtful}},
	} {
		d := of(t, "", statement)
		d.Report.Findings = []posture.Finding{{Rule: "wildcard-action", Severity: posture.Warning, Path: "S/R", Function: "S/F", Message: "statement 1 of S/R Policies[0] allows it", About: c.about}}
		for name, want := range c.want {
			if got := doorOf(t, d, name); got.State != want {
				t.Errorf("about %s: the door is %+v, want it to be %s", situation, got, want)
			}
		}
	}
}

// A rule that leads to the internet is no door of its own: the internet has what is found on it.
func TestTheInternetHasItsRules(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{"open-egress": doubtful, "name-filter": doubtful, "open-ingress": open, "log-key": open} {
		d := filtering(t, "")
		d.Report.Findings = []posture.Finding{{Rule: rule, Severity: posture.Warning, Path: "S/G", Function: "S/F", About: []posture.Text{"0.0.0.0/0:443"}}}
		if got := doorOf(t, d, "the internet"); got.State != want {
			t.Errorf("%s: the internet is %+v, want it to be %s", rule, got, want)
		}
	}
}

// Who may assume the role has what is found about them, and not what is found about others.
func TestWhoAssumesTheRoleHasWhatIsFound(t *testing.T) {
	t.Parallel()
	d := of(t, "", "", `"R":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
		"Principal":{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"],"AWS":["arn:aws:iam::111122223333:role/x"]}}}}}`)
	d.Report.Findings = []posture.Finding{{Rule: "assumable-role", Severity: posture.Warning, Path: "S/R", Function: "S/F", Message: "Service ec2.amazonaws.com may assume the role"},
		{Rule: "boundary", Severity: posture.Note, Path: "S/R", Function: "S/F"}}
	for name, want := range map[string]string{"ec2.amazonaws.com": doubtful, "iam::111122223333:role/x": open, "R": open, "boundary": noted} {
		if got := doorOf(t, d, name); got.State != want {
			t.Errorf("%s: the door is %+v, want it to be %s", name, got, want)
		}
	}
}

func TestManagedPoliciesOfAWSAreNamed(t *testing.T) {
	t.Parallel()
	is := aboutStatement(posture.Permission{Policy: "AWS's managed policy ReadOnly", Statement: 1})
	for about, want := range map[posture.Text]bool{"ReadOnly": true, "arn:aws:iam::aws:policy/service-role/ReadOnly": true, "arn:aws:iam::aws:policy/AllReadOnly": false, "ReadOnlyAccess": false} {
		if got := is(posture.Finding{About: []posture.Text{about}}); got != want {
			t.Errorf("%s: got %t", about, got)
		}
	}
}
