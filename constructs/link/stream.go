package link

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/contract"
)

// Stream is what links ask of a Kinesis data stream. Any awskinesis.IStream is
// one.
type Stream interface {
	constructs.IConstruct
	StreamArn() *string
	StreamName() *string
	// EncryptionKey is nil if there is no customer key, or CDK knows of none.
	EncryptionKey() awskms.IKey
}

// StreamPut lets the function put records onto a Kinesis data stream, one by one
// and in batches, and not read them. The variable holds the stream's name. Of
// keys, see QueueSend.
func StreamPut(variable string, to Stream, options ...KeyOption) Link {
	s := streamPut{stored: stored{variable: variable}}
	if absent(to) {
		s.mistakes = append(s.mistakes, errors.New("the stream is nil: give an awskinesis.IStream"))
	} else {
		s.name, s.arn = *to.StreamName(), *to.StreamArn()
		s.under(to.EncryptionKey())
	}
	s.declare(options)
	return s
}

type streamPut struct {
	stored
	name, arn string
}

// Open implements Link.
func (s streamPut) Open(at Site) (Doors, error) {
	if err := s.check(true); err != nil {
		return Doors{}, fmt.Errorf("stream %q of variable %s: %w", s.name, s.variable, err)
	}
	doors := Doors{
		Variables:  []Variable{{s.variable, s.name, contract.Stream}},
		Statements: []Statement{{Actions: []string{"kinesis:PutRecord", "kinesis:PutRecords"}, Resources: []string{s.arn}}},
		Endpoints:  []string{"kinesis-streams"},
		Relaxed:    s.relaxed("stream", s.name, s.arn),
	}
	if s.key != nil {
		useKey(&doors, s.key, at, "kinesis", ofStream(s.arn), "kms:GenerateDataKey")
	}
	return doors, nil
}

// ofStream holds for the key's use by Kinesis for one stream (Kinesis Data
// Streams guide, "Permissions to use user-generated KMS keys").
func ofStream(arn string) Conditions {
	return Conditions{"StringEquals": {"kms:EncryptionContext:aws:kinesis:arn": {arn}}}
}

// StreamConsumeOptions say more of how records reach the function. The zero
// value of each field is its default.
type StreamConsumeOptions struct {
	// StartingPosition is TRIM_HORIZON, the oldest record there is, or LATEST,
	// which misses what comes until Lambda first reads. Defaults to
	// TRIM_HORIZON.
	StartingPosition string
	// BatchSize is how many records one invocation gets at most: 1 to 10,000.
	// Defaults to 100.
	BatchSize int
	// BatchWindow is how long Lambda gathers records for a batch: up to 5
	// minutes, in whole seconds. Defaults to none.
	BatchWindow time.Duration
	// Parallel is how many batches of one shard are handled at once, in order
	// for each partition key: 1 to 10. Defaults to 1.
	Parallel int
	// Retries of a batch that failed: 1 to 10,000. Defaults to 10. A batch that
	// failed is halved first, which does not count.
	Retries int
	// MaxRecordAge is how old a record may be and still be tried: 1 minute to 7
	// days, in whole seconds. Defaults to 6 hours, which leaves 18 of the 24
	// that a stream keeps records by default to look at those that failed.
	MaxRecordAge time.Duration
}

// StreamConsume has Lambda invoke the function with records of a Kinesis data
// stream, in order for each shard. It brings no variable.
//
// The handler answers with the first record that failed
// (events.KinesisEventResponse of aws-lambda-go); that one and those after it
// come again. After an error, the batch is halved until the record that fails is
// alone. What failed for good goes to the queue for failures as a message that
// says where in the stream the records are, not as the records themselves: they
// are lost when the stream no longer keeps them. Lambda by itself would repeat a
// record that fails until then, and hold up all that is behind it.
//
// The function's stack refers to the stream's and the queue's, and never the
// reverse.
//
// Options nil stands for the defaults.
func StreamConsume(from Stream, failures Queue, options *StreamConsumeOptions, key ...KeyOption) Link {
	s := newStreamConsume(failures, options)
	if !absent(from) {
		s.source = from
		s.under(from.EncryptionKey())
	}
	s.declare(key)
	return streamConsume{s, from}
}

// StreamedTable is what TableStreamConsume asks of a DynamoDB table. Any
// awsdynamodb.ITable is one.
type StreamedTable interface {
	constructs.IConstruct
	Table
	// TableStreamArn is nil if the table has no stream, or CDK knows of none.
	TableStreamArn() *string
}

// TableStreamConsume is StreamConsume for the stream of changes of a DynamoDB
// table: the handler answers with events.DynamoDBEventResponse. DynamoDB keeps
// changes for 24 hours. A table that is imported needs its TableStreamArn.
func TableStreamConsume(from StreamedTable, failures Queue, options *StreamConsumeOptions, key ...KeyOption) Link {
	s := newStreamConsume(failures, options)
	if !absent(from) {
		s.source = from
		s.under(from.EncryptionKey())
	}
	s.declare(key)
	return tableStreamConsume{s, from}
}

func newStreamConsume(failures Queue, options *StreamConsumeOptions) streamSource {
	s := streamSource{failures: failures}
	if options != nil {
		s.StreamConsumeOptions = *options
	}
	return s
}

type streamConsume struct {
	streamSource
	stream Stream
}

// Open implements Link.
func (s streamConsume) Open(at Site) (Doors, error) {
	if absent(s.stream) {
		return Doors{}, errors.New("link.StreamConsume: the stream is nil: give an awskinesis.IStream")
	}
	if err := s.checkSource(); err != nil {
		return Doors{}, fmt.Errorf("link.StreamConsume of %s: %w", *s.source.Node().Path(), err)
	}
	arn := *s.stream.StreamArn()
	// Lambda guide, "Configure permissions for Lambda functions that process
	// Kinesis". It also has SubscribeToShard, which is for a registered
	// consumer's ARN, and managed policies ListStreams, which knows no stream:
	// serverless/serverless has neither of them for a stream with a consumer.
	doors := s.open(at, "Stream", arn, s.relaxed("stream", *s.stream.StreamName(), arn),
		"kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards")
	if s.key != nil {
		useKey(&doors, s.key, at, "kinesis", ofStream(arn), "kms:Decrypt")
	}
	return doors, nil
}

type tableStreamConsume struct {
	streamSource
	table StreamedTable
}

// Open implements Link.
func (s tableStreamConsume) Open(at Site) (Doors, error) {
	if absent(s.table) {
		return Doors{}, errors.New("link.TableStreamConsume: the table is nil: give an awsdynamodb.ITable")
	}
	arn := s.table.TableStreamArn()
	var noStream error
	if arn == nil {
		noStream = errors.New("it has no stream: give the table a Stream, or import it with its TableStreamArn")
	}
	if err := errors.Join(noStream, s.checkSource()); err != nil {
		return Doors{}, fmt.Errorf("link.TableStreamConsume of %s: %w", *s.source.Node().Path(), err)
	}
	name := *s.table.TableName()
	// DynamoDB guide, "IAM policy to allow an AWS Lambda function to access
	// DynamoDB stream records", which has them all on the stream.
	doors := s.open(at, "TableStream", *arn, s.relaxed("table", name, name),
		"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams")
	if s.key != nil {
		useKey(&doors, s.key, at, "dynamodb", Conditions{"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": {name}}}, "kms:Decrypt")
	}
	return doors, nil
}

// streamSource is what streams of Kinesis and of DynamoDB have in common.
type streamSource struct {
	stored
	StreamConsumeOptions
	source   constructs.IConstruct
	failures Queue
}

func (s streamSource) open(at Site, kind, arn string, relaxed []Relaxation, reads ...string) Doors {
	doors := Doors{
		Statements: []Statement{{Actions: reads, Resources: []string{arn}}},
		Relaxed:    relaxed,
		Triggers: []Trigger{{ID: triggerID(kind, arn, s.source.Node()), Make: func(scope constructs.Construct, fn awslambda.Function) {
			poll(scope, fn, s.mapping(arn))
		}}},
	}
	sendFailures(&doors, s.failures, at)
	return doors
}

func (s streamSource) mapping(arn string) awslambda.CfnEventSourceMappingProps {
	props := awslambda.CfnEventSourceMappingProps{
		EventSourceArn: arn, StartingPosition: jsii.String("TRIM_HORIZON"),
		BatchSize: number(s.BatchSize), MaximumBatchingWindowInSeconds: seconds(s.BatchWindow), ParallelizationFactor: number(s.Parallel),
		BisectBatchOnFunctionError: jsii.Bool(true), MaximumRetryAttempts: jsii.Number(10), MaximumRecordAgeInSeconds: jsii.Number(6 * time.Hour / time.Second),
		DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: s.failures.QueueArn()}},
	}
	if s.StartingPosition != "" {
		props.StartingPosition = jsii.String(s.StartingPosition)
	}
	if s.Retries != 0 {
		props.MaximumRetryAttempts = jsii.Number(s.Retries)
	}
	if s.MaxRecordAge != 0 {
		props.MaximumRecordAgeInSeconds = seconds(s.MaxRecordAge)
	}
	return props
}

// checkSource: Lambda API reference, CreateEventSourceMapping.
func (s streamSource) checkSource() error {
	var position error
	switch s.StartingPosition {
	case "", "TRIM_HORIZON", "LATEST":
	default:
		position = fmt.Errorf("StartingPosition %q does not exist: give TRIM_HORIZON or LATEST", s.StartingPosition)
	}
	return errors.Join(
		s.check(true),
		checkFailures(s.failures),
		position,
		inRange("BatchSize", s.BatchSize, 1, 10000),
		wholeUnits("BatchWindow", s.BatchWindow, time.Second, time.Second, 5*time.Minute),
		inRange("Parallel", s.Parallel, 1, 10),
		inRange("Retries", s.Retries, 1, 10000),
		wholeUnits("MaxRecordAge", s.MaxRecordAge, time.Second, time.Minute, 7*24*time.Hour),
	)
}
