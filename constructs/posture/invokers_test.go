package posture

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhoMayInvoke(t *testing.T) {
	t.Parallel()
	permission := func(properties string) string {
		return `"X":{"Type":"AWS::Lambda::Permission","Properties":{"Action":"lambda:InvokeFunction",` + properties + `}}`
	}
	caller := func(statement string) string {
		return `"C":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyDocument":{"Version":"2012-10-17","Statement":` + statement + `}}]}}`
	}
	alias := `"A":{"Type":"AWS::Lambda::Alias","Properties":{"FunctionName":{"Ref":"F"},"Name":"live","FunctionVersion":"1"}}`
	for _, c := range []struct {
		situation string
		resources []string
		want      string
	}{
		{"nobody", nil, ""},
		{"a permission by the name", []string{permission(`"FunctionName":{"Ref":"F"},"Principal":"events.amazonaws.com","SourceArn":"arn:aws:events:eu-west-1:111122223333:rule/r"`)},
			"permission events.amazonaws.com from arn:aws:events:eu-west-1:111122223333:rule/r yes"},
		{"a permission by the ARN", []string{permission(`"FunctionName":{"Fn::GetAtt":["F","Arn"]},"Principal":"*"`)}, "permission * from  yes"},
		{"a permission of an alias", []string{alias, permission(`"FunctionName":{"Ref":"A"},"Principal":"*"`)}, "permission * from  yes"},
		{"a permission of a version", []string{permission(`"FunctionName":{"Fn::Sub":"${F}:7"},"Principal":"*"`)}, "permission * from  yes"},
		{"a permission of another function", []string{permission(`"FunctionName":"other","Principal":"*"`)}, ""},
		{"a permission under a condition", []string{strings.Replace(permission(`"FunctionName":{"Ref":"F"},"Principal":"*"`), `"Properties"`, `"Condition":"Asked","Properties"`, 1)},
			"permission * from  cannot tell"},
		{"a URL", []string{`"U":{"Type":"AWS::Lambda::Url","Properties":{"TargetFunctionArn":{"Ref":"F"},"AuthType":"AWS_IAM"}}`}, "url * from  yes"},
		{"a URL of an alias", []string{alias, `"U":{"Type":"AWS::Lambda::Url","Properties":{"TargetFunctionArn":{"Ref":"F"},"Qualifier":"live","AuthType":"NONE"}}`}, "url * from  yes"},
		{"a queue", []string{queue, `"M":{"Type":"AWS::Lambda::EventSourceMapping","Properties":{"FunctionName":{"Ref":"F"},"EventSourceArn":{"Fn::GetAtt":["Q","Arn"]}}}`},
			"event source arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Q.QueueName} from  yes"},
		{"a role that may", []string{caller(`{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":{"Fn::GetAtt":["F","Arn"]}}`)}, "role ${C} yes"},
		{"a role that may all", []string{caller(`{"Effect":"Allow","Action":"*","Resource":"*"}`)}, "role ${C} yes"},
		{"a role that may but administer", []string{caller(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`)}, "role ${C} yes"},
		{"a role that may under a condition", []string{caller(`{"Effect":"Allow","Action":"lambda:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}`)}, "role ${C} cannot tell"},
		{"a role that may invoke another", []string{caller(`{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-west-1:111122223333:function:x:y"}`)}, ""},
		{"a role that may not", []string{caller(`[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"lambda:*","Resource":"*"}]`)}, ""},
		{"its own role", []string{roleWith(`"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"lambda:*","Resource":"*"}}}]`)}, ""},
	} {
		var got []string
		for _, i := range f(t, function(t, "", c.resources...)).InvokedBy {
			if i.Kind == "role" {
				who := i.Who.String()
				got = append(got, fmt.Sprintf("%s %s %s", i.Kind, who[strings.LastIndexByte(who, '/')+1:], i.Answer))
				continue
			}
			got = append(got, fmt.Sprintf("%s %s from %s %s", i.Kind, i.Who, i.SourceARN, i.Answer))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}
