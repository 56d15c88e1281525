package golambda

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/network"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
)

// doors are those of the network that a function's links opened. CDK's grants
// open IAM only.
type doors struct {
	fn      constructs.Construct
	network *network.Network
	open    []string
	told    map[string]bool
}

func newDoors(fn constructs.Construct, n *network.Network, made plan) *doors {
	return &doors{fn, n, slices.Concat(made.needs.Endpoints, made.needs.Gateways), map[string]bool{}}
}

// granted has the endpoints that the function reaches let through what it was
// granted, and says of what it does not reach which link would.
func (d *doors) granted(s iam.Statement) {
	if s.Effect == iam.Deny {
		return
	}
	if err := checkAllowed(s, true); err != nil && !d.told["*"] {
		d.told["*"] = true
		awscdk.Annotations_Of(d.fn).AddWarningV2(jsii.String("SecureGoFunction:wideGrant"), jsii.String("a grant is wider than a link may be: "+strings.Replace(err.Error(), "a link allows", "it allows", 1)))
	}
	reached := map[string]bool{}
	if d.network.Vpc == nil {
		return
	}
	for _, door := range d.open {
		if through := ofDoor(s, door); len(through.Actions) > 0 {
			reached[serviceOf(door)] = true
			d.network.Admit(keyring.Of(d.fn).Stack, door, []iam.Statement{through})
		}
	}
	for _, action := range s.Actions {
		service := iam.Service(action)
		if reached[service] || noCall[service] || d.told[service] || slices.Contains(polled, action) {
			continue
		}
		d.told[service] = true
		awscdk.Annotations_Of(d.fn).AddWarningV2(jsii.String("SecureGoFunction:grant:"+service), jsii.String(shut(service, action)))
	}
}

func shut(service, action string) string {
	if service == "kms" { // mostly of what is under a key, which the service uses itself
		return fmt.Sprintf("a grant allows %s, and opens no network: that serves what is encrypted under the key; if the function's code calls KMS itself, use %s", action, linksOf[service])
	}
	text := fmt.Sprintf("a grant allows %s, and opens no network: if the function's code calls %s, it will time out", action, service)
	if links, ok := linksOf[service]; ok {
		return text + "; use " + links + ", which opens both"
	}
	return text + "; use a link that names the endpoint of " + service + " in its Doors"
}

// linksOf names, by service, the links that open its door in the network.
var linksOf = map[string]string{
	"ssm":            "link.Parameter or link.ParametersByPath",
	"secretsmanager": "link.Secret",
	"s3":             "link.BucketRead, BucketWrite or BucketReadWrite",
	"dynamodb":       "link.TableRead, TableWrite or TableReadWrite",
	"sqs":            "link.QueueSend",
	"sns":            "link.TopicPublish",
	"events":         "link.EventsPut",
	"kinesis":        "link.StreamPut",
	"states":         "link.StateMachineStart",
	"lambda":         "link.FunctionInvoke",
	"kms":            "link.KeyDecrypt, KeyDataKey or another of the Key links",
}

// polled are the actions by which Lambda itself reads an event source, from
// outside the VPC (Lambda guide, "Event source mappings").
var polled = []string{
	"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:GetQueueAttributes",
	"kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:ListStreams", "kinesis:DescribeStream",
	"kinesis:DescribeStreamSummary", "kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard",
	"dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams",
}

// grantedStatement reads a statement as CDK renders it.
func grantedStatement(rendered any) iam.Statement {
	fields, _ := rendered.(map[string]any)
	s := iam.Statement{Actions: list(fields["Action"]), Resources: list(fields["Resource"])}
	s.Effect, _ = fields["Effect"].(string)
	conditions, _ := fields["Condition"].(map[string]any)
	for operator, keys := range conditions {
		of, _ := keys.(map[string]any)
		for key, values := range of {
			if s.Conditions == nil {
				s.Conditions = iam.Conditions{}
			}
			if s.Conditions[operator] == nil {
				s.Conditions[operator] = map[string][]string{}
			}
			s.Conditions[operator][key] = list(values)
		}
	}
	return s
}

// list reads one value or a list of them.
func list(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, list(e)...)
		}
		return all
	default:
		return []string{fmt.Sprint(v)}
	}
}
