package keyring

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Stack is what is known of one stack's keys.
type Stack struct {
	awscdk.Stack
	// Region is the stack's region, or "" where it is not known before
	// deployment.
	Region string

	site     Site
	own      awskms.Key
	retained bool
	admitted map[admission]bool
	suffixes map[awskms.IKey]string
}

type admission struct {
	key  awskms.IKey
	what string
}

// stacks holds one entry for each stack that was asked for. The runtime hands
// out the same Go value for the same stack, so it is a sound map key.
var stacks = map[awscdk.Stack]*Stack{}

// Of returns the stack that scope is in.
func Of(scope constructs.Construct) *Stack {
	// A function is nearly always made in the stack itself; asking Node for
	// the stack of a stack would be one more round trip for each.
	stack, ok := scope.(awscdk.Stack)
	if !ok {
		stack = awscdk.Stack_Of(scope)
	}
	known, ok := stacks[stack]
	if !ok {
		known = &Stack{Stack: stack, admitted: map[admission]bool{}, suffixes: map[awskms.IKey]string{}, site: Site{
			Partition: pseudo.Partition(), Region: pseudo.Region(), Account: pseudo.Account(), Stack: outermostName(stack)}}
		if region := *stack.Region(); !pseudo.IsToken(region) {
			known.Region = region
		}
		stacks[stack] = known
	}
	return known
}

func outermostName(stack awscdk.Stack) string {
	for parent := stack.NestedStackParent(); parent != nil; parent = stack.NestedStackParent() {
		stack = parent
	}
	return *stack.StackName()
}

// Site says where the stack is, in tokens that resolve inside it.
func (s *Stack) Site() Site { return s.site }

// Key returns the stack's own key, made on first use, rotating each year. It
// goes with the stack only if all who use it ask for that: what it encrypts
// may be retained, and would be lost with it.
func (s *Stack) Key(removal awscdk.RemovalPolicy) awskms.IKey {
	retain := removal != awscdk.RemovalPolicy_DESTROY
	if s.own == nil {
		s.own = awskms.NewKey(s.Stack, jsii.String("SecureGoFunctionsKey"), &awskms.KeyProps{
			Description:       jsii.String("Environments, logs, alarms and failed events of the functions of " + s.site.Stack),
			EnableKeyRotation: jsii.Bool(true),
			RemovalPolicy:     removal,
		})
		s.retained = retain
	} else if retain && !s.retained {
		s.own.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
		s.retained = true
	}
	return s.own
}

// Owns reports whether the key is the stack's own.
func (s *Stack) Owns(key awskms.IKey) bool { return s.own != nil && awskms.IKey(s.own) == key }

// Suffix ends the ids of what the stack has once for each key: nothing for its
// own key.
func (s *Stack) Suffix(key awskms.IKey) string {
	if s.Owns(key) {
		return ""
	}
	if s.suffixes[key] == "" {
		s.suffixes[key] = "-" + (*key.Node().Addr())[:8]
	}
	return s.suffixes[key]
}

// AdmitLogs lets the log groups of the stack be encrypted under key.
func (s *Stack) AdmitLogs(key awskms.IKey) { s.admit(key, "logs", ForLogs) }

// AdmitAlarms lets the alarms of the stack publish to topics under key.
func (s *Stack) AdmitAlarms(key awskms.IKey) { s.admit(key, "alarms", ForAlarms) }

func (s *Stack) admit(key awskms.IKey, what string, statement func(Site) iam.Statement) {
	if s.admitted[admission{key, what}] {
		return
	}
	s.admitted[admission{key, what}] = true
	admit := statement(s.siteSeenFrom(key)).JSON()
	result := key.AddToResourcePolicy(awsiam.PolicyStatement_FromJson(admit), jsii.Bool(true))
	if *result.StatementAdded {
		return
	}
	// CDK says nothing when a key's policy is not its own to change, and
	// CloudFormation says nothing when the statement is missing.
	text, err := json.Marshal(s.Stack.Resolve(admit))
	if err != nil {
		panic(err)
	}
	awscdk.Annotations_Of(s.Stack).AddWarningV2(jsii.String("SecureGoFunction:keyPolicy:"+what), jsii.String(fmt.Sprintf(
		"the policy of the key %s is not in this app: its owner has to add the statement %s, or the stack's %s fail", ARN(key), text, what)))
}

// siteSeenFrom names the stack for a policy that may be in another stack,
// where the pseudo parameters would mean that other one.
func (s *Stack) siteSeenFrom(key awskms.IKey) Site {
	if s.Owns(key) {
		return s.site
	}
	return Site{Partition: *s.Stack.Partition(), Region: *s.Stack.Region(), Account: *s.Stack.Account(), Stack: s.site.Stack}
}
