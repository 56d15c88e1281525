package golambda

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// revealedSecrets says of the settings that hold tokens which secret each would
// put into the plain environment. Settings without tokens cost no call.
func revealedSecrets(stack *keyring.Stack, environment map[string]string) map[string]string {
	revealed := map[string]string{}
	for name, value := range environment {
		if strings.Contains(value, "{{resolve:secretsmanager:") || strings.Contains(value, "{{resolve:ssm-secure:") {
			revealed[name] = "it is a dynamic reference to a secret"
		} else if pseudo.IsToken(value) {
			if why := revealedBy(stack, value); why != "" {
				revealed[name] = why
			}
		}
	}
	return revealed
}

func revealedBy(stack *keyring.Stack, value string) (why string) {
	// CDK itself throws where a SecretValue is used as a plain string.
	defer func() {
		if r := recover(); r != nil {
			if !strings.Contains(fmt.Sprint(r), "secret") {
				panic(r)
			}
			why = "it holds a SecretValue"
		}
	}()
	for _, token := range *awscdk.Tokenization_ReverseString(&value).Tokens() {
		if reference, ok := token.(awscdk.Reference); ok {
			if parameter, ok := reference.Target().(awscdk.CfnParameter); ok && parameter.NoEcho() != nil && *parameter.NoEcho() {
				return "it refers to a parameter with NoEcho"
			}
		}
	}
	// A secret that was unwrapped, or that is within an intrinsic such as
	// Fn::Join, shows when resolved.
	text, err := json.Marshal(stack.Resolve(value))
	if err != nil {
		panic(err)
	}
	if strings.Contains(string(text), "{{resolve:secretsmanager:") || strings.Contains(string(text), "{{resolve:ssm-secure:") {
		return "it holds a SecretValue"
	}
	return ""
}
