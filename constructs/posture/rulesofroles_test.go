package posture

import (
	"encoding/json"
	"strings"
	"testing"
)

// foundIn are the findings of the rules in testdata/sound.json with the JSON patch of its resources: "<rule> <path>: <message>", and a question
// mark at the end of what is not sure.
func foundIn(t *testing.T, resources string, rules ...string) []string {
	t.Helper()
	var patch any
	if err := json.Unmarshal([]byte(resources), &patch); err != nil {
		t.Fatalf("%s: %v", resources, err)
	}
	var all []string
	for _, f := range patched(t, map[string]any{"Resources": patch}).Check().Findings {
		for _, rule := range rules {
			if f.Rule == rule {
				line := f.Rule + " " + f.Path + ": " + f.Message
				if f.Unsure {
					line += "?"
				}
				all = append(all, line)
			}
		}
	}
	return all
}

// expect compares the lines with what each is to hold.
func expect(t *testing.T, situation string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %q, want %q", situation, got, want)
		return
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("%s: got %q, want ...%s...", situation, got[i], want[i])
		}
	}
}

// extra is a managed policy of the first function, of one statement.
func extra(statement string) string {
	return `"Extra":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"Roles":[{"Ref":"QuickstartRole459E3321"}],"PolicyDocument":{"Version":"2012-10-17","Statement":` + statement + `}}}`
}

func TestRulesOfPermissions(t *testing.T) {
	t.Parallel()
	const queue = `"arn:aws:sqs:eu-west-1:111122223333:orders"`
	const administrator = `"Admin":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}]}}`
	denied := func(statement, deny string) string { return extra(`[` + statement + `,` + deny + `]`) }
	for _, c := range []struct {
		situation, resources string
		want                 []string
	}{
		{"each wildcard is a finding of its own", extra(`{"Effect":"Allow","Action":["sqs:Get*","sqs:Send*"],"Resource":` + queue + `}`),
			[]string{"wildcard-action sound/Extra: statement 1 allows sqs:Get* on arn", "allows sqs:Send* on"}},
		{"a wildcard that is denied too", denied(`{"Effect":"Allow","Action":"sqs:Get*","Resource":`+queue+`}`, `{"Effect":"Deny","Action":"sqs:*","Resource":"*"}`), nil},
		{"a wildcard of which a part is denied", denied(`{"Effect":"Allow","Action":"sqs:Get*","Resource":`+queue+`}`, `{"Effect":"Deny","Action":"sqs:GetQueueUrl","Resource":"*"}`),
			[]string{"wildcard-action"}},
		{"a wildcard that the boundary leaves out", extra(`{"Effect":"Allow","Action":"sqs:*","Resource":`+queue+`}`) +
			`,"Bound":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:*","ssm:*","kms:*","logs:*"],"Resource":"*"}}}},
			"QuickstartRole459E3321":{"Properties":{"PermissionsBoundary":{"Ref":"Bound"}}}`, nil},
		{"actions that know no resource", extra(`{"Effect":"Allow","Action":["xray:PutTraceSegments","cloudwatch:PutMetricData","STS:getCallerIdentity"],"Resource":"*"}`), nil},
		{"one of them that does", extra(`{"Effect":"Allow","Action":["xray:PutTraceSegments","sqs:SendMessage"],"Resource":"*"}`),
			[]string{"wildcard-resource sound/Extra: statement 1 allows sqs:SendMessage on *"}},
		{"a resource that a tag names", extra(`{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/app":"orders"}}}`), nil},
		{"a tag that need not be there", extra(`{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{"StringEqualsIfExists":{"aws:ResourceTag/app":"orders"}}}`),
			[]string{"wildcard-resource"}},
		{"any tag", extra(`{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{"StringLike":{"aws:ResourceTag/app":"*"}}}`), []string{"wildcard-resource"}},
		{"a policy under a condition of the template", `"Extra":{"Type":"AWS::IAM::ManagedPolicy","Condition":"Some","Properties":{"Roles":[{"Ref":"QuickstartRole459E3321"}],
			"PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}}}}`, []string{"on *?"}},
		{"everything is one finding", extra(`{"Effect":"Allow","Action":"*","Resource":"*"}`), []string{"administrator sound/Extra: statement 1 allows every action on *"}},
		{"everything but on one resource", extra(`{"Effect":"Allow","Action":"*","NotResource":` + queue + `}`), []string{"administrator sound/Extra: statement 1 allows every action on all but arn"}},
		{"every action on one resource", extra(`{"Effect":"Allow","Action":"*","Resource":` + queue + `}`), []string{"wildcard-action sound/Extra: statement 1 allows * on"}},
		{"iam:* is no single action", extra(`{"Effect":"Allow","Action":"iam:Put*","Resource":{"Fn::GetAtt":["QuickstartRole459E3321","Arn"]}}`),
			[]string{"which replaces a boundary", "which writes a policy into a role", "wildcard-action"}},
		{"what is of groups alone", extra(`{"Effect":"Allow","Action":"iam:Put*","Resource":"arn:aws:iam::111122223333:group/*"}`),
			[]string{"which writes a policy into a group", "wildcard-action", "wildcard-resource"}},
		{"another role is passed by its name", extra(`{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/worker"}`), nil},
		{"any role is passed to one service", extra(`{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}`),
			[]string{"privilege-escalation sound/Extra: statement 1 allows iam:PassRole on *, which hands a role to a service that runs code?"}},
		{"roles are changed within a boundary", extra(`{"Effect":"Allow","Action":["iam:PutRolePolicy","iam:AttachRolePolicy"],"Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/team"}}}`), nil},
		{"a boundary is taken away", extra(`{"Effect":"Allow","Action":"iam:DeleteRolePermissionsBoundary","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/team"}}}`),
			[]string{"which takes a boundary away?"}},
		{"a policy is attached by its name", extra(`{"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::111122223333:policy/team"}}}`), nil},
		{"any policy of AWS is attached", extra(`{"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*","Condition":{"ArnLike":{"iam:PolicyARN":"arn:aws:iam::aws:policy/*"}}}`),
			[]string{"which attaches any policy to a role?"}},
		{"the administrators' policy is attached", extra(`{"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":["arn:aws:iam::111122223333:policy/team","arn:aws:iam::aws:policy/AdministratorAccess"]}}}`),
			[]string{"which attaches any policy to a role?"}},
		{"policies' names hold what attaches, and nothing else", extra(`{"Effect":"Allow","Action":"iam:PutRolePolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::111122223333:policy/team"}}}`),
			[]string{"which writes a policy into a role?"}},
		{"an administrator is passed by name", extra(`{"Effect":"Allow","Action":"iam:PassRole","Resource":{"Fn::GetAtt":["Admin","Arn"]}}`) + `,` + administrator,
			[]string{"which hands a role to a service"}},
		{"a role that may do less is passed by name", extra(`{"Effect":"Allow","Action":"iam:PassRole","Resource":{"Fn::GetAtt":["Admin","Arn"]}}`) + `,` + strings.Replace(administrator, `"Action":"*"`, `"Action":"s3:*"`, 1), nil},
		{"the code of an administrator's function", extra(`{"Effect":"Allow","Action":"lambda:UpdateFunctionCode","Resource":{"Fn::GetAtt":["Job","Arn"]}}`) + `,` + administrator +
			`,"Job":{"Type":"AWS::Lambda::Function","Properties":{"Role":{"Fn::GetAtt":["Admin","Arn"]}}}`,
			[]string{"administrator sound/Admin", "which runs code as another function"}},
		{"everything, if asked", extra(`{"Effect":"Allow","Action":{"Fn::If":["Some","*","sqs:SendMessage"]},"Resource":` + queue + `}`), []string{"wildcard-action sound/Extra: statement 1 allows * on"}},
		{"on everything, if asked", extra(`[{"Effect":"Allow","Action":"sqs:SendMessage","Resource":[` + queue + `,{"Fn::If":["Some","*","arn:aws:sqs:eu-west-1:111122223333:prices"]}]},{"Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"*"}]`),
			[]string{"wildcard-resource sound/Extra: statement 1 allows sqs:SendMessage on *?", "wildcard-resource sound/Extra: statement 2 allows sqs:ReceiveMessage on *"}},
		{"an effect that a condition decides", extra(`{"Effect":{"Fn::If":["Some","Allow","Deny"]},"Action":"*","Resource":"*"}`), []string{"administrator sound/Extra: statement 1 allows every action on *?"}},
		{"it rewrites its own policy", extra(`{"Effect":"Allow","Action":"iam:CreatePolicyVersion","Resource":{"Ref":"QuickstartRoleRunTime04D29BB0"}}`),
			[]string{"which rewrites a policy"}},
		{"escalation that is denied", denied(`{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}`, `{"Effect":"Deny","Action":"iam:*","Resource":"*"}`), nil},
		{"decrypting by a service", extra(`{"Effect":"Allow","Action":"kms:Decrypt","Resource":{"Fn::GetAtt":["ParametersKey105E6ED9","Arn"]},"Condition":{"StringLike":{"kms:ViaService":"s3.*.amazonaws.com"}}}`), nil},
		{"decrypting by any service", extra(`{"Effect":"Allow","Action":"kms:Decrypt","Resource":{"Fn::GetAtt":["ParametersKey105E6ED9","Arn"]},"Condition":{"StringLike":{"kms:ViaService":"*"}}}`),
			[]string{"decrypt-without-context"}},
		{"decrypting for all but one service", extra(`{"Effect":"Allow","Action":"kms:Decrypt","Resource":{"Fn::GetAtt":["ParametersKey105E6ED9","Arn"]},"Condition":{"StringNotEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}`),
			[]string{"decrypt-without-context"}},
		{"encrypting alone", extra(`{"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Encrypt"],"Resource":{"Fn::GetAtt":["ParametersKey105E6ED9","Arn"]}}`), nil},
	} {
		expect(t, c.situation, foundIn(t, "{"+c.resources+"}", "administrator", "wildcard-action", "wildcard-resource", "privilege-escalation", "decrypt-without-context"), c.want)
	}
}

func TestRulesOfRoles(t *testing.T) {
	t.Parallel()
	role := func(properties string) string { return `"QuickstartRole459E3321":{"Properties":{` + properties + `}}` }
	trust := func(statement string) string {
		return role(`"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",` + statement + `}]}`)
	}
	for _, c := range []struct {
		situation, resources string
		want                 []string
	}{
		{"Lambda, as CDK once wrote it", trust(`"Principal":{"Service":{"Fn::Join":["",["lambda.",{"Ref":"AWS::URLSuffix"}]]}}`), nil},
		{"Lambda@Edge", trust(`"Principal":{"Service":["lambda.amazonaws.com","edgelambda.amazonaws.com"]}`), nil},
		{"a user pool's identities", trust(`"Principal":{"Federated":"cognito-identity.amazonaws.com"}`), []string{"assumable-role sound/QuickstartRole459E3321: Federated cognito-identity.amazonaws.com may assume the role"}},
		{"a principal that is a parameter", trust(`"Principal":{"AWS":{"Ref":"Who"}}`), []string{"assumable-role sound/QuickstartRole459E3321: AWS ${Who} may assume the role?"}},
		{"everybody but one", trust(`"NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"}`), []string{"public-role sound/QuickstartRole459E3321: * may"}},
		{"everybody's roles", trust(`"Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}`), []string{"public-role"}},
		{"everybody, if asked", trust(`"Principal":{"AWS":{"Fn::If":["Some","*","111122223333"]}}`), []string{"public-role sound/QuickstartRole459E3321: * may assume the role?", "assumable-role"}},
		{"everybody of an account", trust(`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}`), []string{"assumable-role"}},
		{"everybody with an external id", trust(`"Principal":"*","Condition":{"StringEquals":{"sts:ExternalId":"x"}}`), []string{"public-role"}},
		{"a statement that denies", role(`"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Deny","Action":"sts:AssumeRole","Principal":"*"}]}`), nil},
		{"a statement about the session's tags", trust(`"Principal":{"Service":"lambda.amazonaws.com"}`), nil},
		{"a boundary that all roles have", role(`"PermissionsBoundary":{"Ref":"B"}`), nil},
		{"a policy of AWS that allows what is not known here", role(`"ManagedPolicyArns":["arn:aws:iam::aws:policy/AmazonBedrockFullAccess"]`),
			[]string{"managed-policy sound/QuickstartRole459E3321: AmazonBedrockFullAccess is attached, whose content is AWS's"}},
		{"two policies of AWS", role(`"ManagedPolicyArns":["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole","arn:aws:iam::aws:policy/PowerUserAccess"]`),
			[]string{"administrator sound/QuickstartRole459E3321: AWS's managed policy PowerUserAccess", "managed-policy sound/QuickstartRole459E3321: AWSLambdaBasicExecutionRole is attached: it allows logs:CreateLogGroup"}},
		{"a role that is in no template", `"QuickstartFunctionDEACF8F4":{"Properties":{"Role":"arn:aws:iam::111122223333:role/shared"}}`,
			[]string{"unknown-permissions sound/QuickstartFunctionDEACF8F4: the role arn:aws:iam::111122223333:role/shared: the role is not in the templates"}},
		{"a statement that cannot be read", extra(`{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Where":"here"}`),
			[]string{`unknown-permissions sound/Extra: statement 1 of sound/Extra: the statement has the element "Where"`}},
	} {
		expect(t, c.situation, foundIn(t, "{"+c.resources+"}", "administrator", "assumable-role", "public-role", "boundary", "managed-policy", "unknown-permissions"), c.want)
	}
}
