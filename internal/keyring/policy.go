package keyring

import "github.com/securegofunction/cdk/internal/iam"

// Site is where the things that a key protects are: the names that a key
// policy needs to admit them and nobody else.
type Site struct {
	Partition, Region, Account string
	// Stack is the name of the stack, of the outermost one for a nested stack:
	// CloudFormation begins every name that it makes up with it.
	Stack string
}

// ForLogs admits CloudWatch Logs for the log groups of one stack (CloudWatch
// Logs guide, "Encrypt log data in CloudWatch Logs using AWS KMS"). The stack
// is named by a pattern, since the log group's own ARN would make a cycle.
func ForLogs(at Site) iam.Statement {
	return iam.Statement{
		Principal: map[string]string{"Service": "logs." + at.Region + ".amazonaws.com"},
		Actions:   []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"},
		Resources: []string{"*"},
		Conditions: iam.Conditions{"ArnLike": {
			"kms:EncryptionContext:aws:logs:arn": {"arn:" + at.Partition + ":logs:" + at.Region + ":" + at.Account + ":log-group:" + at.Stack + "-*"},
		}},
	}
}

// ForAlarms admits CloudWatch, so that the alarms of one stack can publish to
// a topic under the key (CloudWatch guide, "Notifying users on alarm changes").
func ForAlarms(at Site) iam.Statement {
	return iam.Statement{
		Principal:  map[string]string{"Service": "cloudwatch.amazonaws.com"},
		Actions:    []string{"kms:Decrypt", "kms:GenerateDataKey*"},
		Resources:  []string{"*"},
		Conditions: FromAlarms(at),
	}
}

// FromAlarms holds for requests that CloudWatch makes on behalf of the alarms
// of one stack.
func FromAlarms(at Site) iam.Conditions {
	return iam.Conditions{
		"StringEquals": {"aws:SourceAccount": {at.Account}},
		"ArnLike":      {"aws:SourceArn": {"arn:" + at.Partition + ":cloudwatch:" + at.Region + ":" + at.Account + ":alarm:" + at.Stack + "-*"}},
	}
}
