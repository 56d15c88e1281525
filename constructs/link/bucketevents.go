package link

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// EventBucket is what BucketEvents asks of an S3 bucket. Any awss3.IBucket is
// one.
type EventBucket interface {
	constructs.IConstruct
	BucketArn() *string
	BucketName() *string
	EnableEventBridgeNotification()
}

// BucketEventsOptions say which events of a bucket invoke the function. The zero
// value of each field is its default.
type BucketEventsOptions struct {
	// Prefix and Suffix are what the keys of the objects begin and end with.
	// Default to all keys.
	Prefix, Suffix string
	// Types of events, as EventBridge names them (EventBridge reference, "Amazon
	// Simple Storage Service events"), such as "Object Deleted". Defaults to
	// "Object Created".
	Types []string
}

// BucketEvents has the function invoked when objects of an S3 bucket change. It
// brings no variable and does not open the objects: add BucketRead for that.
//
// The events go by way of EventBridge. A notification from S3 itself would have
// to be in the bucket, which then needs the function's permission, which needs
// the bucket: a cycle that CDK gets around by a function of its own that may
// change the notifications of every bucket. By EventBridge the bucket says only
// that it sends its events, several functions may have the same ones, and what
// cannot be delivered goes to the queue for failures. See Rule, for the stacks
// too.
//
// It is turned on at the bucket, whose stack then refers to nothing. The owner of
// a bucket that is imported has to turn on Amazon EventBridge there, which a
// warning says.
//
// Options nil stands for the defaults.
func BucketEvents(from EventBucket, failures Queue, options *BucketEventsOptions) Link {
	b := bucketEvents{bucket: from, failures: failures}
	if options != nil {
		b.BucketEventsOptions = *options
	}
	b.Types = slices.Clone(b.Types)
	if len(b.Types) == 0 {
		b.Types = []string{"Object Created"}
	}
	return b
}

type bucketEvents struct {
	BucketEventsOptions
	bucket   EventBucket
	failures Queue
}

// Open implements Link.
func (b bucketEvents) Open(Site) (Doors, error) {
	if absent(b.bucket) {
		return Doors{}, errors.New("link.BucketEvents: the bucket is nil: give an awss3.IBucket")
	}
	if err := errors.Join(b.checkTypes(), b.checkKeys(), checkFailures(b.failures)); err != nil {
		return Doors{}, fmt.Errorf("link.BucketEvents of %s: %w", *b.bucket.Node().Path(), err)
	}
	// The same bucket may be given for several prefixes.
	which := digest(strings.Join(append([]string{b.Prefix, b.Suffix}, b.Types...), "\n"))
	id := triggerID("Bucket", *b.bucket.BucketArn(), b.bucket.Node()) + "-" + which
	return Doors{Keys: keysOf(b.failures), Triggers: []Trigger{{ID: id, Make: func(scope constructs.Construct, fn awslambda.Function) {
		sendEvents(scope, b.bucket)
		makeRule(scope, fn, nil, b.pattern(), b.failures)
	}}}}, nil
}

// pattern matches on the source too, which nobody but AWS's services can put
// (EventBridge API reference, PutEventsRequestEntry).
func (b bucketEvents) pattern() map[string]any {
	types := make([]any, len(b.Types))
	for i, t := range b.Types {
		types[i] = t
	}
	detail := map[string]any{"bucket": map[string]any{"name": []any{*b.bucket.BucketName()}}}
	if key := b.key(); key != nil {
		detail["object"] = map[string]any{"key": []any{key}}
	}
	return map[string]any{"source": []any{"aws.s3"}, "detail-type": types, "detail": detail}
}

func (b bucketEvents) key() map[string]any {
	switch {
	case b.Prefix != "" && b.Suffix != "":
		// A prefix and a suffix in one list would be either of them. In a
		// wildcard, a backslash goes before what is not one (EventBridge guide,
		// "Comparison operators", "Wildcard matching").
		plain := strings.NewReplacer(`\`, `\\`, `*`, `\*`)
		return map[string]any{"wildcard": plain.Replace(b.Prefix) + "*" + plain.Replace(b.Suffix)}
	case b.Prefix != "":
		return map[string]any{"prefix": b.Prefix}
	case b.Suffix != "":
		return map[string]any{"suffix": b.Suffix}
	}
	return nil
}

func (b bucketEvents) checkKeys() error {
	if strings.HasPrefix(b.Prefix, "/") {
		return fmt.Errorf("Prefix %q begins with a slash, and keys of objects do not: give one such as invoices/", b.Prefix)
	}
	return nil
}

var typesOfBucketEvents = []string{"Object Created", "Object Deleted", "Object Restore Initiated", "Object Restore Completed", "Object Restore Expired",
	"Object Tags Added", "Object Tags Deleted", "Object ACL Updated", "Object Storage Class Changed", "Object Access Tier Changed", "Async Copy Completion"}

func (b bucketEvents) checkTypes() error {
	var wrong []error
	for i, t := range b.Types {
		switch {
		case !slices.Contains(typesOfBucketEvents, t):
			wrong = append(wrong, fmt.Errorf("events of type %q do not exist: give %s", t, strings.Join(typesOfBucketEvents, ", ")))
		case slices.Contains(b.Types[:i], t):
			wrong = append(wrong, fmt.Errorf("type %q is given twice: leave one out", t))
		}
	}
	return errors.Join(wrong...)
}

// sendEvents has the bucket send its events to EventBridge.
func sendEvents(scope constructs.Construct, bucket EventBucket) {
	if _, ok := bucket.Node().DefaultChild().(awss3.CfnBucket); !ok {
		awscdk.Annotations_Of(scope).AddWarningV2(jsii.String("SecureGoFunction:bucketEvents"), jsii.String(fmt.Sprintf(
			"the bucket %s is not in this app: its owner has to turn on Amazon EventBridge among its event notifications, or the function gets no events", *bucket.Node().Path())))
		return
	}
	if !sending[bucket] {
		sending[bucket] = true
		// Notifications may be added until synth, so that is when to look.
		awscdk.Aspects_Of(bucket).Add(&sender{bucket: bucket}, nil)
	}
}

// sending are the buckets that have a sender. jsii runs on one goroutine: no
// lock.
var sending = map[EventBucket]bool{}

// sender is an aspect of a bucket that turns on EventBridge, in the bucket's own
// resource: what CDK has for it makes a function that may change the
// notifications of every bucket. Where that function is there anyway, for other
// notifications, it would write over what the resource says, and is told.
type sender struct {
	bucket EventBucket
	done   bool
}

// Visit implements awscdk.IAspect.
func (s *sender) Visit(constructs.IConstruct) {
	if s.done {
		return
	}
	s.done = true
	if s.bucket.Node().TryFindChild(jsii.String("Notifications")) != nil {
		s.bucket.EnableEventBridgeNotification()
		return
	}
	s.bucket.Node().DefaultChild().(awss3.CfnBucket).AddPropertyOverride(jsii.String("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"), true)
}
