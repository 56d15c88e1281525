package link_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/constructs/link"
)

// Where the function is. In an app the construct says it.
var site = link.Site{Partition: "aws", Region: "eu-west-1", Account: "111122223333", URLSuffix: "amazonaws.com", Timeout: 10 * time.Second}

// ourKey stands for a key of CDK's, such as awskms.NewKey returns, in examples
// that run without Node.
type ourKey struct{ awskms.IKey }

func (*ourKey) KeyArn() *string {
	arn := "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
	return &arn
}

// The function gets the parameter's name, not its value, and may read and
// decrypt that one parameter.
func ExampleParameter() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Key"), nil)
	secret := link.Parameter("API_KEY", "/my_app/api_key", link.EncryptedWith(key))

	doors, err := secret.Open(site)
	if err != nil {
		panic(err)
	}
	fmt.Println(doors.Variables)
	for _, s := range doors.Statements {
		fmt.Println(s.Actions, s.Resources)
	}
	fmt.Println(doors.Endpoints)
	// Output:
	// [{API_KEY /my_app/api_key parameter}]
	// [ssm:GetParameter ssm:GetParameters] [arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/api_key]
	// [kms:Decrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
	// [ssm]
}

// A parameter is taken to be a secret. One that is none says why.
func ExamplePlain() {
	_, err := link.Parameter("THEME", "/my_app/theme").Open(site)
	fmt.Println(err)

	doors, err := link.Parameter("THEME", "/my_app/theme", link.Plain("colours of the public site")).Open(site)
	fmt.Println(doors.Relaxed[0].What, err)
	// Output:
	// parameter "/my_app/theme" of variable THEME: it has no key: add link.EncryptedWith(key), or link.Plain(reason) if it holds no secret
	// parameter /my_app/theme is not encrypted <nil>
}

// Events lets a function put events onto one bus, as one source: a link of
// one's own.
type Events struct{ Variable, Bus, Source string }

func (e Events) Open(at link.Site) (link.Doors, error) {
	if e.Source == "" {
		return link.Doors{}, errors.New("Source is empty: give the source that the events are from, such as my_app.orders")
	}
	return link.Doors{
		Variables: []link.Variable{{Name: e.Variable, Value: e.Bus}},
		Statements: []link.Statement{{
			Actions:    []string{"events:PutEvents"},
			Resources:  []string{"arn:" + at.Partition + ":events:" + at.Region + ":" + at.Account + ":event-bus/" + e.Bus},
			Conditions: link.Conditions{"StringEquals": {"events:source": {e.Source}}},
		}},
		Endpoints: []string{"events"},
	}, nil
}

// Whatever has Open is a link. Doors that are left out stay shut.
func ExampleLink() {
	links := []link.Link{Events{Variable: "BUS", Bus: "orders", Source: "my_app.orders"}}

	doors, err := links[0].Open(site)
	fmt.Println(doors.Variables[0].Name, doors.Variables[0].Value, doors.Endpoints, err)
	fmt.Println(doors.Statements[0].Actions, doors.Statements[0].Resources, doors.Statements[0].Conditions)
	// Output:
	// BUS orders [events] <nil>
	// [events:PutEvents] [arn:aws:events:eu-west-1:111122223333:event-bus/orders] map[StringEquals:map[events:source:[my_app.orders]]]
}

// The widest door, on one port, for a stated reason.
func ExampleEverywhere() {
	doors, err := link.Everywhere(443, "webhooks of our customers").Open(site)
	fmt.Println(doors.Egress[0].CIDR, doors.Egress[0].Port, err)
	// Output:
	// 0.0.0.0/0 443 <nil>
}
