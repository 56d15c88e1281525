package golambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/internal/plainsecret"
)

// Lambda API reference, "Environment".
var variableName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]+$`)

// reservedVariables are Lambda's own (Lambda guide, "Defined runtime
// environment variables").
var reservedVariables = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
	"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}

// environmentLimit is Lambda's, in bytes (Lambda guide, "Lambda quotas"). What
// Lambda measures is the environment as JSON.
const environmentLimit = 4096

// environment joins the plain settings and the links' variables. revealed says
// of the plain settings that hold tokens which secret they would reveal.
func environment(plain map[string]string, variables []link.Variable, revealed map[string]string) (map[string]string, error) {
	all := map[string]string{}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(plain)) {
		all[name] = plain[name]
		wrong = append(wrong, checkVariable(name))
		why := revealed[name]
		if why == "" {
			why = plainsecret.Suspect(name, plain[name])
		}
		if why != "" {
			// The value stays out of the message, which ends up in logs.
			wrong = append(wrong, fmt.Errorf("props.Environment %s looks like a secret: %s; put it into an SSM parameter and use link.Parameter(%q, name, link.EncryptedWith(key))", name, why, name))
		}
	}
	given := map[string]link.Variable{}
	for _, v := range variables {
		// Two links to one thing, such as a key to encrypt and to decrypt with,
		// agree on its variable.
		if other, ok := given[v.Name]; ok && other == v {
			continue
		}
		given[v.Name] = v
		if _, taken := all[v.Name]; taken {
			wrong = append(wrong, fmt.Errorf("variable %s is set twice: give each link and setting a name of its own", v.Name))
		}
		all[v.Name] = v.Value
		wrong = append(wrong, checkVariable(v.Name))
	}
	text, err := json.Marshal(all)
	wrong = append(wrong, err)
	if len(text) > environmentLimit {
		wrong = append(wrong, fmt.Errorf("the environment has %d bytes as JSON, and Lambda takes %d: move settings into a parameter or an object", len(text), environmentLimit))
	}
	return all, errors.Join(wrong...)
}

func checkVariable(name string) error {
	switch {
	case slices.Contains(reservedVariables, strings.ToUpper(name)):
		return fmt.Errorf("variable %s is reserved by Lambda: give it another name", name)
	case !variableName.MatchString(name):
		return fmt.Errorf("variable %q is malformed: use a letter, then one or more letters, digits or underscores", name)
	}
	return nil
}
