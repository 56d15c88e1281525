package posture

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// function is a template's function F with the role R, and whatever else.
func function(t testing.TB, properties string, others ...string) *Posture {
	t.Helper()
	resources := append([]string{
		`"F":{"Type":"AWS::Lambda::Function","Properties":{"Role":{"Fn::GetAtt":["R","Arn"]}` + properties + `}}`,
	}, others...)
	if !strings.Contains(strings.Join(others, ""), `"R":`) {
		resources = append(resources, `"R":{"Type":"AWS::IAM::Role","Properties":{}}`)
	}
	text := `{"Conditions":{"Asked":{"Fn::Equals":[{"Ref":"Param"},"x"]}},"Parameters":{"Param":{"Type":"String"}},"Resources":{` + strings.Join(resources, ",") + `}}`
	p, err := FromJSON("T", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

func f(t testing.TB, p *Posture) *Function {
	t.Helper()
	f, err := p.Function("F")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFunctionsAreFound(t *testing.T) {
	t.Parallel()
	p, err := FromJSON("T", []byte(`{"Resources":{
		"A1":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"Shop/Orders/Function/Resource"}},
		"B1":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"Shop/Mail/Resource"},"Properties":{"FunctionName":"mail"}},
		"C1":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"Other/Mail/Resource"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want, fault string }{
		{"Orders", "A1", ""}, {"Shop/Orders", "A1", ""}, {"Shop/Orders/Function", "A1", ""}, {"Shop/Orders/Function/Resource", "A1", ""}, {"A1", "A1", ""},
		{"mail", "B1", ""}, {"Shop/Mail", "B1", ""},
		{"Mail", "", `more than one function is called "Mail"`}, {"rders", "", `no function is called "rders": the templates have Other/Mail, Shop/Mail, Shop/Orders/Function`},
	} {
		f, err := p.Function(c.name)
		switch {
		case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: got %v, want ...%s...", c.name, err, c.fault)
		case c.fault == "" && (err != nil || f.LogicalID != c.want):
			t.Errorf("%s: got %v %v, want %s", c.name, f, err, c.want)
		}
	}
}

// The same templates give the same bytes.
func TestTheSameTemplatesGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	var before []byte
	for i := range 8 {
		p := patched(t, map[string]any{})
		b, err := json.Marshal(struct {
			P *Posture
			R Report
		}{p, p.Check()})
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && !bytes.Equal(before, b) {
			t.Fatal("the bytes differ")
		}
		before = b
	}
}

// CDK's assertions write no paths: what a construct is called is told by its logical id.
func TestNamesInLogicalIDs(t *testing.T) {
	t.Parallel()
	resources := map[string]any{}
	for _, id := range []string{"OrdersA9B65338", "MailFunctionDEACF8F4", "ShopCartFunction1D2C3B4A", "Other"} {
		resources[id] = map[string]any{"Type": "AWS::Lambda::Function"}
	}
	resources["Receipts59C0D3E0"] = map[string]any{"Type": "AWS::S3::Bucket"}
	p := FromTemplate(synthesized{"Resources": resources})
	for name, want := range map[string]string{"Orders": "OrdersA9B65338", "Mail": "MailFunctionDEACF8F4", "Shop/Cart": "ShopCartFunction1D2C3B4A", "Shop/Cart/Function": "ShopCartFunction1D2C3B4A",
		"Other": "Other", "OrdersA9B65338": "OrdersA9B65338", "Cart": "", "rders": "", "Othe": ""} {
		f, err := p.Function(name)
		if (err == nil) != (want != "") || err == nil && f.LogicalID != want {
			t.Errorf("%s: got %v %v, want %q", name, f, err, want)
		}
	}
	if _, err := p.Decide(p.Functions[0], "s3:GetObject", "${Receipts.Arn}/*"); err != nil {
		t.Errorf("a bucket by its name: %v", err)
	}
}

type synthesized map[string]any

func (s synthesized) ToJSON() *map[string]any { m := map[string]any(s); return &m }

func TestFromTemplate(t *testing.T) {
	t.Parallel()
	p := FromTemplate(synthesized{"Resources": map[string]any{"F": map[string]any{"Type": "AWS::Lambda::Function", "Properties": map[string]any{"Timeout": 7}}}})
	if f := f(t, p); f.Protection.Limits.TimeoutSeconds != 7 {
		t.Errorf("the timeout is %d", f.Protection.Limits.TimeoutSeconds)
	}
	defer func() {
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "no Resources") {
			t.Errorf("a template without resources: %v", r)
		}
	}()
	FromTemplate(synthesized{})
}

// FuzzRead reads any template: the posture and its findings are there, and can be written.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"Resources":{"F":{"Type":"AWS::Lambda::Function","Properties":{"VpcConfig":{"SubnetIds":["s"],"SecurityGroupIds":[{"Ref":"G"}]},"Role":{"Fn::GetAtt":["R","Arn"]}}},
		"R":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"lambda:*","Resource":"*"}}}],"ManagedPolicyArns":["x"]}},
		"G":{"Type":"AWS::EC2::SecurityGroup"},"U":{"Type":"AWS::Lambda::Url","Properties":{"TargetFunctionArn":{"Ref":"F"}}},
		"E":{"Type":"AWS::EC2::VPCEndpoint","Properties":{"VpcId":"v","ServiceName":"com.amazonaws.x.ssm"}},"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{"Dimensions":[{"Value":{"Ref":"F"}}]}}}}`))
	f.Add([]byte(`{"Transform":"AWS::Serverless-2016-10-31","Globals":{"Function":{"Timeout":3}},"Resources":{"F":{"Type":"AWS::Serverless::Function","Properties":{"Policies":["X",{"Statement":[]},{"SQSPollerPolicy":{}}],"Events":{"A":{"Type":"Api"}}}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := FromJSON("T", text)
		if err != nil {
			return
		}
		for _, f := range p.Functions {
			f.Reaches.Destinations()
			if _, err := p.Decide(f, "sqs:SendMessage", "*"); err != nil {
				t.Error(err)
			}
		}
		if _, err := json.Marshal([]any{p, p.Check()}); err != nil {
			t.Error(err)
		}
	})
}
