package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "lost-events",
		Title:    "What the function fails on is lost",
		Severity: Warning,
		Why: "Whoever invokes asynchronously never hears of a failure: after two more tries Lambda throws the event away. A stream's records are thrown away " +
			"when they expire or the retries end, and hold up those behind them until then; a queue without a redrive policy gives a bad message again and again.",
		Fix: "Give the function a dead-letter queue or an on-failure destination, and so a stream's event source mapping. Give the source queue a RedrivePolicy.",
		Source: "Lambda guide, \"Capturing records of Lambda asynchronous invocations\", \"Retain discarded batch records\" of each stream, and " +
			"\"Configuring a queue to use with Lambda\"",
		Controls: Controls{
			CDKNag: []string{"HIPAA.Security-LambdaDLQ", "NIST.800.53.R5-LambdaDLQ", "Serverless-LambdaDLQ", "Serverless-LambdaAsyncFailureDestination",
				"Serverless-LambdaEventSourceMappingDestination", "AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"},
			Checkov: []string{"CKV_AWS_116"},
		},
		check: lostEvents,
	})
}

func lostEvents(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		sources := p.model.sources(f)
		kept := map[string]bool{}
		for _, e := range f.Protection.FailedEvents {
			kept[e.Of] = true
		}
		for _, s := range sources {
			delete(kept, s.path)
		}
		if answer := p.model.asynchronous(f); answer != No && len(kept) == 0 {
			message := "it has neither dead-letter queue nor on-failure destination, and is invoked asynchronously"
			if answer == CannotTell {
				message = "it has neither dead-letter queue nor on-failure destination: what invokes it asynchronously is lost if it fails"
			}
			all = append(all, at(f.resource, message).of(f).unsure(answer))
		}
		for _, s := range sources {
			all = append(all, p.model.lost(f, s)...)
		}
	}
	return all
}

// asynchronously are the services that invoke so, by their principals' names and by the types of events of the Serverless Application Model
// (Lambda guide, "Invoking Lambda with events from other AWS services").
var asynchronously = []string{"s3", "sns", "ses", "cloudformation", "logs", "events", "scheduler", "codecommit", "codepipeline", "config", "iot", "iotevents"}
var asynchronousEvents = []string{"S3", "SNS", "Schedule", "ScheduleV2", "CloudWatchEvent", "EventBridgeRule", "CloudWatchLogs", "IoTRule"}

// asynchronous says whether the function is invoked so. Of one that nothing in the templates invokes, and of one that a role may invoke, it is
// not known.
func (m *model) asynchronous(f *Function) Answer {
	answer := No
	if len(f.InvokedBy) == 0 {
		answer = CannotTell
	}
	for _, r := range m.ofFunction("AWS::Lambda::Permission", "FunctionName", f.ARN) {
		service, _, isService := strings.Cut(r.Text("Principal").String(), ".")
		switch {
		case r.Text("Action").Is("lambda:InvokeFunctionUrl"), template.Bool(r.Property("InvokedViaFunctionUrl")) == Yes: // answered at once
		case !isService:
			answer = policy.Or(answer, CannotTell)
		case slices.Contains(asynchronously, service):
			answer = policy.Or(answer, certainly(r))
		}
	}
	for _, i := range f.InvokedBy {
		switch i.Kind {
		case "role":
			answer = policy.Or(answer, CannotTell)
		case "event":
			if slices.Contains(asynchronousEvents, i.Who.String()) {
				answer = Yes
			}
		}
	}
	return answer
}

func (m *model) lost(f *Function, s source) []Finding {
	switch s.service {
	case "":
		// Of what is polled only streams have one.
		if template.At(s.settings, "StartingPosition") != nil && template.At(s.settings, "DestinationConfig", "OnFailure", "Destination") == nil {
			return []Finding{s.finding(f, fmt.Sprintf("records of %s that fail have no on-failure destination", s.arn)).unsure(CannotTell)}
		}
	case "kinesis", "dynamodb", "kafka":
		if template.At(s.settings, "DestinationConfig", "OnFailure", "Destination") == nil {
			return []Finding{s.finding(f, fmt.Sprintf("records of %s that fail have no on-failure destination", s.arn))}
		}
	case "sqs":
		queue := m.named(s.arn, "AWS::SQS::Queue")
		if queue != nil && queue.Property("RedrivePolicy") == nil {
			message := fmt.Sprintf("messages that %s fails on come back for as long as the queue keeps them: it has no RedrivePolicy", f.Path)
			return []Finding{at(queue, message).of(f).unsure(s.answer)}
		}
	}
	return nil
}
