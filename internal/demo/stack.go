package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
)

// deployment is what the AWS APIs say of the stack and its function.
type deployment struct {
	keyARN     string
	template   template
	function   lambda.GetFunctionConfigurationOutput
	wanted     functionProperties // what the template says of the same function
	codeBucket string
	binary     string
	rebuilt    bool // for this host, so it is not the deployed one
}

type template struct {
	Resources map[string]struct {
		Type       string
		Properties json.RawMessage
	}
}

type functionProperties struct {
	Architectures []string
	Code          struct {
		S3Bucket any
		S3Key    string
	}
	DeadLetterConfig, KmsKeyArn, VpcConfig any
	LoggingConfig                          *struct{ LogFormat, ApplicationLogLevel string }
	TracingConfig                          struct{ Mode string }
}

func (d *demo) bootstrap(ctx context.Context) (string, error) {
	return "", d.cdk.bootstrap(ctx, d.account)
}

func (d *demo) deploy(ctx context.Context) (string, error) {
	status, err := d.stackStatus(ctx)
	if err != nil {
		return "", err
	}
	if status != types.StackStatusDeleteComplete {
		return "", fmt.Errorf("stack %s exists already, %s, and is not the demo's; destroy it first", stackName, status)
	}
	d.mayExist = true
	return "", d.cdk.deploy(ctx)
}

func (d *demo) readBack(ctx context.Context) (string, error) {
	name := aws.String(stackName)
	stacks, err := d.aws.cloudformation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: name})
	if err != nil {
		return "", err
	}
	stack := stacks.Stacks[0]
	functionName, err := output(stack, "FunctionName")
	keyARN, keyErr := output(stack, "ParametersKeyArn")
	if err := errors.Join(err, keyErr); err != nil {
		return "", err
	}
	function, err := d.aws.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(functionName)})
	if err != nil {
		return "", err
	}
	d.deployed = deployment{keyARN: keyARN, function: *function}
	if function.Environment == nil {
		return "", fmt.Errorf("function %s has no environment variables; want %v", functionName, parameterNames)
	}
	for variable, want := range parameterNames {
		if have := function.Environment.Variables[variable]; have != want {
			return "", fmt.Errorf("function %s: variable %s is %q, want the parameter's name %q", functionName, variable, have, want)
		}
	}

	text, err := d.aws.cloudformation.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: name})
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal([]byte(aws.ToString(text.TemplateBody)), &d.deployed.template); err != nil {
		return "", fmt.Errorf("template of stack %s: %w", stackName, err)
	}
	resources, err := d.aws.cloudformation.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: name})
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(resources.StackResources, func(r types.StackResource) bool { return aws.ToString(r.PhysicalResourceId) == functionName })
	if i < 0 {
		return "", fmt.Errorf("stack %s does not list function %s among its resources", stackName, functionName)
	}
	logicalID := aws.ToString(resources.StackResources[i].LogicalResourceId)
	if err := json.Unmarshal(d.deployed.template.Resources[logicalID].Properties, &d.deployed.wanted); err != nil {
		return "", fmt.Errorf("function %s in the template: %w", logicalID, err)
	}
	if d.deployed.codeBucket, err = resolve(d.deployed.wanted.Code.S3Bucket, aws.ToString(stack.StackId)); err != nil {
		return "", fmt.Errorf("code bucket of %s: %w", logicalID, err)
	}
	return fmt.Sprintf("stack     %s, %d resources\nfunction  %s\nrole      %s\nvariables %v", stack.StackStatus, len(d.deployed.template.Resources),
		functionName, aws.ToString(function.Role), function.Environment.Variables), nil
}

func output(stack types.Stack, key string) (string, error) {
	for _, o := range stack.Outputs {
		if aws.ToString(o.OutputKey) == key {
			return aws.ToString(o.OutputValue), nil
		}
	}
	return "", fmt.Errorf("stack %s has no output %s; add it to the app", stackName, key)
}

// resolve gives the value of a string or of an Fn::Sub over pseudo parameters, which is
// what the CDK writes for its asset bucket.
func resolve(value any, stackID string) (string, error) {
	id, err := arn.Parse(stackID)
	if err != nil {
		return "", err
	}
	if sub, ok := value.(map[string]any); ok {
		value = sub["Fn::Sub"]
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("%v is neither a string nor an Fn::Sub", value)
	}
	text = strings.NewReplacer("${AWS::AccountId}", id.AccountID, "${AWS::Region}", id.Region, "${AWS::Partition}", id.Partition).Replace(text)
	if strings.Contains(text, "${") {
		return "", fmt.Errorf("%q holds more than pseudo parameters", text)
	}
	return text, nil
}

// notReported names the settings of the template that the Lambda API does not report.
func (d deployment) notReported() []string {
	want, have := d.wanted, d.function
	var lost []string
	for _, setting := range []struct {
		name string
		lost bool
	}{
		{"architecture", want.Architectures != nil && (have.Architectures == nil || want.Architectures[0] != string(have.Architectures[0]))},
		{"tracing", want.TracingConfig.Mode != "" && (have.TracingConfig == nil || want.TracingConfig.Mode != string(have.TracingConfig.Mode))},
		{"key of its environment", want.KmsKeyArn != nil && have.KMSKeyArn == nil},
		{"queue for failed events", want.DeadLetterConfig != nil && have.DeadLetterConfig == nil},
		{"logging", want.LoggingConfig != nil && have.LoggingConfig == nil},
		{"VPC", want.VpcConfig != nil && (have.VpcConfig == nil || len(have.VpcConfig.SubnetIds) == 0)},
	} {
		if setting.lost {
			lost = append(lost, setting.name)
		}
	}
	return lost
}

func (d *demo) destroy(ctx context.Context) (string, error) {
	err := d.cdk.destroy(ctx)
	tries := ""
	if err != nil && d.local.given {
		// moto deletes in an order of its own, and lets go of the VPC only
		// when most of the stack is gone.
		tries, err = ", at the second try", d.cdk.destroy(ctx)
	}
	if err := errors.Join(d.deleteSecrets(ctx), err); err != nil {
		return "", err
	}
	status, err := d.stackStatus(ctx)
	if err != nil {
		return "", err
	}
	if status != types.StackStatusDeleteComplete {
		return "", fmt.Errorf("stack %s is still there: %s", stackName, status)
	}
	if d.deployed.function.FunctionName == nil { // the demo has failed before it knew
		return "stack " + stackName + " is gone" + tries, nil
	}
	_, err = d.aws.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: d.deployed.function.FunctionName})
	var gone *lambdatypes.ResourceNotFoundException
	if !errors.As(err, &gone) {
		return "", fmt.Errorf("function %s is still there, or cannot be looked for: %v", *d.deployed.function.FunctionName, err)
	}
	return "the stack, its function and its parameters are gone" + tries, nil
}

// stackStatus is DELETE_COMPLETE for a stack that never was, too.
func (d *demo) stackStatus(ctx context.Context) (types.StackStatus, error) {
	stacks, err := d.aws.cloudformation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stackName)})
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "ValidationError" { // the answer for a stack that does not exist
		return types.StackStatusDeleteComplete, nil
	}
	if err != nil {
		return "", err
	}
	return stacks.Stacks[0].StackStatus, nil
}
