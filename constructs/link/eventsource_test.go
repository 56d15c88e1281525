package link

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
)

func TestTriggerIDs(t *testing.T) {
	t.Parallel()
	node := func(path string) constructs.Node { return &treeNode{path: path} }
	if a, b := triggerID("Queue", queueARN, node("App/Jobs")), triggerID("Queue", queueARN, node("App/Moved")); a != b {
		t.Errorf("a queue that is known by its ARN has the ids %s and %s", a, b)
	}
	if a, b := triggerID("Queue", queueARN, node("App/Jobs")), triggerID("Queue", queueARN+"2", node("App/Jobs")); a == b {
		t.Errorf("two queues have the id %s", a)
	}
	// A token's number is another one when something else is made before it.
	if a, b := triggerID("Queue", "${Token[TOKEN.1]}", node("App/Jobs")), triggerID("Queue", "${Token[TOKEN.2]}", node("App/Jobs")); a != b {
		t.Errorf("a queue of the app has the ids %s and %s", a, b)
	}
}

func TestCheckFailures(t *testing.T) {
	for _, c := range []struct {
		situation string
		queue     Queue
		want      string
	}{
		{"a queue under a key", &fakeQueue{key: &fakeKey{arn: keyARN}}, ""},
		{"a queue under none", &fakeQueue{}, ""},
		{"nil", nil, "the queue for failures is nil: give an awssqs.IQueue; the alarm of one that is the function's FailedEvents too counts both"},
		{"a nil pointer", (*fakeQueue)(nil), "the queue for failures is nil: give an awssqs.IQueue; the alarm of one that is the function's FailedEvents too counts both"},
		{"FIFO", &fakeQueue{fifo: true}, "the queue for failures App/Jobs is FIFO, which takes none: give a standard one"},
		{"under an alias", &fakeQueue{key: &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/jobs"}},
			"the key arn:aws:kms:eu-west-1:111122223333:alias/jobs is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup"},
	} {
		if got := text(checkFailures(c.queue)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}

func TestSendFailures(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	open := func(q Queue) Link {
		var doors Doors
		sendFailures(&doors, q, ireland)
		return opened(doors)
	}
	opensDoors(t, "under a key", open(&fakeQueue{key: key}), ireland, `[`+sendsQueue+`, `+sendsKey+`]`, Doors{Keys: []awskms.IKey{key}})
	opensDoors(t, "under none", open(&fakeQueue{}), ireland, `[`+sendsQueue+`]`, Doors{})
}

type opened Doors

func (o opened) Open(Site) (Doors, error) { return Doors(o), nil }

func TestRanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		err       error
		want      string
	}{
		{"the default", inRange("N", 0, 2, 3), ""},
		{"the least", inRange("N", 2, 2, 3), ""},
		{"the most", inRange("N", 3, 2, 3), ""},
		{"below", inRange("N", 1, 2, 3), "N 1: give 2 to 3"},
		{"above", inRange("N", 4, 2, 3), "N 4: give 2 to 3"},
		{"negative", inRange("N", -2, 2, 3), "N -2: give 2 to 3"},
		{"the default duration", wholeUnits("D", 0, time.Minute, time.Minute, time.Hour), ""},
		{"the longest", wholeUnits("D", time.Hour, time.Minute, time.Minute, time.Hour), ""},
		{"too long", wholeUnits("D", time.Hour+time.Minute, time.Minute, time.Minute, time.Hour), "D 1h1m0s: give 1m0s to 1h0m0s, in steps of 1m0s"},
		{"a part of a unit", wholeUnits("D", 90*time.Second, time.Minute, time.Minute, time.Hour), "D 1m30s: give 1m0s to 1h0m0s, in steps of 1m0s"},
		{"negative", wholeUnits("D", -time.Minute, time.Minute, time.Minute, time.Hour), "D -1m0s: give 1m0s to 1h0m0s, in steps of 1m0s"},
	} {
		if got := text(c.err); got != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}
