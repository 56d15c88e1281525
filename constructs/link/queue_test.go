package link

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
)

var _ Queue = awssqs.IQueue(nil)

// treeNode is the node of a construct that needs no Node.
type treeNode struct {
	constructs.Node
	path  string
	child constructs.IConstruct
}

func (n *treeNode) Path() *string { return &n.path }

func (*treeNode) Addr() *string { return ptr("c80123456789") }

func (n *treeNode) DefaultChild() constructs.IConstruct { return n.child }

// fakeQueue is the queue jobs. It is one of the app if it is made.
type fakeQueue struct {
	awssqs.IQueue
	arn  string
	key  awskms.IKey
	fifo bool
	made *fakeQueueResource
}

const queueARN = "arn:aws:sqs:eu-west-1:111122223333:jobs"

func (q *fakeQueue) QueueArn() *string { return or(q.arn, queueARN) }

func (*fakeQueue) QueueName() *string { return ptr("jobs") }

func (*fakeQueue) QueueUrl() *string {
	return ptr("https://sqs.eu-west-1.amazonaws.com/111122223333/jobs")
}

func (q *fakeQueue) Fifo() *bool { return &q.fifo }

func (q *fakeQueue) EncryptionMasterKey() awskms.IKey { return q.key }

func (q *fakeQueue) Node() constructs.Node {
	if q.made == nil {
		return &treeNode{path: "App/Jobs"}
	}
	return &treeNode{path: "App/Jobs", child: q.made}
}

type fakeQueueResource struct {
	awssqs.CfnQueue
	visible *float64
	redrive any
}

func (r *fakeQueueResource) VisibilityTimeout() *float64 { return r.visible }

func (r *fakeQueueResource) RedrivePolicy() any { return r.redrive }

func init() {
	under := &fakeQueue{key: &fakeKey{arn: keyARN}}
	document(
		documented{function: "QueueSend", call: `QueueSend("JOBS", queue)`, link: QueueSend("JOBS", under)},
		documented{function: "QueueConsume", call: `QueueConsume(queue, &QueueConsumeOptions{BatchSize: 5})`, link: QueueConsume(under, &QueueConsumeOptions{BatchSize: 5})})
}

const (
	sendsTLS   = `{"Effect": "Deny", "Action": "sqs:*", "Resource": "` + queueARN + `", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`
	sendsQueue = `{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "` + queueARN + `"}`
	// sendsKey is the key of the queue's, for those that send to it.
	sendsKey = `{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "` + keyARN + `", "Condition": {"StringEquals": {
		"kms:EncryptionContext:aws:sqs:arn": "` + queueARN + `", "kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}}`
)

// opensTriggers is opensDoors for links that make triggers, told by their ids.
func opensTriggers(t *testing.T, situation string, l Link, at Site, statements string, want Doors, ids ...string) {
	t.Helper()
	opensDoors(t, situation, withoutTriggers{l}, at, statements, want)
	doors, err := l.Open(at)
	if err != nil {
		return
	}
	var got []string
	for _, trigger := range doors.Triggers {
		if trigger.Make == nil {
			t.Errorf("%s: the trigger %s makes nothing", situation, trigger.ID)
		}
		got = append(got, trigger.ID)
	}
	if !slices.Equal(got, ids) {
		t.Errorf("%s: got the triggers %v, want %v", situation, got, ids)
	}
}

// withoutTriggers is a link whose functions, which cannot be compared, are left
// out.
type withoutTriggers struct{ Link }

func (l withoutTriggers) Open(at Site) (Doors, error) {
	doors, err := l.Link.Open(at)
	doors.Triggers = nil
	return doors, err
}

func TestQueueSend(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	variables := []Variable{{"JOBS", "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs", "queue"}}
	opensDoors(t, "under a customer key", QueueSend("JOBS", &fakeQueue{key: key}), ireland, `[`+sendsQueue+`, `+sendsKey+`, `+sendsTLS+`]`,
		Doors{Variables: variables, Endpoints: []string{"sqs"}, Keys: []awskms.IKey{key}})
	opensDoors(t, "under none", QueueSend("JOBS", &fakeQueue{}, NoCustomerKey("SSE-SQS will do")), ireland, `[`+sendsQueue+`, `+sendsTLS+`]`,
		Doors{Variables: variables, Endpoints: []string{"sqs"}, Relaxed: []Relaxation{{"queue jobs is under no customer key", "SSE-SQS will do", "queue-key", queueARN}}})
	const of = `queue "jobs" of variable JOBS: `
	isRefused(t, "no key and no reason", QueueSend("JOBS", &fakeQueue{}), of+"CDK knows no customer key of it: encrypt it with one, import it with its key, or add link.NoCustomerKey(reason)")
	isRefused(t, "an alias", QueueSend("JOBS", &fakeQueue{key: &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/jobs"}}),
		of+"the key arn:aws:kms:eu-west-1:111122223333:alias/jobs is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup")
	isRefused(t, "a nil queue", QueueSend("JOBS", nil), `queue "" of variable JOBS: the queue is nil: give an awssqs.IQueue`)
	isRefused(t, "a nil pointer for a queue", QueueSend("JOBS", (*fakeQueue)(nil)), `queue "" of variable JOBS: the queue is nil: give an awssqs.IQueue`)
	isRefused(t, "a nil option", QueueSend("JOBS", &fakeQueue{key: key}, nil), of+"option 0 is nil: leave it out")
}

func TestQueueConsume(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	const receives = `{"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], "Resource": "` + queueARN + `"}`
	const decrypts = `{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "` + keyARN + `", "Condition": {"StringEquals": {
		"kms:EncryptionContext:aws:sqs:arn": "` + queueARN + `", "kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}}`
	// Lambda reads the queue, and not from the VPC: no endpoint.
	opensTriggers(t, "a queue by its ARN", QueueConsume(&fakeQueue{key: key}, nil), ireland, `[`+receives+`, `+decrypts+`]`, Doors{Keys: []awskms.IKey{key}}, "Queue-"+digest(queueARN))
	opensTriggers(t, "a queue of the app", QueueConsume(&fakeQueue{arn: token}, nil, NoCustomerKey("numbers")), ireland,
		`[{"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], "Resource": "`+token+`"}]`,
		Doors{Relaxed: []Relaxation{{"queue jobs is under no customer key", "numbers", "queue-key", token}}}, "Queue-01234567")
	made := func(visible, receives float64) *fakeQueueResource {
		return &fakeQueueResource{visible: &visible, redrive: map[string]any{"maxReceiveCount": receives}}
	}
	opensTriggers(t, "few receives, for a reason", QueueConsume(&fakeQueue{key: key, made: made(60, 3)}, &QueueConsumeOptions{FewReceives: "jobs are not repeated"}), ireland, `[`+receives+`, `+decrypts+`]`,
		Doors{Keys: []awskms.IKey{key}, Relaxed: []Relaxation{{What: "queue jobs gives messages up after fewer than 5 receives", Reason: "jobs are not repeated"}}}, "Queue-"+digest(queueARN))

	const (
		tooShort = " and a message would be handled again while it is: give it 1m0s or more, which is six times the function's timeout and the batch window"
		none     = "it has no dead-letter queue, and a message that cannot be handled comes again until it expires: give it a DeadLetterQueue with a MaxReceiveCount of 5 or more"
	)
	const second = time.Second
	for _, c := range []struct {
		situation string
		queue     *fakeQueue
		options   QueueConsumeOptions
		want      string // "" where nothing is wrong
	}{
		{"long enough and 5 receives", &fakeQueue{made: made(60, 5)}, QueueConsumeOptions{}, ""},
		{"a second too short", &fakeQueue{made: made(59, 5)}, QueueConsumeOptions{}, "its visibility timeout is 59s," + tooShort},
		{"the default of queues", &fakeQueue{made: &fakeQueueResource{redrive: map[string]any{"maxReceiveCount": 5.0}}}, QueueConsumeOptions{}, "its visibility timeout is 30s," + tooShort},
		{"a token for the visibility timeout", &fakeQueue{made: made(-1.8881545897087626e+289, 5)}, QueueConsumeOptions{}, ""},
		{"no dead-letter queue", &fakeQueue{made: &fakeQueueResource{visible: ptr(60.0)}}, QueueConsumeOptions{}, none},
		{"4 receives", &fakeQueue{made: made(60, 4)}, QueueConsumeOptions{}, "its dead-letter queue takes messages after a MaxReceiveCount of 4, and those count in which the function was throttled: give 5 or more, or a reason as FewReceives"},
		{"4 receives and blanks for a reason", &fakeQueue{made: made(60, 4)}, QueueConsumeOptions{FewReceives: " \t"}, "FewReceives needs a reason: say why fewer than 5 receives do"},
		{"a token for the redrive policy", &fakeQueue{made: &fakeQueueResource{visible: ptr(60.0), redrive: "a token"}}, QueueConsumeOptions{}, ""},
		{"all told together", &fakeQueue{made: &fakeQueueResource{}}, QueueConsumeOptions{MaxConcurrency: 1}, "MaxConcurrency 1: give 2 to 1000\nits visibility timeout is 30s," + tooShort + "\n" + none},
		{"the largest batch", &fakeQueue{}, QueueConsumeOptions{BatchSize: 10000, BatchWindow: 5 * time.Minute, MaxConcurrency: 1000}, ""},
		{"a batch too large", &fakeQueue{}, QueueConsumeOptions{BatchSize: 10001, BatchWindow: second}, "BatchSize 10001: give 1 to 10000"},
		{"11 without a window", &fakeQueue{}, QueueConsumeOptions{BatchSize: 11}, "BatchSize 11: give up to 10, or a BatchWindow as well"},
		{"10 without a window", &fakeQueue{}, QueueConsumeOptions{BatchSize: 10}, ""},
		{"a negative batch", &fakeQueue{}, QueueConsumeOptions{BatchSize: -1}, "BatchSize -1: give 1 to 10000"},
		{"a window too long", &fakeQueue{}, QueueConsumeOptions{BatchWindow: 301 * second}, "BatchWindow 5m1s: give 1s to 5m0s, in steps of 1s"},
		{"half a second", &fakeQueue{}, QueueConsumeOptions{BatchWindow: 1500 * time.Millisecond}, "BatchWindow 1.5s: give 1s to 5m0s, in steps of 1s"},
		{"too much concurrency", &fakeQueue{}, QueueConsumeOptions{MaxConcurrency: 1001}, "MaxConcurrency 1001: give 2 to 1000"},
		{"FIFO", &fakeQueue{fifo: true}, QueueConsumeOptions{BatchSize: 10, MaxConcurrency: 2}, ""},
		{"FIFO with a window", &fakeQueue{fifo: true}, QueueConsumeOptions{BatchWindow: second}, "BatchWindow 1s: a FIFO queue has none; leave it out"},
		{"FIFO with 11", &fakeQueue{fifo: true}, QueueConsumeOptions{BatchSize: 11}, "BatchSize 11: give 1 to 10"},
	} {
		c.queue.key = key
		l := QueueConsume(c.queue, &c.options)
		if c.want == "" {
			if _, err := l.Open(ireland); err != nil {
				t.Errorf("%s: %v", c.situation, err)
			}
			continue
		}
		isRefused(t, c.situation, l, "link.QueueConsume of App/Jobs: "+c.want)
	}
	isRefused(t, "a nil queue", QueueConsume(nil, nil), "link.QueueConsume: the queue is nil: give an awssqs.IQueue")
	isRefused(t, "no key and no reason", QueueConsume(&fakeQueue{}, nil), "link.QueueConsume of App/Jobs: CDK knows no customer key of it: encrypt it with one, import it with its key, or add link.NoCustomerKey(reason)")
}

// What a link was given is the caller's to change.
func TestQueueConsumeKeepsItsOptions(t *testing.T) {
	options := &QueueConsumeOptions{MaxConcurrency: 2}
	l := QueueConsume(&fakeQueue{key: &fakeKey{arn: keyARN}}, options)
	options.MaxConcurrency = 1
	if _, err := l.Open(ireland); err != nil {
		t.Errorf("the link follows its options after it was made: %v", err)
	}
}
