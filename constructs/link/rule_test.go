package link

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
)

func init() {
	document(documented{function: "Rule", call: `Rule("orders", bus, map[string]any{"source": []string{"my_app.orders"}}, failures)`,
		link: Rule("orders", &fakeBus{}, map[string]any{"source": []string{"my_app.orders"}}, &fakeQueue{})})
}

func TestRule(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	orders := map[string]any{"source": []string{"my_app.orders"}}
	// EventBridge acts as itself: the function's role is allowed nothing.
	opensTriggers(t, "a rule of a bus", Rule("orders", &fakeBus{}, orders, &fakeQueue{key: key}), ireland, `[]`, Doors{Keys: []awskms.IKey{key}}, "Rule-orders")
	opensTriggers(t, "a rule of the default bus", Rule("orders", nil, orders, &fakeQueue{}), ireland, `[]`, Doors{}, "Rule-orders")
	const (
		of        = `link.Rule "orders": `
		malformed = "is malformed: use 1 to 64 letters, digits and _-, such as nightly"
	)
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"no name", Rule("", nil, orders, &fakeQueue{}), `link.Rule "": the name "" ` + malformed},
		{"a token for a name", Rule(token, nil, orders, &fakeQueue{}), `link.Rule "` + token + `": the name "` + token + `" ` + malformed},
		{"no pattern: it would match all there is", Rule("orders", nil, nil, &fakeQueue{}), of + "pattern is empty: say what is to match"},
		{"a field that events have not", Rule("orders", nil, map[string]any{"detailType": []string{"x"}}, &fakeQueue{}),
			of + `events have no field "detailType", so the pattern matches nothing: use $or, account, detail, detail-type, id, region, resources, source, time, version`},
		{"no queue", Rule("orders", nil, orders, nil), of + "the queue for failures is nil: give an awssqs.IQueue; the alarm of one that is the function's FailedEvents too counts both"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}
