package golambda

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/keyring"
)

// queue takes failed events. It has one alarm, however many functions use it,
// which tells all whom those functions tell.
type queue struct {
	awssqs.IQueue
	arn, keyARN string
	alarm       awscloudwatch.CfnAlarm
	threshold   int
	told        map[any]bool
	actions     []*string
}

type queueID struct {
	stack awscdk.Stack
	queue awssqs.IQueue
}

var allQueues = map[queueID]*queue{}

// checkQueue refuses what Lambda does when it makes the function (Lambda guide,
// "Adding a dead-letter queue").
func checkQueue(given awssqs.IQueue) error {
	if given != nil && *given.Fifo() {
		return errors.New("props.FailedEvents is a FIFO queue, which Lambda does not send to: give a standard one")
	}
	return nil
}

// failedEvents returns the queue that a function was given, or the shared one.
func (s *shared) failedEvents(given awssqs.IQueue, alarmFrom int) *queue {
	shared := given == nil
	if shared {
		given = s.sharedQueue()
	}
	id := queueID{s.stack.Stack, given}
	q, ok := allQueues[id]
	if !ok {
		suffix := s.suffix
		if !shared {
			suffix = "-" + (*given.Node().Addr())[:8]
		}
		q = &queue{IQueue: given, arn: *given.QueueArn(), threshold: alarmFrom, told: map[any]bool{}}
		if key := given.EncryptionMasterKey(); key != nil {
			q.keyARN = keyring.ARN(key)
		}
		made := failedEventsAlarm(alarmFrom)
		q.alarm = made.Make(s.stack.Stack, "SecureGoFunctions"+made.ID+suffix, *given.QueueName(), nil)
		allQueues[id] = q
	}
	if alarmFrom < q.threshold {
		q.threshold = alarmFrom
		q.alarm.SetThreshold(jsii.Number(alarmFrom))
	}
	return q
}

func (s *shared) sharedQueue() awssqs.IQueue {
	if s.ownQueue == nil {
		s.ownQueue = awssqs.NewQueue(s.stack.Stack, jsii.String("SecureGoFunctionsFailedEvents"+s.suffix), &awssqs.QueueProps{
			Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: s.key, EnforceSSL: jsii.Bool(true),
			RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
		})
	}
	return s.ownQueue
}

// tell adds an action to the queue's alarm, unless it has it. id identifies
// the action.
func (q *queue) tell(id any, action func(awscloudwatch.CfnAlarm) string) {
	if q.told[id] {
		return
	}
	q.told[id] = true
	q.actions = append(q.actions, jsii.String(action(q.alarm)))
	q.alarm.SetAlarmActions(&q.actions)
}
