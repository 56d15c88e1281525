package posture

import (
	"fmt"
	"strings"
	"testing"
)

const (
	send  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:SendMessage","Resource":{"Fn::GetAtt":["Q","Arn"]}}}`
	deny  = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*"}}`
	queue = `"Q":{"Type":"AWS::SQS::Queue"}`
	other = `"Other":{"Type":"AWS::SQS::Queue"}`
)

func roleWith(properties string) string {
	return `"R":{"Type":"AWS::IAM::Role","Properties":{` + properties + `}}`
}

// Every way in which a statement reaches a function.
func TestStatementsThatReachAFunction(t *testing.T) {
	t.Parallel()
	imported := `"F":{"Type":"AWS::Lambda::Function","Properties":{"Role":"arn:aws:iam::111122223333:role/app/theirs"}}`
	for _, c := range []struct {
		situation string
		resources []string
		want      Answer
	}{
		{"none", nil, No},
		{"within the role", []string{roleWith(`"Policies":[{"PolicyName":"p","PolicyDocument":` + send + `}]`)}, Yes},
		{"an inline policy that names the role", []string{`"P":{"Type":"AWS::IAM::Policy","Properties":{"Roles":[{"Ref":"R"}],"PolicyDocument":` + send + `}}`}, Yes},
		{"an inline policy of another role", []string{`"P":{"Type":"AWS::IAM::Policy","Properties":{"Roles":["another"],"PolicyDocument":` + send + `}}`}, No},
		{"a policy of a role", []string{`"P":{"Type":"AWS::IAM::RolePolicy","Properties":{"RoleName":{"Ref":"R"},"PolicyDocument":` + send + `}}`}, Yes},
		{"a managed policy that names the role", []string{`"P":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"Roles":[{"Ref":"R"}],"PolicyDocument":` + send + `}}`}, Yes},
		{"a managed policy that the role names", []string{`"P":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"PolicyDocument":` + send + `}}`, roleWith(`"ManagedPolicyArns":[{"Ref":"P"}]`)}, Yes},
		{"by the role's own name", []string{roleWith(`"RoleName":"orders"`), `"P":{"Type":"AWS::IAM::Policy","Properties":{"Roles":["orders"],"PolicyDocument":` + send + `}}`}, Yes},
		{"AWS's managed policy, known", []string{roleWith(`"ManagedPolicyArns":[{"Fn::Sub":"arn:${AWS::Partition}:iam::aws:policy/AmazonSQSFullAccess"}]`)}, Yes},
		{"AWS's managed policy, known and without it", []string{roleWith(`"ManagedPolicyArns":["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]`)}, No},
		{"AWS's managed policy, not known", []string{roleWith(`"ManagedPolicyArns":["arn:aws:iam::aws:policy/PowerUserAccess"]`)}, CannotTell},
		{"another's managed policy", []string{roleWith(`"ManagedPolicyArns":["arn:aws:iam::111122223333:policy/theirs"]`)}, CannotTell},
		{"a managed policy under a condition", []string{`"P":{"Type":"AWS::IAM::ManagedPolicy","Condition":"Asked","Properties":{"Roles":[{"Ref":"R"}],"PolicyDocument":` + send + `}}`}, CannotTell},
		{"a managed policy's ARN under a condition", []string{roleWith(`"ManagedPolicyArns":[{"Fn::If":["Asked","arn:aws:iam::aws:policy/AmazonSQSFullAccess",{"Ref":"AWS::NoValue"}]}]`)}, CannotTell},
		{"within the role, under a condition", []string{roleWith(`"Policies":[{"Fn::If":["Asked",{"PolicyName":"p","PolicyDocument":` + send + `},{"Ref":"AWS::NoValue"}]}]`)}, CannotTell},
		{"denied elsewhere", []string{roleWith(`"Policies":[{"PolicyDocument":` + send + `},{"PolicyDocument":` + deny + `}]`)}, No},
		{"a boundary without it", []string{roleWith(`"Policies":[{"PolicyDocument":` + send + `}],"PermissionsBoundary":{"Ref":"B"}`),
			`"B":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}}`}, No},
		{"a boundary with it", []string{roleWith(`"Policies":[{"PolicyDocument":` + send + `}],"PermissionsBoundary":{"Ref":"B"}`),
			`"B":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}}`}, Yes},
		{"a boundary that is not known", []string{roleWith(`"Policies":[{"PolicyDocument":` + send + `}],"PermissionsBoundary":"arn:aws:iam::111122223333:policy/b"`)}, CannotTell},
		{"the queue's own policy", []string{`"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[{"Ref":"Q"}],"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*","Principal":{"AWS":{"Fn::GetAtt":["R","Arn"]}}}}}}`}, Yes},
		{"another queue's policy", []string{other, `"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[{"Ref":"Other"}],"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*","Principal":{"AWS":{"Fn::GetAtt":["R","Arn"]}}}}}}`}, No},
		{"the queue denies", []string{roleWith(`"Policies":[{"PolicyDocument":` + send + `}]`),
			`"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[{"Ref":"Q"}],"PolicyDocument":{"Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*","Principal":"*"}}}}`}, No},
		{"a queue that is a parameter denies", []string{roleWith(`"Policies":[{"PolicyDocument":` + send + `}]`),
			`"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[{"Ref":"Param"}],"PolicyDocument":{"Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*","Principal":"*"}}}}`}, CannotTell},
		{"a queue that is in no template denies", []string{roleWith(`"Policies":[{"PolicyDocument":` + send + `}]`),
			`"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":["https://sqs.eu-west-1.amazonaws.com/111122223333/x"],"PolicyDocument":{"Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*","Principal":"*"}}}}`}, Yes},
		{"an inline policy of a role that is a parameter", []string{`"P":{"Type":"AWS::IAM::Policy","Properties":{"Roles":[{"Ref":"Param"}],"PolicyDocument":` + send + `}}`}, CannotTell},
		{"the queue denies without TLS, which the function uses", []string{roleWith(`"Policies":[{"PolicyDocument":` + send + `}]`),
			`"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[{"Ref":"Q"}],"PolicyDocument":{"Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}}}`}, Yes},
		{"a role that is in no template", []string{imported}, CannotTell},
		{"a role that is in no template, and denied by a policy that names it", []string{imported, `"P":{"Type":"AWS::IAM::Policy","Properties":{"Roles":["theirs"],"PolicyDocument":` + deny + `}}`}, No},
		{"no role", []string{`"F":{"Type":"AWS::Lambda::Function","Properties":{}}`}, CannotTell},
		{"only for other functions' code", []string{roleWith(`"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"ArnEquals":{"lambda:SourceFunctionArn":"arn:aws:lambda:eu-west-1:111122223333:function:x"}}}}}]`)}, CannotTell},
		{"only for this function's code", []string{roleWith(`"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"ArnEquals":{"lambda:SourceFunctionArn":{"Fn::GetAtt":["F","Arn"]}}}}}}]`)}, Yes},
	} {
		var p *Posture
		if strings.Contains(strings.Join(c.resources, ""), `"F":`) {
			p = fromResources(t, append(c.resources, queue)...)
		} else {
			p = function(t, "", append(c.resources, queue)...)
		}
		d, err := p.Decide(f(t, p), "sqs:SendMessage", "${Q.Arn}")
		if err != nil || d.Answer != c.want {
			t.Errorf("%s: got %s %v, want %s: %v", c.situation, d.Answer, err, c.want, d.Because)
		}
	}
}

// Policies of buses and log groups have forms of their own (CloudFormation reference, AWS::Events::EventBusPolicy, AWS::Logs::ResourcePolicy).
func TestPoliciesOfBusesAndLogs(t *testing.T) {
	t.Parallel()
	const bus, group = `"B":{"Type":"AWS::Events::EventBus","Properties":{"Name":"orders"}}`, `"L":{"Type":"AWS::Logs::LogGroup"}`
	ofBus := func(properties string) string {
		return `"P":{"Type":"AWS::Events::EventBusPolicy","Properties":{"EventBusName":{"Ref":"B"},"StatementId":"s",` + properties + `}}`
	}
	ofLogs := func(document string) string {
		return `"P":{"Type":"AWS::Logs::ResourcePolicy","Properties":{"PolicyName":"p","PolicyDocument":` + document + `}}`
	}
	const toRole = `"Effect":"Allow","Action":"events:PutEvents","Principal":{"AWS":{"Fn::GetAtt":["R","Arn"]}}`
	allow := roleWith(`"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":["events:*","logs:*"],"Resource":"*"}}}]`)
	for _, c := range []struct {
		situation, action, on string
		resources             []string
		want                  Answer
	}{
		{"a bus's statement", "events:PutEvents", "${B.Arn}", []string{bus, ofBus(`"Statement":{` + toRole + `,"Resource":{"Fn::GetAtt":["B","Arn"]}}`)}, Yes},
		{"a statement of another bus", "events:PutEvents", "arn:aws:events:eu-west-1:111122223333:event-bus/other", []string{bus, ofBus(`"Statement":{` + toRole + `,"Resource":"*"}`)}, No},
		{"a bus's denial", "events:PutEvents", "${B.Arn}", []string{bus, allow, ofBus(`"Statement":{"Effect":"Deny","Action":"events:*","Principal":"*","Resource":"*"}`)}, No},
		{"a bus's older form, for everybody", "events:PutEvents", "${B.Arn}", []string{bus, ofBus(`"Action":"events:PutEvents","Principal":"*"`)}, Yes},
		{"a bus's older form, for everybody of an organization", "events:PutEvents", "${B.Arn}", []string{bus,
			ofBus(`"Action":"events:PutEvents","Principal":"*","Condition":{"Type":"StringEquals","Key":"aws:PrincipalOrgID","Value":"o-1"}`)}, CannotTell},
		{"a bus's older form, for the account", "events:PutEvents", "${B.Arn}", []string{bus, ofBus(`"Action":"events:PutEvents","Principal":{"Ref":"AWS::AccountId"}`)}, No},
		{"a policy of a bus that is not known", "events:PutEvents", "${B.Arn}", []string{bus, allow,
			`"P":{"Type":"AWS::Events::EventBusPolicy","Properties":{"EventBusName":{"Ref":"Param"},"Statement":{"Effect":"Deny","Action":"events:*","Principal":"*","Resource":"*"}}}`}, CannotTell},
		{"a policy of the logs", "logs:PutLogEvents", "${L.Arn}", []string{group,
			ofLogs(`{"Fn::Sub":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"logs:PutLogEvents\",\"Principal\":{\"AWS\":\"${R.Arn}\"},\"Resource\":\"${L.Arn}\"}}"}`)}, Yes},
		{"a policy of other logs", "logs:PutLogEvents", "${L.Arn}", []string{group, `"M":{"Type":"AWS::Logs::LogGroup"}`,
			ofLogs(`{"Fn::Sub":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"logs:PutLogEvents\",\"Principal\":{\"AWS\":\"${R.Arn}\"},\"Resource\":\"${M.Arn}\"}}"}`)}, No},
		{"a denial of the logs", "logs:PutLogEvents", "${L.Arn}", []string{group, allow,
			ofLogs(`"{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"logs:*\",\"Principal\":\"*\",\"Resource\":\"*\"}}"`)}, No},
		{"a policy of the logs that is not known", "logs:PutLogEvents", "${L.Arn}", []string{group, ofLogs(`{"Ref":"Param"}`)}, CannotTell},
	} {
		p := function(t, "", c.resources...)
		d, err := p.Decide(f(t, p), c.action, c.on)
		if err != nil || d.Answer != c.want {
			t.Errorf("%s: got %s %v, want %s: %v", c.situation, d.Answer, err, c.want, d.Because)
		}
	}
}

func fromResources(t testing.TB, resources ...string) *Posture {
	t.Helper()
	p, err := FromJSON("T", []byte(`{"Conditions":{"Asked":{"Fn::Equals":[{"Ref":"Param"},"x"]}},"Resources":{`+strings.Join(resources, ",")+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A policy that both sides name is one.
func TestAManagedPolicyCountsOnce(t *testing.T) {
	t.Parallel()
	p := function(t, "", queue, `"P":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"Roles":[{"Ref":"R"}],"PolicyDocument":`+send+`}}`, roleWith(`"ManagedPolicyArns":[{"Ref":"P"}]`))
	if may := f(t, p).May; len(may) != 1 {
		t.Errorf("got %v", may)
	}
}

// The Serverless Application Model makes the role (SAM guide, AWS::Serverless::Function).
func TestServerless(t *testing.T) {
	t.Parallel()
	sam := func(properties string) *Posture {
		p, err := FromJSON("T", []byte(`{"Transform":"AWS::Serverless-2016-10-31","Globals":{"Function":{"Timeout":9,"Runtime":"provided.al2023"}},
			"Resources":{"F":{"Type":"AWS::Serverless::Function","Properties":{`+properties+`}},`+queue+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		situation, properties, action string
		want                          Answer
	}{
		{"logs", ``, "logs:PutLogEvents", Yes},
		{"nothing else", ``, "sqs:SendMessage", No},
		{"a statement", `"Policies":[` + send + `]`, "sqs:SendMessage", Yes},
		{"AWS's policy by its name", `"Policies":"AmazonSQSFullAccess"`, "sqs:SendMessage", Yes},
		{"a policy template", `"Policies":[{"SQSSendMessagePolicy":{"QueueName":"q"}}]`, "sqs:SendMessage", CannotTell},
		{"AWS's policy by its name, not known", `"Policies":["PowerUserAccess"]`, "sqs:SendMessage", CannotTell},
		{"a policy template denies nothing", `"Policies":[{"SQSSendMessagePolicy":{"QueueName":"q"}}]`, "logs:PutLogEvents", Yes},
		{"a policy that is not known", `"Policies":{"Ref":"P"}`, "logs:PutLogEvents", CannotTell},
		{"a queue's events", `"Events":{"A":{"Type":"SQS","Properties":{}}}`, "sqs:ReceiveMessage", Yes},
		{"an API's events", `"Events":{"A":{"Type":"Api","Properties":{}}}`, "sqs:ReceiveMessage", No},
		{"a broker's events", `"Events":{"A":{"Type":"MQ","Properties":{}}}`, "sqs:ReceiveMessage", CannotTell},
		{"a dead-letter queue", `"DeadLetterQueue":{"Type":"SQS","TargetArn":{"Fn::GetAtt":["Q","Arn"]}}`, "sqs:SendMessage", Yes},
		{"a destination", `"EventInvokeConfig":{"DestinationConfig":{"OnFailure":{"Type":"SQS"}}}`, "sqs:SendMessage", CannotTell},
		{"a role of its own", `"Role":"arn:aws:iam::111122223333:role/x"`, "sqs:SendMessage", CannotTell},
	} {
		p := sam(c.properties)
		on := "${Q.Arn}"
		if !strings.HasPrefix(c.action, "sqs:") {
			on = "*"
		}
		d, err := p.Decide(f(t, p), c.action, on)
		if err != nil || d.Answer != c.want {
			t.Errorf("%s: got %s %v, want %s: %v", c.situation, d.Answer, err, c.want, d.Because)
		}
	}
	got := f(t, sam(`"MemorySize":256`))
	if got.Protection.Limits.TimeoutSeconds != 9 || got.Protection.Limits.MemoryMB != 256 || !got.Runtime.Is("provided.al2023") {
		t.Errorf("globals: got %+v, %s", got.Protection.Limits, got.Runtime)
	}
}

func TestDecideOfKeys(t *testing.T) {
	t.Parallel()
	p := patched(t, map[string]any{})
	const key = "${ParametersKey105E6ED9.Arn}"
	parameter := "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/my_app/api_key"
	via := With("kms:ViaService", "ssm.${AWS::Region}.amazonaws.com")
	for _, c := range []struct {
		situation, action string
		keys              []Key
		want              Answer
	}{
		{"directly or not, which is not said", "kms:Decrypt", nil, CannotTell},
		{"directly", "kms:Decrypt", []Key{With("kms:ViaService")}, No},
		{"by Systems Manager, for the parameter", "kms:Decrypt", []Key{via, With("kms:EncryptionContext:PARAMETER_ARN", parameter)}, Yes},
		{"by Systems Manager, for another parameter", "kms:Decrypt", []Key{via, With("kms:EncryptionContext:PARAMETER_ARN", parameter+"_2")}, No},
		{"by another service", "kms:Decrypt", []Key{With("kms:ViaService", "s3.${AWS::Region}.amazonaws.com")}, No},
		{"to encrypt", "kms:Encrypt", nil, No},
	} {
		d, err := p.Decide(p.Functions[0], c.action, key, c.keys...)
		if err != nil || d.Answer != c.want {
			t.Errorf("%s: got %s %v, want %s: %v", c.situation, d.Answer, err, c.want, d.Because)
		}
	}
	for _, c := range []struct{ action, resource, want string }{
		{"Decrypt", key, `action "Decrypt" is not of the form service:Action`},
		{"kms:", key, `action "kms:"`},
		{"kms:Decrypt", "${Nothing.Arn}", `no resource "Nothing"`},
	} {
		if _, err := p.Decide(p.Functions[0], c.action, c.resource); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s on %s: got %v, want ...%s...", c.action, c.resource, err, c.want)
		}
	}
}

// What passes an endpoint must be allowed by its policy as well.
func TestEndpointPolicyHoldsRequests(t *testing.T) {
	t.Parallel()
	const parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/my_app/api_key"
	p := patched(t, map[string]any{})
	if d, err := p.Decide(p.Functions[0], "ssm:GetParameter", parameter); err != nil || d.Answer != Yes {
		t.Errorf("with the endpoint's policy as it is: %v %v", d, err)
	}
	p = patched(t, map[string]any{"Resources": map[string]any{"NetworkEndpointssmEndpoint9339B7F5": map[string]any{"Properties": map[string]any{"PolicyDocument": map[string]any{
		"Statement": []any{map[string]any{"Effect": "Allow", "Principal": "*", "Action": "ssm:PutParameter", "Resource": "*"}}}}}}})
	if d, err := p.Decide(p.Functions[0], "ssm:GetParameter", parameter); err != nil || d.Answer != No {
		t.Errorf("with an endpoint's policy that lets nothing through: %v %v", d, err)
	}
}

// Of two endpoints for a service, such as S3's gateway and interface, it is not known which one a request passes.
func TestTwoEndpointsOfAService(t *testing.T) {
	t.Parallel()
	const document = `"PolicyDocument":{"Statement":{"Effect":"Allow","Principal":"*","Action":"%s","Resource":"*"}}`
	of := func(id, action string) string {
		return `"` + id + `":{"Type":"AWS::EC2::VPCEndpoint","Properties":{"VpcId":{"Ref":"V"},"ServiceName":"com.amazonaws.eu-west-1.s3",` + fmt.Sprintf(document, action) + `}}`
	}
	for situation, c := range map[string]struct {
		endpoints []string
		want      Answer
	}{
		"one that lets it through":             {[]string{of("E", "s3:*")}, Yes},
		"one that does not":                    {[]string{of("E", "s3:List*")}, No},
		"one that does not, and one that does": {[]string{of("E", "s3:List*"), of("E2", "s3:*")}, Yes},
	} {
		p := function(t, inVPC, append(c.endpoints, vpc, subnet, table, gateways, groupWith(nowhere), roleWith(`"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}]`))...)
		if d, err := p.Decide(f(t, p), "s3:GetObject", "arn:aws:s3:::b/k"); err != nil || d.Answer != c.want {
			t.Errorf("%s: got %s %v, want %s", situation, d.Answer, err, c.want)
		}
	}
}
