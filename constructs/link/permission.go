package link

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// permit lets one resource of a service invoke the function. The ARNs of those
// that are permitted hold their account, so that no other account's can pass
// for them, and SourceAccount would add nothing: it is for the ARNs that hold
// none, such as a bucket's (IAM guide, "The confused deputy problem"). It would
// also keep EventBridge from invoking at all (EventBridge guide,
// "Troubleshooting", "My rule ran but my Lambda function wasn't invoked").
func permit(scope constructs.Construct, fn awslambda.Function, service, source string) {
	awslambda.NewCfnPermission(scope, jsii.String("Permission"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: fn.FunctionArn(),
		Principal: service + ".amazonaws.com", SourceArn: source,
	})
}

// letFail lets a service that acts as itself, and as no role, put what it could
// not deliver into the queue, for one source.
func letFail(scope constructs.Construct, to Queue, service string, source Conditions) {
	sends := Statement{
		Principal: map[string]string{"Service": service + ".amazonaws.com"},
		Actions:   []string{"sqs:SendMessage"}, Resources: []string{*to.QueueArn()}, Conditions: source,
	}.JSON()
	if result := to.AddToResourcePolicy(awsiam.PolicyStatement_FromJson(sends)); !*result.StatementAdded {
		lacks(scope, "queue", *to.Node().Path(), service, sends)
	}
	key := to.EncryptionMasterKey()
	if absent(key) {
		return
	}
	// The service's own conditions do not reach KMS from EventBridge (SNS guide,
	// "Managing Amazon SNS encryption keys", of topics), and the ARN of the queue
	// would make a cycle, since the queue names its key. What SQS says itself
	// does: the key serves queues of this account alone.
	uses := Statement{
		Principal: map[string]string{"Service": service + ".amazonaws.com"},
		Actions:   []string{"kms:GenerateDataKey", "kms:Decrypt"}, Resources: []string{"*"},
		Conditions: Conditions{"StringLike": {"kms:EncryptionContext:aws:sqs:arn": {
			"arn:" + pseudo.Partition() + ":sqs:" + pseudo.Region() + ":" + pseudo.Account() + ":*"}}},
	}.JSON()
	if result := key.AddToResourcePolicy(awsiam.PolicyStatement_FromJson(uses), jsii.Bool(true)); !*result.StatementAdded {
		lacks(scope, "key", keyring.ARN(key), service, uses)
	}
}

// lacks warns of a policy that is not in this app: CDK says nothing, and the
// failures would be lost without a word.
func lacks(scope constructs.Construct, what, name, service string, statement map[string]any) {
	text, err := json.Marshal(awscdk.Stack_Of(scope).Resolve(statement))
	if err != nil {
		panic(err)
	}
	awscdk.Annotations_Of(scope).AddWarningV2(jsii.String("SecureGoFunction:failures:"+service+":"+what), jsii.String(fmt.Sprintf(
		"the policy of the %s %s, which takes failures, is not in this app: its owner has to add the statement %s, or what %s cannot deliver is lost",
		what, name, text, service+".amazonaws.com")))
}
