package alarm

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
)

// Topic is what the alarms of a stack under one key tell.
type Topic struct {
	awssns.Topic
	// ARN of the topic.
	ARN string

	stack      *keyring.Stack
	subscribed map[string]bool
}

type topicID struct {
	stack awscdk.Stack
	key   awskms.IKey
}

var topics = map[topicID]*Topic{}

// TopicOf returns the stack's topic under the key, made on first use:
// encrypted, TLS only, open to the alarms of this stack.
func TopicOf(stack *keyring.Stack, key awskms.IKey) *Topic {
	id := topicID{stack.Stack, key}
	if t, ok := topics[id]; ok {
		return t
	}
	stack.AdmitAlarms(key)
	t := &Topic{stack: stack, subscribed: map[string]bool{}}
	t.Topic = awssns.NewTopic(stack.Stack, jsii.String("SecureGoFunctionsAlarms"+stack.Suffix(key)), &awssns.TopicProps{
		MasterKey: key, EnforceSSL: jsii.Bool(true)})
	t.ARN = *t.TopicArn()
	t.AddToResourcePolicy(awsiam.PolicyStatement_FromJson(iam.Statement{
		Principal: map[string]string{"Service": "cloudwatch.amazonaws.com"}, Actions: []string{"sns:Publish"}, Resources: []string{t.ARN},
		Conditions: keyring.FromAlarms(stack.Site()),
	}.JSON()))
	// Subscribers may come until synth, so that is when to look.
	awscdk.Aspects_Of(t.Topic).Add(&unheard{topic: t}, nil)
	topics[id] = t
	return t
}

// Subscribe adds the e-mail addresses that are not subscribed yet.
func (t *Topic) Subscribe(emails []string) {
	for _, email := range emails {
		if !t.subscribed[email] {
			t.subscribed[email] = true
			t.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(email), nil))
		}
	}
}

// unheard is an aspect of the topic that warns if nobody listens to it.
type unheard struct {
	topic *Topic
	seen  bool
}

func (u *unheard) Visit(constructs.IConstruct) {
	if u.seen || len(u.topic.subscribed) > 0 {
		return
	}
	u.seen = true
	for _, child := range *u.topic.Node().Children() {
		if _, ok := child.(awssns.Subscription); ok {
			return
		}
	}
	awscdk.Annotations_Of(u.topic.Topic).AddWarningV2(jsii.String("SecureGoFunction:noAlarmSubscriber"), jsii.String(
		"nobody is told of the alarms of "+u.topic.stack.Site().Stack+": give Alarms.Emails or Alarms.Actions, or subscribe to the AlarmTopic of a function or a network"))
}
