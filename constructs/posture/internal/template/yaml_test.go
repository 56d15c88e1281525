package template

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestYAML(t *testing.T) {
	t.Parallel()
	a, err := Parse("s", []byte(`
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Q: {Type: AWS::SQS::Queue}
  X:
    Type: T
    Properties:
      Ref: !Ref Q
      Arn: !GetAtt Q.Arn
      List: !GetAtt [Q, Arn]
      Sub: !Sub
        - "${x}-${AWS::Region}"
        - x: !Select [0, !Split [",", "a,b"]]
      Join: !Join ["-", [a, !Ref AWS::NoValue, b]]
      Account: 012345678901
      Version: 2012-10-17
      Number: 7
      Float: 0.5
      Yes: true
      Null: ~
      Same: &s {a: b}
      Again: *s
      Merged: {b: own, <<: *s}
      Both: {<<: [*s, {a: lost, c: d}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(a.Stacks[0].Resource("X").Properties())
	const arn = `"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Q.QueueName}"`
	want := `{"Account":"012345678901","Again":{"a":"b"},"Arn":` + arn + `,"Both":{"a":"b","c":"d"},"Float":0.5,"Join":"a-b","List":` + arn +
		`,"Merged":{"a":"b","b":"own"},"Null":null,"Number":7,"Ref":"${Q}","Same":{"a":"b"},"Sub":"a-${AWS::Region}","Version":"2012-10-17","Yes":true}`
	if err != nil || string(got) != want {
		t.Errorf("got %s %v\nwant %s", got, err, want)
	}
}

func TestYAMLRefuses(t *testing.T) {
	t.Parallel()
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x]\n"
	for i := range 12 {
		n := string(rune('a' + i))
		before := "a0"
		if i > 0 {
			before = string(rune('a'+i-1)) + "1"
		}
		laughs += n + "1: &" + n + "1 [*" + before + strings.Repeat(", *"+before, 7) + "]\n"
	}
	for _, c := range []struct{ situation, text, want string }{
		{"no YAML", "a: [", "neither JSON nor YAML"},
		{"nothing", "", "empty"},
		{"a text", "hello", "no object"},
		{"aliases of aliases", laughs, "too much"},
		{"an alias of what it is within", "a: &a [*a]", "too much"},
	} {
		if _, err := Parse("s", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ...%s...", c.situation, err, c.want)
		}
	}
}
