package posture

import (
	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// source is what Lambda polls for a function.
type source struct {
	arn Text
	// service is the part of the ARN that says what it is, such as "sqs". It is none where that is not known.
	service string
	// settings are the mapping's.
	settings any
	path     string
	resource *template.Resource
	answer   Answer
}

// polled are the services of an event of the Serverless Application Model that Lambda polls, and the property that names the source.
var polled = map[string]struct{ service, property string }{
	"SQS":              {"sqs", "Queue"},
	"Kinesis":          {"kinesis", "Stream"},
	"DynamoDB":         {"dynamodb", "Stream"},
	"MSK":              {"kafka", "Stream"},
	"SelfManagedKafka": {"kafka", ""},
}

// polledTypes are the services of the resources that Lambda polls.
var polledTypes = map[string]string{
	"AWS::SQS::Queue": "sqs", "AWS::Kinesis::Stream": "kinesis", "AWS::Kinesis::StreamConsumer": "kinesis", "AWS::DynamoDB::Table": "dynamodb",
	"AWS::DynamoDB::GlobalTable": "dynamodb", "AWS::MSK::Cluster": "kafka", "AWS::MSK::ServerlessCluster": "kafka",
}

func (m *model) sources(f *Function) []source {
	var all []source
	for _, r := range m.ofFunction("AWS::Lambda::EventSourceMapping", "FunctionName", f.ARN) {
		s := source{arn: r.Text("EventSourceArn"), settings: r.Properties(), path: constructPath(r), resource: r, answer: certainly(r)}
		if service, ok := policy.ARNPart(s.arn, 2); ok {
			s.service, _ = service.Known()
		} else if o := m.named(s.arn); o != nil {
			s.service = polledTypes[o.Type]
		} else if r.Property("SelfManagedEventSource") != nil {
			s.service = "kafka"
		}
		all = append(all, s)
	}
	events, _ := f.resource.Property("Events").(map[string]any)
	for _, name := range sorted(events) {
		kind, ok := polled[policy.TextOf(template.At(events[name], "Type")).String()]
		if !ok {
			continue
		}
		settings := template.At(events[name], "Properties")
		all = append(all, source{arn: policy.TextOf(template.At(settings, kind.property)), service: kind.service, settings: settings,
			path: f.Path + "/" + name, resource: f.resource, answer: Yes})
	}
	return all
}

// finding is about the source's mapping.
func (s source) finding(f *Function, message string) Finding {
	found := at(s.resource, message).of(f).unsure(s.answer)
	found.Path = s.path
	return found
}
