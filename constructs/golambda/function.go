package golambda

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/internal/gobuild"
	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/mistake"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// SecureGoFunction is a Lambda function that can do and reach what its links
// say, and nothing else. It is a scope, an IGrantable and an IConnectable: give
// it to other constructs as you would CDK's Function.
type SecureGoFunction struct {
	constructs.Construct

	// Function is CDK's.
	Function awslambda.Function
	// Role is the function's own, or the one it was given.
	Role awsiam.IRole
	// LogGroup is the function's own.
	LogGroup awslogs.LogGroup
	// Key encrypts the environment and the logs.
	Key awskms.IKey
	// FailedEvents takes asynchronous events that failed for good.
	FailedEvents awssqs.IQueue
	// AlarmTopic is the topic that the stack's functions share, for
	// subscribers that are no e-mail addresses. Nil with Alarms.Actions.
	AlarmTopic awssns.Topic

	id      string
	grantee awsiam.IPrincipal
}

var (
	_ constructs.Construct = (*SecureGoFunction)(nil)
	_ awsiam.IGrantable    = (*SecureGoFunction)(nil)
	_ awsec2.IConnectable  = (*SecureGoFunction)(nil)
)

// NewSecureGoFunction makes a function. It panics, naming the construct's path,
// every mistake of the props and what to do, before anything is made.
func NewSecureGoFunction(scope constructs.Construct, id string, props *SecureGoFunctionProps) *SecureGoFunction {
	wrong := mistake.ID(scope, id)
	if props == nil {
		mistake.Stop(scope, id, errors.Join(wrong, errors.New("props are nil: give at least Entry and Network")))
	}
	mistake.Stop(scope, id, wrong)

	p := withDefaults(*props)
	stack := keyring.Of(scope)
	at := link.Site{Partition: pseudo.Partition(), Region: pseudo.Region(), Account: pseudo.Account(), URLSuffix: pseudo.URLSuffix(), Timeout: p.Timeout}
	base, overrideErr := override(p)
	made, planErr := newPlan(p, at, stack.Region, revealedSecrets(stack, p.Environment))
	mistake.Stop(scope, id, errors.Join(check(p, stack.Region), checkQueue(p.FailedEvents), overrideErr, planErr, made.checkCarried(p.Network)))

	// The last thing that can be wrong with the props is the handler's code.
	var built gobuild.Output
	if p.Code == nil {
		var err error
		built, err = gobuild.Build(p.Entry, p.Architecture)
		mistake.Stop(scope, id, err)
	}

	fn := &SecureGoFunction{id: id}
	mistake.NewConstruct(fn, scope, id)
	defer mistake.Refused(scope, id)
	render(fn, stack, p, base, built, made)
	return fn
}

// GrantPrincipal implements IGrantable. What is granted lands in the run-time
// policy.
func (f *SecureGoFunction) GrantPrincipal() awsiam.IPrincipal { return f.grantee }

// Connections implements IConnectable. A rule to everywhere fails synth: that
// door is link.Everywhere's.
func (f *SecureGoFunction) Connections() awsec2.Connections { return f.Function.Connections() }
