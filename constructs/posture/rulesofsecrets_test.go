package posture

import "testing"

func TestRulesOfSecrets(t *testing.T) {
	t.Parallel()
	variable := func(value string) string {
		return `"QuickstartFunctionDEACF8F4":{"Properties":{"Environment":{"Variables":` + value + `}}}`
	}
	for _, c := range []struct {
		situation, resources string
		want                 []string
	}{
		{"a name that says password, of a parameter that does not", variable(`{"DB_PASSWORD":{"Ref":"Given"}}`), nil},
		{"a parameter's name that says so too", variable(`{"DB_PASSWORD":{"Ref":"DbPassword"}}`), []string{"plain-secret sound/QuickstartFunctionDEACF8F4: the variable DB_PASSWORD: its name says PASSWORD?"}},
		{"a parameter that is a name", variable(`{"DB_SECRET":{"Ref":"DbSecretArn"}}`), nil},
		{"a secret's ARN", `"S":{"Type":"AWS::SecretsManager::Secret","Properties":{"KmsKeyId":"k"}},` + variable(`{"DB_SECRET":{"Ref":"S"}}`), nil},
		{"a queue's name", `"Q":{"Type":"AWS::SQS::Queue"},` + variable(`{"TOKEN":{"Fn::GetAtt":["Q","QueueName"]}}`), nil},
		{"a login with a part that is not known", variable(`{"DB":{"Fn::Sub":"postgres://app:hunter22@${Host}/app"}}`), []string{"the variable DB: its value carries a login"}},
		{"a login whose password is not known", variable(`{"DB":{"Fn::Sub":"postgres://app:${Login}@db/app"}}`), []string{"carries a login"}},
		{"a value that a condition decides", variable(`{"DB_PASSWORD":{"Fn::If":["Live","correct horse",""]}}`), []string{"its name says PASSWORD?"}},
		{"the key of a user", `"K":{"Type":"AWS::IAM::AccessKey","Properties":{"UserName":"u"}},` + variable(`{"LOGIN":{"Fn::GetAtt":["K","SecretAccessKey"]}}`), []string{"the secret key of an AWS access key"}},
		{"a value is never shown", variable(`{"DB_PASSWORD":"correct horse"}`), []string{"the variable DB_PASSWORD: its name says PASSWORD"}},

		{"a reference to a secret", `"X":{"Type":"AWS::RDS::DBInstance","Properties":{"MasterUserPassword":"{{resolve:secretsmanager:x:SecretString:password}}"}}`, nil},
		{"a parameter as a password", `"X":{"Type":"AWS::RDS::DBInstance","Properties":{"MasterUserPassword":{"Ref":"DbPassword"}}}`, nil},
		{"a password that is written out", `"X":{"Type":"AWS::RDS::DBInstance","Properties":{"MasterUserPassword":"correct horse"}}`, []string{"secret-in-template sound/X: MasterUserPassword is written out"}},
		{"what stands where one is to be put", `"X":{"Type":"AWS::RDS::DBInstance","Properties":{"MasterUserPassword":"<your password>"}}`, nil},
		{"a parameter's value", `"X":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Name":"/my_app/db_password","Value":"correct horse"}}`,
			[]string{"secret-in-template sound/X: the parameter's value is written out: its name says PASSWORD"}},
		{"a parameter that is no secret", `"X":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Name":"/my_app/region","Value":"eu-west-1"}}`, nil},
		{"code that speaks of tokens", `"X":{"Type":"AWS::Thing","Properties":{"ZipFile":"url = 'https://example.com?token=' + token\nprint(password=secretvalue)"}}`, nil},
		{"a request that speaks of one", `"X":{"Type":"AWS::Thing","Properties":{"Template":"{\"token\": \"$input.params('t')\"}"}}`, nil},
		{"an address with a login", `"X":{"Type":"AWS::Thing","Properties":{"Url":"https://app:hunter22@example.com/"}}`, []string{"secret-in-template sound/X: Url: its value carries a login"}},
		{"a hash of code", `"X":{"Type":"AWS::Thing","Properties":{"S3Key":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}`, nil},
		{"units of a token's validity", `"X":{"Type":"AWS::Cognito::UserPoolClient","Properties":{"TokenValidityUnits":{"AccessToken":"hours"}}}`, nil},
		{"a key within a list", `"X":{"Type":"AWS::Thing","Properties":{"Tags":[{"Key":"a","Value":"AKIAIOSFODNN7EXAMPLE"}]}}`, []string{"secret-in-template sound/X: Tags.Value: its value has the form of an AWS access key id"}},
	} {
		expect(t, c.situation, foundIn(t, "{"+c.resources+"}", "plain-secret", "secret-in-template"), c.want)
	}
}
