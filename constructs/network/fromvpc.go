package network

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/securegofunction/cdk/internal/mistake"
)

// FromVpcProps of FromVpc.
type FromVpcProps struct {
	// Vpc is required: a VPC of this app, or an imported one.
	Vpc awsec2.IVpc
	// Subnets that functions are put in, and endpoints in the first of each
	// zone. Public ones are refused. Defaults to the isolated ones or, if there are none, to the
	// private ones that have a way out.
	Subnets *awsec2.SubnetSelection
	// Endpoints that the VPC has already. One that is not named here and that
	// a link needs is made, with private DNS: from then on the whole VPC uses
	// it for that service, and its group admits the linked functions only. If
	// the VPC has one that is not named here, the deployment fails.
	Endpoints []Endpoint
}

// Endpoint is an interface endpoint that a VPC has already.
type Endpoint struct {
	// Service is the AWS service's endpoint name, such as "ssm".
	Service string
	// SecurityGroup guards the endpoint. Each linked function adds a rule to
	// it that lets that function in on 443.
	SecurityGroup awsec2.ISecurityGroup
}

// FromVpc takes a VPC that exists: its flow logs, routes and default group are
// its owner's. FromVpc panics, naming the path, if the props are not sound.
func FromVpc(scope constructs.Construct, id string, props *FromVpcProps) *Network {
	wrong := []error{mistake.ID(scope, id)}
	if props == nil || props.Vpc == nil {
		mistake.Stop(scope, id, errors.Join(append(wrong, errors.New("props.Vpc is nil: give the VPC, or make one with network.New"))...))
	}
	for i, e := range props.Endpoints {
		if e.Service == "" || e.SecurityGroup == nil {
			wrong = append(wrong, fmt.Errorf("endpoint %d (%q): give both its service, such as \"ssm\", and its security group", i, e.Service))
		}
		if slices.IndexFunc(props.Endpoints, func(o Endpoint) bool { return o.Service == e.Service }) < i {
			wrong = append(wrong, fmt.Errorf("endpoint %q is named twice: a VPC has one for each service", e.Service))
		}
	}
	subnets, outside, err := place(props.Vpc, props.Subnets)
	mistake.Stop(scope, id, errors.Join(append(wrong, err)...))

	n := &Network{Vpc: props.Vpc, Subnets: subnets, Outside: outside, VpcID: *props.Vpc.VpcId()}
	mistake.NewConstruct(n, scope, id)
	n.endpoints = endpointsOf(n, n.VpcID)
	for _, e := range props.Endpoints {
		n.endpoints[e.Service] = *e.SecurityGroup.SecurityGroupId()
	}
	return n
}

// place resolves the selection to subnets, refuses public ones, and says
// whether any has a route out.
func place(vpc awsec2.IVpc, selection *awsec2.SubnetSelection) (subnets *awsec2.SubnetSelection, outside bool, err error) {
	// Reading what a VPC lacks throws in CDK.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the subnets asked for cannot be had: %v", r)
		}
	}()
	if selection == nil {
		kind := awsec2.SubnetType_PRIVATE_ISOLATED
		if len(*vpc.IsolatedSubnets()) == 0 {
			kind = awsec2.SubnetType_PRIVATE_WITH_EGRESS
		}
		selection = &awsec2.SubnetSelection{SubnetType: kind}
	}
	selected := vpc.SelectSubnets(selection)
	if len(*selected.Subnets) == 0 {
		return nil, false, errors.New("no subnet was selected: give Subnets, isolated or private ones")
	}
	if *selected.HasPublic {
		return nil, false, errors.New("a public subnet was selected: a function there gets no internet and is one rule away from it; select isolated or private subnets")
	}
	ids := func(of *[]awsec2.ISubnet) (all []string) {
		for _, s := range *of {
			all = append(all, *s.SubnetId())
		}
		return all
	}
	withEgress := ids(vpc.PrivateSubnets())
	for _, s := range ids(selected.Subnets) {
		outside = outside || slices.Contains(withEgress, s)
	}
	return &awsec2.SubnetSelection{Subnets: selected.Subnets}, outside, nil
}
