// Package quickstart is the smallest app: one function that reads two secrets.
package quickstart

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/apps/quickstart/app"
	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// StackProps of NewStack.
type StackProps struct {
	awscdk.StackProps
	// Entry is the handler's folder. Defaults to where it is in this module,
	// seen from the module's top.
	Entry string
	// Architecture of the function. Defaults to arm64.
	Architecture string
	// AlarmEmails are told of the alarms. Defaults to none, which is a warning.
	AlarmEmails []string
}

// NewStack makes a function that can write its own logs, read two parameters,
// and nothing else. As a sample, it leaves nothing behind when it is destroyed.
func NewStack(scope constructs.Construct, id string, props *StackProps) awscdk.Stack {
	if props == nil {
		props = &StackProps{}
	}
	entry := props.Entry
	if entry == "" {
		entry = "./apps/quickstart/handler"
	}
	stack := awscdk.NewStack(scope, jsii.String(id), &props.StackProps)

	// The secrets have a key of their own: who may deploy the function need not
	// be able to read them.
	key := awskms.NewKey(stack, jsii.String("ParametersKey"), &awskms.KeyProps{
		Description:       jsii.String("Parameters of the quickstart"),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
	})
	net := network.New(stack, "Network", &network.Props{RemovalPolicy: awscdk.RemovalPolicy_DESTROY})
	encrypted := link.EncryptedWith(key)
	fn := golambda.NewSecureGoFunction(stack, "Quickstart", &golambda.SecureGoFunctionProps{
		Entry:        entry,
		Architecture: props.Architecture,
		Network:      net,
		Links: []link.Link{
			link.Parameter("API_KEY", "/my_app/api_key", encrypted),
			link.Parameter("DB_PASSWORD", "/my_app/db_password", encrypted),
		},
		Config:        app.Config{},
		Alarms:        golambda.Alarms{Emails: props.AlarmEmails},
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})

	output := func(name, description string, value *string) {
		awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value, Description: jsii.String(description)})
	}
	output("FunctionName", "The function to invoke", fn.Function.FunctionName())
	output("ParametersKeyArn", "The key to put /my_app/api_key and /my_app/db_password under, as SecureStrings", key.KeyArn())
	return stack
}
