package link

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/securegofunction/cdk/internal/iam/iamtest"
)

var _ EventBucket = awss3.IBucket(nil)

type fakeEventBucket struct{ awss3.IBucket }

const bucketARN = "arn:aws:s3:::receipts"

func (*fakeEventBucket) BucketArn() *string { return ptr(bucketARN) }

func (*fakeEventBucket) BucketName() *string { return ptr("receipts") }

func (*fakeEventBucket) Node() constructs.Node { return &treeNode{path: "App/Receipts"} }

func init() {
	document(documented{function: "BucketEvents", call: `BucketEvents(bucket, failures, &BucketEventsOptions{Prefix: "in/"})`,
		link: BucketEvents(&fakeEventBucket{}, &fakeQueue{}, &BucketEventsOptions{Prefix: "in/"})})
}

func TestBucketEvents(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	bucket := &fakeEventBucket{}
	ids := map[string]bool{}
	for situation, o := range map[string]*BucketEventsOptions{
		"the defaults": nil, "a prefix": {Prefix: "a"}, "a suffix": {Suffix: "a"}, "both": {Prefix: "a", Suffix: "a"}, "another type": {Types: []string{"Object Deleted"}},
		"two types": {Types: []string{"Object Created", "Object Deleted"}},
	} {
		doors, err := BucketEvents(bucket, &fakeQueue{}, o).Open(ireland)
		if err != nil {
			t.Errorf("%s: %v", situation, err)
			continue
		}
		if id := doors.Triggers[0].ID; ids[id] {
			t.Errorf("%s: has the id %s of another", situation, id)
		} else {
			ids[id] = true
		}
	}
	// The objects are not opened, and EventBridge acts as itself.
	opensTriggers(t, "the doors", BucketEvents(bucket, &fakeQueue{key: key}, nil), ireland, `[]`, Doors{Keys: []awskms.IKey{key}}, "Bucket-"+digest(bucketARN)+"-"+digest("\n\nObject Created"))
	const of = "link.BucketEvents of App/Receipts: "
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"a nil bucket", BucketEvents(nil, &fakeQueue{}, nil), "link.BucketEvents: the bucket is nil: give an awss3.IBucket"},
		{"a type of S3's own notifications", BucketEvents(bucket, &fakeQueue{}, &BucketEventsOptions{Types: []string{"s3:ObjectCreated:*"}}), of + `events of type "s3:ObjectCreated:*" do not exist: give ` +
			"Object Created, Object Deleted, Object Restore Initiated, Object Restore Completed, Object Restore Expired, Object Tags Added, Object Tags Deleted, Object ACL Updated, " +
			"Object Storage Class Changed, Object Access Tier Changed, Async Copy Completion"},
		{"a type twice", BucketEvents(bucket, &fakeQueue{}, &BucketEventsOptions{Types: []string{"Object Deleted", "Object Deleted"}}), of + `type "Object Deleted" is given twice: leave one out`},
		{"a slash in front", BucketEvents(bucket, &fakeQueue{}, &BucketEventsOptions{Prefix: "/in"}), of + `Prefix "/in" begins with a slash, and keys of objects do not: give one such as invoices/`},
		{"no queue", BucketEvents(bucket, nil, nil), of + "the queue for failures is nil: give an awssqs.IQueue; the alarm of one that is the function's FailedEvents too counts both"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}

func TestBucketEventPatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ situation, prefix, suffix, want string }{
		{"all keys", "", "", `null`},
		{"a prefix", "in/", "", `{"prefix":"in/"}`},
		{"a suffix", "", ".csv", `{"suffix":".csv"}`},
		{"both", "in/", ".csv", `{"wildcard":"in/*.csv"}`},
		{"both, with a star and a backslash of their own", `a*\`, `*b`, `{"wildcard":"a\\*\\\\*\\*b"}`},
		{"a star in a prefix alone", "a*", "", `{"prefix":"a*"}`},
	} {
		b := bucketEvents{BucketEventsOptions: BucketEventsOptions{Prefix: c.prefix, Suffix: c.suffix}}
		if got := iamtest.Compact(t, b.key()); got != c.want {
			t.Errorf("%s: got %s, want %s", c.situation, got, c.want)
		}
	}
}
