// Command with is a handler that reads a parameter with config.Load.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/securegofunction/cdk/handler/config"
)

type settings struct {
	APIKey config.Secret `link:"API_KEY"`
}

func main() {
	lambda.Start(func(ctx context.Context) (int, error) {
		s, err := config.Load[settings](ctx)
		if err != nil {
			return 0, err
		}
		return len(s.APIKey.Reveal()), nil
	})
}
