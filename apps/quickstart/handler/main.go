// Command handler is the quickstart's Lambda function.
package main

import (
	"github.com/securegofunction/cdk/apps/quickstart/app"
	"github.com/securegofunction/cdk/handler"
)

func main() { handler.Start(app.Handle) }
