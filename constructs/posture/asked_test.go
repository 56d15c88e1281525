package posture

import (
	"strings"
	"testing"
)

// What is no action, or no resource of it, is allowed to nobody: a slip of the pen is no proof.
func TestSlipsAreNoProof(t *testing.T) {
	t.Parallel()
	p := function(t, "", roleWith(`"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"s3:DeleteObject*","Resource":{"Fn::Sub":"${B.Arn}/*"}}}}]`),
		`"B":{"Type":"AWS::S3::Bucket"},"T":{"Type":"Custom::Thing"}`, queue)
	for _, c := range []struct{ action, resource, want string }{
		{"s3:DeleteObject", "${B.Arn}/*", ""}, {"S3:deleteobject", "${B.Arn}/*", ""}, {"s3:Delete*", "*", ""}, {"s3:DeleteObject", "arn:aws:s3:::other/*", ""},
		{"s3:DeleteObject", "${T.Arn}", ""}, {"s3:DeleteObject", "${AWS::Partition}", "is no ARN"}, {"iam:PassRole", "${R.Arn}", ""}, {"sts:AssumeRole", "${R.Arn}", ""},
		{"new:Action", "*", ""}, {"s3:ReplicateTheMoon", "*", ""},
		{"s3:DeletObject", "${B.Arn}/*", `s3 has no action "DeletObject": did you mean s3:DeleteObject?`},
		{"sqs:SendMesage", "${Q.Arn}", "did you mean sqs:SendMessage?"}, {"s3:DeletObj*", "*", ""},
		{"s3.DeleteObject", "*", "not of the form"}, {"s3::DeleteObject", "*", "not of the form"}, {"s3: DeleteObject", "*", "not of the form"}, {"DeleteObject", "*", "not of the form"}, {"s3:", "*", "not of the form"},
		{"s3:DeleteObject", "${B}", `resource "${B}" is no ARN`}, {"s3:DeleteObject", "${B}/*", "is no ARN"}, {"s3:DeleteObject", "receipts", "is no ARN"}, {"s3:DeleteObject", "", "is no ARN"},
		{"s3:DeleteObject", "<B.Arn>/*", "is no ARN"}, {"s3:DeleteObject", "$B.Arn/*", "is no ARN"}, {"s3:DeleteObject", "${B.Arn/*", "it has no end"},
		{"s3:DeleteObject", "${Token[TOKEN.34]}/*", "a token of CDK's"}, {"s3:DeleteObject", "${Bucket.Arn}/*", `no resource "Bucket"`},
		{"s3:DeleteObject", "${Q.Arn}", "no action on a resource of sqs"}, {"sqs:SendMessage", "${B.Arn}", "no action on a resource of s3"},
	} {
		_, err := p.Decide(f(t, p), c.action, c.resource)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s on %s: got %v, want ...%s...", c.action, c.resource, err, c.want)
		}
	}
}
