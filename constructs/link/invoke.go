package link

import (
	"fmt"

	"github.com/securegofunction/cdk/internal/contract"
)

// Function is what links ask of a Lambda function. Any awslambda.IFunction is
// one, an alias and a version too.
type Function interface{ FunctionArn() *string }

// FunctionInvoke lets the function invoke another one, and wait for its answer
// or not. The variable holds the ARN that the function has to invoke by: given
// an alias or a version, that alias or version alone, and given a function,
// what it is at the time and none of its aliases and versions.
//
// Two functions that invoke each other are a cycle, which Lambda ends
// (RecursiveLoop), and CloudFormation does not deploy.
func FunctionInvoke(variable string, fn Function) Link { return functionInvoke{variable, fn} }

type functionInvoke struct {
	variable string
	fn       Function
}

// Open implements Link.
func (f functionInvoke) Open(Site) (Doors, error) {
	if absent(f.fn) {
		return Doors{}, fmt.Errorf("function of variable %s: the function is nil: give an awslambda.IFunction", f.variable)
	}
	arn := *f.fn.FunctionArn()
	return Doors{
		Variables: []Variable{{f.variable, arn, contract.Function}},
		// No ":*", which would also open whatever version there ever was.
		Statements: []Statement{{Actions: []string{"lambda:InvokeFunction"}, Resources: []string{arn}}},
		Endpoints:  []string{"lambda"},
	}, nil
}
