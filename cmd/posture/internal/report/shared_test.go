package report

import (
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// The row of the overview, the picture and the section count alike.
func TestCountsAgree(t *testing.T) {
	t.Parallel()
	finding := func(rule string, severity posture.Severity, function string) posture.Finding {
		return posture.Finding{Rule: rule, Severity: severity, Path: "S/R", Function: function, Message: rule}
	}
	acknowledged := finding("log-key", posture.Warning, "S/F")
	acknowledged.Acknowledged = &posture.Acknowledgement{Reason: "nobody logs"}
	elsewhere := finding("key-rotation", posture.Error, "")
	elsewhere.Path = "S/Key"
	for situation, c := range map[string]struct {
		found []posture.Finding
		want  string
		worst string
	}{
		"nothing":             {nil, "nothing found", ""},
		"all acknowledged":    {[]posture.Finding{acknowledged, acknowledged}, "nothing open, 2 acknowledged", ""},
		"one of each":         {[]posture.Finding{finding("a", posture.Error, "S/F"), finding("b", posture.Warning, "S/F"), finding("c", posture.Note, "S/F")}, "1 error · 1 warning, 1 note", faulty},
		"shared":              {[]posture.Finding{finding("shared-role", posture.Warning, ""), acknowledged}, "1 warning, 1 shared · 1 acknowledged", doubtful},
		"of another function": {[]posture.Finding{finding("a", posture.Error, "S/Other")}, "nothing found", ""},
		"on nothing it uses":  {[]posture.Finding{elsewhere}, "nothing found", ""},
	} {
		d := of(t, "", send)
		d.Report.Findings = c.found
		one := d.pageFunction(d.Posture.Functions[0], map[string]string{"S/F": "f1"})
		var lines []string
		for _, line := range one.Picture.Verdict {
			lines = append(lines, line.Text)
		}
		if got := strings.Join(lines, ", "); got != c.want || one.Picture.Worst != c.worst {
			t.Errorf("%s: the picture says %q, and is %q, want %q, %q", situation, got, one.Picture.Worst, c.want, c.worst)
		}
		listed := 0
		for _, g := range one.Found {
			listed += len(g.Findings)
		}
		if row := one.Open; row.errors+row.warnings+row.notes != listed || row.taken != len(one.Taken) {
			t.Errorf("%s: the row has %+v, the section %d and %d acknowledged", situation, row, listed, len(one.Taken))
		}
	}
}

// What is found of no function alone concerns those that use it.
func TestSharedFindingsConcernWhoUses(t *testing.T) {
	t.Parallel()
	d := of(t, inVPC+`,"KmsKeyArn":{"Fn::GetAtt":["K","Arn"]},"DeadLetterConfig":{"TargetArn":{"Fn::GetAtt":["D","Arn"]}}`, `{"Effect":"Allow","Action":"sqs:*","Resource":{"Fn::GetAtt":["Q","Arn"]}}`,
		network+`{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}]}}`, `"Q":{"Type":"AWS::SQS::Queue"},"D":{"Type":"AWS::SQS::Queue"},"K":{"Type":"AWS::KMS::Key"},
		"G2":{"Type":"AWS::EC2::SecurityGroup","Properties":{"VpcId":{"Ref":"V"},"SecurityGroupIngress":[{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}]}},
		"E":{"Type":"AWS::EC2::VPCEndpoint","Properties":{"VpcId":{"Ref":"V"},"VpcEndpointType":"Interface","ServiceName":"com.amazonaws.eu-west-1.ssm","SecurityGroupIds":[{"Fn::GetAtt":["G2","GroupId"]}]}},
		"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{"MetricName":"Errors","AlarmActions":[{"Ref":"T"}],"Dimensions":[{"Name":"FunctionName","Value":{"Ref":"F"}}]}},"T":{"Type":"AWS::SNS::Topic"}`)
	for situation, c := range map[string]struct {
		path, logicalID string
		want            bool
	}{
		"the VPC":                 {"S/V", "V", true},
		"a subnet":                {"S/N", "N", true},
		"a group":                 {"S/G", "G", true},
		"an endpoint":             {"S/E", "E", true},
		"the group within it":     {"S/E/SecurityGroup", "X", true},
		"the role":                {"S/R", "R", true},
		"a queue":                 {"S/Q", "Q", true},
		"a dead-letter queue":     {"S/D", "D", true},
		"a key":                   {"S/K", "K", true},
		"an alarm":                {"S/A", "A", true},
		"a topic":                 {"S/T", "T", true},
		"the function":            {"S/F", "F", true},
		"another queue":           {"S/Q2", "Q2", false},
		"what begins alike":       {"S/Queue", "Qu", false},
		"the stack":               {"S", "", false},
		"a queue of another name": {"Other/Q2", "Other", false},
	} {
		d.Report.Findings = []posture.Finding{{Rule: "r", Path: c.path, Stack: "S", LogicalID: c.logicalID}}
		if got := len(d.allOf(d.Posture.Functions[0])) == 1; got != c.want {
			t.Errorf("%s: it concerns the function: %t, want %t", situation, got, c.want)
		}
	}
}
