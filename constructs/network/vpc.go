package network

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/mistake"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// vpc is what the networks of one VPC in an app have in common: endpoints and
// name filters are the VPC's, and a second one of either fails to deploy.
type vpc struct {
	id string
	// home is where all that the VPC needs is made. It is in the VPC's own stack
	// if that is of this app: functions of several stacks then all depend on
	// that one, and it on none of them.
	home  constructs.Construct
	stack *keyring.Stack

	// subnets that functions run in, and that endpoints are put in.
	subnets    []awsec2.ISubnet
	inSubnet   map[string]bool
	zonal      []any     // ids of one subnet in each zone
	tables     []*string // ids of the route tables of the first tablesRead subnets
	tablesRead int

	groups      map[string]string   // of interface endpoints, by service
	gateways    map[string]*gateway // by service
	prefixLists map[string]string   // by service
	admitted    map[string][]iam.Statement
	policed     []string // services whose endpoint has a policy of ours
	guarded     bool
	names       *names
	used        bool // by a function
}

type vpcInApp struct {
	app constructs.IConstruct
	id  string
}

var vpcs = map[vpcInApp]*vpc{}

// share returns what the network shares with the others of its VPC.
func (n *Network) share() *vpc {
	key := vpcInApp{n.Node().Root(), n.VpcID}
	if v, ok := vpcs[key]; ok {
		return v
	}
	v := &vpc{id: n.VpcID, home: home(n), inSubnet: map[string]bool{}, groups: map[string]string{}, gateways: map[string]*gateway{},
		prefixLists: map[string]string{}, admitted: map[string][]iam.Statement{}}
	v.stack = keyring.Of(v.home)
	vpcs[key] = v
	return v
}

// home of a VPC is the first network that is made of it, unless that is in
// another stack than the VPC.
func home(n *Network) constructs.Construct {
	own, ok := n.Vpc.(awsec2.Vpc)
	if !ok || awscdk.Stack_Of(own) == awscdk.Stack_Of(n) {
		return n
	}
	return constructs.NewConstruct(own, jsii.String("SecureGoFunction"))
}

// runsIn notes subnets that functions run in.
func (v *vpc) runsIn(subnets *[]awsec2.ISubnet) {
	for _, s := range *subnets {
		if id := *s.SubnetId(); !v.inSubnet[id] {
			v.inSubnet[id] = true
			v.subnets = append(v.subnets, s)
		}
	}
}

// onePerZone returns the id of one subnet in each zone: an endpoint can have no
// more. The first ones are those of functions without a link to the outside.
func (v *vpc) onePerZone() *[]any {
	if v.zonal == nil {
		seen := map[string]bool{}
		for _, s := range v.subnets {
			if zone := *s.AvailabilityZone(); !seen[zone] {
				seen[zone] = true
				v.zonal = append(v.zonal, *s.SubnetId())
			}
		}
	}
	return &v.zonal
}

// concrete reports whether account and region are known at synth, so that the
// CLI can look things up there.
func (v *vpc) concrete() bool {
	return v.stack.Region != "" && !pseudo.IsToken(*v.stack.Account())
}

var prefixListID = regexp.MustCompile(`^pl-[0-9a-f]+$`)

// checkPrefixLists of the props.
func checkPrefixLists(given map[string]string) error {
	var wrong []error
	for _, service := range slices.Sorted(maps.Keys(given)) {
		id := given[service]
		switch {
		case !hasGateway(service):
			wrong = append(wrong, fmt.Errorf("PrefixLists[%q]: only s3 and dynamodb have gateway endpoints", service))
		case !pseudo.IsToken(id) && !prefixListID.MatchString(id):
			wrong = append(wrong, fmt.Errorf("PrefixLists[%q] is %q: give the id of com.amazonaws.<region>.%s, such as pl-0123abcd; aws ec2 describe-managed-prefix-lists lists them", service, id, service))
		}
	}
	return errors.Join(wrong...)
}

// guard has the synth fail where the VPC was asked for more than AWS takes.
func (v *vpc) guard() {
	if !v.guarded {
		v.guarded = true
		v.home.Node().AddValidation(v)
	}
}

// Validate implements constructs.IValidation.
func (v *vpc) Validate() *[]*string {
	err := errors.Join(v.checkPolicies(), v.names.check())
	if err == nil {
		return &[]*string{}
	}
	return &[]*string{jsii.String(mistake.Error{Path: *v.home.Node().Path(), Err: err}.Error())}
}
