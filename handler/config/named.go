package config

import (
	"errors"
	"net/url"
	"strings"

	"github.com/securegofunction/cdk/internal/contract"
)

// link is a type that is read from the environment alone. What read returns
// says what the value should look like, and never quotes it: whoever mistook
// one variable for another may have put a secret there.
type link interface {
	contract.Kinded
	read(value string, env environment) error
}

// environment is the function's, as os.LookupEnv reads it. With a suffix it
// reads a variable that goes with the one in hand.
type environment func(suffix string) string

// Text is the variable itself: a plain setting of the function.
type Text string

// Bucket is an S3 bucket.
type Bucket struct {
	Name string
	// Prefix of the keys that the link opens, such as receipts/. Empty for all.
	Prefix string
	// KeyARN is the ARN of the KMS key that objects are encrypted with. Empty
	// where the bucket has no customer key.
	KeyARN string
}

// Table is a DynamoDB table.
type Table struct{ Name string }

// Queue is an SQS queue.
type Queue struct{ URL string }

// Topic is an SNS topic.
type Topic struct{ ARN string }

// Bus is an EventBridge event bus.
type Bus struct{ Name string }

// Stream is a Kinesis data stream.
type Stream struct{ Name string }

// StateMachine is a Step Functions state machine.
type StateMachine struct{ ARN string }

// Function is another Lambda function.
type Function struct{ ARN string }

// Key is a KMS key.
type Key struct{ ARN string }

// File is a folder where a file system is mounted.
type File struct{ Path string }

// LinkKinds says which variable each type reads.

func (Text) LinkKinds() []contract.Kind         { return []contract.Kind{contract.Text} }
func (Bucket) LinkKinds() []contract.Kind       { return []contract.Kind{contract.Bucket} }
func (Table) LinkKinds() []contract.Kind        { return []contract.Kind{contract.Table} }
func (Queue) LinkKinds() []contract.Kind        { return []contract.Kind{contract.Queue} }
func (Topic) LinkKinds() []contract.Kind        { return []contract.Kind{contract.Topic} }
func (Bus) LinkKinds() []contract.Kind          { return []contract.Kind{contract.Bus} }
func (Stream) LinkKinds() []contract.Kind       { return []contract.Kind{contract.Stream} }
func (StateMachine) LinkKinds() []contract.Kind { return []contract.Kind{contract.StateMachine} }
func (Function) LinkKinds() []contract.Kind     { return []contract.Kind{contract.Function} }
func (Key) LinkKinds() []contract.Kind          { return []contract.Kind{contract.Key} }
func (File) LinkKinds() []contract.Kind         { return []contract.Kind{contract.File} }

func (t *Text) read(value string, _ environment) error {
	*t = Text(value)
	return nil
}

func (b *Bucket) read(value string, env environment) error {
	*b = Bucket{value, env(contract.PrefixSuffix), env(contract.KeySuffix)}
	// S3 guide, "Bucket naming rules".
	if !made(value, 3, 63, lower+digits+".-") {
		return errors.New("is no bucket's name: 3 to 63 lower-case letters, digits and .-")
	}
	if b.KeyARN != "" && !isARN(b.KeyARN, "kms", "key/") {
		return errors.New("names a bucket whose " + contract.KeySuffix + " variable is no KMS key's ARN: arn:aws:kms:region:account:key/id")
	}
	return nil
}

func (t *Table) read(value string, _ environment) error {
	t.Name = value
	return unless(made(value, 3, 255, letters+digits+"_.-"), "is no DynamoDB table's name: 3 to 255 letters, digits and _.-")
}

func (q *Queue) read(value string, _ environment) error {
	q.URL = value
	u, err := url.Parse(value)
	ok := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		strings.Count(u.Path, "/") >= 2 && !strings.HasSuffix(u.Path, "/")
	return unless(ok, "is no SQS queue's URL: https://sqs.region.amazonaws.com/account/name")
}

func (t *Topic) read(value string, _ environment) error {
	t.ARN = value
	return unless(isARN(value, "sns", ""), "is no SNS topic's ARN: arn:aws:sns:region:account:name")
}

func (b *Bus) read(value string, _ environment) error {
	b.Name = value
	return unless(made(value, 1, 256, letters+digits+"/_.-"), "is no event bus's name: up to 256 letters, digits and /_.-")
}

func (s *Stream) read(value string, _ environment) error {
	s.Name = value
	return unless(made(value, 1, 128, letters+digits+"_.-"), "is no Kinesis stream's name: up to 128 letters, digits and _.-")
}

func (s *StateMachine) read(value string, _ environment) error {
	s.ARN = value
	return unless(isARN(value, "states", "stateMachine:"), "is no state machine's ARN: arn:aws:states:region:account:stateMachine:name")
}

func (f *Function) read(value string, _ environment) error {
	f.ARN = value
	return unless(isARN(value, "lambda", "function:"), "is no Lambda function's ARN: arn:aws:lambda:region:account:function:name")
}

func (k *Key) read(value string, _ environment) error {
	k.ARN = value
	return unless(isARN(value, "kms", "key/"), "is no KMS key's ARN: arn:aws:kms:region:account:key/id")
}

func (f *File) read(value string, _ environment) error {
	f.Path = value
	// Lambda API reference, "FileSystemConfig": the path begins with /mnt/.
	name, ok := strings.CutPrefix(value, "/mnt/")
	return unless(ok && made(name, 1, 155, letters+digits+"_.-"), "is no folder of a file system: /mnt/name")
}

func unless(ok bool, wrong string) error {
	if ok {
		return nil
	}
	return errors.New(wrong)
}

const (
	lower   = "abcdefghijklmnopqrstuvwxyz"
	letters = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// made reports whether s has from least to most bytes, all of them among allowed.
func made(s string, least, most int, allowed string) bool {
	return least <= len(s) && len(s) <= most && strings.Trim(s, allowed) == ""
}

// isARN reports whether s is an ARN of the service whose resource begins with
// kind and goes on.
func isARN(s, service, kind string) bool {
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && made(parts[1], 1, 32, lower+digits+"-") && parts[2] == service &&
		made(parts[3], 1, 32, lower+digits+"-") && made(parts[4], 12, 12, digits) &&
		len(parts[5]) > len(kind) && strings.HasPrefix(parts[5], kind) && !strings.ContainsAny(parts[5], " \t\r\n\x00")
}
