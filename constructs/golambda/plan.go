package golambda

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
	"github.com/securegofunction/cdk/internal/alarm"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/plainsecret"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// plan is what is to be made, decided before anything is.
type plan struct {
	environment map[string]string
	statements  []iam.Statement
	// calls are those of the statements that the function's code calls by, and
	// not Lambda on its behalf.
	calls []iam.Statement
	// admitted is what the network's endpoints let through, by service.
	admitted map[string][]iam.Statement
	needs    network.Needs
	names    []string // to let through where names are filtered
	egress   []link.Egress
	mount    *link.Mount
	triggers []link.Trigger
	relaxed  []link.Relaxation
	alarms   []alarm.Alarm
	// lengths of the tokens whose longest text is known.
	lengths map[string]int
}

// newPlan asks every link for its doors. region is "" if it is not known at
// synth; revealed is as for environment.
func newPlan(p SecureGoFunctionProps, at link.Site, region string, revealed map[string]string) (plan, error) {
	made := plan{admitted: map[string][]iam.Statement{}, lengths: lengths(at)}
	var (
		wrong     []error
		variables []link.Variable
		keys      = map[awskms.IKey]bool{}
	)
	if p.Network != nil && p.Network.Vpc == nil {
		made.relaxed = append(made.relaxed, link.Relaxation{What: "no VPC", Reason: p.Network.Reason, Rule: "no-vpc"})
	}
	for i, l := range p.Links {
		if l == nil {
			wrong = append(wrong, fmt.Errorf("props.Links[%d] is nil: give a link or leave it out", i))
			continue
		}
		doors, err := l.Open(at)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		for _, key := range doors.Keys {
			if !keys[key] {
				keys[key] = true
				wrong = append(wrong, keyring.Check(key, region))
			}
		}
		wrong = append(wrong, checkDoors(doors), made.addEgress(doors), made.addMount(doors.Mount), made.addTriggers(doors.Triggers))
		made.admit(doors)
		made.needs.Endpoints = union(made.needs.Endpoints, doors.Endpoints)
		made.needs.Gateways = union(made.needs.Gateways, doors.Gateways)
		made.names = union(made.names, doors.Names)
		variables = append(variables, doors.Variables...)
		made.statements = append(made.statements, doors.Statements...)
		if len(doors.Triggers) == 0 {
			made.calls = append(made.calls, doors.Statements...)
		}
		made.relaxed = append(made.relaxed, doors.Relaxed...)
	}
	if p.Network != nil {
		wrong = append(wrong, made.checkPlace(p.Network))
		if made.needs.Outside {
			made.relaxed = append(made.relaxed, made.unfiltered(p.Network.Relaxed())...)
		}
		if p.Network.Perimeter {
			made.statements = append(made.statements, perimeter(p.Network.VpcID))
		}
	}
	made.statements = iam.Merge(made.statements)
	for service, statements := range made.admitted {
		made.admitted[service] = iam.Merge(statements)
	}
	var err error
	made.environment, err = environment(p.Environment, variables, revealed)
	made.alarms = functionAlarms(p)
	wrong = append(wrong, err, checkConfig(p.Config, p.Environment, variables), made.checkPolicies(), made.checkRules())
	return made, errors.Join(wrong...)
}

// unfiltered are a network's relaxations, of which one about names leaves the
// rule that links to names share open to everybody.
func (made *plan) unfiltered(relaxed []network.Relaxation) []link.Relaxation {
	var all []link.Relaxation
	for _, r := range relaxed {
		all = append(all, link.Relaxation{What: r.What, Reason: r.Reason, Rule: r.Rule})
		if len(made.needs.Names) > 0 {
			all = append(all, link.Relaxation{What: "TCP 443 to everywhere", Reason: r.Reason, Rule: "open-egress", Of: "0.0.0.0/0:443"})
		}
	}
	return all
}

func (made *plan) addEgress(doors link.Doors) error {
	var wrong []error
	for _, e := range doors.Egress {
		wrong = append(wrong, checkEgress(e, doors))
		everywhere := toEverywhere(e.CIDR)
		switch {
		case everywhere && len(doors.Names) == 0:
			made.needs.Everywhere = true
		case everywhere:
			made.needs.Names = union(made.needs.Names, doors.Names)
		}
		if outside(e) {
			made.needs.Outside = true
			if e.PrefixList != "" {
				made.needs.PrefixLists = append(made.needs.PrefixLists, e.PrefixList)
			}
			if e.CIDR != "" && !everywhere {
				made.needs.Addresses = append(made.needs.Addresses, network.Address{CIDR: e.CIDR, Port: e.Port})
			}
		}
		// Two equal rules deploy as one, and removing one of them later
		// removes it for both.
		if !slices.ContainsFunc(made.egress, func(o link.Egress) bool { return sameRule(o, e) }) {
			made.egress = append(made.egress, e)
		}
	}
	return errors.Join(wrong...)
}

func sameRule(a, b link.Egress) bool {
	samePort := a.PortToken == nil && b.PortToken == nil && a.Port == b.Port ||
		a.PortToken != nil && b.PortToken != nil && *a.PortToken == *b.PortToken
	return samePort && a.CIDR == b.CIDR && a.PrefixList == b.PrefixList && a.Group == b.Group
}

func (made *plan) addMount(m *link.Mount) error {
	switch {
	case m == nil:
	case made.mount != nil:
		return fmt.Errorf("two links mount a file system, at %s and %s: a function mounts one at most", made.mount.Path, m.Path)
	default:
		made.mount = m
	}
	return nil
}

func (made *plan) addTriggers(triggers []link.Trigger) error {
	var wrong []error
	for _, t := range triggers {
		if slices.ContainsFunc(made.triggers, func(o link.Trigger) bool { return o.ID == t.ID }) {
			wrong = append(wrong, fmt.Errorf("two links make %s: keep one", t.ID))
		}
		made.triggers = append(made.triggers, t)
	}
	return errors.Join(wrong...)
}

// admit notes what the endpoints that the link reaches have to let through. An
// endpoint whose name tells no service of the link's actions gets all of them.
func (made *plan) admit(doors link.Doors) {
	for _, door := range slices.Concat(doors.Endpoints, doors.Gateways) {
		var calls, ofThis []iam.Statement
		for _, s := range doors.Statements {
			if s.Effect == iam.Deny || through(s) {
				continue
			}
			calls = append(calls, s)
			if s = ofDoor(s, door); len(s.Actions) > 0 {
				ofThis = append(ofThis, s)
			}
		}
		if len(ofThis) == 0 {
			ofThis = calls
		}
		if len(ofThis) > 0 {
			made.admitted[door] = append(made.admitted[door], ofThis...)
		}
	}
}

func (made *plan) checkPlace(n *network.Network) error {
	switch {
	case n.Vpc == nil && made.mount != nil:
		return fmt.Errorf("the link mounts a file system at %s, and a function in no VPC cannot: give a VPC in place of network.None", made.mount.Path)
	case n.Vpc == nil && len(made.egress) > 0 && !made.needs.Outside: // which the network refuses
		e := made.egress[0]
		return fmt.Errorf("the link to %s opens a security group, and network.None has none: leave the link out, or give a VPC", e.CIDR+e.PrefixList+e.Group)
	case n.Perimeter:
		return made.checkPerimeter()
	}
	return nil
}

// checkCarried asks the network, which may ask Node for what a VPC has.
func (made *plan) checkCarried(n *network.Network) error {
	if checkNetwork(n) != nil { // reported by check
		return nil
	}
	return n.Check(made.needs)
}

// A managed policy has 6,144 characters at most, and a role ten managed
// policies unless its account was given more (IAM guide, "IAM and AWS STS
// quotas"). Two of the ten are taken.
const (
	policyLimit   = 6144
	policiesLimit = 8
)

func (made *plan) checkPolicies() error {
	placeholder := names{partition: "aws", region: "r", account: "a", logGroup: unknownToken, key: unknownToken, queue: unknownToken, queueKey: unknownToken}
	policies := iam.Split(policyLimit, made.lengths, runTime(placeholder, made.statements))
	if len(policies) > policiesLimit {
		return fmt.Errorf("what the links allow takes %d policies, and a role has room for %d: split the function, or link several things by one link", len(policies), policiesLimit)
	}
	for _, statements := range policies {
		if n := iam.Size(made.lengths, statements...); n > policyLimit {
			return fmt.Errorf("a statement of a link takes %d characters, and a policy has room for %d: %v on %v", n, policyLimit, statements[0].Actions, statements[0].Resources)
		}
	}
	return nil
}

// unknownToken stands for a name that is not made yet.
const unknownToken = "${Token[unknown]}"

// lengths of the tokens that nearly every ARN holds: the longest that AWS has.
func lengths(at link.Site) map[string]int {
	return map[string]int{at.Partition: len("aws-us-gov"), at.Region: len("ap-southeast-1"), at.Account: len("111122223333"), at.URLSuffix: len("amazonaws.com.cn")}
}

// rulesLimit is how many rules a security group takes in each direction
// (Amazon VPC quotas, "Security groups"), but for the one that keeps it shut.
const rulesLimit = 59

func (made *plan) checkRules() error {
	if n := len(made.egress) + len(made.needs.Endpoints) + len(made.needs.Gateways); n > rulesLimit {
		return fmt.Errorf("the links need %d rules in the function's security group, which takes %d: split the function", n, rulesLimit)
	}
	return nil
}

// ruleDescription: EC2 API reference, "IpRange".
var ruleDescription = regexp.MustCompile(`^[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]{0,255}$`)

// checkEgress holds links that a team wrote itself to what ours do: a rule that
// EC2 takes, and a reason where it is to everywhere.
func checkEgress(e link.Egress, doors link.Doors) error {
	to := e.CIDR + e.PrefixList + e.Group
	switch {
	case to == "" || to != e.CIDR && to != e.PrefixList && to != e.Group:
		return fmt.Errorf("a link sends to the range %q, the prefix list %q and the group %q: give one of them", e.CIDR, e.PrefixList, e.Group)
	case e.CIDR != "" && !isIPv4(e.CIDR):
		return fmt.Errorf("a link sends to %q: give an IPv4 range such as 192.0.2.0/24", e.CIDR)
	case e.PortToken == nil && (e.Port < 1 || e.Port > 65535):
		return fmt.Errorf("a link sends to %s on port %d: give one from 1 to 65535", to, e.Port)
	case toEverywhere(e.CIDR) && len(doors.Relaxed) == 0 && !(e.Port == 443 && exact(doors.Names)):
		return fmt.Errorf("a link sends to everywhere, on port %d, and records no reason: add one to its Relaxed, or use link.Everywhere", e.Port)
	case !ruleDescription.MatchString(e.Description):
		return fmt.Errorf("a link describes its rule to %s as %q: EC2 takes up to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*", to, e.Description)
	}
	return nil
}

// exact reports whether a filter of names could hold the function to these.
func exact(names []string) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "*") || pseudo.IsToken(n) })
}

// checkDoors holds links that a team wrote itself to what ours do: no more than
// they name, and a reason for what is wide.
func checkDoors(doors link.Doors) error {
	var wrong []error
	for _, r := range doors.Relaxed {
		if strings.TrimSpace(r.What) == "" || strings.TrimSpace(r.Reason) == "" {
			wrong = append(wrong, fmt.Errorf("a link gives up %q for the reason %q: give both", r.What, r.Reason))
		}
	}
	for _, s := range doors.Statements {
		if s.Effect != iam.Deny {
			wrong = append(wrong, checkAllowed(s, len(doors.Relaxed) > 0))
		}
	}
	for _, v := range doors.Variables {
		// What names a thing has a kind; text may be a secret by mistake.
		why := ""
		if strings.Contains(v.Value, "{{resolve:secretsmanager:") || strings.Contains(v.Value, "{{resolve:ssm-secure:") {
			why = "it is a dynamic reference to a secret"
		} else if v.Kind == "" {
			why = plainsecret.Suspect(v.Name, v.Value)
		}
		if why != "" {
			wrong = append(wrong, fmt.Errorf("the variable %s of a link looks like a secret: %s; put it into an SSM parameter and use link.Parameter", v.Name, why))
		}
	}
	return errors.Join(wrong...)
}

func checkAllowed(s iam.Statement, explained bool) error {
	every := slices.ContainsFunc(s.Resources, iam.IsEveryResource)
	wild := slices.ContainsFunc(s.Actions, func(a string) bool { return strings.ContainsAny(a, "*?") })
	switch {
	case len(s.NotActions) > 0:
		return fmt.Errorf("a link allows all actions but %v: name those that it needs", s.NotActions)
	case slices.Contains(s.Actions, "*"):
		return errors.New("a link allows *, which is every action there is: name the actions")
	case wild && every:
		return fmt.Errorf("a link allows %v on every resource: name the actions or the resources", s.Actions)
	case every && !explained:
		return fmt.Errorf("a link allows %v on every resource, and records no reason: name the resources, or add a reason to its Relaxed", s.Actions)
	}
	return nil
}

func isIPv4(cidr string) bool {
	to, err := netip.ParsePrefix(cidr)
	return err == nil && to.Addr().Is4()
}

// outside reports whether packets to the peer leave the VPC and the networks
// that are joined to it.
func outside(e link.Egress) bool {
	if e.CIDR == "" {
		return e.Outside
	}
	to, err := netip.ParsePrefix(e.CIDR)
	return err == nil && !private(to)
}

// private reports whether the whole range is of private addresses (RFC 1918,
// and RFC 6598 for the shared ones that VPCs may have too).
func private(p netip.Prefix) bool {
	return slices.ContainsFunc([]string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"}, func(s string) bool {
		all := netip.MustParsePrefix(s)
		return p.Bits() >= all.Bits() && all.Contains(p.Addr())
	})
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

// ofDoor is the part of a statement that is for the service behind an
// endpoint.
func ofDoor(s iam.Statement, door string) iam.Statement {
	s.Actions = slices.DeleteFunc(slices.Clone(s.Actions), func(action string) bool { return iam.Service(action) != serviceOf(door) })
	return s
}

// serviceOf is the prefix of the actions of the service behind an endpoint.
func serviceOf(door string) string {
	door = strings.TrimSuffix(door, "-fips")
	if service, ok := endpointServices[door]; ok {
		return service
	}
	return door
}

// endpointServices are the endpoints that go by another name than the actions
// (PrivateLink guide, "AWS services that integrate with AWS PrivateLink").
var endpointServices = map[string]string{
	"kinesis-streams": "kinesis", "monitoring": "cloudwatch", "sync-states": "states", "bedrock-runtime": "bedrock",
	"sagemaker.runtime": "sagemaker", "ecr.api": "ecr", "email-smtp": "ses", "email": "ses", "streams.dynamodb": "dynamodb",
}
