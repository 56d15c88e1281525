package link

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
)

var _ Stream = awskinesis.IStream(nil)

type fakeStream struct {
	awskinesis.IStream
	key awskms.IKey
}

const streamARN = "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks"

func (*fakeStream) StreamArn() *string { return ptr(streamARN) }

func (*fakeStream) StreamName() *string { return ptr("clicks") }

func (s *fakeStream) EncryptionKey() awskms.IKey { return s.key }

func (*fakeStream) Node() constructs.Node { return &treeNode{path: "App/Clicks"} }

type fakeStreamedTable struct {
	constructs.IConstruct
	fakeTable
	stream *string
}

const tableStreamARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2030-01-01T00:00:00.000"

func (t *fakeStreamedTable) TableStreamArn() *string { return t.stream }

func (*fakeStreamedTable) Node() constructs.Node { return &treeNode{path: "App/Orders"} }

func init() {
	key := &fakeKey{arn: keyARN}
	failures := &fakeQueue{key: key}
	document(
		documented{function: "StreamPut", call: `StreamPut("CLICKS", stream)`, link: StreamPut("CLICKS", &fakeStream{key: key})},
		documented{function: "StreamConsume", call: `StreamConsume(stream, failures, nil)`, link: StreamConsume(&fakeStream{key: key}, failures, nil)},
		documented{function: "TableStreamConsume", call: `TableStreamConsume(table, failures, nil)`,
			link: TableStreamConsume(&fakeStreamedTable{fakeTable: fakeTable{key: key}, stream: ptr(tableStreamARN)}, failures, nil)})
}

func ofKinesis(actions string) string {
	return `{"Effect": "Allow", "Action": "` + actions + `", "Resource": "` + keyARN + `", "Condition": {"StringEquals": {
		"kms:EncryptionContext:aws:kinesis:arn": "` + streamARN + `", "kms:ViaService": "kinesis.eu-west-1.amazonaws.com"}}}`
}

func TestStreamPut(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	const puts = `{"Effect": "Allow", "Action": ["kinesis:PutRecord", "kinesis:PutRecords"], "Resource": "` + streamARN + `"}`
	variables := []Variable{{"CLICKS", "clicks", "stream"}}
	opensDoors(t, "under a customer key", StreamPut("CLICKS", &fakeStream{key: key}), ireland, `[`+puts+`, `+ofKinesis("kms:GenerateDataKey")+`]`,
		Doors{Variables: variables, Endpoints: []string{"kinesis-streams"}, Keys: []awskms.IKey{key}})
	opensDoors(t, "under none", StreamPut("CLICKS", &fakeStream{}, NoCustomerKey("clicks are no secret")), ireland, `[`+puts+`]`,
		Doors{Variables: variables, Endpoints: []string{"kinesis-streams"}, Relaxed: []Relaxation{{"stream clicks is under no customer key", "clicks are no secret", "stream-key", streamARN}}})
	isRefused(t, "no key and no reason", StreamPut("CLICKS", &fakeStream{}),
		`stream "clicks" of variable CLICKS: CDK knows no customer key of it: encrypt it with one, import it with its key, or add link.NoCustomerKey(reason)`)
	isRefused(t, "a nil stream", StreamPut("CLICKS", nil), `stream "" of variable CLICKS: the stream is nil: give an awskinesis.IStream`)
}

func TestStreamConsume(t *testing.T) {
	key, other := &fakeKey{arn: keyARN}, &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:key/2"}
	const (
		reads   = `{"Effect": "Allow", "Action": ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"], "Resource": "` + streamARN + `"}`
		changes = `{"Effect": "Allow", "Action": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"], "Resource": "` + tableStreamARN + `"}`
		ofTable = `{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:111122223333:key/2", "Condition": {"StringEquals": {
			"kms:EncryptionContext:aws:dynamodb:tableName": "orders", "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}}}`
	)
	// Lambda reads and sends, and not from the VPC: no endpoint.
	opensTriggers(t, "a stream", StreamConsume(&fakeStream{key: key}, &fakeQueue{key: key}, nil), ireland, `[`+reads+`, `+sendsQueue+`, `+sendsKey+`, `+ofKinesis("kms:Decrypt")+`]`,
		Doors{Keys: []awskms.IKey{key, key}}, "Stream-"+digest(streamARN))
	opensTriggers(t, "a stream under no key", StreamConsume(&fakeStream{}, &fakeQueue{}, nil, NoCustomerKey("clicks")), ireland, `[`+reads+`, `+sendsQueue+`]`,
		Doors{Relaxed: []Relaxation{{"stream clicks is under no customer key", "clicks", "stream-key", streamARN}}}, "Stream-"+digest(streamARN))
	table := &fakeStreamedTable{fakeTable: fakeTable{key: other}, stream: ptr(tableStreamARN)}
	opensTriggers(t, "a table", TableStreamConsume(table, &fakeQueue{key: key}, nil), ireland, `[`+changes+`, `+sendsQueue+`, `+sendsKey+`, `+ofTable+`]`,
		Doors{Keys: []awskms.IKey{key, other}}, "TableStream-"+digest(tableStreamARN))

	consume := func(o StreamConsumeOptions) Link { return StreamConsume(&fakeStream{key: key}, &fakeQueue{}, &o) }
	for _, c := range []struct {
		situation string
		link      Link
		want      string // "" where nothing is wrong
	}{
		{"the most of everything", consume(StreamConsumeOptions{StartingPosition: "LATEST", BatchSize: 10000, BatchWindow: 5 * time.Minute, Parallel: 10, Retries: 10000, MaxRecordAge: 7 * 24 * time.Hour}), ""},
		{"more than the most, told together", consume(StreamConsumeOptions{StartingPosition: "AT_TIMESTAMP", BatchSize: 10001, BatchWindow: 301 * time.Second, Parallel: 11, Retries: 10001, MaxRecordAge: 8 * 24 * time.Hour}),
			"StartingPosition \"AT_TIMESTAMP\" does not exist: give TRIM_HORIZON or LATEST\nBatchSize 10001: give 1 to 10000\nBatchWindow 5m1s: give 1s to 5m0s, in steps of 1s\n" +
				"Parallel 11: give 1 to 10\nRetries 10001: give 1 to 10000\nMaxRecordAge 192h0m0s: give 1m0s to 168h0m0s, in steps of 1s"},
		{"endless retries", consume(StreamConsumeOptions{Retries: -1, MaxRecordAge: -1}), "Retries -1: give 1 to 10000\nMaxRecordAge -1ns: give 1m0s to 168h0m0s, in steps of 1s"},
		{"no queue for failures", StreamConsume(&fakeStream{key: key}, nil, nil), "the queue for failures is nil: give an awssqs.IQueue; the alarm of one that is the function's FailedEvents too counts both"},
		{"no key and no reason", StreamConsume(&fakeStream{}, &fakeQueue{}, nil), "CDK knows no customer key of it: encrypt it with one, import it with its key, or add link.NoCustomerKey(reason)"},
	} {
		if c.want == "" {
			if _, err := c.link.Open(ireland); err != nil {
				t.Errorf("%s: %v", c.situation, err)
			}
			continue
		}
		isRefused(t, c.situation, c.link, "link.StreamConsume of App/Clicks: "+c.want)
	}
	isRefused(t, "a nil stream", StreamConsume(nil, nil, nil), "link.StreamConsume: the stream is nil: give an awskinesis.IStream")
	isRefused(t, "a nil table", TableStreamConsume(nil, nil, nil), "link.TableStreamConsume: the table is nil: give an awsdynamodb.ITable")
	isRefused(t, "a table without a stream", TableStreamConsume(&fakeStreamedTable{fakeTable: fakeTable{key: key}}, &fakeQueue{}, nil),
		"link.TableStreamConsume of App/Orders: it has no stream: give the table a Stream, or import it with its TableStreamArn")
}
