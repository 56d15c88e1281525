package network

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
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
	// Subnets are those of functions without a link to the outside.
	Subnets *awsec2.SubnetSelection
	// OutsideSubnets are those of functions with one: they have a route out. Nil
	// where there is no way out.
	OutsideSubnets *awsec2.SubnetSelection
	// Perimeter is set from the props.
	Perimeter bool
	// Reason says why functions run in no VPC. Set by None only.
	Reason string
	// AlarmTopic is told of what the network refuses. It is the one that the
	// functions of the stack tell too, unless they have another key. Nil where
	// the network watches nothing, as None and FromVpc without a filter of its
	// own, or has AlarmActions.
	AlarmTopic awssns.Topic

	shared *vpc
}

// None is the network of functions that run in no VPC. Their traffic is
// governed by IAM alone: no security group, no endpoint, the whole internet
// within reach. The reason is required and is recorded in the template's
// metadata.
func None(reason string) *Network { return &Network{Reason: reason} }

// Relaxation is a protection that a network gave up, and why.
type Relaxation struct {
	What, Reason string
	// Rule is that of package posture whose finding the reason answers.
	Rule string
}

// Relaxed is to be recorded with each of the network's functions, for those who
// review it. The reason of None is not among it.
func (n *Network) Relaxed() []Relaxation {
	if n.shared == nil || n.shared.names == nil {
		return nil
	}
	return n.shared.names.given.relaxed()
}
