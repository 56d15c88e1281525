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

const (
	overTLS  = `"Bool":{"aws:SecureTransport":"true"}`
	ofOrg    = `"StringEquals":{"aws:PrincipalOrgID":"o-1"}`
	layerARN = "arn:aws:lambda:eu-west-1:999999999999:layer:x:1"
)

func sendIf(conditions string) string {
	return strings.Replace(send, `}`, `,"Condition":{`+conditions+`}}`, 1)
}

func deny(statement string) string { return strings.Replace(statement, "Allow", "Deny", 1) }

func ssh(from string) string {
	return `{"CidrIp":"` + from + `","IpProtocol":"tcp","FromPort":22,"ToPort":22}`
}

func trusting(principals string) string {
	return `"R":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{` + principals + `}}]}}}`
}

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
			"opens permission may sqs:SendMessage on sqs:eu-west-1:111122223333:Orders, before only if aws:SecureTransport Bool true"}},
		"a condition more": {of(t, "", sendIf(overTLS)), of(t, "", sendIf(overTLS+","+ofOrg)), []string{
			"closes permission no longer: may sqs:SendMessage on sqs:eu-west-1:111122223333:Orders if aws:SecureTransport Bool true," +
				" now only if aws:PrincipalOrgID StringEquals o-1 and aws:SecureTransport Bool true"}},
		"another condition": {of(t, "", sendIf(overTLS)), of(t, "", sendIf(ofOrg)), []string{
			"opens permission may sqs:SendMessage on sqs:eu-west-1:111122223333:Orders if aws:PrincipalOrgID StringEquals o-1",
			"closes permission no longer: may sqs:SendMessage on sqs:eu-west-1:111122223333:Orders if aws:SecureTransport Bool true"}},
		"what a wider statement allows already": {of(t, "", send), of(t, "", send+","+sendIf(overTLS)), nil},
		"a denial with a condition more": {of(t, "", deny(sendIf(overTLS))), of(t, "", deny(sendIf(overTLS+","+ofOrg))), []string{
			"opens permission no longer: is denied sqs:SendMessage on sqs:eu-west-1:111122223333:Orders if aws:SecureTransport Bool true," +
				" now only if aws:PrincipalOrgID StringEquals o-1 and aws:SecureTransport Bool true"}},
		"a denial with a condition less": {of(t, "", deny(sendIf(overTLS))), of(t, "", deny(send)), []string{
			"closes permission is denied sqs:SendMessage on sqs:eu-west-1:111122223333:Orders, before only if aws:SecureTransport Bool true"}},
		"a denial is new":  {of(t, "", send), of(t, "", send+","+strings.Replace(send, "Allow", "Deny", 1)), []string{"closes permission is denied sqs:SendMessage on sqs:eu-west-1:111122223333:Orders"}},
		"a denial is gone": {of(t, "", strings.Replace(send, "Allow", "Deny", 1)), of(t, "", ""), []string{"opens permission no longer: is denied sqs:SendMessage on sqs:eu-west-1:111122223333:Orders"}},
		"all but":          {of(t, "", ""), of(t, "", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`), []string{"opens permission may all but iam:* on *"}},
		"a boundary is new": {of(t, "", send), of(t, "", "", `"R":{"Type":"AWS::IAM::Role","Properties":{"PermissionsBoundary":{"Ref":"B"},"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[`+send+`]}}]}}`,
			`"B":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"ManagedPolicyName":"edge","PolicyDocument":{"Statement":[`+send+`]}}}`), []string{"closes protection the permissions boundary is new: iam:policy/edge"}},
		"out of the network": {of(t, inVPC, "", network+`{"CidrIp":"10.0.0.0/16","IpProtocol":"tcp","FromPort":5432,"ToPort":5432}]}}`), of(t, "", ""), []string{
			"opens destination reaches internet", "closes destination no longer: reaches 10.0.0.0/16:5432",
			"opens destination reaches the internet over IPv4: yes, was no", "opens destination reaches the internet over IPv6: cannot tell, was no"}},
		"somebody more is let in": {of(t, inVPC, "", network+`],"SecurityGroupIngress":[`+ssh("10.0.0.0/16")+`]}}`),
			of(t, inVPC, "", network+`],"SecurityGroupIngress":[`+ssh("10.0.0.0/16")+","+ssh("0.0.0.0/0")+`]}}`), []string{
				"opens protection its security groups let in 0.0.0.0/0 tcp 22"}},
		"another is let in": {of(t, inVPC, "", network+`],"SecurityGroupIngress":[`+ssh("10.0.0.0/16")+`]}}`),
			of(t, inVPC, "", network+`],"SecurityGroupIngress":[`+ssh("10.1.0.0/16")+`]}}`), []string{
				"opens protection its security groups let in 10.1.0.0/16 tcp 22", "closes protection no longer: its security groups let in 10.0.0.0/16 tcp 22"}},
		"another account may assume the role": {of(t, "", "", trusting(`"Service":"lambda.amazonaws.com"`)),
			of(t, "", "", trusting(`"Service":"lambda.amazonaws.com","AWS":"arn:aws:iam::999999999999:root"`)), []string{
				"opens protection AWS arn:aws:iam::999999999999:root may assume its role (sts:AssumeRole)"}},
		"another account may no longer": {of(t, "", "", trusting(`"Service":"lambda.amazonaws.com","AWS":"arn:aws:iam::999999999999:root"`)),
			of(t, "", "", trusting(`"Service":"lambda.amazonaws.com"`)), []string{
				"closes protection no longer: AWS arn:aws:iam::999999999999:root may assume its role (sts:AssumeRole)"}},
		"a layer is new":       {of(t, "", ""), of(t, `"Layers":["`+layerARN+`"]`, ""), []string{"opens function runs the code of layer lambda:eu-west-1:999999999999:layer:x:1"}},
		"a layer is gone":      {of(t, `"Layers":["`+layerARN+`"]`, ""), of(t, "", ""), []string{"closes function no longer: runs the code of layer lambda:eu-west-1:999999999999:layer:x:1"}},
		"another runtime":      {of(t, `"Runtime":"nodejs22.x"`, ""), of(t, `"Runtime":"provided.al2023"`, ""), []string{"alters function the runtime: provided.al2023, was nodejs22.x"}},
		"an image, no runtime": {of(t, `"Runtime":"nodejs22.x"`, ""), of(t, "", ""), []string{"alters function the runtime: of a container image, was nodejs22.x"}},
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
		if err := c.after.Since(stored(t, c.before)); err != nil {
			t.Fatal(err)
		}
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
		"as before":           {with(finding("m", ""), finding("n", "a")), with(finding("m", ""), finding("n", "a")), ""},
		"another reason":      {with(finding("m", "a")), with(finding("m", "b")), `S/F alters acknowledged because "b", was "a": warning r at S/Q: m`},
		"another wording":     {with(finding("m", "")), with(finding("n", "")), ""},
		"one more":            {with(finding("b", "")), with(finding("a", ""), finding("b", "")), "S/F opens new warning r at S/Q: a"},
		"another statement":   {with(finding("statement 4 of p", "")), with(finding("statement 5 of p", "")), ""},
		"two statements more": {with(finding("statement 2 of p", "")), with(finding("statement 1 of q", ""), finding("statement 3 of p", "")), "S/F opens new warning r at S/Q: statement 1 of q"},
	} {
		if err := c.after.Since(stored(t, c.before)); err != nil {
			t.Fatal(err)
		}
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
}

func TestRelaxationsChange(t *testing.T) {
	t.Parallel()
	given := func(all ...posture.Relaxation) *Document {
		d := of(t, "", "")
		d.Posture.Functions[0].Relaxed = all
		return d
	}
	prices, mail := posture.Relaxation{What: "no network", Reason: "a price list"}, posture.Relaxation{What: "no network", Reason: "mail"}
	for situation, c := range map[string]struct {
		before, after *Document
		want          string
	}{
		"new":            {given(), given(prices), `[{opens relaxation gives up: no network, because "a price list"}]`},
		"gone":           {given(prices), given(), `[{closes relaxation no longer: gives up: no network, because "a price list"}]`},
		"another reason": {given(prices), given(mail), `[{alters relaxation gives up: no network, because "mail", was "a price list"}]`},
		"of another":     {given(prices), given(posture.Relaxation{What: prices.What, Reason: "mail", Of: "0.0.0.0/0:25"}), `[{opens relaxation gives up: no network, because "mail"} {closes relaxation no longer: gives up: no network, because "a price list"}]`},
		"one more":       {given(prices), given(prices, mail), `[{opens relaxation gives up: no network, because "mail"}]`},
	} {
		if err := c.after.Since(stored(t, c.before)); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(c.after.Change.Of); got != "[{S/F "+c.want+"}]" {
			t.Errorf("%s: got %s, want %s", situation, got, c.want)
		}
	}
}

// A template without paths of its own has its file's name in every path.
func TestAnotherFileIsNoChange(t *testing.T) {
	t.Parallel()
	read := func(source, template string) *Document {
		p, err := posture.FromJSON(strings.TrimSuffix(source, ".json"), []byte(template))
		if err != nil {
			t.Fatal(err)
		}
		return New(source, p, p.Check(), posture.Rules())
	}
	pathless := `{"Resources":{"F":{"Type":"AWS::Lambda::Function","Properties":{"Role":{"Fn::GetAtt":["R","Arn"]},` + inVPC + `}},` +
		network + `{"DestinationSecurityGroupId":{"Ref":"G"},"IpProtocol":"-1"}]}},
		"R":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[` + send + `]}}]}}}}`
	withPaths := strings.Replace(pathless, `"AWS::Lambda::Function",`, `"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"old/F"},`, 1)
	for situation, c := range map[string]struct {
		before, after *Document
		want          string
	}{
		"another name":                   {read("old.json", pathless), read("new.json", pathless), "opens nothing and closes nothing"},
		"another name, paths of CDK":     {read("old.json", withPaths), read("new.json", withPaths), "opens nothing and closes nothing"},
		"another name, another template": {read("old.json", pathless), read("new.json", strings.Replace(pathless, "SendMessage", "*", 1)), "opens 2, closes 1 and alters 0"},
		"another stack of a cdk.out":     {New("cdk.out", read("old", pathless).Posture, posture.Report{}, nil), New("cdk.out", read("new", pathless).Posture, posture.Report{}, nil), "opens 2, closes 1 and alters 1"},
	} {
		if err := c.after.Since(stored(t, c.before)); err != nil {
			t.Fatal(err)
		}
		if got := c.after.Change.Line(); got != c.want {
			t.Errorf("%s: %s, want %s: %+v", situation, got, c.want, c.after.Change.Of)
		}
		if got := c.after.Change.Strangers(); got != strings.Contains(situation, "cdk.out") {
			t.Errorf("%s: strangers: %t", situation, got)
		}
	}
	for situation, template := range map[string]string{"no paths": pathless, "paths of CDK": strings.Replace(withPaths, "old/F", "old/Api/F", 1)} {
		a, b := read("old.json", template), read("new.json", template)
		if x, y := fingerprints(a.Report.Findings, a.fileStack()), fingerprints(b.Report.Findings, b.fileStack()); !slices.Equal(x, y) {
			t.Errorf("%s: another file's name changes the fingerprints", situation)
		}
	}
	gone := read("new.json", `{"Resources":{}}`)
	if err := gone.Since(read("old.json", strings.Replace(withPaths, "old/F", "old/Api/F", 1))); err != nil || gone.Change.Of[1].Function != "old/Api/F" {
		t.Errorf("a path that the template names is said to be another: %v, %+v", err, gone.Change.Of)
	}
}

func TestABaselineOfOneFunctionIsForItAlone(t *testing.T) {
	t.Parallel()
	both := func(only string) *Document {
		d := of(t, "", "", `"H":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"S/H"}}`)
		if only != "" {
			d.Only(only)
		}
		return d
	}
	for situation, c := range map[string]struct{ before, after, want string }{
		"of all":              {"", "", ""},
		"of the same":         {"S/F", "S/F", ""},
		"of all, for one":     {"", "S/F", ""},
		"of one, for all":     {"S/F", "", "is of the function S/F alone, and this is not: write it without --function"},
		"of one, for another": {"S/F", "S/H", "is of the function S/F alone, and this is not: write it without --function"},
	} {
		d := both(c.after)
		err := d.Since(stored(t, both(c.before)))
		if c.want == "" && (err != nil || len(d.Change.Of) != 0) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", situation, err, c.want)
		}
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
