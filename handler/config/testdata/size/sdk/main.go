// Command sdk is a handler that reads a parameter, a path and a secret with
// the SDK's clients.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func main() {
	lambda.Start(func(ctx context.Context) (int, error) {
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return 0, err
		}
		parameters := ssm.NewFromConfig(cfg)
		a, err := parameters.GetParameters(ctx, &ssm.GetParametersInput{Names: []string{os.Getenv("API_KEY")}, WithDecryption: aws.Bool(true)})
		if err != nil {
			return 0, err
		}
		b, err := parameters.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String(os.Getenv("FLAGS")), WithDecryption: aws.Bool(true)})
		if err != nil {
			return 0, err
		}
		c, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(os.Getenv("SECRET"))})
		if err != nil {
			return 0, err
		}
		return len(a.Parameters) + len(b.Parameters) + len(*c.SecretString), nil
	})
}
