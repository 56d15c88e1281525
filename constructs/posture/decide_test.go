package posture

import (
	"strings"
	"testing"
)

// What a template decides only when it is deployed, and what no template holds, must never make a no.
func TestDecideTellsNothingOfWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	const (
		absent     = `{"Ref":"AWS::NoValue"}`
		named      = `"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":"orders"}}`
		lambda     = `"G":{"Type":"AWS::Lambda::Function","Properties":{"FunctionName":"g"}}`
		onlyAnchor = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{"Service":"x.amazonaws.com"}}}`
	)
	allowing := func(statements string) string {
		return roleWith(`"Policies":[{"PolicyDocument":{"Version":"2012-10-17","Statement":[` + statements + `]}}]`)
	}
	allow := func(action, resource, more string) string {
		return `{"Effect":"Allow","Action":"` + action + `","Resource":` + resource + more + `}`
	}
	ofQueue := func(effect, queues string) string {
		return `"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[` + queues + `],"PolicyDocument":{"Statement":{"Effect":"` + effect +
			`","Action":"sqs:*","Resource":"*","Principal":{"AWS":{"Fn::GetAtt":["R","Arn"]}}}}}}`
	}
	ofPolicy := func(roles, document string) string {
		return `"P":{"Type":"AWS::IAM::Policy","Properties":{"Roles":[` + roles + `],"PolicyDocument":` + document + `}}`
	}
	permission := func(of, properties string) string {
		return `"UP":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":` + of + `,` + properties + `}}`
	}
	const ours = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":{"Fn::GetAtt":["R","Arn"]}}}}`
	all := allowing(allow("sqs:*", `"*"`, ""))
	for _, c := range []struct {
		situation  string
		resources  []string
		action, on string
		want       Answer
	}{
		{"an import by a name that a function makes", []string{named, allowing(allow("sqs:*", `{"Fn::ImportValue":{"Fn::Sub":"${AWS::StackName}-QueueArn"}}`, ""))},
			"sqs:SendMessage", "${Q.Arn}", CannotTell},
		{"what is within such an import", []string{allowing(allow("s3:GetObject", `{"Fn::Join":["",[{"Fn::ImportValue":{"Fn::Sub":"${AWS::StackName}-BucketArn"}},"/*"]]}`, ""))},
			"s3:GetObject", "arn:aws:s3:::receipts/x", CannotTell},
		{"a resource that a condition decides", []string{named, allowing(allow("sqs:*", `{"Fn::If":["Asked",{"Fn::GetAtt":["Q","Arn"]},`+absent+`]}`, ""))}, "sqs:SendMessage", "${Q.Arn}", CannotTell},
		{"a condition on such an import", []string{allowing(allow("s3:*", `"*"`, "") +
			`,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalType":{"Fn::ImportValue":{"Fn::Sub":"${AWS::StackName}-Kind"}}}}}`)},
			"s3:GetObject", "arn:aws:s3:::b/x", CannotTell},
		{"a policy of one of two roles that allows", []string{queue, ofPolicy(`{"Fn::If":["Asked",{"Ref":"R"},"other"]}`, send)}, "sqs:SendMessage", "${Q.Arn}", CannotTell},
		{"a policy of one of two roles that denies", []string{queue, all, ofPolicy(`{"Fn::If":["Asked",{"Ref":"R"},"other"]}`, deny)}, "sqs:SendMessage", "${Q.Arn}", CannotTell},
		{"a policy of a role that a region names", []string{queue, roleWith(`"RoleName":{"Fn::Sub":"orders-${AWS::Region}"}`), ofPolicy(`"orders-eu-west-1"`, send)}, "sqs:SendMessage", "${Q.Arn}", CannotTell},
		{"a policy of a role of another name", []string{queue, roleWith(`"RoleName":{"Fn::Sub":"orders-${AWS::Region}"}`), ofPolicy(`"prices-eu-west-1"`, send)}, "sqs:SendMessage", "${Q.Arn}", No},
		{"a policy of a role whose name CloudFormation makes up", []string{queue, ofPolicy(`{"Fn::Sub":"orders-${AWS::Region}"}`, send)}, "sqs:SendMessage", "${Q.Arn}", No},
		{"a managed policy that is attached for sure, and maybe once more", []string{queue, roleWith(`"ManagedPolicyArns":[{"Ref":"P"}]`),
			`"P":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"Roles":[{"Ref":"Param"}],"PolicyDocument":` + send + `}}`}, "sqs:SendMessage", "${Q.Arn}", Yes},
		{"a macro in the role", []string{`"R":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"x","Fn::Transform":{"Name":"AWS::Include"}}}`}, "s3:GetObject", "arn:aws:s3:::b/x", CannotTell},
		{"a key's policy that may be left out", []string{allowing(allow("kms:*", `"*"`, "")), `"K":{"Type":"AWS::KMS::Key","Properties":{"KeyPolicy":{"Fn::If":["Asked",` + onlyAnchor + `,` + absent + `]}}}`},
			"kms:Decrypt", "${K.Arn}", CannotTell},

		// What a resource's own policy says, and under what.
		{"a key without a policy leaves it to the account", []string{allowing(allow("kms:*", `"*"`, "")), `"K":{"Type":"AWS::KMS::Key","Properties":{}}`}, "kms:Decrypt", "${K.Arn}", Yes},
		{"a key without a policy, and no permission", []string{`"K":{"Type":"AWS::KMS::Key","Properties":{}}`}, "kms:Decrypt", "${K.Arn}", No},
		{"a queue's policy, if asked", []string{queue, strings.Replace(ofQueue("Allow", `{"Ref":"Q"}`), `QueuePolicy",`, `QueuePolicy","Condition":"Asked",`, 1)}, "sqs:SendMessage", "${Q.Arn}", CannotTell},
		{"a permission, if asked", []string{lambda, strings.Replace(permission(`"g"`, `"Action":"lambda:InvokeFunction","Principal":{"Fn::GetAtt":["R","Arn"]}`), `Permission",`, `Permission","Condition":"Asked",`, 1)},
			"lambda:InvokeFunction", "${G.Arn}", CannotTell},
		{"a permission of a function that is a parameter", []string{lambda, permission(`{"Ref":"Param"}`, `"Action":"lambda:InvokeFunction","Principal":{"Fn::GetAtt":["R","Arn"]}`)}, "lambda:InvokeFunction", "${G.Arn}", CannotTell},
		{"a permission for what a service sends", []string{lambda, permission(`"g"`, `"Action":"lambda:InvokeFunction","Principal":"*","SourceAccount":"111122223333"`)}, "lambda:InvokeFunction", "${G.Arn}", No},
		{"a permission for an organization", []string{lambda, permission(`"g"`, `"Action":"lambda:InvokeFunction","Principal":"*","PrincipalOrgID":"o-1"`)}, "lambda:InvokeFunction", "${G.Arn}", CannotTell},
		{"a secret's policy", []string{`"S":{"Type":"AWS::SecretsManager::Secret"}`, `"SP":{"Type":"AWS::SecretsManager::ResourcePolicy","Properties":{"SecretId":{"Ref":"S"},"ResourcePolicy":` + ours + `}}`},
			"secretsmanager:GetSecretValue", "${S}", Yes},
		{"a table's policy", []string{`"T":{"Type":"AWS::DynamoDB::Table","Properties":{"ResourcePolicy":{"PolicyDocument":` + ours + `}}}`}, "dynamodb:GetItem", "${T.Arn}", Yes},

		// What a request of a function's code holds.
		{"a session, by its name", []string{queue, strings.Replace(ofQueue("Allow", `{"Ref":"Q"}`), `{"Fn::GetAtt":["R","Arn"]}`,
			`{"Fn::Sub":"arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${R}/${F}"}`, 1)}, "sqs:SendMessage", "${Q.Arn}", Yes},
		{"another's session", []string{queue, strings.Replace(ofQueue("Allow", `{"Ref":"Q"}`), `{"Fn::GetAtt":["R","Arn"]}`,
			`{"Fn::Sub":"arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${R}/other:x"}`, 1)}, "sqs:SendMessage", "${Q.Arn}", No},
		{"it comes from no source", []string{allowing(allow("sqs:*", `"*"`, `,"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`))}, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", No},
		{"it is a role's", []string{queue, allowing(allow("sqs:*", `"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}`))}, "sqs:SendMessage", "${Q.Arn}", Yes},
		{"it is no service's", []string{allowing(allow("sqs:*", `"*"`, `,"Condition":{"Bool":{"aws:PrincipalIsAWSService":"true"}}`))}, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", No},
		{"it is to its own account", []string{queue, allowing(allow("sqs:*", `"*"`, `,"Condition":{"StringEquals":{"aws:ResourceAccount":{"Ref":"AWS::AccountId"}}}`))}, "sqs:SendMessage", "${Q.Arn}", Yes},

		// A pattern may mean a resource of the templates, with the policy that it has.
		{"any queue, of which one's policy allows", []string{queue, ofQueue("Allow", `{"Ref":"Q"}`)}, "sqs:SendMessage", "*", CannotTell},
		{"any queue, of which one's policy denies", []string{queue, all, ofQueue("Deny", `{"Ref":"Q"}`)}, "sqs:SendMessage", "*", CannotTell},
		{"any queue, of which one's policy allows, which is denied", []string{queue, roleWith(`"Policies":[{"PolicyDocument":` + deny + `}]`), ofQueue("Allow", `{"Ref":"Q"}`)}, "sqs:SendMessage", "*", No},
		{"any queue of other names", []string{named, ofQueue("Allow", `{"Ref":"Q"}`)}, "sqs:SendMessage", "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:prices-*", No},
		{"any topic", []string{queue, ofQueue("Allow", `{"Ref":"Q"}`)}, "sns:Publish", "*", No},
		{"resources of any account", []string{allowing(allow("sqs:*", `"*"`, `,"Condition":{"StringEquals":{"aws:ResourceAccount":"111122223333"}}`))}, "sqs:SendMessage", "arn:aws:sqs:*:*:*", CannotTell},

		// Lambda guide, "Control access to Lambda function URLs" and "Using Lambda aliases in event sources and permissions policies".
		{"a URL that everybody may ask", []string{lambda, permission(`{"Ref":"G"}`, `"Action":"lambda:InvokeFunctionUrl","Principal":"*","FunctionUrlAuthType":"NONE"`)}, "lambda:InvokeFunctionUrl", "${G.Arn}", CannotTell},
		{"a source that may be left out", []string{lambda, permission(`"g"`, `"Action":"lambda:InvokeFunction","Principal":"*","SourceArn":{"Fn::If":["Asked","arn:aws:s3:::b",`+absent+`]}`)},
			"lambda:InvokeFunction", "${G.Arn}", CannotTell},
		{"a permission on an alias", []string{lambda, permission(`"g:prod"`, `"Action":"lambda:InvokeFunction","Principal":{"Fn::GetAtt":["R","Arn"]}`)}, "lambda:InvokeFunction", "${G.Arn}", No},
		{"the alias of a permission", []string{lambda, permission(`"g:prod"`, `"Action":"lambda:InvokeFunction","Principal":{"Fn::GetAtt":["R","Arn"]}`)}, "lambda:InvokeFunction", "${G.Arn}:prod", Yes},
	} {
		p := function(t, "", c.resources...)
		d, err := p.Decide(f(t, p), c.action, c.on)
		if err != nil || d.Answer != c.want {
			t.Errorf("%s: got %s %v, want %s: %v", c.situation, d.Answer, err, c.want, d.Because)
		}
	}
}

func TestEndpointsPolicyThatMayBeLeftOut(t *testing.T) {
	t.Parallel()
	const parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/my_app/api_key"
	other := map[string]any{"Statement": []any{map[string]any{"Effect": "Allow", "Principal": "*", "Action": "ssm:PutParameter", "Resource": "*"}}}
	for want, document := range map[Answer]any{No: other, CannotTell: map[string]any{"Fn::If": []any{"Locked", other, map[string]any{"Ref": "AWS::NoValue"}}}} {
		p := patched(t, map[string]any{
			"Conditions": map[string]any{"Locked": map[string]any{"Fn::Equals": []any{map[string]any{"Ref": "Stage"}, "x"}}},
			"Resources":  map[string]any{"NetworkEndpointssmEndpoint9339B7F5": map[string]any{"Properties": map[string]any{"PolicyDocument": document}}}})
		if d, err := p.Decide(p.Functions[0], "ssm:GetParameter", parameter); err != nil || d.Answer != want {
			t.Errorf("got %v %v, want %s", d, err, want)
		}
	}
}
