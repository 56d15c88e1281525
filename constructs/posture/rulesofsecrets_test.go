package posture

import (
	"encoding/json"
	"testing"
)

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

func TestSecretsOfTheTemplateItself(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation, patch string
		want             []string
	}{
		{"a NoEcho parameter", `{"Parameters":{"P":{"NoEcho":true}}}`, nil},
		{"with an empty default", `{"Parameters":{"P":{"NoEcho":true,"Default":""}}}`, nil},
		{"with what stands where one is to be put", `{"Parameters":{"P":{"NoEcho":true,"Default":"<password>"}}}`, nil},
		{"with a default", `{"Parameters":{"P":{"NoEcho":true,"Default":"correct horse"}}}`, []string{"the parameter P: it is NoEcho and has a default"}},
		{"a name of a secret", `{"Parameters":{"Secret":{"Default":"ORDERS_SECRET_ARN"}}}`, nil},
		{"a hash of code", `{"Parameters":{"Code":{"Default":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}}`, nil},
		{"an output of a resource's name", `{"Outputs":{"Password":{"Value":{"Ref":"QuickstartLogs2F95D809"}}}}`, nil},
		{"an output of a parameter", `{"Parameters":{"DbPassword":{}},"Outputs":{"Password":{"Value":{"Ref":"DbPassword"}}}}`, nil},
		{"an output that is written out", `{"Outputs":{"Password":{"Value":"correct horse"}}}`, []string{"the output Password: its name says PASSWORD"}},
		{"an output of a secret", `{"Outputs":{"X":{"Value":"{{resolve:secretsmanager:x:SecretString:y}}"}}}`, []string{"the output X: its value is a dynamic reference"}},
		{"an output of a NoEcho parameter under a condition", `{"Parameters":{"P":{"NoEcho":true}},"Outputs":{"X":{"Value":{"Fn::If":["C",{"Ref":"P"},"none"]}}}}`, []string{"the output X: it is the NoEcho parameter P"}},
	} {
		var patch any
		if err := json.Unmarshal([]byte(c.patch), &patch); err != nil {
			t.Fatal(c.situation, err)
		}
		var got []string
		for _, f := range patched(t, patch).Check().Findings {
			got = append(got, f.Rule+" "+f.Path+": "+f.Message)
		}
		expect(t, c.situation, got, c.want)
	}
}
