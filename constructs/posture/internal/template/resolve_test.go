package template

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/internal/policy"
)

const declarations = `
"Parameters":{"Param":{"Type":"String","Default":"default"}},
"Mappings":{"M":{"eu":{"size":"small","list":["a","b"]}}},
"Conditions":{"True":{"Fn::Equals":["a","a"]},"False":{"Fn::Not":[{"Condition":"True"}]},"Asked":{"Fn::Equals":[{"Ref":"Param"},"x"]},
	"Both":{"Fn::And":[{"Condition":"True"},{"Condition":"Asked"}]},"Never":{"Fn::And":[{"Condition":"False"},{"Condition":"Asked"}]},
	"Any":{"Fn::Or":[{"Condition":"True"},{"Condition":"Asked"}]},"Loop":{"Fn::Not":[{"Condition":"Loop"}]}}`

const others = `
"Queue":{"Type":"AWS::SQS::Queue"},
"Named":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":"orders"}},
"ByParam":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":{"Fn::Sub":"${Param}-x"}}},
"Topic":{"Type":"AWS::SNS::Topic"},"Bucket":{"Type":"AWS::S3::Bucket"},"Table":{"Type":"AWS::DynamoDB::Table"},"Key":{"Type":"AWS::KMS::Key"},
"Function":{"Type":"AWS::Lambda::Function"},"Alias":{"Type":"AWS::Lambda::Alias","Properties":{"FunctionName":{"Ref":"Function"},"Name":"live"}},
"Logs":{"Type":"AWS::Logs::LogGroup"},"Secret":{"Type":"AWS::SecretsManager::Secret","Properties":{"Name":"db"}},
"Role":{"Type":"AWS::IAM::Role","Properties":{"Path":"/app/","RoleName":"r"}},"Managed":{"Type":"AWS::IAM::ManagedPolicy"},
"Slash":{"Type":"AWS::SSM::Parameter","Properties":{"Name":"/app/x","Value":"v"}},
"Group":{"Type":"AWS::EC2::SecurityGroup"},"Strange":{"Type":"AWS::New::Thing"},"Custom":{"Type":"Custom::Thing"},
"Self":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":{"Fn::GetAtt":["Self","QueueName"]}}},
"A":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":{"Ref":"B"}}},"B":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":{"Fn::GetAtt":["A","QueueName"]}}}`

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ situation, value, want string }{
		{"a string", `"a"`, `"a"`},
		{"a number", `1`, `1`},
		{"a string like Fn::Sub's", `"${Queue}"`, `"${Queue}"`},
		{"the region", `{"Ref":"AWS::Region"}`, `"${AWS::Region}"`},
		{"no value in a list", `["a",{"Ref":"AWS::NoValue"}]`, `["a"]`},
		{"no value in an object", `{"a":1,"b":{"Ref":"AWS::NoValue"}}`, `{"a":1}`},
		{"a parameter", `{"Ref":"Param"}`, `{"Name":"Param"}`},
		{"a parameter in a text", `{"Fn::Sub":"a-${Param}"}`, `"a-${Param}"`},
		{"nothing of that name", `{"Ref":"Nothing"}`, `{"Name":"Nothing"}`},

		{"a queue's ARN", `{"Fn::GetAtt":["Queue","Arn"]}`, `"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Queue.QueueName}"`},
		{"a queue's ARN, with a dot", `{"Fn::GetAtt":"Queue.Arn"}`, `"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Queue.QueueName}"`},
		{"a queue's URL", `{"Ref":"Queue"}`, `"${Queue}"`},
		{"a queue with a name", `{"Fn::GetAtt":["Named","Arn"]}`, `"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"`},
		{"a queue with a name that is asked for", `{"Fn::GetAtt":["ByParam","Arn"]}`, `"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Param}-x"`},
		{"a topic's ARN is its Ref", `{"Ref":"Topic"}`, `"arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${Topic.TopicName}"`},
		{"a bucket", `{"Fn::Sub":"arn:aws:s3:::${Bucket}/*"}`, `"arn:aws:s3:::${Bucket}/*"`},
		{"a table", `{"Fn::GetAtt":["Table","Arn"]}`, `"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}"`},
		{"a table's stream", `{"Fn::GetAtt":["Table","StreamArn"]}`, `"${Table.StreamArn}"`},
		{"a key's id", `{"Ref":"Key"}`, `"${Key.KeyId}"`},
		{"a function's alias", `{"Ref":"Alias"}`, `"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Function}:live"`},
		{"a log group's ARN", `{"Fn::GetAtt":["Logs","Arn"]}`, `"arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}:*"`},
		{"a secret with a name has a suffix", `{"Ref":"Secret"}`, `"arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:db-${Secret.suffix}"`},
		{"a role with a path", `{"Fn::GetAtt":["Role","Arn"]}`, `"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app/r"`},
		{"a managed policy", `{"Ref":"Managed"}`, `"arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${Managed.PolicyName}"`},
		{"a parameter's value", `{"Fn::GetAtt":["Slash","Value"]}`, `"v"`},
		{"a group's id, both ways", `[{"Ref":"Group"},{"Fn::GetAtt":["Group","GroupId"]}]`, `["${Group.GroupId}","${Group.GroupId}"]`},
		{"a resource of an unknown kind", `[{"Ref":"Strange"},{"Fn::GetAtt":["Strange","Arn"]}]`, `["${Strange}","${Strange.Arn}"]`},
		{"a custom resource may return anything", `{"Fn::GetAtt":["Custom","Arn"]}`, `{"Name":"Custom.Arn"}`},
		{"a name of itself", `{"Fn::GetAtt":["Self","Arn"]}`, `"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Self.QueueName}"`},
		{"names of each other", `{"Fn::GetAtt":["A","QueueName"]}`, `"arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${A.QueueName}"`},

		{"join", `{"Fn::Join":["-",["a",{"Ref":"Bucket"},"b"]]}`, `"a-${Bucket}-b"`},
		{"join of what is not known", `{"Fn::Join":["-",{"Ref":"Param"}]}`, `{"Name":"Fn::Join of [\"-\",{\"Ref\":\"Param\"}]"}`},
		{"sub with values", `{"Fn::Sub":["${x}-${AWS::Region}-${Queue.Arn}",{"x":{"Ref":"Bucket"}}]}`,
			`"${Bucket}-${AWS::Region}-arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Queue.QueueName}"`},
		{"sub of a literal", `{"Fn::Sub":"${!aws:username}"}`, `"${aws:username}"`},
		{"sub, unclosed", `{"Fn::Sub":"a${b"}`, `"a${b"`},
		{"split and select", `{"Fn::Select":[5,{"Fn::Split":[":",{"Fn::GetAtt":["Queue","Arn"]}]}]}`, `"${Queue.QueueName}"`},
		{"select of a token's part", `{"Fn::Select":[1,{"Fn::Split":["-",{"Ref":"Bucket"}]}]}`, `{"Name":"Fn::Select of [1,{\"Fn::Split\":[\"-\",{\"Ref\":\"Bucket\"}]}]"}`},
		{"select by a text", `{"Fn::Select":["0",["a"]]}`, `"a"`},
		{"select out of range", `{"Fn::Select":[7,["a"]]}`, `{"Name":"Fn::Select of [7,[\"a\"]]"}`},
		{"a map", `{"Fn::FindInMap":["M","eu","size"]}`, `"small"`},
		{"a list of a map", `{"Fn::Select":[1,{"Fn::FindInMap":["M","eu","list"]}]}`, `"b"`},
		{"a map by region", `{"Fn::FindInMap":["M",{"Ref":"AWS::Region"},"size"]}`, `{"Name":"Fn::FindInMap of [\"M\",{\"Ref\":\"AWS::Region\"},\"size\"]"}`},
		{"if true", `{"Fn::If":["True","a","b"]}`, `"a"`},
		{"if false", `{"Fn::If":["False","a","b"]}`, `"b"`},
		{"if asked", `{"Fn::If":["Asked","a","b"]}`, `{"Condition":"Asked","Then":"a","Else":"b"}`},
		{"if both", `{"Fn::If":["Both","a","b"]}`, `{"Condition":"Both","Then":"a","Else":"b"}`},
		{"if never", `{"Fn::If":["Never","a","b"]}`, `"b"`},
		{"if any", `{"Fn::If":["Any","a","b"]}`, `"a"`},
		{"a condition of itself", `{"Fn::If":["Loop","a","b"]}`, `{"Condition":"Loop","Then":"a","Else":"b"}`},
		{"a condition that is missing", `{"Fn::If":["Missing","a","b"]}`, `{"Condition":"Missing","Then":"a","Else":"b"}`},
		{"a function that is new", `{"Fn::New":"x"}`, `{"Name":"Fn::New of \"x\""}`},
		{"an output of a stack elsewhere", `{"Fn::GetStackOutput":{"StackName":"x","OutputName":"y"}}`, `{"Name":"Fn::GetStackOutput of {\"OutputName\":\"y\",\"StackName\":\"x\"}"}`},
		{"an import of nothing", `{"Fn::ImportValue":"x"}`, `{"Name":"Fn::ImportValue x"}`},
		{"malformed", `[{"Fn::Join":1},{"Fn::Select":[]},{"Fn::GetAtt":{}},{"Fn::Sub":[]},{"Ref":1},{"Fn::If":["True"]},{"Fn::Split":["","a"]}]`,
			`[{"Name":"Fn::Join of 1"},{"Name":"Fn::Select of []"},{"Name":"Fn::GetAtt of {}"},{"Name":"Fn::Sub of []"},{"Name":"Ref of 1"},` +
				`{"Name":"Fn::If of [\"True\"]"},{"Name":"Fn::Split of [\"\",\"a\"]"}]`},
	} {
		a, err := Parse("s", []byte(`{`+declarations+`,"Resources":{`+others+`,"X":{"Type":"T","Properties":{"V":`+c.value+`}}}}`))
		if err != nil {
			t.Fatalf("%s: %v", c.situation, err)
		}
		got, err := json.Marshal(a.Stacks[0].Resource("X").Property("V"))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s\n got %s %v\nwant %s", c.situation, c.value, got, err, c.want)
		}
	}
}

// Equal texts are taken to be the same string, whatever they turn out to be.
func TestWhatCannotBeToldHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ situation, one, other string }{
		{"zones", `{"Fn::Select":[0,{"Fn::GetAZs":""}]}`, `{"Fn::Select":[1,{"Fn::GetAZs":""}]}`},
		{"parts", `{"Fn::Select":[1,{"Fn::Split":["-",{"Ref":"Bucket"}]}]}`, `{"Fn::Select":[1,{"Fn::Split":["-",{"Ref":"Topic"}]}]}`},
		{"rests", `{"Fn::Select":[0,{"Fn::Split":["-",{"Ref":"Bucket"}]}]}`, `{"Fn::Select":[0,{"Fn::Split":["-",{"Ref":"Param"}]}]}`},
		{"maps", `{"Fn::FindInMap":["M",{"Ref":"AWS::Region"},"size"]}`, `{"Fn::FindInMap":["M",{"Ref":"AWS::Region"},"list"]}`},
		{"joins", `{"Fn::Join":["",{"Ref":"Param"}]}`, `{"Fn::Join":["-",{"Ref":"Param"}]}`},
		{"outputs", `{"Fn::GetStackOutput":{"StackName":"a","OutputName":"b"}}`, `{"Fn::GetStackOutput":{"StackName":"a","OutputName":"c"}}`},
		{"attributes", `{"Fn::GetAtt":["Custom",{"Ref":"Param"}]}`, `{"Fn::GetAtt":["Custom",{"Ref":"AWS::StackId"}]}`},
		{"objects", `{"a":{"Ref":"Param"}}`, `{"b":{"Ref":"Param"}}`},
		{"lists", `[{"Ref":"Param"}]`, `[{"Ref":"Param"},"b"]`},
	} {
		a, err := Parse("s", []byte(`{`+declarations+`,"Resources":{`+others+`,"X":{"Type":"T","Properties":{"V":`+c.one+`,"W":`+c.other+`}}}}`))
		if err != nil {
			t.Fatalf("%s: %v", c.situation, err)
		}
		x := a.Stacks[0].Resource("X")
		if x.Text("V") == x.Text("W") || policy.Equal(x.Text("V"), x.Text("W")) != policy.CannotTell {
			t.Errorf("%s: %s and %s are taken to be the same, or known to differ: %s, %s", c.situation, c.one, c.other, x.Text("V"), x.Text("W"))
		}
	}
}

func TestResourcesUnderConditions(t *testing.T) {
	t.Parallel()
	a, err := Parse("s", []byte(`{`+declarations+`,"Resources":{"Always":{"Type":"T","Condition":"True"},"Never":{"Type":"T","Condition":"False"},
		"Asked":{"Type":"T","Condition":"Asked"},"Missing":{"Type":"T","Condition":"Missing"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, r := range a.Stacks[0].Resources {
		got[r.ID] = r.Maybe
	}
	want := map[string]bool{"Always": false, "Asked": true, "Missing": true}
	if len(got) != len(want) || got["Always"] || !got["Asked"] || !got["Missing"] {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Joining names that name each other doubles their length at each step.
func TestTextsDoNotGrowWithoutBound(t *testing.T) {
	t.Parallel()
	resources := map[string]any{"R0": map[string]any{"Type": "AWS::SQS::Queue", "Properties": map[string]any{"QueueName": "x"}}}
	for i := 1; i < 60; i++ {
		before := map[string]any{"Fn::GetAtt": []any{"R" + string(rune('0'+i-1)), "QueueName"}}
		resources["R"+string(rune('0'+i))] = map[string]any{"Type": "AWS::SQS::Queue", "Properties": map[string]any{
			"QueueName": map[string]any{"Fn::Join": []any{"", []any{before, before, before, before}}}}}
	}
	a, err := FromValue("s", map[string]any{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range a.Stacks[0].Resources {
		if len(r.Name()) > 8*longest {
			t.Fatalf("%s has a name of %d characters", r.ID, len(r.Name()))
		}
	}
}

// A long text that many take in would come to more than there is memory.
func TestTextsTogetherAreLimited(t *testing.T) {
	t.Parallel()
	resources := map[string]any{"Long": map[string]any{"Type": "AWS::SSM::Parameter", "Properties": map[string]any{"Value": strings.Repeat("x", longest-1)}}}
	for i := range budget / longest * 2 {
		resources[fmt.Sprint("R", i)] = map[string]any{"Type": "T", "Properties": map[string]any{"V": map[string]any{"Fn::Sub": "${Long.Value}"}}}
	}
	a, err := FromValue("s", map[string]any{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for _, r := range a.Stacks[0].Resources {
		if len(r.Text("V")) > longest/2 {
			whole++
		}
	}
	if whole > budget/longest+1 {
		t.Errorf("%d long texts", whole)
	}
}

func TestDynamicReferencesMayBeAnything(t *testing.T) {
	t.Parallel()
	a, err := Parse("s", []byte(`{"Conditions":{"Prod":{"Fn::Equals":["{{resolve:ssm:/stage}}","prod"]}},"Resources":{"X":{"Type":"T","Condition":"Prod",
		"Properties":{"V":"arn:{{resolve:ssm:/a}}:b{{resolve:ssm:/c}}","W":"{{resolve:ssm:/unclosed"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	x := a.Stacks[0].Resource("X")
	if got := x.Text("V").String() + " " + x.Text("W").String(); !x.Maybe || got != "arn:${resolve:ssm:/a}:b${resolve:ssm:/c} {{resolve:ssm:/unclosed" {
		t.Errorf("got %s, maybe: %t", got, x.Maybe)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	a, err := Parse("s", []byte(`{"Resources":{`+others+`,"Same":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":"orders"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := a.Stacks[0]
	for _, c := range []struct {
		situation string
		text      policy.Text
		kinds     []string
		want      string
	}{
		{"by its ARN", policy.TextOf(s.Resource("Queue").Attribute("Arn")), nil, "Queue"},
		{"by its URL", policy.TextOf(s.Resource("Queue").Ref()), nil, "Queue"},
		{"by its name", policy.TextOf(s.Resource("Queue").Attribute("QueueName")), nil, "Queue"},
		{"by an attribute", policy.TextOf(s.Resource("Table").Attribute("StreamArn")), nil, "Table"},
		{"by a name that two kinds have", "orders", nil, ""},
		{"by a name that two kinds have, of one", "orders", []string{"AWS::SQS::Queue"}, "Named"},
		{"of another kind", policy.TextOf(s.Resource("Queue").Ref()), []string{"AWS::SNS::Topic"}, ""},
		{"by nothing", "", nil, ""},
	} {
		got := ""
		if r := a.Owner(c.text, c.kinds...); r != nil {
			got = r.ID
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}
