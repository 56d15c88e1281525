package link

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
)

var (
	_ Function = awslambda.IFunction(nil)
	_ Function = awslambda.IAlias(nil)
)

type fakeFunction struct{ arn string }

func (f *fakeFunction) FunctionArn() *string { return &f.arn }

const functionARN = "arn:aws:lambda:eu-west-1:111122223333:function:prices"

func init() {
	document(documented{function: "FunctionInvoke", call: `FunctionInvoke("PRICES", fn)`, link: FunctionInvoke("PRICES", &fakeFunction{functionARN})})
}

func TestFunctionInvoke(t *testing.T) {
	t.Parallel()
	for situation, arn := range map[string]string{"a function": functionARN, "an alias": functionARN + ":live", "a token": token} {
		opensDoors(t, situation, FunctionInvoke("PRICES", &fakeFunction{arn}), ireland, `[{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "`+arn+`"}]`,
			Doors{Variables: []Variable{{"PRICES", arn, "function"}}, Endpoints: []string{"lambda"}})
	}
	isRefused(t, "a nil function", FunctionInvoke("PRICES", nil), "function of variable PRICES: the function is nil: give an awslambda.IFunction")
}
