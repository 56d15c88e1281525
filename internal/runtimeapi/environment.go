package runtimeapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// environment gives the process the variables that Lambda sets for an OS-only runtime,
// then the function's own.
func environment(fn Function, taskRoot, address string) ([]string, error) {
	arn := strings.Split(fn.ARN, ":")
	if len(arn) < 7 || arn[2] != "lambda" || arn[5] != "function" {
		return nil, fmt.Errorf("function ARN %q: want arn:aws:lambda:<region>:<account>:function:<name>", fn.ARN)
	}
	region, name := arn[3], arn[6]
	env := map[string]string{
		"AWS_DEFAULT_REGION":              region,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"AWS_LAMBDA_FUNCTION_NAME":        name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local",
		"AWS_REGION":                      region,
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"LAMBDA_TASK_ROOT":                taskRoot,
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TZ":                              ":UTC",
		"_HANDLER":                        "bootstrap",
	}
	maps.Copy(env, fn.Env)
	env["AWS_LAMBDA_RUNTIME_API"] = address
	var list []string
	for _, k := range slices.Sorted(maps.Keys(env)) {
		list = append(list, k+"="+env[k])
	}
	return list, nil
}
