package link

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
)

var _ Topic = awssns.ITopic(nil)

type fakeTopic struct {
	awssns.ITopic
	key  awskms.IKey
	fifo bool
}

const topicARN = "arn:aws:sns:eu-west-1:111122223333:orders"

func (*fakeTopic) TopicArn() *string { return ptr(topicARN) }

func (*fakeTopic) TopicName() *string { return ptr("orders") }

func (t *fakeTopic) MasterKey() awskms.IKey { return t.key }

func (t *fakeTopic) Fifo() *bool { return &t.fifo }

func (*fakeTopic) Node() constructs.Node { return &treeNode{path: "App/Orders"} }

func init() {
	document(
		documented{function: "TopicPublish", call: `TopicPublish("ORDERS", topic)`, link: TopicPublish("ORDERS", &fakeTopic{key: &fakeKey{arn: keyARN}})},
		documented{function: "TopicSubscribe", call: `TopicSubscribe(topic, failures, nil)`, link: TopicSubscribe(&fakeTopic{}, &fakeQueue{}, nil)})
}

func TestTopicPublish(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	const (
		publishes = `{"Effect": "Allow", "Action": "sns:Publish", "Resource": "` + topicARN + `"}`
		uses      = `{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "` + keyARN + `", "Condition": {"StringEquals": {
			"kms:EncryptionContext:aws:sns:topicArn": "` + topicARN + `", "kms:ViaService": "sns.eu-west-1.amazonaws.com"}}}`
		overTLS = `{"Effect": "Deny", "Action": "sns:*", "Resource": "` + topicARN + `", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`
	)
	variables := []Variable{{"ORDERS", topicARN, "topic"}}
	opensDoors(t, "under a customer key", TopicPublish("ORDERS", &fakeTopic{key: key}), ireland, `[`+publishes+`, `+uses+`, `+overTLS+`]`,
		Doors{Variables: variables, Endpoints: []string{"sns"}, Keys: []awskms.IKey{key}})
	opensDoors(t, "under none", TopicPublish("ORDERS", &fakeTopic{}, NoCustomerKey("ids of orders")), ireland, `[`+publishes+`, `+overTLS+`]`,
		Doors{Variables: variables, Endpoints: []string{"sns"}, Relaxed: []Relaxation{{"topic orders is under no customer key", "ids of orders", "topic-key", topicARN}}})
	isRefused(t, "no key and no reason", TopicPublish("ORDERS", &fakeTopic{}),
		`topic "orders" of variable ORDERS: CDK knows no customer key of it: encrypt it with one, import it with its key, or add link.NoCustomerKey(reason)`)
	isRefused(t, "a nil topic", TopicPublish("ORDERS", nil), `topic "" of variable ORDERS: the topic is nil: give an awssns.ITopic`)
}

func TestTopicSubscribe(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	store := map[string]any{"store": []string{"north"}}
	// SNS delivers as itself: the function's role is allowed nothing.
	opensTriggers(t, "all messages", TopicSubscribe(&fakeTopic{}, &fakeQueue{key: key}, nil), ireland, `[]`, Doors{Keys: []awskms.IKey{key}}, "Topic-"+digest(topicARN))
	opensTriggers(t, "some messages", TopicSubscribe(&fakeTopic{}, &fakeQueue{}, &TopicSubscribeOptions{Body: map[string]any{"order": store}}), ireland, `[]`, Doors{}, "Topic-"+digest(topicARN))
	const of = "link.TopicSubscribe of App/Orders: "
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"a nil topic", TopicSubscribe(nil, &fakeQueue{}, nil), "link.TopicSubscribe: the topic is nil: give an awssns.ITopic"},
		{"a FIFO topic", TopicSubscribe(&fakeTopic{fifo: true}, &fakeQueue{}, nil), of + "a FIFO topic invokes no function: subscribe a FIFO queue to it, and link the function to that with link.QueueConsume"},
		{"two filters", TopicSubscribe(&fakeTopic{}, &fakeQueue{}, &TopicSubscribeOptions{Attributes: store, Body: store}), of + "both Attributes and Body are given: a subscription has one filter; keep one"},
		{"an empty filter", TopicSubscribe(&fakeTopic{}, &fakeQueue{}, &TopicSubscribeOptions{Attributes: map[string]any{}}), of + "Attributes is empty: say what is to match"},
		{"no list", TopicSubscribe(&fakeTopic{}, &fakeQueue{}, &TopicSubscribeOptions{Attributes: map[string]any{"store": "north"}}), of + "Attributes.store is north: give a list of what it may be, such as [north]"},
		{"no queue for failures", TopicSubscribe(&fakeTopic{}, nil, nil), of + "the queue for failures is nil: give an awssqs.IQueue; the alarm of one that is the function's FailedEvents too counts both"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	list := []any{"a"}
	for _, c := range []struct {
		situation string
		pattern   map[string]any
		want      string
	}{
		{"lists at all depths", map[string]any{"a": list, "b": map[string]any{"c": map[string]any{"d": []any{map[string]any{"prefix": "x"}, 1, nil, true}}}}, ""},
		{"nothing", nil, "pattern is empty: say what is to match"},
		{"an empty list", map[string]any{"a": []any{}}, "pattern.a matches nothing: give at least one value"},
		{"an empty object", map[string]any{"a": map[string]any{}}, "pattern.a is empty: say what is to match"},
		{"values alone, told together and in order", map[string]any{"b": true, "a": map[string]any{"c": 1}}, "pattern.a.c is 1: give a list of what it may be, such as [1]\npattern.b is true: give a list of what it may be, such as [true]"},
		{"what JSON has not", map[string]any{"a": func() {}}, "pattern is no JSON: json: unsupported type: func()"},
	} {
		copied, err := patternOf("pattern", c.pattern)
		if got := text(err); got != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
		if c.want == "" {
			delete(copied, "a")
			if c.pattern["a"] == nil {
				t.Errorf("%s: the caller's pattern was changed", c.situation)
			}
		}
	}
}
