package posture

import "testing"

func TestRulesOfKeys(t *testing.T) {
	t.Parallel()
	const (
		queue, logs = `"SecureGoFunctionsFailedEventsD3183B28"`, `"QuickstartLogs2F95D809"`
		custom      = `{"Fn::GetAtt":["SecureGoFunctionsKeyDEFB04BC","Arn"]}`
		root        = `{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{"AWS":{"Fn::Sub":"arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}}`
	)
	key := func(statements string) string {
		return `"SecureGoFunctionsKeyDEFB04BC":{"Properties":{"KeyPolicy":{"Statement":[` + root + `,` + statements + `]}}}`
	}
	admit := func(service, action, more string) string {
		return `{"Effect":"Allow","Principal":{"Service":` + service + `},"Action":` + action + `,"Resource":"*"` + more + `}`
	}
	const both, region = `["kms:GenerateDataKey*","kms:Decrypt"]`, `{"Fn::Sub":"logs.${AWS::Region}.amazonaws.com"}`
	const own = `,"Condition":{"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}`
	alarms := admit(`"cloudwatch.amazonaws.com"`, both, own)
	bucket := func(encryption string) string {
		return `"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketEncryption":{"ServerSideEncryptionConfiguration":` + encryption + `}}},` +
			extra(`{"Effect":"Allow","Action":"s3:GetObject","Resource":{"Fn::Sub":"${B.Arn}/*"}}`)
	}
	for _, c := range []struct {
		situation, resources string
		want                 []string
	}{
		{"a queue under a parameter's key", queue + `:{"Properties":{"KmsMasterKeyId":{"Fn::GetAtt":null,"Ref":"KeyArn"}}}`, nil},
		{"a queue under a key where a condition holds", queue + `:{"Properties":{"KmsMasterKeyId":{"Fn::GetAtt":null,"Fn::If":["Live",` + custom + `,{"Ref":"AWS::NoValue"}]}}}`, []string{"queue-key sound/SecureGoFunctionsFailedEvents"}},
		{"a queue that nobody uses", `"Q":{"Type":"AWS::SQS::Queue"}`, nil},
		{"a bucket under a key", bucket(`[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":` + custom + `}}]`), nil},
		{"a bucket under AWS's key", bucket(`[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}]`), []string{"bucket-key sound/B: not under a customer key: sound/QuickstartFunctionDEACF8F4"}},
		{"a bucket under a key where a condition holds", bucket(`{"Fn::If":["Live",[{"ServerSideEncryptionByDefault":{"KMSMasterKeyID":` + custom + `}}],{"Ref":"AWS::NoValue"}]}`), []string{"sound/QuickstartFunctionDEACF8F4?"}},
		{"a function without variables", `"QuickstartFunctionDEACF8F4":{"Properties":{"Environment":null,"KmsKeyArn":null}}`, nil},
		{"a log group that Lambda makes", `"QuickstartFunctionDEACF8F4":{"Properties":{"LoggingConfig":null}}`, []string{"log-key sound/QuickstartFunctionDEACF8F4: the log group /aws/lambda/"}},
		{"a log group of another template", `"QuickstartFunctionDEACF8F4":{"Properties":{"LoggingConfig":{"LogGroup":{"Ref":"Given"}}}}`, nil},

		{"a key that admits logs without a condition", key(admit(region, both, "") + "," + alarms), []string{"wide-key-policy sound/SecureGoFunctionsKeyDEFB04BC: statement 2 of its policy allows Service logs.${AWS::Region}.amazonaws.com"}},
		{"a key that admits logs of another region", key(admit(`"logs.eu-west-1.amazonaws.com"`, both, own) + "," + alarms), nil},
		{"a key that admits logs for some actions", key(admit(region, `"kms:Encrypt"`, own) + "," + alarms), []string{
			"key-lacks-logs sound/NetworkFlowLogs2BEC3212: the policy of sound/SecureGoFunctionsKeyDEFB04BC does not allow logs.${AWS::Region}.amazonaws.com kms:GenerateDataKey",
			"key-lacks-logs sound/QuickstartLogs2F95D809"}},
		{"a key that admits other log groups", key(admit(region, both, `,"Condition":{"ArnLike":{"kms:EncryptionContext:aws:logs:arn":"arn:aws:s3:::x"}}`) + "," + alarms), []string{
			"key-lacks-logs", "key-lacks-logs"}},
		{"logs under a key of another template", logs + `:{"Properties":{"KmsKeyId":"arn:aws:kms:eu-west-1:111122223333:key/x"}}`, nil},

		{"a key that is used by its alias", `"A":{"Type":"AWS::KMS::Alias","Properties":{"AliasName":"alias/orders","TargetKeyId":{"Ref":"K"}}},"K":{"Type":"AWS::KMS::Key"},` + queue + `:{"Properties":{"KmsMasterKeyId":"alias/orders"}}`,
			[]string{"key-rotation sound/K: EnableKeyRotation is not set"}},
		{"a key that nobody uses", `"K":{"Type":"AWS::KMS::Key"}`, nil},
		{"a key that cannot be rotated", `"K":{"Type":"AWS::KMS::Key","Properties":{"KeySpec":"RSA_2048"}},` + extra(`{"Effect":"Allow","Action":"kms:Sign","Resource":{"Fn::GetAtt":["K","Arn"]}}`), nil},
		{"a key whose material is brought", `"K":{"Type":"AWS::KMS::Key","Properties":{"Origin":"EXTERNAL"}},` + extra(`{"Effect":"Allow","Action":"kms:Encrypt","Resource":{"Fn::GetAtt":["K","Arn"]}}`), nil},
		{"a key that is rotated where a parameter says so", `"ParametersKey105E6ED9":{"Properties":{"EnableKeyRotation":{"Ref":"Rotate"}}}`, []string{"key-rotation sound/ParametersKey105E6ED9: EnableKeyRotation is not set?"}},
		{"everybody of the account", key(admit(region, both, own) + "," + alarms + `,{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":{"Ref":"AWS::AccountId"}}}}`), nil},
		{"everybody but one", key(admit(region, both, own) + "," + alarms + `,{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:Decrypt","Resource":"*"}`), []string{"open-key"}},
		{"an account that may be the key's own", key(admit(region, both, own) + "," + alarms + `,{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:Decrypt","Resource":"*"}`), []string{"of another account?"}},
		{"an account that is a parameter", key(admit(region, both, own) + "," + alarms + `,{"Effect":"Allow","Principal":{"AWS":{"Fn::Sub":"arn:aws:iam::${Team}:root"}},"Action":"kms:Decrypt","Resource":"*"}`), nil},
		{"a principal that is a parameter", key(admit(region, both, own) + "," + alarms + `,{"Effect":"Allow","Principal":{"AWS":{"Ref":"Who"}},"Action":"kms:Decrypt","Resource":"*"}`), nil},
	} {
		expect(t, c.situation, foundIn(t, "{"+c.resources+"}", "environment-key", "log-key", "queue-key", "bucket-key", "topic-key", "open-key", "wide-key-policy", "key-lacks-logs",
			"key-lacks-alarms", "key-rotation"), c.want)
	}
}

// Each alarm that tells nobody is a finding.
func TestKeysThatAdmitNoAlarm(t *testing.T) {
	t.Parallel()
	const topic, key = `{"SecureGoFunctionsAlarms61F758A6":{"Properties":{"KmsMasterKeyId":`, `"SecureGoFunctionsKeyDEFB04BC":{"Properties":{"KeyPolicy":{"Statement":`
	for _, c := range []struct{ situation, resources, want string }{
		{"AWS's own key", topic + `"alias/aws/sns"}}}`, "the topic sound/SecureGoFunctionsAlarms61F758A6 is under alias/aws/sns, which admits no alarm"},
		{"a key with the default policy", topic + `{"Fn::GetAtt":null,"Ref":"K"}}},"K":{"Type":"AWS::KMS::Key","Properties":{"EnableKeyRotation":true}}}`, "the policy of sound/K, the key of the topic sound/SecureGoFunctionsAlarms61F758A6, does not allow cloudwatch.amazonaws.com kms:GenerateDataKey"},
		{"a key that admits another account's", `{` + key + `[{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"kms:*","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*"}}}]}}}}`, "does not allow"},
		{"a key that denies", `{` + key + `[{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"kms:*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"kms:Decrypt","Resource":"*"}]}}}}`, "cloudwatch.amazonaws.com kms:Decrypt"},
		{"a key that admits all", `{` + key + `[{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"kms:*","Resource":"*"}]}}}}`, ""},
		{"a key under a condition", `{` + key + `[{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}}}}`, ""},
		{"a key of another template", topic + `"arn:aws:kms:eu-west-1:111122223333:key/x"}}}`, ""},
	} {
		var want []string
		for _, r := range sound(t)["Resources"].(map[string]any) {
			if r.(map[string]any)["Type"] == "AWS::CloudWatch::Alarm" && c.want != "" {
				want = append(want, c.want)
			}
		}
		expect(t, c.situation, foundIn(t, c.resources, "key-lacks-alarms"), want)
	}
}
