package rds

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
)

// Token signs the IAM token that is the password of one new connection. It
// calls nothing. A token is valid for 15 minutes, and the connection that was
// made with it for longer (RDS guide, "IAM database authentication").
func (d Database) Token(ctx context.Context) (string, error) {
	region, err := d.Region()
	if err != nil {
		return "", err
	}
	credentials := d.Credentials
	if credentials == nil {
		credentials = aws.CredentialsProviderFunc(d.environment)
	}
	token, err := auth.BuildAuthToken(ctx, d.Address(), region, d.User, credentials)
	if err != nil {
		return "", fmt.Errorf("the IAM token cannot be signed: %w", err)
	}
	return token, nil
}

// environment is where Lambda puts the credentials of a function's role (Lambda
// guide, "Defined runtime environment variables").
func (d Database) environment(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	if !c.HasKeys() {
		return aws.Credentials{}, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: Lambda sets them; elsewhere give " + d.Package + ".Credentials")
	}
	return c, nil
}
