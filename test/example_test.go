package test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// The call that README.md shows.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)

	net := network.New(stack, "Network", nil) // isolated subnets, no way out
	fn := golambda.NewSecureGoFunction(stack, "Quickstart", &golambda.SecureGoFunctionProps{
		Entry:   "../apps/quickstart/handler",
		Network: net,
		Links:   []link.Link{link.Parameter("API_KEY", "/my_app/api_key", link.EncryptedWith(key))},
	})

	fmt.Println(*fn.Node().Path())
	// Output: Orders/Quickstart
}
