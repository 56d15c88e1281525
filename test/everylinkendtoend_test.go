package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/network"
)

// notOnLocalAWS are the types of resources of links, of networks and of what is
// linked that the local AWS, moto 5.2.1, has no API for. Stacks are deployed
// there without them. The network firewall is not deployed at all: routes lead
// to it.
var notOnLocalAWS = []string{
	"AWS::ElastiCache::UserGroup",
	"AWS::NetworkFirewall::Firewall",
	"AWS::NetworkFirewall::FirewallPolicy",
	"AWS::NetworkFirewall::LoggingConfiguration",
	"AWS::NetworkFirewall::RuleGroup",
	"AWS::Route53Resolver::FirewallDomainList",
	"AWS::Route53Resolver::FirewallRuleGroup",
	"AWS::Route53Resolver::FirewallRuleGroupAssociation",
}

// withoutUnknown takes out of the app what the local AWS does not know.
func withoutUnknown(app awscdk.App) {
	for _, c := range *app.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if r, ok := c.(awscdk.CfnResource); ok && slices.Contains(notOnLocalAWS, *r.CfnResourceType()) {
			r.Node().Scope().Node().TryRemoveChild(r.Node().Id())
		}
	}
}

func TestNotOnLocalAWS(t *testing.T) {
	app := newApp(t)
	newEveryLink(app, first)
	network.New(awscdk.NewStack(app, jsii.String("Inspected"), nil), "Network", &network.Props{Internet: &network.Internet{Names: network.NetworkFirewall()}})
	there := map[string]bool{}
	for _, c := range *app.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if r, ok := c.(awscdk.CfnResource); ok {
			there[*r.CfnResourceType()] = true
		}
	}
	for _, kind := range notOnLocalAWS {
		if !there[kind] {
			t.Errorf("no link and no network has a %s: take it off the list", kind)
		}
	}
}

// readBack is what localaws/readback.py prints.
type readBack struct {
	Functions []struct {
		Name        string
		Groups      []string
		Variables   map[string]string
		Permissions []struct {
			Principal any
			Condition map[string]map[string]string
		}
		Policies []json.RawMessage
	}
	Groups []struct {
		ID      string
		In, Out []struct {
			FromPort      int
			IpRanges      []struct{ CidrIp string }
			PrefixListIds []struct{ PrefixListId string }
		}
	}
	Endpoints []struct {
		Service string
		Policy  struct {
			Statement []struct {
				Effect    string
				Resource  any
				Condition map[string]map[string]any
			}
		}
	}
	Mappings []struct {
		FunctionResponseTypes []string
		BatchSize             int
	}
	URLs []struct {
		AuthType string
		Cors     struct{ AllowOrigins []string }
	}
	Schedules []struct {
		KmsKeyArn string
		Target    struct{ Arn, RoleArn string }
	}
	Subscriptions []struct{ Endpoint, RedrivePolicy string }
	Routes        []struct{ RouteKey, AuthorizationType string }
	Proxies       []string
}

// TestEndToEndEveryLink deploys every link and network to a local AWS, and
// looks at what its APIs say then.
func TestEndToEndEveryLink(t *testing.T) {
	assembly := func(v edition) func(awscdk.App) {
		return func(app awscdk.App) {
			newEveryLink(app, v)
			withoutUnknown(app)
		}
	}
	said := deployed(t, localAWS(t), "readback.py", assembly(first), assembly(second))
	var is readBack
	if err := json.NewDecoder(bytes.NewReader(said[bytes.LastIndexByte(bytes.TrimSpace(said), '\n')+1:])).Decode(&is); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	is.checkFunctions(t)
	is.checkGroups(t)
	is.checkEndpoints(t)
	is.checkTriggers(t)
}

func (is readBack) checkFunctions(t *testing.T) {
	if len(is.Functions) != 11 {
		t.Errorf("%d functions, not 11", len(is.Functions))
	}
	for _, f := range is.Functions {
		if len(f.Policies) < 3 {
			t.Errorf("%s: %d policies on its role", f.Name, len(f.Policies))
		}
		for _, p := range f.Policies {
			var text bytes.Buffer
			if err := json.Compact(&text, p); err != nil {
				t.Fatal(err)
			}
			// What only the deployment knows, and synth had to guess the length of.
			if text.Len() > 6144 {
				t.Errorf("%s: a policy of %d characters", f.Name, text.Len())
			}
			if strings.Contains(text.String(), "Token[") || strings.Contains(text.String(), "Fn::") {
				t.Errorf("%s: what is in the policy was not resolved: %s", f.Name, text.String())
			}
		}
		for name, value := range f.Variables {
			if value == "" || strings.Contains(value, "Token[") {
				t.Errorf("%s: the variable %s is %q", f.Name, name, value)
			}
		}
	}
}

// function returns which function a group is of: "" if of none.
func (is readBack) function(group string) string {
	for _, f := range is.Functions {
		if slices.Contains(f.Groups, group) {
			return regexp.MustCompile(`^(\w+-[A-Z][a-z]+)Function.*$`).ReplaceAllString(f.Name, "$1")
		}
	}
	return ""
}

// What is open to everywhere is what a link asked for, and on a network that
// filters names or with a reason.
func (is readBack) checkGroups(t *testing.T) {
	var everywhere []string
	for _, g := range is.Groups {
		for _, rule := range g.In {
			for _, from := range rule.IpRanges {
				t.Errorf("the group of %q lets in %s", is.function(g.ID), from.CidrIp)
			}
		}
		if len(g.Out) == 0 {
			t.Errorf("the group %s of %q has no rule out: deployed for real, that is EC2's default", g.ID, is.function(g.ID))
		}
		for _, rule := range g.Out {
			for _, to := range rule.IpRanges {
				if to.CidrIp == "0.0.0.0/0" {
					everywhere = append(everywhere, fmt.Sprint(is.function(g.ID), " ", rule.FromPort))
				}
			}
		}
	}
	slices.Sort(everywhere)
	if want := []string{"Base-Reaches 443", "Other-Crawler 8443"}; !slices.Equal(everywhere, want) {
		t.Errorf("open to everywhere are %v, want %v", everywhere, want)
	}
}

func (is readBack) checkEndpoints(t *testing.T) {
	var services []string
	theirs := 1 // made by CDK, and without a policy everything passes
	for _, e := range is.Endpoints {
		service := e.Service[strings.LastIndex(e.Service, "us-east-1.")+len("us-east-1."):]
		services = append(services, service)
		if len(e.Policy.Statement) == 0 {
			t.Errorf("the endpoint of %s has no policy", service)
		}
		for _, s := range e.Policy.Statement {
			if service == "sqs" && len(s.Condition) == 0 && theirs > 0 {
				theirs--
				continue
			}
			if s.Effect == "Allow" && (s.Condition["StringEquals"]["aws:PrincipalAccount"] != "123456789012" || s.Resource == "*" && service != "s3") {
				t.Errorf("the endpoint of %s lets through %v under %v", service, s.Resource, s.Condition)
			}
		}
	}
	slices.Sort(services)
	if want := []string{"dynamodb", "dynamodb", "email", "events", "kinesis-streams", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs", "sqs", "ssm", "ssm", "states", "sync-states"}; !slices.Equal(services, want) {
		t.Errorf("endpoints of %v, want %v", services, want)
	}
}

func (is readBack) checkTriggers(t *testing.T) {
	services := map[string]int{}
	for _, f := range is.Functions {
		for _, p := range f.Permissions {
			switch principal := p.Principal.(type) {
			case map[string]any:
				services[principal["Service"].(string)]++
				if arn := p.Condition["ArnLike"]["AWS:SourceArn"]; !strings.Contains(arn, "123456789012") {
					t.Errorf("%s: %v may invoke it for %q, which names no account", f.Name, principal, arn)
				}
			case string:
				services["callers of the URL"]++
				if !strings.HasPrefix(principal, "arn:aws:iam::123456789012:role/") {
					t.Errorf("%s: %s may call it", f.Name, principal)
				}
			}
		}
	}
	if got, want := fmt.Sprint(services), "map[apigateway.amazonaws.com:2 callers of the URL:2 events.amazonaws.com:2 sns.amazonaws.com:1]"; got != want {
		t.Errorf("permissions to invoke: %s, want %s", got, want)
	}
	if len(is.Mappings) != 4 {
		t.Errorf("%d event source mappings, not 4", len(is.Mappings))
	}
	for _, m := range is.Mappings {
		if m.BatchSize != first.batch || !slices.Equal(m.FunctionResponseTypes, []string{"ReportBatchItemFailures"}) {
			t.Errorf("a mapping is %+v", m)
		}
	}
	for what, c := range map[string]struct {
		got  any
		want string
	}{
		"URLs":          {is.URLs, `[{"AuthType": "AWS_IAM", "Cors": {"AllowOrigins": ["https://www.example.com"]}}]`},
		"routes":        {is.Routes, `[{"RouteKey": "GET /in/{id}", "AuthorizationType": "AWS_IAM"}]`},
		"schedules":     {len(is.Schedules), `1`},
		"subscriptions": {len(is.Subscriptions), `1`},
	} {
		same(t, what, normalized(t, c.got), c.want)
	}
	if s := is.Schedules[0]; !strings.Contains(s.Target.Arn, "Base-Invoked") || !strings.Contains(s.Target.RoleArn, "Schedule") || s.KmsKeyArn == "" {
		t.Errorf("the schedule is %+v", s)
	}
	if s := is.Subscriptions[0]; !strings.Contains(s.Endpoint, "Base-Invoked") || !strings.Contains(s.RedrivePolicy, "Base-Failures") {
		t.Errorf("the subscription is %+v", s)
	}
}

// normalized is the value as JSON has it, whose keys are in order.
func normalized(t *testing.T, v any) (out any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}
