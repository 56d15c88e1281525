// Command without is a handler that reads nothing.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context) (int, error) { return 0, nil })
}
