// Command handler is the quickstart's Lambda function. It reads two SSM parameters and
// answers what may be shown of each: name, version, length.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// variables hold the names of parameters, never their values: a function's configuration
// is readable by far more people than its secrets.
var variables = []string{"API_KEY", "DB_PASSWORD"}

type ssmClient interface {
	GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
}

type handler struct {
	ssm   ssmClient
	log   *slog.Logger
	names map[string]string // variable to parameter name
}

type shown struct {
	Name    string `json:"name"`
	Version int64  `json:"version"`
	Length  int    `json:"length"`
}

func (h handler) handle(ctx context.Context) (map[string]shown, error) {
	out, err := h.ssm.GetParameters(ctx, &ssm.GetParametersInput{Names: slices.Sorted(maps.Values(h.names)), WithDecryption: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	answer := map[string]shown{}
	for _, variable := range variables {
		name := h.names[variable]
		i := slices.IndexFunc(out.Parameters, func(p types.Parameter) bool { return aws.ToString(p.Name) == name })
		if i < 0 {
			err = errors.Join(err, fmt.Errorf("parameter %q of variable %s does not exist; create it as a SecureString", name, variable))
			continue
		}
		answer[variable] = shown{name, out.Parameters[i].Version, len(aws.ToString(out.Parameters[i].Value))}
	}
	if err != nil {
		return nil, err
	}
	h.log.InfoContext(ctx, "read parameters", "count", len(answer))
	return answer, nil
}

func parameterNames(getenv func(string) string) (map[string]string, error) {
	names := map[string]string{}
	var err error
	for _, variable := range variables {
		if names[variable] = getenv(variable); !strings.HasPrefix(names[variable], "/") {
			// The value is not repeated: it may be the secret itself, put there by mistake.
			err = errors.Join(err, fmt.Errorf("variable %s: want the name of an SSM parameter, starting with a slash", variable))
		}
	}
	return names, err
}

func main() {
	log := lambdacontext.NewLogger() // format and level as the function's logging configuration says
	names, err := parameterNames(os.Getenv)
	cfg, loadErr := config.LoadDefaultConfig(context.Background())
	if err = errors.Join(err, loadErr); err != nil {
		log.Error("cannot start", "error", err)
		os.Exit(1)
	}
	lambda.Start(handler{ssm.NewFromConfig(cfg), log, names}.handle)
}
