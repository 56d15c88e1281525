package network

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// hasGateway reports whether the service has a gateway endpoint (VPC guide,
// "Gateway endpoints").
func hasGateway(service string) bool { return service == "s3" || service == "dynamodb" }

// Gateway returns the id of the prefix list of "s3" or "dynamodb", whose
// addresses the VPC's gateway endpoint leads to. The endpoint is made on first
// use, with a route from every subnet that functions run in. Check says
// beforehand whether it can be.
//
// CloudFormation does not return the id (aws-cloudformation/
// cloudformation-coverage-roadmap#453). The props give it or, where the stack's
// account and region are known, the CLI looks it up. A custom resource could
// resolve it during deployment: that would be a second Lambda function, outside
// this library's rules, and is not done.
func (n *Network) Gateway(service string) (prefixList string) {
	v := n.shared
	v.names.admitService(service)
	if v.prefixLists[service] == "" {
		v.prefixLists[service] = *awsec2.PrefixList_FromLookup(v.home, jsii.String("PrefixList-"+service), &awsec2.PrefixListLookupOptions{
			PrefixListName: jsii.String(prefixListName(v.stack.Region, service))}).PrefixListId()
	}
	g, ok := v.gateways[service]
	if !ok {
		g = &gateway{made: awsec2.NewCfnVPCEndpoint(v.home, jsii.String("Gateway-"+service), &awsec2.CfnVPCEndpointProps{
			VpcId: jsii.String(v.id), VpcEndpointType: jsii.String("Gateway"),
			ServiceName:    awsec2.NewGatewayVpcEndpointAwsService(jsii.String(service), nil).Name(),
			PolicyDocument: v.policyOf(service),
		})}
		v.gateways[service] = g
	}
	if g.made != nil && g.routed < len(v.subnets) {
		routeTables, _ := v.routeTables() // checked
		g.made.SetRouteTableIds(&routeTables)
		g.routed = len(v.subnets)
	}
	return v.prefixLists[service]
}

// gateway is a gateway endpoint of the VPC.
type gateway struct {
	made awsec2.CfnVPCEndpoint // nil: the VPC has had it already
	// routed is how many of the VPC's subnets have a route to it.
	routed int
}

func prefixListName(region, service string) string { return "com.amazonaws." + region + "." + service }

// checkGateway says why the VPC cannot have the gateway endpoint.
func (v *vpc) checkGateway(service string) error {
	switch {
	case !hasGateway(service):
		return fmt.Errorf("a link needs the gateway endpoint of %q: only s3 and dynamodb have one; name the service in the link's Endpoints", service)
	case v.prefixLists[service] == "" && !v.concrete():
		return fmt.Errorf("the prefix list of %s is not known, which the function's security group has to name: give the stack an env with account and region, so that the CLI looks it up, or give the network PrefixLists: map[string]string{%q: \"pl-...\"}", service, service)
	}
	if g, ok := v.gateways[service]; ok && g.made == nil {
		return nil
	}
	_, err := v.routeTables()
	if err != nil {
		return fmt.Errorf("the gateway endpoint of %s cannot be made: %w; if the VPC has one, declare it: Endpoints: []network.Endpoint{{Service: %q}}", service, err, service)
	}
	return nil
}

// routeTables of the subnets that functions run in, each read once.
func (v *vpc) routeTables() ([]*string, error) {
	for _, s := range v.subnets[v.tablesRead:] {
		id := routeTable(s)
		if id == "" {
			return nil, fmt.Errorf("the subnet %s was imported without its route table: import it with RouteTableId, or the VPC with IsolatedSubnetRouteTableIds and PrivateSubnetRouteTableIds", *s.SubnetId())
		}
		if !slices.ContainsFunc(v.tables, func(known *string) bool { return *known == id }) {
			v.tables = append(v.tables, &id)
		}
		v.tablesRead++
	}
	return v.tables, nil
}

// routeTable of the subnet, or "" where CDK does not know it.
func routeTable(s awsec2.ISubnet) (id string) {
	// CDK throws, or has a route table without an id.
	defer func() {
		if recover() != nil {
			id = ""
		}
	}()
	if found := s.RouteTable().RouteTableId(); found != nil {
		id = *found
	}
	return id
}
