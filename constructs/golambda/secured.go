package golambda

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// override returns what the caller's Override sets, and what it may not.
func override(p SecureGoFunctionProps) (set awslambda.FunctionProps, err error) {
	if p.Override == nil {
		return set, nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("props.Override panicked: %v", r)
		}
	}()
	p.Override(&set)
	return set, checkOverride(set)
}

// secure adds the secured fields to what Override set, the resources aside.
func secure(base awslambda.FunctionProps, p SecureGoFunctionProps, made plan, common *shared) *awslambda.FunctionProps {
	props := base
	environment := map[string]*string{}
	for name, value := range made.environment {
		environment[name] = jsii.String(value)
	}
	props.Runtime, props.Handler = runtime(), jsii.String("bootstrap")
	props.Architecture = arm64()
	if p.Architecture == "amd64" {
		props.Architecture = amd64()
	}
	if p.Description != "" {
		props.Description = jsii.String(p.Description)
	}
	props.Environment, props.EnvironmentEncryption = &environment, common.key
	props.LoggingFormat = awslambda.LoggingFormat_JSON
	props.ApplicationLogLevelV2 = awslambda.ApplicationLogLevel(p.LogLevel)
	props.SystemLogLevelV2 = awslambda.SystemLogLevel(p.SystemLogLevel)
	props.Timeout, props.MemorySize = duration(p.Timeout), jsii.Number(p.MemoryMB)
	if p.ReservedConcurrency > 0 {
		props.ReservedConcurrentExecutions = jsii.Number(p.ReservedConcurrency)
	}
	props.MaxEventAge, props.RetryAttempts = duration(p.MaxEventAge), jsii.Number(int(NoRetries-p.Retries))
	props.RecursiveLoop = awslambda.RecursiveLoop_TERMINATE
	return &props
}
