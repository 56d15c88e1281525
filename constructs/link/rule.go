package link

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// Rule has EventBridge invoke the function with events of a bus that match a
// pattern (EventBridge guide, "Event patterns"), such as
// {"source": ["my_app.orders"]}. It brings no variable. The name tells the
// function's rules apart: another name replaces the rule. The bus is nil for the
// account's default bus.
//
// EventBridge tries to deliver an event for 24 hours, and what it cannot deliver
// goes to the queue for failures. An event that the function gets and fails with
// goes to the function's own FailedEvents: it may be the same queue. A function
// that puts events which its own rule matches invokes itself.
//
// The function's stack refers to the bus's and the queue's, and never the
// reverse; the policy of a queue in another stack admits all rules of the
// account for that.
func Rule(name string, bus Bus, pattern map[string]any, failures Queue) Link {
	return rule{name: name, bus: bus, pattern: pattern, failures: failures}
}

type rule struct {
	name     string
	bus      Bus
	pattern  map[string]any
	failures Queue
}

// Open implements Link.
func (r rule) Open(Site) (Doors, error) {
	pattern, err := eventPattern(r.pattern)
	if err := errors.Join(checkTriggerName(r.name), err, checkFailures(r.failures)); err != nil {
		return Doors{}, fmt.Errorf("link.Rule %q: %w", r.name, err)
	}
	return Doors{Keys: keysOf(r.failures), Triggers: []Trigger{{ID: "Rule-" + r.name, Make: func(scope constructs.Construct, fn awslambda.Function) {
		makeRule(scope, fn, r.bus, pattern, r.failures)
	}}}}, nil
}

func makeRule(scope constructs.Construct, fn awslambda.Function, bus Bus, pattern map[string]any, failures Queue) {
	props := &awsevents.CfnRuleProps{
		EventPattern: pattern,
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Arn: fn.FunctionArn(), Id: jsii.String("Function"),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: failures.QueueArn()},
		}},
	}
	if !absent(bus) {
		props.EventBusName = *bus.EventBusName()
	}
	made := awsevents.NewCfnRule(scope, jsii.String("Rule"), props)
	permit(scope, fn, "events", *made.AttrArn())
	source := Conditions{"ArnEquals": {"aws:SourceArn": {*made.AttrArn()}}}
	if awscdk.Stack_Of(failures) != awscdk.Stack_Of(scope) {
		// The rule names the queue, so a policy in the queue's stack that named
		// the rule would make a cycle.
		source = Conditions{"ArnLike": {"aws:SourceArn": {"arn:" + pseudo.Partition() + ":events:" + pseudo.Region() + ":" + pseudo.Account() + ":rule/*"}}}
	}
	letFail(scope, failures, "events", source)
}

var triggerName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func checkTriggerName(name string) error {
	if !triggerName.MatchString(name) {
		return fmt.Errorf("the name %q is malformed: use 1 to 64 letters, digits and _-, such as nightly", name)
	}
	return nil
}

// fieldsOfEvents: EventBridge guide, "Events". A pattern on another field
// matches nothing, without a word.
var fieldsOfEvents = []string{"$or", "account", "detail", "detail-type", "id", "region", "resources", "source", "time", "version"}

// eventPattern returns a copy of the pattern.
func eventPattern(pattern map[string]any) (map[string]any, error) {
	copied, err := patternOf("pattern", pattern)
	wrong := []error{err}
	for _, field := range sortedKeys(copied) {
		if !slices.Contains(fieldsOfEvents, field) {
			wrong = append(wrong, fmt.Errorf("events have no field %q, so the pattern matches nothing: use %s", field, strings.Join(fieldsOfEvents, ", ")))
		}
	}
	return copied, errors.Join(wrong...)
}
