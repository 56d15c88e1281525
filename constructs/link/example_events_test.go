package link_test

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/securegofunction/cdk/constructs/link"
)

// ourQueue stands for a queue of CDK's, such as awssqs.NewQueue returns, in
// examples that run without Node.
type ourQueue struct{ awssqs.IQueue }

func (*ourQueue) QueueArn() *string {
	arn := "arn:aws:sqs:eu-west-1:111122223333:jobs"
	return &arn
}

func (*ourQueue) QueueName() *string {
	name := "jobs"
	return &name
}

func (*ourQueue) QueueUrl() *string {
	url := "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"
	return &url
}

func (*ourQueue) Fifo() *bool { return new(bool) }

func (*ourQueue) EncryptionMasterKey() awskms.IKey { return &ourKey{} }

func (*ourQueue) Node() constructs.Node { return &ourTreeNode{} }

type ourTreeNode struct{ constructs.Node }

func (*ourTreeNode) DefaultChild() constructs.IConstruct { return nil }

func (*ourTreeNode) Path() *string {
	path := "Orders/Jobs"
	return &path
}

// The function may send, under the queue's key, and reaches SQS by its
// endpoint.
func ExampleQueueSend() {
	doors, err := link.QueueSend("JOBS", &ourQueue{}).Open(site)
	if err != nil {
		panic(err)
	}
	fmt.Println(doors.Variables[0].Name, doors.Variables[0].Value)
	for _, s := range doors.Statements[:2] {
		fmt.Println(s.Actions, s.Resources)
	}
	fmt.Println(doors.Endpoints)
	// Output:
	// JOBS https://sqs.eu-west-1.amazonaws.com/111122223333/jobs
	// [sqs:SendMessage] [arn:aws:sqs:eu-west-1:111122223333:jobs]
	// [kms:GenerateDataKey kms:Decrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
	// [sqs]
}

// Lambda reads the queue for the function: no variable and no endpoint.
func ExampleQueueConsume() {
	doors, err := link.QueueConsume(&ourQueue{}, &link.QueueConsumeOptions{BatchSize: 100, BatchWindow: 5 * time.Second}).Open(site)
	if err != nil {
		panic(err)
	}
	fmt.Println(doors.Statements[0].Actions, len(doors.Variables), len(doors.Endpoints), len(doors.Triggers))

	_, err = link.QueueConsume(&ourQueue{}, &link.QueueConsumeOptions{BatchSize: 100}).Open(site)
	fmt.Println(err)
	// Output:
	// [sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes] 0 0 1
	// link.QueueConsume of Orders/Jobs: BatchSize 100: give up to 10, or a BatchWindow as well
}

// What cannot be invoked goes to a queue: here that of the function's own failed
// events.
func ExampleSchedule() {
	failures := &ourQueue{} // awssqs.NewQueue(...), and FailedEvents: failures

	doors, err := link.Schedule("nightly", "cron(0 3 * * ? *)", failures, &link.ScheduleOptions{Timezone: "Europe/Berlin"}).Open(site)
	fmt.Println(doors.Triggers[0].ID, len(doors.Statements), err)

	_, err = link.Schedule("nightly", "0 3 * * *", failures, nil).Open(site)
	fmt.Println(err)
	// Output:
	// Schedule-nightly 0 <nil>
	// link.Schedule "nightly": the expression "0 3 * * *" is malformed: give one such as rate(5 minutes), cron(0 3 * * ? *) or at(2030-01-01T03:00:00)
}

// A URL is called by signed requests of named callers, and of nobody else.
func ExampleFunctionURL() {
	_, err := link.FunctionURL([]string{"arn:aws:iam::111122223333:role/shop"}, nil).Open(site)
	fmt.Println(err)

	_, err = link.FunctionURL([]string{"*"}, nil).Open(site)
	fmt.Println(err)
	// Output:
	// <nil>
	// link.FunctionURL: caller "*": give the ARN of a role or a user, such as arn:aws:iam::111122223333:role/orders
}
