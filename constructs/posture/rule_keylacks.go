package posture

import (
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "key-lacks-logs",
		Title:    "The key's policy does not admit the logs",
		Severity: Error,
		Why:      "CloudWatch Logs asks the key by itself. Without a statement of the key's policy the log group cannot be made, or keeps nothing.",
		Fix:      "Allow logs.<region>.amazonaws.com kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe* where kms:EncryptionContext:aws:logs:arn is the log group's.",
		Source:   "CloudWatch Logs guide, \"Encrypt log data in CloudWatch Logs using AWS Key Management Service\", Step 2",
		Controls: Controls{NIST80053: []string{"AU-9(3)"}},
		check:    keyLacksLogs,
	})
	register(Rule{
		ID:       "key-lacks-alarms",
		Title:    "The topic's key does not admit alarms",
		Severity: Error,
		Why:      "CloudWatch publishes to an encrypted topic by its own name. Where the key does not admit it, the alarm deploys, goes off, and tells nobody.",
		Fix:      "Put the topic under a key of your own that allows cloudwatch.amazonaws.com kms:Decrypt and kms:GenerateDataKey* (aws:SourceAccount, aws:SourceArn). The policy of alias/aws/sns cannot be changed.",
		Source:   "CloudWatch guide, \"Alarm actions\"; SNS guide, \"Setting up Amazon SNS topic encryption with encrypted topics and event sources from AWS services\"",
		Controls: Controls{NIST80053: []string{"SI-4"}},
		check:    keyLacksAlarms,
	})
}

func keyLacksLogs(p *Posture) []Finding {
	var all []Finding
	for _, group := range p.model.of("AWS::Logs::LogGroup") {
		key := p.model.key(group.Text("KmsKeyId"))
		if key == nil || key.resource == nil {
			continue
		}
		s := group.Stack
		context := map[string][]Text{"kms:encryptioncontext:aws:logs:arn": {Text(strings.TrimSuffix(string(group.ARN()), ":*"))}}
		// In China the service's name has the end of the addresses there. The guide names the region; policies without it are in use too.
		services := []Text{"logs." + s.Region + ".amazonaws.com", "logs." + s.Region + ".amazonaws.com.cn", "logs.amazonaws.com"}
		if lacking := p.model.lacking(key.resource, services, context); lacking != "" {
			all = append(all, at(group, fmt.Sprintf("the policy of %s does not allow logs.%s.amazonaws.com %s", key.Path, s.Region, lacking)))
		}
	}
	return all
}

func keyLacksAlarms(p *Posture) []Finding {
	var all []Finding
	for _, alarm := range p.model.of("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
		for _, n := range p.model.notices(alarm) {
			if n.resource == nil || n.resource.Type != "AWS::SNS::Topic" {
				continue
			}
			id := n.resource.Text("KmsMasterKeyId")
			if strings.Contains(string(id), "alias/aws/sns") {
				all = append(all, at(alarm, fmt.Sprintf("the topic %s is under alias/aws/sns, which admits no alarm", n.Path)))
				continue
			}
			key := p.model.key(id)
			if key == nil || key.resource == nil {
				continue
			}
			context := map[string][]Text{"aws:sourcearn": {alarm.ARN()}, "aws:sourceaccount": {alarm.Stack.Account}}
			if lacking := p.model.lacking(key.resource, []Text{"cloudwatch.amazonaws.com"}, context); lacking != "" {
				all = append(all, at(alarm, fmt.Sprintf("the policy of %s, the key of the topic %s, does not allow cloudwatch.amazonaws.com %s", key.Path, n.Path, lacking)))
			}
		}
	}
	return once(all)
}

// lacking returns the first of the actions, of those that encryption cannot do without, that a key's policy allows none of the services.
func (m *model) lacking(key *template.Resource, services []Text, context map[string][]Text) string {
	for _, action := range []string{"kms:GenerateDataKey", "kms:Decrypt"} {
		answer := No
		for _, service := range services {
			answer = policy.Or(answer, policy.Evaluate(policy.Policies{Resource: m.resourcePolicy(key)}, policy.Request{
				Principal: policy.Service(service), Action: action, Resource: key.ARN(), ResourceAccount: key.Stack.Account,
				Context: policy.Context{Values: context},
			}).Answer)
		}
		if answer == No {
			return action
		}
	}
	return ""
}
