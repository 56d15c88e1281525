package network

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// place finds the subnets of functions without a link to the outside, and of
// those with one.
func place(props *FromVpcProps) (functions, out []awsec2.ISubnet, err error) {
	// Reading what a VPC lacks throws in CDK.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the subnets asked for cannot be had: %v", r)
		}
	}()
	vpc, given := props.Vpc, props.Subnets
	if notLookedUp(vpc) {
		return *vpc.IsolatedSubnets(), *vpc.PrivateSubnets(), nil
	}
	known := map[string][]string{
		"public": ids(vpc.PublicSubnets()), "isolated": ids(vpc.IsolatedSubnets()), "private": ids(vpc.PrivateSubnets())}
	if given == nil {
		kind := awsec2.SubnetType_PRIVATE_ISOLATED
		if len(known["isolated"]) == 0 {
			kind = awsec2.SubnetType_PRIVATE_WITH_EGRESS
		}
		given = &awsec2.SubnetSelection{SubnetType: kind}
	}
	functions = *vpc.SelectSubnets(given).Subnets
	if len(functions) == 0 {
		return nil, nil, errors.New("no subnet was selected: give Subnets, isolated or private ones")
	}
	wrong := []error{refuse(functions, known["public"], "a public subnet was selected: a function there gets no internet and is one rule away from it; select isolated or private subnets")}
	if props.OutsideSubnets == nil {
		for _, s := range functions {
			if slices.Contains(known["private"], *s.SubnetId()) {
				out = append(out, s)
			}
		}
		return functions, out, errors.Join(wrong...)
	}
	out = *vpc.SelectSubnets(props.OutsideSubnets).Subnets
	if len(out) == 0 {
		wrong = append(wrong, errors.New("no subnet was selected for OutsideSubnets: give private ones that have a NAT, or leave it out"))
	}
	return functions, out, errors.Join(append(wrong,
		refuse(out, known["public"], "a public subnet was selected for OutsideSubnets: a function there gets no internet; select private subnets that have a NAT"),
		refuse(out, known["isolated"], "an isolated subnet was selected for OutsideSubnets: it has no way out; select private subnets that have a NAT"))...)
}

// notLookedUp reports whether the VPC is the made-up one that CDK gives in place
// of one that the CLI has yet to look up. Its subnets are not those that are
// asked for, and stopping then would keep the CLI from looking.
func notLookedUp(vpc awsec2.IVpc) bool { return *vpc.VpcId() == "vpc-12345" }

// refuse compares ids: CDK itself knows a public subnet only if it is the VPC's
// own object.
func refuse(selected []awsec2.ISubnet, unfit []string, why string) error {
	for _, s := range selected {
		if id := *s.SubnetId(); slices.Contains(unfit, id) {
			if pseudo.IsToken(id) {
				id = *s.Node().Path()
			}
			return fmt.Errorf("%s (%s)", why, id)
		}
	}
	return nil
}

func ids(subnets *[]awsec2.ISubnet) (all []string) {
	for _, s := range *subnets {
		all = append(all, *s.SubnetId())
	}
	return all
}

// selection of the subnets, or nil of none.
func selection(subnets []awsec2.ISubnet) *awsec2.SubnetSelection {
	if len(subnets) == 0 {
		return nil
	}
	return &awsec2.SubnetSelection{Subnets: &subnets}
}
