package link

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/contract"
)

// Topic is what links ask of an SNS topic. Any awssns.ITopic is one.
type Topic interface {
	constructs.IConstruct
	TopicArn() *string
	TopicName() *string
	Fifo() *bool
	// MasterKey is nil if there is no customer key, or CDK knows of none.
	MasterKey() awskms.IKey
}

// TopicPublish lets the function publish messages to an SNS topic, one by one
// and in batches. The variable holds the topic's ARN. Of keys and TLS, see
// QueueSend.
func TopicPublish(variable string, to Topic, options ...KeyOption) Link {
	t := topicPublish{stored: stored{variable: variable}}
	if absent(to) {
		t.mistakes = append(t.mistakes, errors.New("the topic is nil: give an awssns.ITopic"))
	} else {
		t.name, t.arn = *to.TopicName(), *to.TopicArn()
		t.under(to.MasterKey())
	}
	t.declare(options)
	return t
}

type topicPublish struct {
	stored
	name, arn string
}

// Open implements Link.
func (t topicPublish) Open(at Site) (Doors, error) {
	if err := t.check(true); err != nil {
		return Doors{}, fmt.Errorf("topic %q of variable %s: %w", t.name, t.variable, err)
	}
	doors := Doors{
		Variables:  []Variable{{t.variable, t.arn, contract.Topic}},
		Statements: []Statement{{Actions: []string{"sns:Publish"}, Resources: []string{t.arn}}},
		Endpoints:  []string{"sns"},
		Relaxed:    t.relaxed("topic", t.name, t.arn),
	}
	if t.key != nil {
		// SNS passes the topic's ARN as encryption context.
		useKey(&doors, t.key, at, "sns", Conditions{"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": {t.arn}}}, "kms:GenerateDataKey", "kms:Decrypt")
	}
	doors.Statements = append(doors.Statements, withoutTLS("sns", t.arn))
	return doors, nil
}

// TopicSubscribeOptions say which messages of a topic invoke the function. The
// zero value is all of them.
type TopicSubscribeOptions struct {
	// Attributes is a filter policy on the attributes of messages (SNS guide,
	// "Amazon SNS subscription filter policies"), such as
	// {"store": ["example_corp"]}.
	Attributes map[string]any
	// Body is a filter policy on the bodies of messages, which are JSON. Not
	// together with Attributes.
	Body map[string]any
}

// TopicSubscribe has an SNS topic of the function's region invoke the function
// with its messages. It brings no variable. A FIFO topic invokes no function:
// subscribe a queue to it.
//
// A message that SNS cannot deliver goes to the queue for failures. One that
// the function gets and fails with goes to the function's own FailedEvents: it
// may be the same queue.
//
// The function's stack refers to the topic's, and never the reverse; the
// stack of the queue for failures refers to the topic's, too. A topic whose
// stack refers to the function's is a cycle.
//
// Options nil stands for the defaults.
func TopicSubscribe(to Topic, failures Queue, options *TopicSubscribeOptions) Link {
	t := topicSubscribe{topic: to, failures: failures}
	if options != nil {
		t.TopicSubscribeOptions = *options
	}
	return t
}

type topicSubscribe struct {
	TopicSubscribeOptions
	topic    Topic
	failures Queue
}

// Open implements Link.
func (t topicSubscribe) Open(Site) (Doors, error) {
	if absent(t.topic) {
		return Doors{}, errors.New("link.TopicSubscribe: the topic is nil: give an awssns.ITopic")
	}
	var fifo error
	if *t.topic.Fifo() {
		fifo = errors.New("a FIFO topic invokes no function: subscribe a FIFO queue to it, and link the function to that with link.QueueConsume")
	}
	filter, scope, filterErr := t.filter()
	if err := errors.Join(fifo, filterErr, checkFailures(t.failures)); err != nil {
		return Doors{}, fmt.Errorf("link.TopicSubscribe of %s: %w", *t.topic.Node().Path(), err)
	}
	arn := *t.topic.TopicArn()
	return Doors{Keys: keysOf(t.failures), Triggers: []Trigger{{ID: triggerID("Topic", arn, t.topic.Node()), Make: func(in constructs.Construct, fn awslambda.Function) {
		letFail(in, t.failures, "sns", Conditions{"ArnEquals": {"aws:SourceArn": {arn}}})
		permit(in, fn, "sns", arn)
		props := &awssns.CfnSubscriptionProps{
			Protocol: jsii.String("lambda"), TopicArn: arn, Endpoint: fn.FunctionArn(),
			RedrivePolicy: map[string]any{"deadLetterTargetArn": *t.failures.QueueArn()},
		}
		if filter != nil {
			props.FilterPolicy, props.FilterPolicyScope = filter, jsii.String(scope)
		}
		awssns.NewCfnSubscription(in, jsii.String("Subscription"), props)
	}}}}, nil
}

func (t topicSubscribe) filter() (filter map[string]any, scope string, err error) {
	switch {
	case t.Attributes != nil && t.Body != nil:
		return nil, "", errors.New("both Attributes and Body are given: a subscription has one filter; keep one")
	case t.Attributes != nil:
		filter, err = patternOf("Attributes", t.Attributes)
		return filter, "MessageAttributes", err
	case t.Body != nil:
		filter, err = patternOf("Body", t.Body)
		return filter, "MessageBody", err
	}
	return nil, "", nil
}

// patternOf returns a copy of a pattern of EventBridge or SNS, as JSON has it.
// What it matches by is always a list: a value alone is refused by the service,
// when it is deployed.
func patternOf(field string, pattern map[string]any) (map[string]any, error) {
	if len(pattern) == 0 {
		return nil, fmt.Errorf("%s is empty: say what is to match", field)
	}
	text, err := json.Marshal(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s is no JSON: %w", field, err)
	}
	var copied map[string]any
	if err := json.Unmarshal(text, &copied); err != nil {
		return nil, fmt.Errorf("%s is no JSON: %w", field, err)
	}
	return copied, checkPattern(field, copied)
}

func checkPattern(path string, pattern map[string]any) error {
	var wrong []error
	for _, key := range sortedKeys(pattern) {
		below := path + "." + key
		switch value := pattern[key].(type) {
		case map[string]any:
			if len(value) == 0 {
				wrong = append(wrong, fmt.Errorf("%s is empty: say what is to match", below))
			}
			wrong = append(wrong, checkPattern(below, value))
		case []any:
			if len(value) == 0 {
				wrong = append(wrong, fmt.Errorf("%s matches nothing: give at least one value", below))
			}
		default:
			wrong = append(wrong, fmt.Errorf("%s is %v: give a list of what it may be, such as [%v]", below, value, value))
		}
	}
	return errors.Join(wrong...)
}
