// Package contract is what the two halves agree on: the variables that a link
// writes into the function's environment, and that the handler reads from it.
// It is the one package of this module that both halves import, and it imports
// neither CDK nor the AWS SDK.
//
// A variable is named by the link and never holds a secret's value. What it
// holds depends on its kind:
//
//	parameter     an SSM parameter's name, or its ARN
//	parameters    the path that SSM parameters are below
//	secret        a Secrets Manager secret's ARN; with one JSON field, ARN#field
//	bucket        an S3 bucket's name; NAME_PREFIX and NAME_KEY go with it
//	table         a DynamoDB table's name
//	queue         an SQS queue's URL
//	topic         an SNS topic's ARN
//	bus           an EventBridge bus's name
//	stream        a Kinesis stream's name
//	statemachine  a Step Functions state machine's ARN
//	function      a Lambda function's ARN
//	key           a KMS key's ARN
//	postgres      postgres://user@host:port/database?sslmode=verify-full
//	mysql         mysql://user@host:port/database?tls=verify-full
//	valkey        rediss://user@host:port?cache=name
//	file          a folder where a file system is mounted
//	address       host:port
//	url           https://host
//	text          the value itself: a plain setting
//
// Fields and Check hold what a handler's config struct reads against what its
// stack writes.
package contract

import "slices"

// Kind says what a variable holds.
type Kind string

// The kinds of variables.
const (
	Parameter    Kind = "parameter"
	Parameters   Kind = "parameters"
	Secret       Kind = "secret"
	Bucket       Kind = "bucket"
	Table        Kind = "table"
	Queue        Kind = "queue"
	Topic        Kind = "topic"
	Bus          Kind = "bus"
	Stream       Kind = "stream"
	StateMachine Kind = "statemachine"
	Function     Kind = "function"
	Key          Kind = "key"
	Postgres     Kind = "postgres"
	MySQL        Kind = "mysql"
	Valkey       Kind = "valkey"
	File         Kind = "file"
	Address      Kind = "address"
	URL          Kind = "url"
	Text         Kind = "text"
)

// Variables that go with a bucket's own: NAME_PREFIX is the prefix of the keys
// that the link opens, NAME_KEY the ARN of the KMS key that objects are under.
const (
	PrefixSuffix = "_PREFIX"
	KeySuffix    = "_KEY"
)

// FieldSeparator stands between a secret's ARN and its JSON field. No ARN of a
// secret holds it.
const FieldSeparator = "#"

// Reads reports whether a field that takes any of the kinds reads a variable of
// the kind.
func Reads(takes []Kind, kind Kind) bool { return slices.Contains(takes, kind) }
