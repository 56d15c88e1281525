package network

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
)

// Network is a place where functions run. It is shared: make one, and give it
// to every function that runs there, in this stack or in others.
type Network struct {
	// Construct is the network's own scope. Nil for None.
	constructs.Construct

	// Vpc is nil for None.
	Vpc awsec2.IVpc
	// VpcID is the VPC's id, read once. Empty for None.
	VpcID string
	// Subnets are those of the VPC that functions run in.
	Subnets *awsec2.SubnetSelection
	// Outside says that packets can leave for the internet, if a function's
	// group lets them.
	Outside bool
	// Reason says why functions run in no VPC. Set by None only.
	Reason string

	endpoints endpoints
}

// None is the network of functions that run in no VPC. Their traffic is
// governed by IAM alone: no security group, no endpoint, the whole internet
// within reach. The reason is required and is recorded in the template's
// metadata.
func None(reason string) *Network { return &Network{Reason: reason, Outside: true} }
