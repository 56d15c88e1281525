package link

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// poll has Lambda read an event source for the function. Lambda does so as the
// function's role, which is why the statements are the function's; but it does
// so from a network of its own, so a function in a VPC needs no endpoint for
// it.
//
// The handler always answers with what failed of a batch (batchItemFailures),
// and an answer without any means that all went well. Otherwise one bad message
// would repeat all that came with it.
func poll(scope constructs.Construct, fn awslambda.Function, props awslambda.CfnEventSourceMappingProps) {
	props.FunctionName = fn.FunctionName()
	props.FunctionResponseTypes = jsii.Strings("ReportBatchItemFailures")
	awslambda.NewCfnEventSourceMapping(scope, jsii.String("Mapping"), &props)
}

// triggerID tells the triggers of one function apart by where they come from. A
// name that is known at synth counts, since Lambda and SNS take the same source
// once only: if its construct moved in the app and the id changed with it, the
// new trigger would be refused while the old one is there. A token says nothing
// that lasts, and such a source goes with its construct anyway.
func triggerID(kind, arn string, node constructs.Node) string {
	if pseudo.IsToken(arn) {
		return kind + "-" + (*node.Addr())[2:10]
	}
	return kind + "-" + digest(arn)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// checkFailures refuses queues that no service sends failures to.
func checkFailures(to Queue) error {
	switch {
	case absent(to):
		return errors.New("the queue for failures is nil: give an awssqs.IQueue; the alarm of one that is the function's FailedEvents too counts both")
	case *to.Fifo():
		return fmt.Errorf("the queue for failures %s is FIFO, which takes none: give a standard one", *to.Node().Path())
	}
	if key := to.EncryptionMasterKey(); !absent(key) {
		return keyring.Check(key, "")
	}
	return nil
}

// keysOf are the keys that the queue's door needs in the function's region.
func keysOf(to Queue) []awskms.IKey {
	if key := to.EncryptionMasterKey(); !absent(key) {
		return []awskms.IKey{key}
	}
	return nil
}

// sendFailures lets whoever has the statements send to the queue.
func sendFailures(doors *Doors, to Queue, at Site) {
	arn := *to.QueueArn()
	doors.Statements = append(doors.Statements, Statement{Actions: []string{"sqs:SendMessage"}, Resources: []string{arn}})
	if key := to.EncryptionMasterKey(); !absent(key) {
		useKey(doors, key, at, "sqs", ofQueue(arn), "kms:GenerateDataKey", "kms:Decrypt")
	}
}

// inRange is for numbers whose zero value stands for the default.
func inRange(field string, n, least, most int) error {
	if n != 0 && (n < least || n > most) {
		return fmt.Errorf("%s %d: give %d to %d", field, n, least, most)
	}
	return nil
}

// wholeUnits is for durations whose zero value stands for the default.
func wholeUnits(field string, d, unit, least, most time.Duration) error {
	if d != 0 && (d < least || d > most || d%unit != 0) {
		return fmt.Errorf("%s %v: give %v to %v, in steps of %v", field, d, least, most, unit)
	}
	return nil
}

// seconds renders a duration whose zero value stands for the default of AWS.
func seconds(d time.Duration) *float64 {
	if d == 0 {
		return nil
	}
	return jsii.Number(d.Seconds())
}

// number renders a number whose zero value stands for the default of AWS.
func number(n int) *float64 {
	if n == 0 {
		return nil
	}
	return jsii.Number(n)
}
