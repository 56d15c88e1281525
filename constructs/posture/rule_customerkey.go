package posture

import (
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// What AWS encrypts with its own keys anyway is a note; what it does not encrypt, or what holds secrets and what users sent, a warning.
func init() {
	register(Rule{
		ID:       "environment-key",
		Title:    "The environment is not under a customer key",
		Severity: Warning,
		Why:      "Under AWS's own key, everybody who may read the function's configuration reads its variables: no key policy stands between.",
		Fix:      "Set KmsKeyArn to a key of your own.",
		Source:   "Lambda guide, \"Securing Lambda environment variables\"",
		Controls: Controls{NIST80053: []string{"SC-28"}, Checkov: []string{"CKV_AWS_173"}},
		check:    environmentKey,
	})
	register(Rule{
		ID:       "log-key",
		Title:    "The logs are not under a customer key",
		Severity: Warning,
		Why:      "Logs hold what users sent. Under AWS's own key, whoever may read log groups reads them all: no key policy stands between.",
		Fix:      "Give the function a log group with KmsKeyId, and admit CloudWatch Logs in the key's policy.",
		Source:   "CloudWatch Logs guide, \"Encrypt log data in CloudWatch Logs using AWS Key Management Service\"",
		Controls: Controls{
			NIST80053: []string{"AU-9(3)", "SC-13", "SC-28(1)"},
			CDKNag: []string{"HIPAA.Security-CloudWatchLogGroupEncrypted", "NIST.800.53.R4-CloudWatchLogGroupEncrypted",
				"NIST.800.53.R5-CloudWatchLogGroupEncrypted", "PCI.DSS.321-CloudWatchLogGroupEncrypted"},
			Checkov: []string{"CKV_AWS_158"},
		},
		check: logKey,
	})
	atRest := []string{"CA-9(1)", "CM-3(6)", "SC-7(10)", "SC-13", "SC-28", "SC-28(1)", "SI-7(6)"}
	encrypted(Rule{
		ID:       "queue-key",
		Title:    "A queue is not under a customer key",
		Severity: Note,
		Why:      "SQS encrypts with a key of its own: whoever may receive reads the messages, and no key policy stands between.",
		Fix:      "Set KmsMasterKeyId to a key of your own, and let those who send and receive use it by SQS.",
		Source:   "SQS guide, \"Encryption at rest in Amazon SQS\"",
		Controls: Controls{SecurityHub: []string{"SQS.1"}, NIST80053: atRest, CDKNag: []string{"AwsSolutions-SQS2"}, Checkov: []string{"CKV_AWS_27"}},
	}, func(r *template.Resource) Answer { return customers(r.Property("KmsMasterKeyId")) }, "AWS::SQS::Queue")
	encrypted(Rule{
		ID:       "topic-key",
		Title:    "A topic is not under a customer key",
		Severity: Warning,
		Why:      "SNS does not encrypt by itself, and alarms cannot be sent to a topic under AWS's own key.",
		Fix:      "Set KmsMasterKeyId to a key of your own, and let those who publish use it.",
		Source:   "SNS guide, \"Securing Amazon SNS data with server-side encryption\"",
		Controls: Controls{SecurityHub: []string{"SNS.1"}, NIST80053: atRest, CDKNag: []string{"HIPAA.Security-SNSEncryptedKMS",
			"NIST.800.53.R4-SNSEncryptedKMS", "NIST.800.53.R5-SNSEncryptedKMS", "PCI.DSS.321-SNSEncryptedKMS"}, Checkov: []string{"CKV_AWS_26"}},
	}, func(r *template.Resource) Answer { return customers(r.Property("KmsMasterKeyId")) }, "AWS::SNS::Topic")
	encrypted(Rule{
		ID:       "bucket-key",
		Title:    "A bucket is not under a customer key",
		Severity: Note,
		Why:      "S3 encrypts with a key of its own: whoever may get objects reads them, and no key policy stands between.",
		Fix:      "Set the bucket's encryption to aws:kms with a key of your own, and BucketKeyEnabled.",
		Source:   "S3 guide, \"Using server-side encryption with AWS KMS keys (SSE-KMS)\"",
		Controls: Controls{SecurityHub: []string{"S3.17"}, NIST80053: append([]string{"AU-9"}, atRest...), CDKNag: []string{"HIPAA.Security-S3DefaultEncryptionKMS",
			"NIST.800.53.R5-S3DefaultEncryptionKMS", "PCI.DSS.321-S3DefaultEncryptionKMS"}, Checkov: []string{"CKV_AWS_145"}},
	}, bucketKey, "AWS::S3::Bucket")
	encrypted(Rule{
		ID:       "table-key",
		Title:    "A table is not under a customer key",
		Severity: Note,
		Why:      "DynamoDB encrypts with a key of its own: whoever may read items reads them, and no key policy stands between.",
		Fix:      "Set SSESpecification to KMS with a key of your own.",
		Source:   "DynamoDB guide, \"DynamoDB encryption at rest\"",
		Controls: Controls{NIST80053: []string{"SC-28"}, Checkov: []string{"CKV_AWS_119"}},
	}, tableKey, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable")
	encrypted(Rule{
		ID:       "secret-key",
		Title:    "A secret is not under a customer key",
		Severity: Warning,
		Why:      "The key aws/secretsmanager lets every principal of the account decrypt by Secrets Manager: who may get the secret reads it, and no key policy stands between.",
		Fix:      "Set KmsKeyId to a key of your own.",
		Source:   "Secrets Manager guide, \"Secret encryption and decryption in AWS Secrets Manager\"",
		Controls: Controls{NIST80053: []string{"SC-13", "SC-28(1)"}, CDKNag: []string{"HIPAA.Security-SecretsManagerUsingKMSKey",
			"NIST.800.53.R5-SecretsManagerUsingKMSKey", "PCI.DSS.321-SecretsManagerUsingKMSKey"}, Checkov: []string{"CKV_AWS_149"}},
	}, func(r *template.Resource) Answer { return customers(r.Property("KmsKeyId")) }, "AWS::SecretsManager::Secret")
	encrypted(Rule{
		ID:       "stream-key",
		Title:    "A stream is not under a customer key",
		Severity: Warning,
		Why:      "Kinesis does not encrypt what it keeps unless it is told to.",
		Fix:      "Set StreamEncryption to KMS with a key of your own.",
		Source:   "Kinesis Data Streams guide, \"Data protection in Amazon Kinesis Data Streams\"",
		Controls: Controls{SecurityHub: []string{"Kinesis.1"}, NIST80053: atRest, CDKNag: []string{"AwsSolutions-KDS1"}, Checkov: []string{"CKV_AWS_43"}},
	}, func(r *template.Resource) Answer { return customers(r.Property("StreamEncryption", "KeyId")) }, "AWS::Kinesis::Stream")
}

// encrypted registers a rule about the resources of some kinds that functions use.
func encrypted(r Rule, under func(*template.Resource) Answer, kinds ...string) {
	r.check = func(p *Posture) []Finding {
		var all []Finding
		for _, u := range p.used(kinds...) {
			if answer := under(u.resource); answer != Yes {
				all = append(all, u.about(fmt.Sprintf("not under a customer key: %s", paths(u.by))).unsure(answer))
			}
		}
		return all
	}
	register(r)
}

// customers says whether the id, ARN or alias of a key is a customer's. A parameter is taken to be one.
func customers(v any) Answer {
	switch v := v.(type) {
	case nil, policy.Absent:
		return No
	case policy.Either:
		if then := customers(v.Then); then == customers(v.Else) {
			return then
		}
		return CannotTell
	}
	key := policy.TextOf(v)
	if key == "" || strings.Contains(string(key), "alias/aws/") {
		return No
	}
	return Yes
}

func bucketKey(r *template.Resource) Answer {
	answer := No
	for _, item := range template.Items(r.Property("BucketEncryption", "ServerSideEncryptionConfiguration")) {
		by := customers(template.At(item.Value, "ServerSideEncryptionByDefault", "KMSMasterKeyID"))
		if item.Maybe {
			by = policy.And(by, CannotTell)
		}
		answer = policy.Or(answer, by)
	}
	return answer
}

func tableKey(r *template.Resource) Answer {
	if r.Type != "AWS::DynamoDB::GlobalTable" {
		return customers(r.Property("SSESpecification", "KMSMasterKeyId"))
	}
	answer := Yes
	for _, replica := range r.List("Replicas") {
		answer = policy.And(answer, customers(template.At(replica, "SSESpecification", "KMSMasterKeyId")))
	}
	return answer
}

func environmentKey(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		if answer := customers(f.resource.Property("KmsKeyArn")); len(f.Protection.Variables) > 0 && answer != Yes {
			message := fmt.Sprintf("%d variables are not under a customer key", len(f.Protection.Variables))
			if len(f.Protection.Variables) == 1 {
				message = fmt.Sprintf("the variable %s is not under a customer key", f.Protection.Variables[0])
			}
			all = append(all, at(f.resource, message).of(f).unsure(answer))
		}
	}
	return all
}

func logKey(p *Posture) []Finding {
	var all []Finding
	for _, f := range p.Functions {
		logs := f.Protection.Logs
		switch {
		case logs.resource != nil:
			if answer := customers(logs.resource.Property("KmsKeyId")); answer != Yes {
				all = append(all, at(logs.resource, "the log group is not under a customer key").of(f).unsure(answer))
			}
		case f.resource.Property("LoggingConfig", "LogGroup") == nil:
			all = append(all, at(f.resource, fmt.Sprintf("the log group %s is in no template, so Lambda makes it without a customer key", logs.Group)).of(f))
		}
	}
	return once(all)
}
