package golambda

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
)

// shared is what the functions of a stack under one key have in common. A
// stack holds 500 resources, and a topic or queue for each function would be a
// place more to look at and to subscribe to.
type shared struct {
	stack  *keyring.Stack
	key    awskms.IKey
	keyARN string
	suffix string

	topic      awssns.Topic
	topicARN   string
	subscribed map[string]bool
	ownQueue   awssqs.Queue
}

type sharedID struct {
	stack awscdk.Stack
	key   awskms.IKey // nil: the stack's own
}

var allShared = map[sharedID]*shared{}

// sharedOf returns the shared part for a function of the stack.
func sharedOf(stack *keyring.Stack, key awskms.IKey, removal awscdk.RemovalPolicy) *shared {
	if stack.Owns(key) { // given as another function's Key
		key = nil
	}
	id := sharedID{stack.Stack, key}
	suffix := ""
	if key == nil {
		// Asked each time, since one function's wish to retain is enough.
		key = stack.Key(removal)
	}
	s, ok := allShared[id]
	if !ok {
		if id.key != nil {
			suffix = "-" + (*id.key.Node().Addr())[:8]
		}
		stack.AdmitLogs(key)
		s = &shared{stack: stack, key: key, keyARN: keyring.ARN(key), suffix: suffix, subscribed: map[string]bool{}}
		allShared[id] = s
	}
	return s
}

// alarmTopic returns the topic, made on first use.
func (s *shared) alarmTopic() string {
	if s.topic != nil {
		return s.topicARN
	}
	s.stack.AdmitAlarms(s.key)
	s.topic = awssns.NewTopic(s.stack.Stack, jsii.String("SecureGoFunctionsAlarms"+s.suffix), &awssns.TopicProps{
		MasterKey: s.key, EnforceSSL: jsii.Bool(true)})
	s.topicARN = *s.topic.TopicArn()
	s.topic.AddToResourcePolicy(awsiam.PolicyStatement_FromJson(iam.Statement{
		Principal: map[string]string{"Service": "cloudwatch.amazonaws.com"}, Actions: []string{"sns:Publish"}, Resources: []string{s.topicARN},
		Conditions: keyring.FromAlarms(s.stack.Site()),
	}.JSON()))
	// Subscribers may come until synth, so that is when to look.
	awscdk.Aspects_Of(s.topic).Add(&unheard{shared: s}, nil)
	return s.topicARN
}

func (s *shared) subscribe(emails []string) {
	for _, email := range emails {
		if !s.subscribed[email] {
			s.subscribed[email] = true
			s.topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(email), nil))
		}
	}
}

// unheard is an aspect of the topic that warns if nobody listens to it.
type unheard struct {
	shared *shared
	seen   bool
}

func (u *unheard) Visit(constructs.IConstruct) {
	if u.seen || len(u.shared.subscribed) > 0 {
		return
	}
	u.seen = true
	for _, child := range *u.shared.topic.Node().Children() {
		if _, ok := child.(awssns.Subscription); ok {
			return
		}
	}
	awscdk.Annotations_Of(u.shared.topic).AddWarningV2(jsii.String("SecureGoFunction:noAlarmSubscriber"), jsii.String(
		"nobody is told of the alarms of "+u.shared.stack.Site().Stack+": give Alarms.Emails or Alarms.Actions, or subscribe to the function's AlarmTopic"))
}
