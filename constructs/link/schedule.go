package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
)

// ScheduleOptions say more of a schedule. The zero value of each field is its
// default.
type ScheduleOptions struct {
	// Timezone of the expression, such as Europe/Berlin; a cron expression then
	// follows its daylight saving time. Defaults to UTC.
	Timezone string
	// Window is within how long after its time the schedule may invoke the
	// function: 1 minute to 24 hours, in whole minutes. It spreads load.
	// Defaults to none.
	Window time.Duration
	// Input is the event that the function gets, as JSON. It is in the template:
	// no secrets. Defaults to what EventBridge Scheduler sends.
	Input map[string]any
	// Key is a customer key that Input is encrypted under, on top of AWS's own.
	// Defaults to none.
	Key awskms.IKey
	// MaxEventAge is for how long an invocation is tried that could not be made:
	// 1 minute to 24 hours, in whole seconds. Defaults to 1 hour.
	MaxEventAge time.Duration
}

// Schedule has EventBridge Scheduler invoke the function at times:
// "rate(5 minutes)", "cron(0 3 * * ? *)", or once, "at(2030-01-01T03:00:00)". It
// brings no variable. The name tells the function's schedules apart: another
// name replaces the schedule.
//
// It is not a scheduled rule of EventBridge, of which AWS says to use Scheduler
// in its place (EventBridge guide, "Using Amazon EventBridge Scheduler"): it has
// time zones and windows, and acts by a role, which is allowed to invoke this
// function and to send to the queue for failures, and nothing else. The function
// has no permission for a service to invoke it. The role has the permissions
// boundary of the function's.
//
// What could not be invoked goes to the queue for failures. An event that the
// function gets and fails with goes to the function's own FailedEvents: it may
// be the same queue.
//
// The function's stack refers to the queue's, and never the reverse.
//
// Options nil stands for the defaults.
func Schedule(name, expression string, failures Queue, options *ScheduleOptions) Link {
	s := schedule{name: name, expression: expression, failures: failures}
	if options != nil {
		s.ScheduleOptions = *options
		s.Input = maps.Clone(options.Input)
	}
	return s
}

type schedule struct {
	ScheduleOptions
	name, expression string
	failures         Queue
}

// Open implements Link.
func (s schedule) Open(at Site) (Doors, error) {
	input, inputErr := s.input()
	if err := errors.Join(checkTriggerName(s.name), checkExpression(s.expression), s.checkTimes(), inputErr, s.checkKey(), checkFailures(s.failures)); err != nil {
		return Doors{}, fmt.Errorf("link.Schedule %q: %w", s.name, err)
	}
	// What the schedule's own role may do, beside invoking the function.
	var role Doors
	sendFailures(&role, s.failures, at)
	if !absent(s.Key) {
		role.Keys = append(role.Keys, s.Key)
		// EventBridge Scheduler guide, "Encryption at rest": it decrypts as the
		// role, and not by way of a service.
		role.Statements = append(role.Statements, Statement{Actions: []string{"kms:Decrypt"}, Resources: []string{keyring.ARN(s.Key)},
			Conditions: Conditions{"StringLike": {"kms:EncryptionContext:aws:scheduler:schedule:arn": {scheduler(at) + ":schedule/default/*"}}}})
	}
	return Doors{Keys: role.Keys, Triggers: []Trigger{{ID: "Schedule-" + s.name, Make: func(scope constructs.Construct, fn awslambda.Function) {
		s.make(scope, fn, at, role.Statements, input)
	}}}}, nil
}

func (s schedule) make(scope constructs.Construct, fn awslambda.Function, at Site, statements []Statement, input *string) {
	invokes := Statement{Actions: []string{"lambda:InvokeFunction"}, Resources: []string{*fn.FunctionArn()}}
	role := awsiam.NewCfnRole(scope, jsii.String("Role"), &awsiam.CfnRoleProps{
		AssumeRolePolicyDocument: s.trust(at), PermissionsBoundary: boundary(fn)})
	policy := awsiam.NewCfnManagedPolicy(scope, jsii.String("Policy"), &awsiam.CfnManagedPolicyProps{
		PolicyDocument: iam.Document(append([]Statement{invokes}, statements...)...), Roles: &[]any{*role.Ref()}})
	age := time.Hour
	if s.MaxEventAge != 0 {
		age = s.MaxEventAge
	}
	target := map[string]any{
		"Arn": fn.FunctionArn(), "RoleArn": role.AttrArn(),
		"DeadLetterConfig": map[string]any{"Arn": s.failures.QueueArn()},
		// 185 is what Scheduler tries by default, within the age.
		"RetryPolicy": map[string]any{"MaximumEventAgeInSeconds": age.Seconds(), "MaximumRetryAttempts": 185},
	}
	if input != nil {
		target["Input"] = input
	}
	properties := map[string]any{"ScheduleExpression": s.expression, "FlexibleTimeWindow": s.window(), "Target": target}
	if s.Timezone != "" {
		properties["ScheduleExpressionTimezone"] = s.Timezone
	}
	if !absent(s.Key) {
		properties["KmsKeyArn"] = keyring.ARN(s.Key)
	}
	made := awscdk.NewCfnResource(scope, jsii.String("Schedule"), &awscdk.CfnResourceProps{Type: jsii.String("AWS::Scheduler::Schedule"), Properties: &properties})
	made.AddResourceDependency(policy, nil)
}

// trust lets Scheduler take the role for schedules of this account's default
// group. Scheduler takes no narrower one (EventBridge Scheduler guide, "Confused
// deputy prevention").
func (s schedule) trust(at Site) map[string]any {
	return map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": "scheduler.amazonaws.com"},
		"Condition": map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": at.Account, "aws:SourceArn": scheduler(at) + ":schedule-group/default"}},
	}}}
}

func scheduler(at Site) string {
	return "arn:" + at.Partition + ":scheduler:" + at.Region + ":" + at.Account
}

// boundary is that of the function's role, if the role is of this app: where
// one is required, it is required of all roles.
func boundary(fn awslambda.Function) *string {
	if role := fn.Role(); role != nil {
		if made, ok := role.Node().DefaultChild().(awsiam.CfnRole); ok {
			return made.PermissionsBoundary()
		}
	}
	return nil
}

func (s schedule) window() map[string]any {
	if s.Window == 0 {
		return map[string]any{"Mode": "OFF"}
	}
	return map[string]any{"Mode": "FLEXIBLE", "MaximumWindowInMinutes": s.Window.Minutes()}
}

func (s schedule) input() (*string, error) {
	if s.Input == nil {
		return nil, nil
	}
	text, err := json.Marshal(s.Input)
	if err != nil {
		return nil, fmt.Errorf("the Input is no JSON: %w", err)
	}
	return jsii.String(string(text)), nil
}

func (s schedule) checkKey() error {
	switch {
	case absent(s.Key):
		return nil
	case s.Input == nil:
		return errors.New("the Key encrypts the Input, and there is none: leave it out")
	}
	return keyring.Check(s.Key, "")
}

var timezone = regexp.MustCompile(`^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$`)

// checkTimes: EventBridge Scheduler API reference, CreateSchedule.
func (s schedule) checkTimes() error {
	var zone error
	if s.Timezone != "" && !timezone.MatchString(s.Timezone) {
		zone = fmt.Errorf("the Timezone %q: give one of the IANA database, such as Europe/Berlin", s.Timezone)
	}
	return errors.Join(zone,
		wholeUnits("Window", s.Window, time.Minute, time.Minute, 24*time.Hour),
		wholeUnits("MaxEventAge", s.MaxEventAge, time.Second, time.Minute, 24*time.Hour))
}

var (
	rate = regexp.MustCompile(`^rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)$`)
	cron = regexp.MustCompile(`^cron\(([^()]*)\)$`)
	once = regexp.MustCompile(`^at\(([^()]*)\)$`)
)

// checkExpression: EventBridge Scheduler guide, "Schedule types".
func checkExpression(expression string) error {
	if m := rate.FindStringSubmatch(expression); m != nil {
		if n, err := strconv.Atoi(m[1]); err != nil || n == 1 != (m[3] == "") {
			return fmt.Errorf("the expression %q: write rate(1 %s), and rate(2 %ss)", expression, m[2], m[2])
		}
		return nil
	}
	if m := cron.FindStringSubmatch(expression); m != nil {
		fields := strings.Fields(m[1])
		switch {
		case len(fields) != 6:
			return fmt.Errorf("the expression %q has %d fields: give 6, minutes hours day-of-month month day-of-week year, such as cron(0 3 * * ? *)", expression, len(fields))
		case (fields[2] == "?") == (fields[4] == "?"):
			return fmt.Errorf("the expression %q: one of day-of-month and day-of-week, and not both, is a ?, as in cron(0 3 * * ? *)", expression)
		}
		return nil
	}
	if m := once.FindStringSubmatch(expression); m != nil {
		if _, err := time.Parse("2006-01-02T15:04:05", m[1]); err != nil {
			return fmt.Errorf("the expression %q: give a time without zone, such as at(2030-01-01T03:00:00)", expression)
		}
		return nil
	}
	return fmt.Errorf("the expression %q is malformed: give one such as rate(5 minutes), cron(0 3 * * ? *) or at(2030-01-01T03:00:00)", expression)
}
