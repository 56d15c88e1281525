package posture_test

import (
	"fmt"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// orders is what assertions.Template_FromStack(stack, nil) would return.
type orders struct{}

func (orders) ToJSON() *map[string]any {
	role := map[string]any{"Fn::GetAtt": []any{"Role", "Arn"}}
	return &map[string]any{"Resources": map[string]any{
		"Orders":   map[string]any{"Type": "AWS::Lambda::Function", "Properties": map[string]any{"Role": role, "LoggingConfig": map[string]any{"LogGroup": map[string]any{"Ref": "Logs"}}}},
		"Logs":     map[string]any{"Type": "AWS::Logs::LogGroup", "Properties": map[string]any{"RetentionInDays": 365}},
		"Receipts": map[string]any{"Type": "AWS::S3::Bucket"},
		"Role": map[string]any{"Type": "AWS::IAM::Role", "Properties": map[string]any{"Policies": []any{map[string]any{"PolicyName": "p", "PolicyDocument": map[string]any{
			"Version": "2012-10-17", "Statement": map[string]any{"Effect": "Allow", "Action": "s3:PutObject", "Resource": map[string]any{"Fn::Sub": "${Receipts.Arn}/*"}}}}}}},
	}}
}

func TestOrders(t *testing.T) {
	p := posture.FromTemplate(orders{})
	p.May(t, "Orders", "s3:PutObject", "${Receipts.Arn}/2026/1.pdf")
	p.MayNot(t, "Orders", "s3:DeleteObject", "${Receipts.Arn}/*")

	sound, err := posture.Read("testdata/sound.json")
	if err != nil {
		t.Fatal(err)
	}
	sound.NoFindings(t)
}

func ExamplePosture_Decide() {
	p := posture.FromTemplate(orders{})
	fn, err := p.Function("Orders")
	if err != nil {
		panic(err)
	}
	for _, action := range []string{"s3:PutObject", "s3:DeleteObject", "s3:*"} {
		d, err := p.Decide(fn, action, "${Receipts.Arn}/2026/1.pdf")
		if err != nil {
			panic(err)
		}
		fmt.Println(action, d.Answer, d.Because)
	}
	// Output:
	// s3:PutObject yes [statement 1 of Template/Role Policies[0] allows it]
	// s3:DeleteObject no []
	// s3:* cannot tell [statement 1 of Template/Role Policies[0] may allow it: its actions hold an unknown part]
}
