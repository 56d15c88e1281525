package golambda

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/alarm"
	"github.com/securegofunction/cdk/internal/gobuild"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/pseudo"
	"github.com/securegofunction/cdk/internal/retention"
	"github.com/securegofunction/cdk/internal/securitygroup"
)

// What never changes is read from Node once per process.
var (
	lambdaService = sync.OnceValue(func() awsiam.ServicePrincipal {
		return awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)
	})
	runtime = sync.OnceValue(awslambda.Runtime_PROVIDED_AL2023)
	arm64   = sync.OnceValue(awslambda.Architecture_ARM_64)
	amd64   = sync.OnceValue(awslambda.Architecture_X86_64)

	durations = map[time.Duration]awscdk.Duration{}
)

func duration(d time.Duration) awscdk.Duration {
	if durations[d] == nil {
		durations[d] = awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
	}
	return durations[d]
}

// render makes what was planned. Every call here is a round trip to Node, so
// there is one for each resource and hardly any to read.
func render(fn *SecureGoFunction, stack *keyring.Stack, p SecureGoFunctionProps, base awslambda.FunctionProps, built gobuild.Output, made plan) {
	common := sharedOf(stack, p.Key, p.RemovalPolicy)
	queue := common.failedEvents(p.FailedEvents, p.Alarms.FailedEvents)
	days, _ := retention.Days(p.LogRetentionDays) // checked
	fn.Key, fn.FailedEvents = common.key, queue.IQueue
	fn.LogGroup = awslogs.NewLogGroup(fn, jsii.String("Logs"), &awslogs.LogGroupProps{
		EncryptionKey: common.key, Retention: days, RemovalPolicy: p.RemovalPolicy})

	n := names{
		partition: pseudo.Partition(), region: pseudo.Region(), account: pseudo.Account(),
		logGroup: *fn.LogGroup.LogGroupName(), key: common.keyARN, queue: queue.arn, queueKey: queue.keyARN,
	}
	role := renderRole(fn, p, n, made)
	props := secure(base, p, made, common)
	props.Code = code(p, built)
	props.LogGroup = fn.LogGroup
	props.Role = fn.Role
	renderGroup(fn, stack, p, made, role, props)
	fn.Function = awslambda.NewFunction(fn, jsii.String("Function"), props)

	node := fn.Function.Node()
	resource := node.DefaultChild().(awslambda.CfnFunction)
	// CDK's props for these two would put their statements, one of them with a
	// wildcard, into the run-time policy.
	resource.SetTracingConfig(&awslambda.CfnFunction_TracingConfigProperty{Mode: jsii.String("Active")})
	resource.SetDeadLetterConfig(&awslambda.CfnFunction_DeadLetterConfigProperty{TargetArn: jsii.String(queue.arn)})
	if len(made.relaxed) > 0 {
		resource.AddMetadata(jsii.String("SecureGoFunction"), map[string]any{"Relaxed": relaxations(made)})
	}
	if role.given && len(role.waitFor) > 0 {
		node.AddDependency(role.waitFor...)
	}

	if m := made.mount; m != nil {
		resource.SetFileSystemConfigs([]any{&awslambda.CfnFunction_FileSystemConfigProperty{Arn: jsii.String(m.AccessPointARN), LocalMountPath: jsii.String(m.Path)}})
		node.AddDependency(m.After...)
	}

	name := *fn.Function.FunctionName()
	renderAfter(fn, p, n, role, name)
	renderDenied(fn, n.logGroup, name)
	for _, t := range made.triggers {
		t.Make(constructs.NewConstruct(fn, jsii.String(t.ID)), fn.Function)
	}
	renderAlarms(fn, stack, p, made, common, queue, name)
}

// rendered is the role with what its function has to wait for.
type rendered struct {
	name    string // empty if the role cannot be changed
	given   bool
	service awsiam.CfnManagedPolicy
	waitFor []constructs.IDependable
}

// renderRole makes the role and the policies that Lambda needs to find when it
// makes the function. They are children of the function's own role: CDK makes
// a function wait for all that is below its role.
func renderRole(fn *SecureGoFunction, p SecureGoFunctionProps, n names, made plan) *rendered {
	policies := iam.Split(policyLimit, made.lengths, runTime(n, made.statements))
	inVpc := p.Network.Vpc != nil
	runTime := &runTimePolicy{statements: policies[0], lengths: made.lengths, doors: newDoors(fn, p.Network, made)}
	r := &rendered{given: p.Role != nil}
	scope := constructs.Construct(fn)
	if r.given {
		given := &givenRole{role: p.Role, fn: fn}
		fn.Role, fn.grantee = p.Role, given
		if immutable(p.Role) {
			for _, statements := range policies {
				given.tell("run time", statements)
			}
			given.tell("the service", service(n, inVpc))
			return r
		}
		given.runTime = runTime
	} else {
		own := newOwnRole(fn, p.PermissionsBoundary, runTime)
		fn.Role, fn.grantee, scope = own, own, own
	}
	r.name = *fn.Role.RoleName()
	for i, statements := range policies {
		id := "RunTime"
		if i > 0 {
			id += strconv.Itoa(i + 1)
		}
		r.waitFor = append(r.waitFor, attach(scope, id, r.name, statements))
	}
	runTime.resource = r.waitFor[0].(awsiam.CfnManagedPolicy)
	more := 0
	runTime.next = func() awsiam.CfnManagedPolicy {
		more++
		return attach(scope, "Granted"+strconv.Itoa(more), r.name, nil)
	}
	r.service = attach(scope, "Service", r.name, service(n, inVpc))
	r.waitFor = append(r.waitFor, r.service)
	return r
}

// renderGroup makes the function's own security group and lets it into what
// its links reach.
func renderGroup(fn *SecureGoFunction, stack *keyring.Stack, p SecureGoFunctionProps, made plan, role *rendered, props *awslambda.FunctionProps) {
	if p.Network.Vpc == nil {
		return
	}
	var rules []securitygroup.Rule
	for _, service := range made.needs.Endpoints {
		rules = append(rules, securitygroup.Rule{Group: p.Network.Endpoint(service), Port: 443, Description: "HTTPS to the interface endpoint of " + service})
	}
	for _, service := range made.needs.Gateways {
		rules = append(rules, securitygroup.Rule{PrefixList: p.Network.Gateway(service), Port: 443, Description: "HTTPS to the gateway endpoint of " + service})
	}
	for _, e := range made.egress {
		rules = append(rules, securitygroup.Rule{CIDR: e.CIDR, PrefixList: e.PrefixList, Group: e.Group, Port: e.Port, PortToken: e.PortToken, Description: e.Description})
	}
	group := securitygroup.New(fn, "SecurityGroup", p.Network.VpcID, "Function: nothing in, and out only what links open", rules)
	if role.service != nil {
		// Otherwise the policy may go first when the stack is deleted, the
		// interfaces stay, and the group cannot go (aws/aws-cdk#34400).
		group.AddResourceDependency(role.service, nil)
	}
	id := *group.AttrGroupId()
	for _, service := range made.needs.Endpoints {
		letIn(fn, "To-"+service, id, securitygroup.Rule{Group: p.Network.Endpoint(service), Port: 443, Description: "HTTPS from a linked function"})
	}
	for _, e := range made.egress {
		if e.Group != "" {
			rule := securitygroup.Rule{Group: e.Group, Port: e.Port, PortToken: e.PortToken, Description: e.Description}
			letIn(fn, "To-"+peerID(stack, rule), id, rule)
		}
	}
	for _, service := range slices.Sorted(maps.Keys(made.admitted)) {
		p.Network.Admit(stack.Stack, service, made.admitted[service])
	}
	p.Network.AdmitNames(made.names...)
	for _, a := range made.needs.Addresses {
		p.Network.AdmitAddress(a.CIDR, a.Port)
	}
	// CDK's Connections add their rules to the imported group as resources of
	// their own, beside the inline ones. With AllowAllOutbound they would add
	// none.
	connections := awsec2.SecurityGroup_FromSecurityGroupId(fn, jsii.String("Connections"), jsii.String(id), &awsec2.SecurityGroupImportOptions{AllowAllOutbound: jsii.Bool(false)})
	guardEgress(stack.Stack, id)
	props.Vpc, props.VpcSubnets, props.SecurityGroups = p.Network.Vpc, p.Network.Subnets, &[]awsec2.ISecurityGroup{connections}
	if made.needs.Outside {
		props.VpcSubnets = p.Network.OutsideSubnets
	}
}

// letIn is the other side of a rule out to a group. It is in the function's
// stack, so that a group of another stack does not depend on this one.
func letIn(fn *SecureGoFunction, id, from string, rule securitygroup.Rule) {
	awsec2.NewCfnSecurityGroupIngress(fn, jsii.String(id), &awsec2.CfnSecurityGroupIngressProps{
		GroupId: jsii.String(rule.Group), SourceSecurityGroupId: jsii.String(from),
		IpProtocol: jsii.String("tcp"), FromPort: rule.Ports(), ToPort: rule.Ports(), Description: jsii.String(rule.Description),
	})
}

// peerID tells rules apart by what they say. CloudFormation makes a resource of
// a new id before it deletes the old one, and EC2 refuses the same rule twice:
// an id by place or by name would fail when links are put in another order.
func peerID(stack *keyring.Stack, rule securitygroup.Rule) string {
	text, err := json.Marshal([]any{stack.Resolve(rule.Group), stack.Resolve(rule.Ports())})
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:4])
}

// renderAfter makes the policy that names the function.
func renderAfter(fn *SecureGoFunction, p SecureGoFunctionProps, n names, role *rendered, name string) {
	statements := bound(n, name, p.Network.Vpc != nil)
	if role.name == "" {
		fn.grantee.(*givenRole).tell("the environment", statements)
		return
	}
	attach(fn, "Bound", role.name, statements)
}

// renderDenied counts the calls that AWS denied the function and that its logs
// tell of: somebody tries what it may not, or a permission was taken away.
func renderDenied(fn *SecureGoFunction, group, name string) {
	awslogs.NewCfnMetricFilter(fn, jsii.String("DeniedCalls"), &awslogs.CfnMetricFilterProps{
		LogGroupName: jsii.String(group), FilterPattern: jsii.String(deniedCalls),
		MetricTransformations: []any{&awslogs.CfnMetricFilter_MetricTransformationProperty{
			MetricNamespace: jsii.String(deniedNamespace), MetricName: jsii.String(name), MetricValue: jsii.String("1")}},
	})
}

func renderAlarms(fn *SecureGoFunction, stack *keyring.Stack, p SecureGoFunctionProps, made plan, common *shared, queue *queue, name string) {
	if len(p.Alarms.Actions) == 0 {
		topic := alarm.TopicOf(stack, common.key)
		topic.Subscribe(p.Alarms.Emails)
		fn.AlarmTopic = topic.Topic
		queue.tell(topic, func(awscloudwatch.CfnAlarm) string { return topic.ARN })
		actions := &[]any{topic.ARN}
		for _, a := range made.alarms {
			a.Make(fn, a.ID, name, actions)
		}
		return
	}
	for _, a := range made.alarms {
		alarm.Tell(a.Make(fn, a.ID, name, nil), fn.id+a.ID, p.Alarms.Actions)
	}
	for _, action := range p.Alarms.Actions {
		queue.tell(action, func(of awscloudwatch.CfnAlarm) string { return alarm.Bind(action, of, "FailedEventsAlarm") })
	}
}

func code(p SecureGoFunctionProps, built gobuild.Output) awslambda.Code {
	if p.Code != nil {
		return p.Code
	}
	return awslambda.Code_FromAsset(jsii.String(built.Dir), &awss3assets.AssetOptions{
		// The hash is of the bytes that run, so Node need not read them again.
		AssetHash: jsii.String(built.Hash), AssetHashType: awscdk.AssetHashType_CUSTOM})
}

func relaxations(made plan) []any {
	var all []any
	for _, r := range made.relaxed {
		one := map[string]any{"What": r.What, "Reason": r.Reason}
		if r.Rule != "" {
			one["Rule"] = r.Rule
		}
		if r.Of != "" {
			one["Of"] = r.Of
		}
		all = append(all, one)
	}
	return all
}
