package golambda

import (
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

	name := *fn.Function.FunctionName()
	renderAfter(fn, p, n, role, name)
	renderAlarms(fn, p, made, common, queue, name)
}

// rendered is the role with what its function has to wait for.
type rendered struct {
	name              string // empty if the role cannot be changed
	given             bool
	networkInterfaces awsiam.CfnManagedPolicy
	waitFor           []constructs.IDependable
}

// renderRole makes the role and the policies that Lambda needs to find when it
// makes the function. They are children of the function's own role: CDK makes
// a function wait for all that is below its role.
func renderRole(fn *SecureGoFunction, p SecureGoFunctionProps, n names, made plan) *rendered {
	planned := runTime(n, made.statements)
	runTime := &runTimePolicy{planned: planned}
	r := &rendered{given: p.Role != nil}
	scope := constructs.Construct(fn)
	if r.given {
		given := &givenRole{role: p.Role, fn: fn}
		fn.Role, fn.grantee = p.Role, given
		if immutable(p.Role) {
			given.tell("run time", planned)
			given.tell("tracing", tracing())
			if p.Network.Vpc != nil {
				given.tell("network interfaces", networkInterfaces(n))
			}
			return r
		}
		given.runTime = runTime
	} else {
		own := newOwnRole(fn, p.PermissionsBoundary, runTime)
		fn.Role, fn.grantee, scope = own, own, own
	}
	r.name = *fn.Role.RoleName()
	runTime.resource = attach(scope, "RunTime", r.name, planned)
	traced := attach(scope, "Tracing", r.name, tracing())
	r.waitFor = []constructs.IDependable{runTime.resource, traced}
	if p.Network.Vpc != nil {
		r.networkInterfaces = attach(scope, "NetworkInterfaces", r.name, networkInterfaces(n))
		r.waitFor = append(r.waitFor, r.networkInterfaces)
	}
	return r
}

// renderGroup makes the function's own security group and lets it into the
// endpoints that its links need.
func renderGroup(fn *SecureGoFunction, stack *keyring.Stack, p SecureGoFunctionProps, made plan, role *rendered, props *awslambda.FunctionProps) {
	if p.Network.Vpc == nil {
		return
	}
	var rules []securitygroup.Rule
	for _, service := range made.endpoints {
		rules = append(rules, securitygroup.Rule{Group: p.Network.Endpoint(service), Port: 443, Description: "HTTPS to the interface endpoint of " + service})
	}
	for _, e := range made.egress {
		rules = append(rules, securitygroup.Rule{CIDR: e.CIDR, Port: e.Port, Description: e.Description})
	}
	group := securitygroup.New(fn, "SecurityGroup", p.Network.VpcID, "Function: nothing in, and out only what links open", rules)
	if role.networkInterfaces != nil {
		// Otherwise the policy may go first when the stack is deleted, the
		// interfaces stay, and the group cannot go (aws/aws-cdk#34400).
		group.AddResourceDependency(role.networkInterfaces, nil)
	}
	id := group.AttrGroupId()
	for _, service := range made.endpoints {
		awsec2.NewCfnSecurityGroupIngress(fn, jsii.String("To-"+service), &awsec2.CfnSecurityGroupIngressProps{
			GroupId: jsii.String(p.Network.Endpoint(service)), SourceSecurityGroupId: id,
			IpProtocol: jsii.String("tcp"), FromPort: jsii.Number(443), ToPort: jsii.Number(443),
			Description: jsii.String("HTTPS from a linked function"),
		})
	}
	// CDK's Connections add their rules to the imported group as resources of
	// their own, beside the inline ones. With AllowAllOutbound they would add
	// none.
	connections := awsec2.SecurityGroup_FromSecurityGroupId(fn, jsii.String("Connections"), id, &awsec2.SecurityGroupImportOptions{AllowAllOutbound: jsii.Bool(false)})
	guardEgress(stack.Stack, *id)
	props.Vpc, props.VpcSubnets, props.SecurityGroups = p.Network.Vpc, p.Network.Subnets, &[]awsec2.ISecurityGroup{connections}
}

// renderAfter makes the policies that name the function.
func renderAfter(fn *SecureGoFunction, p SecureGoFunctionProps, n names, role *rendered, name string) {
	type policy struct {
		id, what   string
		statements []iam.Statement
	}
	policies := []policy{{"Environment", "the environment", environmentKey(n, name)}}
	if p.Network.Vpc != nil {
		policies = append(policies, policy{"NetworkInterfacesDeny", "network interfaces", networkInterfacesDeny(n, name)})
	}
	for _, policy := range policies {
		if role.name == "" {
			fn.grantee.(*givenRole).tell(policy.what, policy.statements)
			continue
		}
		attach(fn, policy.id, role.name, policy.statements)
	}
}

func renderAlarms(fn *SecureGoFunction, p SecureGoFunctionProps, made plan, common *shared, queue *queue, name string) {
	if len(p.Alarms.Actions) == 0 {
		topic := common.alarmTopic()
		common.subscribe(p.Alarms.Emails)
		fn.AlarmTopic = common.topic
		queue.tell(topic, func(awscloudwatch.CfnAlarm) string { return topic })
		actions := &[]any{topic}
		for _, a := range made.alarms {
			a.render(fn, a.id, name, actions)
		}
		return
	}
	for _, a := range made.alarms {
		alarm := a.render(fn, a.id, name, nil)
		var actions []*string
		for _, action := range p.Alarms.Actions {
			actions = append(actions, jsii.String(bind(action, alarm, fn.id+a.id)))
		}
		alarm.SetAlarmActions(&actions)
	}
	for _, action := range p.Alarms.Actions {
		queue.tell(action, func(alarm awscloudwatch.CfnAlarm) string { return bind(action, alarm, "FailedEventsAlarm") })
	}
}

// bind asks a caller's action for its ARN. It takes CDK's alarm, so it is
// shown ours as an imported one, by a name that is the alarm's own: a Lambda
// action names its permission after it.
func bind(action awscloudwatch.IAlarmAction, alarm awscloudwatch.CfnAlarm, name string) string {
	shown := alarm.Node().TryFindChild(&name)
	if shown == nil {
		shown = awscloudwatch.Alarm_FromAlarmArn(alarm, &name, alarm.AttrArn())
	}
	return *action.Bind(alarm, shown.(awscloudwatch.IAlarm)).AlarmActionArn
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
		all = append(all, map[string]any{"What": r.What, "Reason": r.Reason})
	}
	return all
}
