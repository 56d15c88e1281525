// Package orders is an app as a team has it: a queue of orders, a database, a
// bucket, a table, and a payments API outside AWS.
package orders

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/apps/orders/app"
	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// StackProps of NewStack.
type StackProps struct {
	awscdk.StackProps
	// Entry is the handler's folder. Defaults to where it is in this module,
	// seen from the module's top.
	Entry string
	// Architecture of the function. Defaults to arm64.
	Architecture string
	// AlarmEmails are told of the alarms. Defaults to none, which is a warning.
	AlarmEmails []string
	// PrefixLists of "s3" and "dynamodb". Defaults to what the CLI looks up,
	// for which the stack needs an Env.
	PrefixLists map[string]string
}

// NewStack makes a function that takes orders from a queue. What it links is all
// that it can reach. As a sample, it leaves nothing behind when it is
// destroyed; data of your own is to be kept.
func NewStack(scope constructs.Construct, id string, props *StackProps) awscdk.Stack {
	if props == nil {
		props = &StackProps{}
	}
	entry := props.Entry
	if entry == "" {
		entry = "./apps/orders/handler"
	}
	stack := awscdk.NewStack(scope, jsii.String(id), &props.StackProps)
	key := awskms.NewKey(stack, jsii.String("DataKey"), &awskms.KeyProps{
		Description: jsii.String("Data of the orders"), EnableKeyRotation: jsii.Bool(true), RemovalPolicy: awscdk.RemovalPolicy_DESTROY})
	// The payments API is outside AWS: a NAT gateway, and a filter that lets
	// through the names that are linked. One gateway is enough for a sample.
	net := network.New(stack, "Network", &network.Props{
		Internet: &network.Internet{NatGateways: 1}, PrefixLists: props.PrefixLists, RemovalPolicy: awscdk.RemovalPolicy_DESTROY})
	data := newData(stack, key, net)

	fn := golambda.NewSecureGoFunction(stack, "Orders", &golambda.SecureGoFunctionProps{
		Entry:        entry,
		Architecture: props.Architecture,
		Network:      net,
		Links: []link.Link{
			link.QueueConsume(data.orders, nil),
			link.Parameter("PAYMENTS_KEY", "/orders/payments_key", link.EncryptedWith(key)),
			link.HTTPS("PAYMENTS", "api.stripe.com"),
			link.BucketWrite("RECEIPTS", data.receipts, link.Prefix("receipts/")),
			link.TableWrite("TAKEN", data.taken),
			link.Postgres("LEDGER", link.Instance(data.ledger), "orders_app", link.DatabaseName("orders")),
		},
		Config:        app.Config{},
		Alarms:        golambda.Alarms{Emails: props.AlarmEmails},
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})

	output := func(name, description string, value *string) {
		awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value, Description: jsii.String(description)})
	}
	output("FunctionName", "The function", fn.Function.FunctionName())
	output("OrdersUrl", "The queue to send orders to", data.orders.QueueUrl())
	output("DataKeyArn", "The key to put /orders/payments_key under, as a SecureString", key.KeyArn())
	return stack
}

// data is what the orders app keeps.
type data struct {
	orders   awssqs.Queue
	receipts awss3.Bucket
	taken    awsdynamodb.Table
	ledger   awsrds.DatabaseInstance
}

func newData(stack awscdk.Stack, key awskms.Key, net *network.Network) data {
	return data{
		orders: newQueue(stack, key),
		receipts: awss3.NewBucket(stack, jsii.String("Receipts"), &awss3.BucketProps{
			Encryption: awss3.BucketEncryption_KMS, EncryptionKey: key, BucketKeyEnabled: jsii.Bool(true), EnforceSSL: jsii.Bool(true),
			BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), Versioned: jsii.Bool(true), RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		}),
		taken: awsdynamodb.NewTable(stack, jsii.String("Taken"), &awsdynamodb.TableProps{
			PartitionKey:                     &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING},
			BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST,
			Encryption:                       awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
			EncryptionKey:                    key,
			PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
			RemovalPolicy:                    awscdk.RemovalPolicy_DESTROY,
		}),
		ledger: awsrds.NewDatabaseInstance(stack, jsii.String("Ledger"), &awsrds.DatabaseInstanceProps{
			Engine: awsrds.DatabaseInstanceEngine_Postgres(&awsrds.PostgresInstanceEngineProps{Version: awsrds.PostgresEngineVersion_VER_17_6()}),
			Vpc:    net.Vpc, VpcSubnets: net.Subnets, SecurityGroups: &[]awsec2.ISecurityGroup{awsec2.NewSecurityGroup(stack, jsii.String("LedgerGroup"), &awsec2.SecurityGroupProps{
				Vpc: net.Vpc, Description: jsii.String("Ledger: in from linked functions only"), AllowAllOutbound: jsii.Bool(false)})},
			DatabaseName: jsii.String("orders"), Port: jsii.Number(5432),
			// The function logs in with IAM. The master user is for whoever sets
			// the database up: CREATE USER orders_app; GRANT rds_iam TO orders_app;
			IamAuthentication: jsii.Bool(true), Credentials: awsrds.Credentials_FromGeneratedSecret(jsii.String("setup"), &awsrds.CredentialsBaseOptions{EncryptionKey: key}),
			StorageEncrypted: jsii.Bool(true), StorageEncryptionKey: key, RemovalPolicy: awscdk.RemovalPolicy_DESTROY, DeleteAutomatedBackups: jsii.Bool(true),
			InstanceType: awsec2.InstanceType_Of(awsec2.InstanceClass_T4G, awsec2.InstanceSize_MICRO),
		}),
	}
}

// newQueue: six times the function's timeout, and messages that fail five times
// go to a queue where somebody looks at them.
func newQueue(stack awscdk.Stack, key awskms.Key) awssqs.Queue {
	failed := awssqs.NewQueue(stack, jsii.String("FailedOrders"), &awssqs.QueueProps{
		Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: key, EnforceSSL: jsii.Bool(true), RetentionPeriod: awscdk.Duration_Days(jsii.Number(14))})
	return awssqs.NewQueue(stack, jsii.String("Incoming"), &awssqs.QueueProps{
		Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: key, EnforceSSL: jsii.Bool(true),
		VisibilityTimeout: awscdk.Duration_Minutes(jsii.Number(1)),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: failed, MaxReceiveCount: jsii.Number(5)},
	})
}
