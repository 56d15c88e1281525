// The sample apps: `cdk synth`, `deploy`, `diff` and `destroy` run this. Each
// app is a stack of its folder's name.
//
// Context (-c name=value): app, quickstart by default, or orders; architecture,
// arm64 by default; alarmEmail, none by default; s3PrefixList and
// dynamodbPrefixList, for orders, looked up by default.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/apps/orders"
	"github.com/securegofunction/cdk/apps/quickstart"
	"github.com/securegofunction/cdk/constructs/posture/validation"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	// Whatever is added past the constructs is held to their rules too.
	awscdk.Validations_Of(app).AddPlugins(validation.New())
	architecture := context(app, "architecture")
	var emails []string
	if email := context(app, "alarmEmail"); email != "" {
		emails = []string{email}
	}
	switch name := context(app, "app"); name {
	case "", "quickstart":
		quickstart.NewStack(app, "quickstart", &quickstart.StackProps{Architecture: architecture, AlarmEmails: emails})
	case "orders":
		orders.NewStack(app, "orders", &orders.StackProps{StackProps: awscdk.StackProps{Env: environment()},
			Architecture: architecture, AlarmEmails: emails, PrefixLists: prefixLists(app)})
	default:
		fmt.Fprintf(os.Stderr, "no app is called %q: give -c app=quickstart or -c app=orders\n", name)
		os.Exit(1)
	}
	app.Synth(nil)
}

func context(app awscdk.App, name string) string {
	value, _ := app.Node().TryGetContext(jsii.String(name)).(string)
	return value
}

// environment is that of the CLI's credentials, so that it can look up what the
// orders app needs. Nil without credentials.
func environment() *awscdk.Environment {
	account, region := os.Getenv("CDK_DEFAULT_ACCOUNT"), os.Getenv("CDK_DEFAULT_REGION")
	if account == "" || region == "" {
		return nil
	}
	return &awscdk.Environment{Account: &account, Region: &region}
}

func prefixLists(app awscdk.App) map[string]string {
	given := map[string]string{}
	for _, service := range []string{"s3", "dynamodb"} {
		if id := context(app, service+"PrefixList"); id != "" {
			given[service] = id
		}
	}
	return given
}
