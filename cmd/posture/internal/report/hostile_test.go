package report

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// hostile is what no format may act on: markup, quotes, a code span's and a table's end, a colour of the terminal, a new line, a direction.
const hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>`` | [a](javascript:x) @team #1 {{.}} \x1b[31m\n\u202e${X}"

func hostileDocument(t testing.TB) *Document {
	t.Helper()
	quoted, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(`{"Resources":{
		"F":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":X,"SecureGoFunction":{"Relaxed":[{"What":X,"Reason":X}]}},"Properties":{"FunctionName":X,"Runtime":X,
			"Role":{"Fn::GetAtt":["R","Arn"]},"KmsKeyArn":X,"Environment":{"Variables":{"A":X,"B":X,X:"C"}},"TracingConfig":{"Mode":X},"CodeSigningConfigArn":X,
			"LoggingConfig":{"LogGroup":X,"LogFormat":X},"DeadLetterConfig":{"TargetArn":X},"RecursiveLoop":X,"VpcConfig":{"SubnetIds":[X],"SecurityGroupIds":[{"Ref":"G"}]}}},
		"R":{"Type":"AWS::IAM::Role","Metadata":{"aws:cdk:path":X},"Properties":{"PermissionsBoundary":X,"ManagedPolicyArns":[X],
			"AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"AWS":X},"Action":X}},
			"Policies":[{"PolicyName":X,"PolicyDocument":{"Statement":[{"Effect":"Allow","Action":[X,"kms:Decrypt"],"Resource":X,"Condition":{X:{X:X},"StringEquals":{"kms:ViaService":X}}},
				{"Effect":"Deny","NotAction":X,"NotResource":X}]}}]}},
		"G":{"Type":"AWS::EC2::SecurityGroup","Metadata":{"aws:cdk:path":X},"Properties":{"VpcId":X,"SecurityGroupEgress":[{"CidrIp":X,"IpProtocol":X,"Description":X}],
			"SecurityGroupIngress":[{"CidrIp":X,"IpProtocol":X,"Description":X}]}},
		"E":{"Type":"AWS::EC2::VPCEndpoint","Metadata":{"aws:cdk:path":X},"Properties":{"VpcId":X,"ServiceName":X,"VpcEndpointType":X,"PolicyDocument":{"Statement":{"Effect":"Allow","Principal":X,"Action":X,"Resource":X}}}},
		"U":{"Type":"AWS::Lambda::Url","Metadata":{"aws:cdk:path":X},"Properties":{"AuthType":X,"TargetFunctionArn":{"Ref":"F"}}},
		"P":{"Type":"AWS::Lambda::Permission","Metadata":{"aws:cdk:path":X},"Properties":{"FunctionName":{"Ref":"F"},"Principal":X,"Action":X,"SourceArn":X,"PrincipalOrgID":X}},
		"A":{"Type":"AWS::CloudWatch::Alarm","Metadata":{"aws:cdk:path":X},"Properties":{"MetricName":X,"AlarmActions":[X],"Dimensions":[{"Name":"FunctionName","Value":{"Ref":"F"}}]}}}}`,
		"X", string(quoted))
	p, err := posture.FromJSON(hostile, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Functions) != 1 || len(p.Functions[0].InvokedBy) < 2 || len(p.Functions[0].Reaches.Endpoints) != 1 || len(p.Functions[0].Protection.Alarms) != 1 {
		t.Fatalf("the template does not reach every part of the report: %+v", p.Functions)
	}
	f := posture.Finding{Rule: hostile, Severity: posture.Error, Path: hostile, Function: p.Functions[0].Path, Message: hostile, About: []posture.Text{hostile}}
	taken := f
	taken.Acknowledged = &posture.Acknowledgement{Rule: hostile, Path: hostile, Reason: hostile, Source: "CDK"}
	other := f
	other.Function = ""
	loose := []posture.Acknowledgement{*taken.Acknowledged}
	d := New(hostile, p, posture.Report{Findings: []posture.Finding{f, taken, other}, Unused: loose, WithoutReason: loose}, []posture.Rule{{ID: hostile, Title: "T", Severity: posture.Error, Why: "W", Fix: "F", Source: "S"}})
	before := New(hostile, &posture.Posture{}, posture.Report{}, nil)
	d.Since(before)
	return d
}

var tag = regexp.MustCompile(`</?([a-zA-Z][a-zA-Z0-9]*)([^>]*)>`)

// written are the tags and attributes of page.html.
var (
	tagsWritten = strings.Fields(`a article b body br caption circle code dd desc details div dl dt g h1 h2 h3 head header html i li main meta nav p path rect section span style summary svg
		table tbody td text th thead title tr ul use wbr`)
	attribute = regexp.MustCompile(`([a-zA-Z-]+)\s*=`)
)

func checkPage(t *testing.T, html string) {
	t.Helper()
	html = style.ReplaceAllString(html, "")
	for _, m := range tag.FindAllStringSubmatch(html, -1) {
		known := false
		for _, name := range tagsWritten {
			known = known || m[1] == name
		}
		if !known {
			t.Errorf("the page has the tag %s", m[0])
		}
		unquoted := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(m[2], `""`)
		for _, a := range attribute.FindAllStringSubmatch(unquoted, -1) {
			if name := strings.ToLower(a[1]); strings.HasPrefix(name, "on") || name == "src" || name == "style" {
				t.Errorf("the page has the attribute %s in %s", name, m[0])
			}
		}
		if strings.Contains(m[2], "href=") && !regexp.MustCompile(`href="#[^"]*"`).MatchString(m[2]) {
			t.Errorf("the page links to elsewhere: %s", m[0])
		}
	}
}

func TestHostileNamesAreShownAndNotObeyed(t *testing.T) {
	t.Parallel()
	d := hostileDocument(t)
	for _, format := range []string{"table", "markdown", "html"} {
		got := writing(t, d, format)
		for _, r := range []string{"\x1b", "\u202e", "\x01", "\x02"} {
			if strings.Contains(got, r) {
				t.Errorf("%s has %q", format, r)
			}
		}
		if !strings.Contains(got, `\u001b`) || !strings.Contains(got, `\u202e`) {
			t.Errorf("%s does not show what it takes out", format)
		}
	}
	checkPage(t, writing(t, d, "html"))

	d.Change = nil // the tables of Markdown
	spans := regexp.MustCompile("```[^\n]*?```|``[^\n]*?``|`[^`\n]*`")
	for _, line := range strings.Split(writing(t, d, "markdown"), "\n") {
		bare := spans.ReplaceAllString(line, "")
		if strings.ContainsAny(strings.NewReplacer("<br>", "", "<!-- -->", "").Replace(bare), "<[`") || strings.Contains(bare, "@team") || strings.Contains(bare, "#1 ") {
			t.Errorf("Markdown acts on: %s", line)
		}
		if columns := strings.Count(line, "|") - 1; strings.HasPrefix(line, "|") && columns != 8 && columns != 4 && columns != 2 {
			t.Errorf("a row of a table has %d columns: %s", columns, line)
		}
	}
	for _, format := range []string{"json", "sarif"} {
		if got := writing(t, d, format); !json.Valid([]byte(got)) {
			t.Errorf("%s is no JSON: %s", format, got)
		}
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Orders": "Orders", "Größe 注文": "Größe 注文", "a\nb\tc": "a b c", "\x1b[0m": `\u001b[0m`, "a\u200bb": `a\u200bb`, "a\u2028b": `a\u2028b`, "\x00": `\u0000`,
	} {
		if got := visible(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestCodeSpansEnd(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a": "`a`", "a`b": "``a`b``", "`": "`` ` ``", "``x": "``` ``x ```", "": "` `"} {
		if got := code(in); got != want {
			t.Errorf("%q is written as %s, want %s", in, got, want)
		}
	}
}

// FuzzWrite writes any template in every format.
func FuzzWrite(f *testing.F) {
	f.Add([]byte(`{"Resources":{"F":{"Type":"AWS::Lambda::Function","Properties":{"VpcConfig":{"SubnetIds":["s"],"SecurityGroupIds":[{"Ref":"G"}]},"Role":{"Fn::GetAtt":["R","Arn"]}}},
		"R":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyDocument":{"Statement":[{"Effect":"Allow","Action":["lambda:*","kms:Decrypt"],"Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}]}}]}},
		"G":{"Type":"AWS::EC2::SecurityGroup"},"U":{"Type":"AWS::Lambda::Url","Properties":{"TargetFunctionArn":{"Ref":"F"}}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := posture.FromJSON("T", text)
		if err != nil {
			return
		}
		d := New("T", p, p.Check(), posture.Rules())
		d.Since(New("T", &posture.Posture{}, posture.Report{}, nil))
		for _, format := range Formats() {
			got := writing(t, d, format)
			if format == "html" {
				checkPage(t, got)
			}
		}
	})
}
