package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// of reads a template whose function F has the properties and whose role R has the statements, and whatever else.
func of(t testing.TB, properties, statements string, others ...string) *Document {
	t.Helper()
	if properties != "" {
		properties = "," + properties
	}
	resources := append([]string{
		`"F":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"S/F/Resource"},"Properties":{"Role":{"Fn::GetAtt":["R","Arn"]}` + properties + `}}`,
	}, others...)
	if !strings.Contains(strings.Join(others, ""), `"R":`) {
		resources = append(resources, `"R":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[`+statements+`]}}]}}`)
	}
	p, err := posture.FromJSON("S", []byte(`{"Parameters":{"P":{"Type":"String"}},"Conditions":{"C":{"Fn::Equals":[{"Ref":"P"},"x"]}},"Resources":{`+strings.Join(resources, ",")+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	return New("S", p, posture.Report{}, nil)
}

// stored is a document as a baseline has it.
func stored(t testing.TB, d *Document) *Document {
	t.Helper()
	name := filepath.Join(t.TempDir(), "old.json")
	var b bytes.Buffer
	if err := d.Write(&b, "json"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := ReadBaseline(name)
	if err != nil {
		t.Fatal(err)
	}
	return before
}

const (
	send     = `{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1:111122223333:Orders"}`
	sendBoth = `{"Effect":"Allow","Action":["sqs:SendMessage","sqs:GetQueueUrl"],"Resource":["arn:aws:sqs:eu-west-1:111122223333:Orders","arn:aws:sqs:eu-west-1:111122223333:Other"]}`
	inVPC    = `"VpcConfig":{"SubnetIds":[{"Ref":"N"}],"SecurityGroupIds":[{"Ref":"G"}]}`
	network  = `"V":{"Type":"AWS::EC2::VPC"},"N":{"Type":"AWS::EC2::Subnet","Properties":{"VpcId":{"Ref":"V"}}},"G":{"Type":"AWS::EC2::SecurityGroup","Properties":{"VpcId":{"Ref":"V"},"SecurityGroupEgress":[`
)

func functionURL(auth string) string {
	return `"U":{"Type":"AWS::Lambda::Url","Metadata":{"aws:cdk:path":"S/U"},"Properties":{"AuthType":"` + auth + `","TargetFunctionArn":{"Ref":"F"}}}`
}

func TestWhatAChangeOpensAndCloses(t *testing.T) {
	t.Parallel()
	for situation, c := range map[string]struct {
		before, after *Document
		want          []string
	}{
		"nothing": {of(t, "", send), of(t, "", send), nil},
		"a statement moves to another policy, and is split": {of(t, "", sendBoth), of(t, "", "",
			`"R":{"Type":"AWS::IAM::Role"}`, `"A":{"Type":"AWS::IAM::Policy","Properties":{"Roles":[{"Ref":"R"}],"PolicyDocument":{"Statement":[`+strings.Replace(sendBoth, `["sqs:SendMessage","sqs:GetQueueUrl"]`, `"sqs:GetQueueUrl"`, 1)+`,`+
				strings.Replace(sendBoth, `["sqs:SendMessage","sqs:GetQueueUrl"]`, `"sqs:SendMessage"`, 1)+`]}}}`), nil},
		"a permission more":   {of(t, "", send), of(t, "", send+`,{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`), []string{"opens permission may s3:GetObject on *"}},
		"a permission less":   {of(t, "", send), of(t, "", ""), []string{"closes permission no longer: may sqs:SendMessage on sqs:eu-west-1:111122223333:Orders"}},
		"actions in one line": {of(t, "", ""), of(t, "", sendBoth), []string{"opens permission may sqs:GetQueueUrl, sqs:SendMessage on sqs:eu-west-1:111122223333:Orders, sqs:eu-west-1:111122223333:Other"}},
		"a condition is gone": {of(t, "", strings.Replace(send, `}`, `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}}`, 1)), of(t, "", send), []string{
			"opens permission may sqs:SendMessage on sqs:eu-west-1:111122223333:Orders",
			"closes permission no longer: may sqs:SendMessage on sqs:eu-west-1:111122223333:Orders if aws:SecureTransport Bool true"}},
		"a denial is new":  {of(t, "", send), of(t, "", send+","+strings.Replace(send, "Allow", "Deny", 1)), []string{"closes permission is denied sqs:SendMessage on sqs:eu-west-1:111122223333:Orders"}},
		"a denial is gone": {of(t, "", strings.Replace(send, "Allow", "Deny", 1)), of(t, "", ""), []string{"opens permission no longer: is denied sqs:SendMessage on sqs:eu-west-1:111122223333:Orders"}},
		"all but":          {of(t, "", ""), of(t, "", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`), []string{"opens permission may all but iam:* on *"}},
		"a boundary is new": {of(t, "", send), of(t, "", "", `"R":{"Type":"AWS::IAM::Role","Properties":{"PermissionsBoundary":{"Ref":"B"},"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[`+send+`]}}]}}`,
			`"B":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"ManagedPolicyName":"edge","PolicyDocument":{"Statement":[`+send+`]}}}`), []string{"closes protection the permissions boundary is new: iam:policy/edge"}},
		"out of the network": {of(t, inVPC, "", network+`{"CidrIp":"10.0.0.0/16","IpProtocol":"tcp","FromPort":5432,"ToPort":5432}]}}`), of(t, "", ""), []string{
			"opens destination reaches internet", "closes destination no longer: reaches 10.0.0.0/16:5432",
			"opens destination reaches the internet over IPv4: yes, was no", "opens destination reaches the internet over IPv6: cannot tell, was no",
			"opens protection its security groups let in is gone: it was nobody"}},
		"another port": {of(t, inVPC, "", network+`{"CidrIp":"10.0.0.0/16","IpProtocol":"tcp","FromPort":5432,"ToPort":5432}]}}`),
			of(t, inVPC, "", network+`{"CidrIp":"10.0.0.0/16","IpProtocol":"-1"}]}}`), []string{
				"opens destination reaches 10.0.0.0/16 on all ports", "closes destination no longer: reaches 10.0.0.0/16:5432"}},
		"a URL for everybody": {of(t, "", "", functionURL("AWS_IAM")), of(t, "", "", functionURL("NONE")), []string{
			"opens invoker anybody on the internet, by URL may invoke it (url, authentication NONE)",
			"closes invoker no longer: whoever IAM lets, by URL may invoke it (url, authentication AWS_IAM)"}},
		"a key, and more memory": {of(t, "", ""), of(t, `"KmsKeyArn":"arn:aws:kms:eu-west-1:111122223333:key/1","MemorySize":512`, ""), []string{
			"closes protection the key of its variables is new: kms:eu-west-1:111122223333:key/1", "alters protection the memory: 512 MB, was 128 MB"}},
		"a key is gone":     {of(t, `"KmsKeyArn":"arn:aws:kms:eu-west-1:111122223333:key/1"`, ""), of(t, "", ""), []string{"opens protection the key of its variables is gone: it was kms:eu-west-1:111122223333:key/1"}},
		"loops are allowed": {of(t, "", ""), of(t, `"RecursiveLoop":"Allow"`, ""), []string{"opens protection the recursive loop: Allow, was Terminate"}},
		"loops are stopped": {of(t, `"RecursiveLoop":"Allow"`, ""), of(t, "", ""), []string{"closes protection the recursive loop: Terminate, was Allow"}},
		"a new function": {of(t, "", ""), of(t, "", "", `"H":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"S/H"},"Properties":{"Role":{"Fn::GetAtt":["R2","Arn"]}}}`,
			`"R2":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[`+send+`]}}]}}`, `"R":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyDocument":{"Statement":[]}}]}}`), []string{
			"alters function the function is new", "opens permission may sqs:SendMessage on sqs:eu-west-1:111122223333:Orders", "opens destination reaches internet"}},
		"a function is gone": {of(t, "", "", `"H":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"S/H"}}`), of(t, "", ""), []string{"closes function the function is gone"}},
	} {
		c.after.Since(stored(t, c.before))
		var got []string
		for _, of := range c.after.Change.Of {
			for _, e := range of.Entries {
				got = append(got, e.Effect+" "+e.Layer+" "+e.What)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n  %s\nwant\n  %s", situation, strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
		}
		counted := map[string]int{}
		for _, line := range c.want {
			effect, _, _ := strings.Cut(line, " ")
			counted[effect]++
		}
		if n := c.after.Change; n.Opens != counted[opens] || n.Closes != counted[closes] || n.Alters != counted[alters] {
			t.Errorf("%s: counted %s", situation, n.Line())
		}
	}
}

func TestFindingsAndRelaxationsChange(t *testing.T) {
	t.Parallel()
	finding := func(message string, reason string) posture.Finding {
		f := posture.Finding{Rule: "r", Severity: posture.Warning, Path: "S/Q", Function: "S/F", Message: message}
		if reason != "" {
			f.Acknowledged = &posture.Acknowledgement{Rule: "r", Path: "S/Q", Reason: reason, Source: "given"}
		}
		return f
	}
	with := func(all ...posture.Finding) *Document {
		d := of(t, "", "")
		d.Report.Findings = all
		return d
	}
	shared := finding("shared", "")
	shared.Function = ""
	for situation, c := range map[string]struct {
		before, after *Document
		want          string
	}{
		"new":                 {with(), with(finding("m", "")), "S/F opens new warning r at S/Q: m"},
		"of no function":      {with(), with(shared), " opens new warning r at S/Q: shared"},
		"gone":                {with(finding("m", "")), with(), "S/F closes no longer: warning r at S/Q: m"},
		"gone, acknowledged":  {with(finding("m", "why")), with(), ""},
		"acknowledged":        {with(finding("m", "")), with(finding("m", "a b")), `S/F alters acknowledged because "a b": warning r at S/Q: m`},
		"new, acknowledged":   {with(), with(finding("m", "a")), `S/F alters acknowledged because "a": warning r at S/Q: m`},
		"acknowledged before": {with(finding("m", "a")), with(finding("m", "")), "S/F opens no longer acknowledged: warning r at S/Q: m"},
		"as before":           {with(finding("m", ""), finding("n", "a")), with(finding("m", ""), finding("n", "b")), ""},
	} {
		c.after.Since(stored(t, c.before))
		var got []string
		for _, of := range c.after.Change.Of {
			for _, e := range of.Entries {
				got = append(got, of.Function+" "+e.Effect+" "+e.What)
			}
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s: got %q, want %q", situation, got, c.want)
		}
	}
	relaxed := of(t, "", "")
	relaxed.Posture.Functions[0].Relaxed = []posture.Relaxation{{What: "no network", Reason: "a price list"}}
	relaxed.Since(of(t, "", ""))
	if got := fmt.Sprint(relaxed.Change.Of); got != `[{S/F [{opens relaxation gives up: no network, because "a price list"}]}]` {
		t.Errorf("a relaxation: %s", got)
	}
}

func TestBaselineSaysWhatItIsNot(t *testing.T) {
	t.Parallel()
	for situation, c := range map[string]struct{ text, want string }{
		"no JSON":         {"<html>", "is not what --format json writes: invalid character"},
		"another JSON":    {`{"Resources":{}}`, `is not what --format json writes: its format is "", not "securegofunction/posture"`},
		"a later version": {`{"format":"securegofunction/posture","version":2,"posture":{}}`, "has version 2, and this command reads 1"},
		"null":            {`{"format":"securegofunction/posture","version":1,"posture":{"functions":[null]}}`, "function 1 is null"},
		"a wrong answer":  {`{"posture":{"functions":[{"reaches":{"internet":"perhaps"}}]}}`, `answer "perhaps" is not yes, no or cannot tell`},
	} {
		name := filepath.Join(t.TempDir(), "old.json")
		if err := os.WriteFile(name, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadBaseline(name); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ...%s...", situation, err, c.want)
		}
	}
	if _, err := ReadBaseline("none.json"); err == nil || !strings.Contains(err.Error(), "give a file that --format json wrote: open none.json") {
		t.Errorf("no file: %v", err)
	}
}
