package golambda

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// SecureGoFunctionProps are the props of NewSecureGoFunction. They are never
// changed by it.
type SecureGoFunctionProps struct {
	// Entry is the folder of the handler's main package, relative to the
	// working directory or absolute. It is compiled with the Go on the PATH.
	// Either Entry or Code is required.
	Entry string
	// Code is an existing bundle with a bootstrap, in place of Entry.
	Code awslambda.Code
	// Architecture is arm64 or amd64. Defaults to arm64.
	Architecture string

	// Network is where the function runs. Required: network.New,
	// network.FromVpc, or network.None with a reason.
	Network *network.Network
	// Links are what the function may reach. Defaults to nothing.
	Links []link.Link
	// Config is the struct, or a pointer to it, that the handler reads with
	// config.Load. With it, synth fails unless each of its tagged fields has a
	// link of its kind, and each link a field that reads it. Defaults to no
	// such check.
	Config any
	// Environment holds settings that are no secrets. A value that looks like
	// one is refused, and so is a SecretValue. Defaults to none.
	Environment map[string]string

	// Key encrypts the environment and the logs of the function, and the topic
	// and the queue that it shares with the stack's other functions under the
	// same key. Defaults to the stack's own customer key, which is made on
	// first use and rotates each year.
	Key awskms.IKey
	// Role is used in place of a role of the function's own. Policies are
	// attached to it if it can be changed; what an imported role has to be
	// given by its owner is a warning that carries the statements.
	Role awsiam.IRole
	// PermissionsBoundary of the function's own role. Not together with Role,
	// whose boundary is its owner's. Defaults to none.
	PermissionsBoundary awsiam.IManagedPolicy

	// Description of the function. Defaults to none.
	Description string
	// Timeout is 1 second to 15 minutes, in whole seconds. Defaults to 10
	// seconds.
	Timeout time.Duration
	// MemoryMB is 128 to 10240 MB. Defaults to 256.
	MemoryMB int
	// ReservedConcurrency keeps this many concurrent executions for the
	// function, and allows it no more. Defaults to none reserved: an account
	// may have as few as 10 in all, and the last 10 cannot be reserved on a new
	// account, which fails the deployment.
	ReservedConcurrency int
	// MaxEventAge is how long an asynchronous event waits for its turn before
	// it counts as failed: 1 minute to 6 hours. Defaults to 1 hour.
	MaxEventAge time.Duration
	// Retries of an asynchronous event whose invocation failed. Defaults to
	// TwoRetries.
	Retries Retries
	// FailedEvents takes asynchronous events that failed for good. Defaults to
	// a queue that the stack's functions share: encrypted, TLS only, kept for
	// fourteen days. One that is imported has to name the customer key that it
	// is under, or the function may not use the key and failed events are lost.
	FailedEvents awssqs.IQueue

	// LogLevel of the handler's own records: TRACE, DEBUG, INFO, WARN, ERROR
	// or FATAL. Lambda drops those below it. Defaults to INFO.
	LogLevel string
	// SystemLogLevel of Lambda's own records: DEBUG, INFO or WARN. Defaults to
	// INFO, which keeps each invocation's report.
	SystemLogLevel string
	// LogRetentionDays is how long logs are kept: a number of days that
	// CloudWatch Logs knows. Defaults to 365.
	LogRetentionDays int

	// Alarms are what is watched and who is told.
	Alarms Alarms

	// RemovalPolicy says what becomes of the logs, and of the stack's own key,
	// when the stack goes: RETAIN or DESTROY. The key is kept if anything that
	// uses it asks for that. Defaults to RETAIN.
	RemovalPolicy awscdk.RemovalPolicy

	// Override sets what this library has no prop for, such as Layers or
	// EphemeralStorageSize. It runs before the secured fields are set, and
	// setting one of those is an error.
	Override func(*awslambda.FunctionProps)
}

// Retries is how often Lambda repeats an asynchronous event that failed.
type Retries int

// The zero value is Lambda's own default.
const (
	TwoRetries Retries = iota
	OneRetry
	NoRetries
)

// Alarms are the function's alarms. The zero value watches everything with the
// thresholds below and tells a topic that the stack's functions share.
type Alarms struct {
	// Errors in a minute that raise the alarm. Defaults to 1.
	Errors int
	// Throttles in a minute that raise the alarm. Defaults to 1.
	Throttles int
	// DurationShare of the timeout that the slowest hundredth of invocations
	// (p99) has to reach, in three minutes of five, to raise the alarm: above
	// 0, up to 1. Defaults to 0.8.
	DurationShare float64
	// ConcurrencyShare of the reserved concurrency that raises the alarm:
	// above 0, up to 1. Watched only with ReservedConcurrency; with 1 reserved,
	// every invocation reaches it. Defaults to 0.8.
	ConcurrencyShare float64
	// FailedEvents in the queue that raise the alarm. Defaults to 1. The
	// alarm is the queue's: the lowest number of its functions counts.
	FailedEvents int
	// DeniedCalls in a minute, of those that the function's logs tell of, that
	// raise the alarm. Defaults to 1.
	DeniedCalls int

	// Emails are subscribed to the shared topic. Each has to confirm. Defaults
	// to none, and a warning if there is no other subscriber.
	Emails []string
	// Actions are taken in place of the shared topic.
	Actions []awscloudwatch.IAlarmAction
}
