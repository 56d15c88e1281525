// The sample apps: `cdk synth`, `deploy`, `diff` and `destroy` run this. Each
// app is a stack of its folder's name.
//
// Context (-c name=value): architecture, arm64 by default; alarmEmail, none by
// default.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/apps/quickstart"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	props := &quickstart.StackProps{Architecture: context(app, "architecture")}
	if email := context(app, "alarmEmail"); email != "" {
		props.AlarmEmails = []string{email}
	}
	quickstart.NewStack(app, "quickstart", props)
	app.Synth(nil)
}

func context(app awscdk.App, name string) string {
	value, _ := app.Node().TryGetContext(jsii.String(name)).(string)
	return value
}
