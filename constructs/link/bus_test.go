package link

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
)

var _ Bus = awsevents.IEventBus(nil)

type fakeBus struct{ name string }

func (b *fakeBus) EventBusName() *string { return or(b.name, "orders") }

func (b *fakeBus) EventBusArn() *string {
	return ptr("arn:aws:events:eu-west-1:111122223333:event-bus/" + *b.EventBusName())
}

func init() {
	document(documented{function: "EventsPut", call: `EventsPut("BUS", bus, "my_app.orders")`, link: EventsPut("BUS", &fakeBus{}, "my_app.orders")})
}

func TestEventsPut(t *testing.T) {
	t.Parallel()
	puts := func(sources string) string {
		return `[{"Effect": "Allow", "Action": "events:PutEvents", "Resource": "arn:aws:events:eu-west-1:111122223333:event-bus/orders", "Condition": {"StringEquals": {"events:source": ` + sources + `}}}]`
	}
	want := Doors{Variables: []Variable{{"BUS", "orders", "bus"}}, Endpoints: []string{"events"}}
	opensDoors(t, "one source", EventsPut("BUS", &fakeBus{}, "my_app.orders"), ireland, puts(`"my_app.orders"`), want)
	opensDoors(t, "two sources, one of which is a token", EventsPut("BUS", &fakeBus{}, "my_app.orders", token), ireland, puts(`["my_app.orders", "`+token+`"]`), want)
	const of = `bus "orders" of variable BUS: `
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"no source: the function could pass for any other", EventsPut("BUS", &fakeBus{}), of + "it has no source: give the source that the function's events are from, such as my_app.orders"},
		{"an empty one", EventsPut("BUS", &fakeBus{}, " "), of + "source 0 is empty: give one such as my_app.orders"},
		{"one of AWS's", EventsPut("BUS", &fakeBus{}, "aws.s3"), of + `source "aws.s3": those that begin with aws. are reserved; give it another`},
		{"a pattern", EventsPut("BUS", &fakeBus{}, "my_app.*"), of + `source "my_app.*" has a *, a ? or a ${: give each source by its whole name`},
		{"a variable of IAM", EventsPut("BUS", &fakeBus{}, "${aws:username}"), of + `source "${aws:username}" has a *, a ? or a ${: give each source by its whole name`},
		{"the same twice", EventsPut("BUS", &fakeBus{}, "my_app", "my_app"), of + `source "my_app" is given twice: leave one out`},
		{"a nil bus", EventsPut("BUS", nil, "my_app"), "bus of variable BUS: the bus is nil: give an awsevents.IEventBus"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}
