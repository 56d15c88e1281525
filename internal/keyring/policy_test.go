package keyring

import (
	"encoding/json"
	"testing"

	"github.com/securegofunction/cdk/internal/iam/iamtest"
	"github.com/securegofunction/cdk/internal/nonode"
)

func TestMain(m *testing.M) { nonode.Run(m) }

var (
	ireland = Site{Partition: "aws", Region: "eu-west-1", Account: "111122223333", Stack: "Orders"}
	ohio    = Site{Partition: "aws-us-gov", Region: "us-gov-east-1", Account: "444455556666", Stack: "Mail"}
)

// The statements are those that the guides named in the code's comments ask for.
func TestStatements(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		made      any
		want      string
	}{
		{"logs", ForLogs(ireland).JSON(), `{"Effect": "Allow", "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
			"Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"], "Resource": "*",
			"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:Orders-*"}}}`},
		{"logs of another stack, elsewhere", ForLogs(ohio).JSON(), `{"Effect": "Allow", "Principal": {"Service": "logs.us-gov-east-1.amazonaws.com"},
			"Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"], "Resource": "*",
			"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws-us-gov:logs:us-gov-east-1:444455556666:log-group:Mail-*"}}}`},
		{"alarms", ForAlarms(ireland).JSON(), `{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"},
			"Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*",
			"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"},
				"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:Orders-*"}}}`},
		{"alarms of another stack, elsewhere", ForAlarms(ohio).JSON(), `{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"},
			"Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*",
			"Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"},
				"ArnLike": {"aws:SourceArn": "arn:aws-us-gov:cloudwatch:us-gov-east-1:444455556666:alarm:Mail-*"}}}`},
		{"what CloudWatch asks for on behalf of alarms", FromAlarms(ireland), `{"StringEquals": {"aws:SourceAccount": ["111122223333"]},
			"ArnLike": {"aws:SourceArn": ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:Orders-*"]}}`},
	} {
		if got, want := iamtest.Compact(t, c.made), iamtest.Compact(t, json.RawMessage(c.want)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.situation, got, want)
		}
	}
}
