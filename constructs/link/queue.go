package link

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/contract"
)

// Queue is what links ask of an SQS queue. Any awssqs.IQueue is one.
type Queue interface {
	constructs.IConstruct
	QueueArn() *string
	QueueName() *string
	QueueUrl() *string
	Fifo() *bool
	// EncryptionMasterKey is nil if there is no customer key, or CDK knows of
	// none.
	EncryptionMasterKey() awskms.IKey
	AddToResourcePolicy(statement awsiam.PolicyStatement) *awsiam.AddToResourcePolicyResult
}

// QueueSend lets the function send messages to an SQS queue, one by one and in
// batches, and neither receive nor delete them. The variable holds the queue's
// URL.
//
// This and the other links of queues, topics and streams use the customer key
// through the service, for this one only. Import what is under a customer key
// with the attribute that names it, such as KeyArn of
// awssqs.Queue_FromQueueAttributes. For what is under none, say so with
// NoCustomerKey. What does not come over TLS is refused.
func QueueSend(variable string, to Queue, options ...KeyOption) Link {
	q := queueSend{stored: stored{variable: variable}}
	if absent(to) {
		q.mistakes = append(q.mistakes, errors.New("the queue is nil: give an awssqs.IQueue"))
	} else {
		q.name, q.url, q.arn = *to.QueueName(), *to.QueueUrl(), *to.QueueArn()
		q.under(to.EncryptionMasterKey())
	}
	q.declare(options)
	return q
}

type queueSend struct {
	stored
	name, url, arn string
}

// Open implements Link.
func (q queueSend) Open(at Site) (Doors, error) {
	if err := q.check(true); err != nil {
		return Doors{}, fmt.Errorf("queue %q of variable %s: %w", q.name, q.variable, err)
	}
	doors := Doors{
		Variables: []Variable{{q.variable, q.url, contract.Queue}},
		// It is the action of SendMessageBatch as well (SQS guide, "Amazon SQS
		// API permissions").
		Statements: []Statement{{Actions: []string{"sqs:SendMessage"}, Resources: []string{q.arn}}},
		Endpoints:  []string{"sqs"},
		Relaxed:    q.relaxed("queue", q.name, q.arn),
	}
	if q.key != nil {
		useKey(&doors, q.key, at, "sqs", ofQueue(q.arn), "kms:GenerateDataKey", "kms:Decrypt")
	}
	doors.Statements = append(doors.Statements, withoutTLS("sqs", q.arn))
	return doors, nil
}

// ofQueue holds for the key's use by SQS for one queue, whose ARN SQS passes as
// encryption context.
func ofQueue(arn string) Conditions {
	return Conditions{"StringEquals": {"kms:EncryptionContext:aws:sqs:arn": {arn}}}
}

// declare takes what is said of the key.
func (s *stored) declare(options []KeyOption) {
	nils := apply(options, func(o KeyOption) { o.stored(s) })
	s.mistakes = append(s.mistakes, nils...)
}

// QueueConsumeOptions say more of how messages reach the function. The zero
// value of each field is its default.
type QueueConsumeOptions struct {
	// BatchSize is how many messages one invocation gets at most: 1 to 10, and
	// to 10,000 with BatchWindow. Defaults to 10.
	BatchSize int
	// BatchWindow is how long Lambda gathers messages for a batch: up to 5
	// minutes, in whole seconds. A FIFO queue has none. Defaults to none:
	// messages are handled as they come.
	BatchWindow time.Duration
	// MaxConcurrency is how many invocations the queue may have at once: 2 to
	// 1,000. Give no more than the function's ReservedConcurrency, or messages
	// go to the dead-letter queue unhandled. Defaults to what the function has.
	MaxConcurrency int
	// FewReceives says why messages may go to the dead-letter queue after fewer
	// than 5 receives, although those count in which the function was throttled.
	// It is recorded.
	FewReceives string
}

// QueueConsume has Lambda invoke the function with messages of an SQS queue,
// and delete those that it handled. It brings no variable.
//
// The handler answers with the messages that failed (events.SQSEventResponse of
// aws-lambda-go), and only those come again; after an error all of them do. Of
// a FIFO queue it has to stop at the first failure, and report that one and all
// after it.
//
// The queue needs a visibility timeout of six times the function's timeout, and
// the batch window on top (the default of a queue, 30 seconds, is too short for
// the default of a function), and a dead-letter queue that takes messages after
// 5 receives or more. Of a queue that is imported this cannot be seen, and is
// its owner's to see to.
//
// The function's stack refers to the queue's, and never the reverse.
//
// Options nil stands for the defaults.
func QueueConsume(from Queue, options *QueueConsumeOptions, key ...KeyOption) Link {
	q := queueConsume{queue: from}
	if options != nil {
		q.QueueConsumeOptions = *options
	}
	if !absent(from) {
		q.under(from.EncryptionMasterKey())
	}
	q.declare(key)
	return q
}

type queueConsume struct {
	stored
	QueueConsumeOptions
	queue Queue
}

// Open implements Link.
func (q queueConsume) Open(at Site) (Doors, error) {
	if absent(q.queue) {
		return Doors{}, errors.New("link.QueueConsume: the queue is nil: give an awssqs.IQueue")
	}
	node, arn := q.queue.Node(), *q.queue.QueueArn()
	made, _ := node.DefaultChild().(awssqs.CfnQueue) // nil if imported
	if err := errors.Join(q.check(true), q.checkBatches(), q.checkVisible(made, at.Timeout), q.checkDeadLetters(made)); err != nil {
		return Doors{}, fmt.Errorf("link.QueueConsume of %s: %w", *node.Path(), err)
	}
	doors := Doors{
		// Lambda guide, "Creating and configuring an Amazon SQS event source
		// mapping", "Setting up execution role permissions".
		Statements: []Statement{{Actions: []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, Resources: []string{arn}}},
		Relaxed:    q.relaxed("queue", *q.queue.QueueName(), arn),
		Triggers: []Trigger{{ID: triggerID("Queue", arn, node), Make: func(scope constructs.Construct, fn awslambda.Function) {
			poll(scope, fn, q.mapping(arn))
		}}},
	}
	if q.key != nil {
		useKey(&doors, q.key, at, "sqs", ofQueue(arn), "kms:Decrypt")
	}
	if q.FewReceives != "" {
		doors.Relaxed = append(doors.Relaxed, Relaxation{What: "queue " + *q.queue.QueueName() + " gives messages up after fewer than 5 receives", Reason: q.FewReceives})
	}
	return doors, nil
}

func (q queueConsume) mapping(arn string) awslambda.CfnEventSourceMappingProps {
	props := awslambda.CfnEventSourceMappingProps{
		EventSourceArn: arn, BatchSize: number(q.BatchSize), MaximumBatchingWindowInSeconds: seconds(q.BatchWindow),
	}
	if q.MaxConcurrency > 0 {
		props.ScalingConfig = &awslambda.CfnEventSourceMapping_ScalingConfigProperty{MaximumConcurrency: jsii.Number(q.MaxConcurrency)}
	}
	return props
}

// checkBatches: Lambda API reference, CreateEventSourceMapping.
func (q queueConsume) checkBatches() error {
	wrong := []error{inRange("MaxConcurrency", q.MaxConcurrency, 2, 1000)}
	fifo := *q.queue.Fifo()
	switch {
	case fifo && q.BatchWindow != 0:
		wrong = append(wrong, fmt.Errorf("BatchWindow %v: a FIFO queue has none; leave it out", q.BatchWindow))
	default:
		wrong = append(wrong, wholeUnits("BatchWindow", q.BatchWindow, time.Second, time.Second, 5*time.Minute))
	}
	switch {
	case fifo:
		wrong = append(wrong, inRange("BatchSize", q.BatchSize, 1, 10))
	case q.BatchSize > 10 && q.BatchWindow == 0:
		wrong = append(wrong, fmt.Errorf("BatchSize %d: give up to 10, or a BatchWindow as well", q.BatchSize))
	default:
		wrong = append(wrong, inRange("BatchSize", q.BatchSize, 1, 10000))
	}
	return errors.Join(wrong...)
}

// checkVisible: Lambda guide, "Creating and configuring an Amazon SQS event
// source mapping". A message that shows again while it is handled is handled
// twice.
func (q queueConsume) checkVisible(made awssqs.CfnQueue, timeout time.Duration) error {
	if made == nil {
		return nil
	}
	visible := 30 * time.Second
	if given := made.VisibilityTimeout(); given != nil {
		if *given < 0 { // a token
			return nil
		}
		visible = time.Duration(*given * float64(time.Second))
	}
	if needed := 6*timeout + q.BatchWindow; visible < needed {
		return fmt.Errorf("its visibility timeout is %v, and a message would be handled again while it is: give it %v or more, which is six times the function's timeout and the batch window", visible, needed)
	}
	return nil
}

// checkDeadLetters: same page.
func (q queueConsume) checkDeadLetters(made awssqs.CfnQueue) error {
	if q.FewReceives != "" && strings.TrimSpace(q.FewReceives) == "" {
		return errors.New("FewReceives needs a reason: say why fewer than 5 receives do")
	}
	if made == nil {
		return nil
	}
	policy := made.RedrivePolicy()
	if policy == nil {
		return errors.New("it has no dead-letter queue, and a message that cannot be handled comes again until it expires: give it a DeadLetterQueue with a MaxReceiveCount of 5 or more")
	}
	if policy, ok := policy.(map[string]any); ok {
		if receives, ok := policy["maxReceiveCount"].(float64); ok && receives >= 0 && receives < 5 && q.FewReceives == "" {
			return fmt.Errorf("its dead-letter queue takes messages after a MaxReceiveCount of %v, and those count in which the function was throttled: give 5 or more, or a reason as FewReceives", receives)
		}
	}
	return nil
}
