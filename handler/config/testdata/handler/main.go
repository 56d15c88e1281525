// Command handler answers with what it loaded, for tests alone.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/securegofunction/cdk/handler/config"
)

type settings struct {
	APIKey   config.Secret `link:"API_KEY"`
	Password config.Secret `link:"DB_PASSWORD"`
}

type answer struct {
	APIKey, Password string
	PID              int
}

func main() {
	lambda.Start(func(ctx context.Context) (answer, error) {
		s, err := config.Load[settings](ctx, config.FreshFor(time.Second))
		if err != nil {
			return answer{}, err
		}
		return answer{s.APIKey.Reveal(), s.Password.Reveal(), os.Getpid()}, nil
	})
}
