package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// parameterNames are what the quickstart's function finds in its environment,
// and fields those of its answer that tell their lengths.
var (
	parameterNames = map[string]string{"API_KEY": "/my_app/api_key", "DB_PASSWORD": "/my_app/db_password"}
	fields         = map[string]string{"API_KEY": "APIKey", "DB_PASSWORD": "DBPassword"}
)

// secret is a parameter that the demo has stored.
type secret struct{ field, name, value string }

func (d *demo) putSecrets(ctx context.Context) (string, error) {
	var report []string
	// Different lengths, so that the handler's answer tells one from the other.
	for variable, value := range map[string]string{"API_KEY": rand.Text(), "DB_PASSWORD": rand.Text() + rand.Text()} {
		name := parameterNames[variable]
		_, err := d.aws.ssm.PutParameter(ctx, &ssm.PutParameterInput{
			Name:  aws.String(name),
			Value: aws.String(value),
			Type:  types.ParameterTypeSecureString,
			KeyId: aws.String(d.deployed.keyARN),
		})
		var exists *types.ParameterAlreadyExists
		if errors.As(err, &exists) {
			return "", fmt.Errorf("parameter %q exists already and is not the demo's; delete it first", name)
		}
		if err != nil {
			return "", err
		}
		d.secrets = append(d.secrets, secret{fields[variable], name, value})
		report = append(report, fmt.Sprintf("%s, %d characters, key %s", name, len(value), d.deployed.keyARN))
	}
	return strings.Join(report, "\n"), nil
}

// deleteSecrets deletes what putSecrets has stored, and nothing that was there before.
func (d *demo) deleteSecrets(ctx context.Context) error {
	var names []string
	for _, s := range d.secrets {
		names = append(names, s.name)
	}
	if names == nil {
		return nil
	}
	out, err := d.aws.ssm.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: names})
	if err != nil {
		return err
	}
	if len(out.DeletedParameters) != len(names) {
		return fmt.Errorf("parameters %v: only %v could be deleted", names, out.DeletedParameters)
	}
	d.secrets = nil
	return nil
}
