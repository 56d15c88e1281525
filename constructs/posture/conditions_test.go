package posture

import (
	"slices"
	"strings"
	"testing"
)

// What a condition or a parameter of the template decides, cannot be told: it is no no.
func TestWhatConditionsDecideIsNoNo(t *testing.T) {
	t.Parallel()
	const (
		absent = `{"Ref":"AWS::NoValue"}`
		deny   = `{"Statement":{"Effect":"Deny","Action":"*","Principal":"*","Resource":"*"}}`
	)
	ifAsked := func(then, otherwise string) string { return `{"Fn::If":["Asked",` + then + `,` + otherwise + `]}` }
	allow := func(resource string) string {
		return roleWith(`"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":` + resource + `}}}]`)
	}
	for _, c := range []struct {
		situation, action, on string
		resources             []string
		want                  Answer
	}{
		{"a role's name", "s3:GetObject", "arn:aws:s3:::b/k", []string{roleWith(`"RoleName":` + ifAsked(`"orders"`, `"orders-dev"`)),
			`"P":{"Type":"AWS::IAM::Policy","Properties":{"Roles":["orders"],"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}}`}, CannotTell},
		{"a queue's name", "sqs:SendMessage", "${Q.Arn}", []string{allow(`{"Fn::Sub":"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"}`),
			`"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":` + ifAsked(`"orders"`, absent) + `}}`}, CannotTell},
		{"the bucket of a policy", "s3:GetObject", "${B.Arn}/k", []string{allow(`"*"`), `"B":{"Type":"AWS::S3::Bucket"}`,
			`"BP":{"Type":"AWS::S3::BucketPolicy","Properties":{"Bucket":` + ifAsked(`{"Ref":"B"}`, `"other"`) + `,"PolicyDocument":` + deny + `}}`}, CannotTell},
		{"a dynamic reference", "sqs:SendMessage", "${Q.Arn}", []string{allow(`"{{resolve:ssm:/queue/arn}}"`), queue}, CannotTell},
		{"a part of a text that may be left out, with what separates it", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", []string{
			allow(`{"Fn::Join":[":",["arn:aws:sqs:eu-west-1",` + ifAsked(`"111122223333"`, absent) + `,"111122223333:q"]]}`)}, CannotTell},
		{"a parameter of a name that is not known", "ssm:GetParameter", "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/x", []string{
			allow(`{"Fn::Sub":"arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${Param}"}`)}, CannotTell},
		{"a table's replica", "dynamodb:GetItem", "${T.Arn}", []string{allow(`"*"`),
			`"T":{"Type":"AWS::DynamoDB::GlobalTable","Properties":{"Replicas":[{"Region":"eu-west-1","ResourcePolicy":{"PolicyDocument":` + deny + `}}]}}`}, CannotTell},

		// By the names that templates give things.
		{"a role by its ARN, of any partition", "s3:GetObject", "arn:aws:s3:::b/k", []string{roleWith(`"RoleName":"orders","Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}]`),
			`"F":{"Type":"AWS::Lambda::Function","Properties":{"Role":{"Fn::Sub":"arn:aws:iam::${AWS::AccountId}:role/orders"}}}`}, Yes},
		{"a bucket by its ARN, of any partition", "s3:GetObject", "arn:aws:s3:::orders/a/b/c/d/e/f.json", []string{allow(`"*"`), `"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"orders"}}`,
			`"BP":{"Type":"AWS::S3::BucketPolicy","Properties":{"Bucket":{"Ref":"B"},"PolicyDocument":` + deny + `}}`}, No},
		{"a policy of one of two that are called the same", "s3:GetObject", "${B.Arn}/k", []string{allow(`"*"`), `"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"orders"}}`,
			`"T":{"Type":"AWS::DynamoDB::Table","Properties":{"TableName":"orders"}}`, `"BP":{"Type":"AWS::S3::BucketPolicy","Properties":{"Bucket":"orders","PolicyDocument":` + deny + `}}`}, No},
		{"a queue's policy by its URL", "sqs:SendMessage", "${Q.Arn}", []string{allow(`"*"`), `"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":"jobs"}}`,
			`"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[{"Fn::Sub":"https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/jobs"}],"PolicyDocument":` + deny + `}}`}, No},
		{"a secret by what attaches it", "secretsmanager:GetSecretValue", "${S}", []string{allow(`{"Ref":"SA"}`), `"S":{"Type":"AWS::SecretsManager::Secret"}`,
			`"SA":{"Type":"AWS::SecretsManager::SecretTargetAttachment","Properties":{"SecretId":{"Ref":"S"}}}`}, Yes},
	} {
		var p *Posture
		if strings.Contains(strings.Join(c.resources, ""), `"F":`) {
			p = fromResources(t, c.resources...)
		} else {
			p = function(t, "", c.resources...)
		}
		d, err := p.Decide(f(t, p), c.action, c.on)
		if err != nil || d.Answer != c.want {
			t.Errorf("%s: got %s %v, want %s: %v", c.situation, d.Answer, err, c.want, d.Because)
		}
	}
}

func TestNetworksUnderConditions(t *testing.T) {
	t.Parallel()
	const everywhere = `{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}`
	nat := route(`"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":{"Ref":"N"}`)
	config := func(subnets, groups string) string {
		return `{"SubnetIds":` + subnets + `,"SecurityGroupIds":` + groups + `}`
	}
	const own, shut = `[{"Ref":"S"}]`, `[{"Fn::GetAtt":["G","GroupId"]}]`
	second := `"T2":{"Type":"AWS::EC2::RouteTable"},"TS2":{"Type":"AWS::EC2::SubnetRouteTableAssociation","Condition":"Asked","Properties":{"SubnetId":{"Ref":"S"},"RouteTableId":{"Ref":"T2"}}}`
	for _, c := range []struct {
		situation, config, egress string
		resources                 []string
		want                      Answer
		outside                   Answer
	}{
		{"in a VPC, if asked", `{"Fn::If":["Asked",` + config(own, shut) + `,{"Ref":"AWS::NoValue"}]}`, nowhere, []string{nat}, CannotTell, CannotTell},
		{"in one of two networks", `{"Fn::If":["Asked",` + config(own, shut) + `,` + config(own, `["sg-1"]`) + `]}`, nowhere, []string{nat}, CannotTell, No},
		{"in one of two networks, which are shut", `{"Fn::If":["Asked",` + config(own, shut) + `,` + config(own, shut) + `]}`, nowhere, []string{nat}, No, No},
		{"without groups", config(own, `[]`), nowhere, []string{nat}, CannotTell, No},
		{"a route of one of two tables", config(own, shut), everywhere, []string{strings.Replace(nat, `{"Ref":"T"}`, `{"Fn::If":["Asked",{"Ref":"T"},"rtb-1"]}`, 1)}, CannotTell, No},
		{"a table that the subnet has, if asked", config(own, shut), everywhere, []string{second, strings.Replace(nat, `{"Ref":"T"}`, `{"Ref":"T2"}`, 1)}, CannotTell, No},
		{"a route to what is new", config(own, shut), everywhere, []string{route(`"DestinationCidrBlock":"0.0.0.0/0","NewTargetArn":"x"`)}, CannotTell, No},
		{"rules that are there, if asked", config(own, shut), `{"Fn::If":["Asked",{"CidrIp":"10.0.0.0/8","IpProtocol":"-1"},{"Ref":"AWS::NoValue"}]}`, []string{nat}, CannotTell, No},
		{"a rule of one of two groups", config(own, shut), nowhere, []string{nat,
			`"X":{"Type":"AWS::EC2::SecurityGroupEgress","Properties":{"GroupId":{"Fn::If":["Asked",{"Fn::GetAtt":["G","GroupId"]},"sg-1"]},"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}}`}, CannotTell, No},
	} {
		p := function(t, `,"VpcConfig":`+c.config, append(c.resources, vpc, subnet, table, gateways, groupWith(c.egress))...)
		if r := f(t, p).Reaches; r.Internet != c.want || r.Outside != c.outside {
			t.Errorf("%s: the internet %s, want %s; outside %s, want %s: %v", c.situation, r.Internet, c.want, r.Outside, c.outside, r.Because)
		}
	}
}

func TestEndpointsByWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	fromUs := ingress(`"SourceSecurityGroupId":{"Fn::GetAtt":["G","GroupId"]}`, "443")
	for situation, egress := range map[string]string{
		"a last port":   strings.Replace(toEndpoint, `"FromPort":443,"ToPort":443`, `"FromPort":0,"ToPort":{"Ref":"Param"}`, 1),
		"a protocol":    strings.Replace(toEndpoint, `"tcp"`, `{"Ref":"Param"}`, 1),
		"a prefix list": strings.Replace(toEndpoint, `"DestinationSecurityGroupId":{"Fn::GetAtt":["EG","GroupId"]}`, `"DestinationPrefixListId":"pl-1"`, 1),
	} {
		p := function(t, inVPC, endpoint, fromUs, vpc, subnet, table, gateways, endpointGroup, groupWith(egress))
		if e := f(t, p).Reaches.Endpoints; len(e) != 1 || e[0].Reachable != CannotTell {
			t.Errorf("%s that is not known: got %+v", situation, e)
		}
	}
}

func TestFindingsUnderConditions(t *testing.T) {
	t.Parallel()
	permission := func(properties string) string {
		return `"P":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":{"Ref":"F"},"Action":"lambda:InvokeFunction",` + properties + `}}`
	}
	for _, c := range []struct {
		situation, rule, properties, resources string
		want                                   []string
	}{
		{"a URL whose authorization is a parameter", "public-invocation", "", `"U":{"Type":"AWS::Lambda::Url","Properties":{"TargetFunctionArn":{"Ref":"F"},"AuthType":{"Ref":"Param"}}}`, []string{"T/U?"}},
		{"everybody, if asked", "public-invocation", "", permission(`"Principal":{"Fn::If":["Asked","*","111122223333"]}`), []string{"T/P?"}},
		{"everybody, held to an account if asked", "public-invocation", "", permission(`"Principal":"*","SourceAccount":{"Fn::If":["Asked","111122223333",{"Ref":"AWS::NoValue"}]}`), []string{"T/P?"}},
		{"everybody, held to an account that is a parameter", "public-invocation", "", permission(`"Principal":"*","SourceAccount":{"Ref":"Param"}`), nil},
		{"everybody, held to every source", "public-invocation", "", permission(`"Principal":"*","SourceArn":"*"`), []string{"T/P"}},
		{"everybody, held to sources of any account", "public-invocation", "", permission(`"Principal":"*","SourceArn":"arn:aws:sns:*:*:*"`), []string{"T/P"}},
		{"everybody, held to every ARN", "public-invocation", "", permission(`"Principal":"*","SourceArn":"arn:*"`), []string{"T/P"}},
		{"everybody, held to a bucket", "public-invocation", "", permission(`"Principal":"*","SourceArn":"arn:aws:s3:::orders"`), nil},
		{"everybody who signs", "public-invocation", "", permission(`"Principal":"*","FunctionUrlAuthType":"AWS_IAM"`), []string{"T/P"}},
		{"a service, held to a source if asked", "permission-without-source", "", permission(`"Principal":"sns.amazonaws.com","SourceArn":{"Fn::If":["Asked","arn:aws:sns:eu-west-1:111122223333:t",{"Ref":"AWS::NoValue"}]}`), []string{"T/P?"}},
		{"a service, held to every account", "permission-without-source", "", permission(`"Principal":"sns.amazonaws.com","SourceAccount":"*"`), []string{"T/P"}},
		{"a service, held to every ARN", "permission-without-source", "", permission(`"Principal":"sns.amazonaws.com","SourceArn":"arn:*"`), []string{"T/P"}},
		{"a role of the Serverless Application Model that everybody may assume", "public-role", "", `"SF":{"Type":"AWS::Serverless::Function","Properties":{"AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}}}`, []string{"T/SF"}},
		{"everybody, by the function's ARN of any partition", "public-invocation", "",
			strings.Replace(permission(`"Principal":"*"`), `{"Ref":"F"}`, `{"Fn::Sub":"arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${F}"}`, 1), []string{"T/P"}},
		{"a secret in an environment, if asked", "plain-secret", `,"Environment":{"Fn::If":["Asked",{"Variables":{"DB_PASSWORD":"hunter2"}},{"Ref":"AWS::NoValue"}]}`, "", []string{"T/F?"}},
		{"a dynamic reference to a secret", "plain-secret", `,"Environment":{"Variables":{"TOKEN":"{{resolve:secretsmanager:x:SecretString:y}}"}}`, "", []string{"T/F"}},
		{"a log group of another stack", "log-retention", `,"LoggingConfig":{"LogGroup":{"Fn::ImportValue":"logs"}}`, "", nil},
		{"a destination on success alone", "lost-events", "", permission(`"Principal":"sns.amazonaws.com"`) +
			`,"C":{"Type":"AWS::Lambda::EventInvokeConfig","Properties":{"FunctionName":{"Ref":"F"},"DestinationConfig":{"Fn::If":["Asked",{"OnSuccess":{"Destination":"x"}},{"Ref":"AWS::NoValue"}]}}}`, []string{"T/F"}},
		{"an alarm of a queue that is called as the function", "no-alarm", "", `"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{"Namespace":"AWS/SQS","MetricName":"Errors","Dimensions":[{"Name":"QueueName","Value":{"Ref":"F"}}]}}`, []string{"T/F"}},
		{"a macro in the function, which may give it another role", "unknown-permissions", `,"Fn::Transform":{"Name":"AWS::Include"}`, "", []string{"T/R"}},
		{"an alarm of the function, if asked", "no-alarm", "", `"A":{"Type":"AWS::CloudWatch::Alarm","Condition":"Asked","Properties":{"Namespace":"AWS/Lambda","MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":{"Ref":"F"}}]}}`, []string{"T/F?"}},
		{"an alarm of the function", "no-alarm", "", `"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{"Namespace":"AWS/Lambda","MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":{"Ref":"F"}}]}}`, nil},
	} {
		others := []string{}
		if c.resources != "" {
			others = append(others, c.resources)
		}
		p := function(t, c.properties, others...)
		got := []string(nil)
		for _, line := range found(p, c.rule) {
			got = append(got, strings.TrimPrefix(line, c.rule+" "))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}

// SAM guide, "Globals section": maps are merged, lists are put together, of other values the function's own counts.
func TestServerlessGlobals(t *testing.T) {
	t.Parallel()
	sam := func(properties string) *Posture {
		p, err := FromJSON("T", []byte(`{"Transform":["AWS::Serverless-2016-10-31"],"Globals":{"Function":{"Timeout":9,"Environment":{"Variables":{"DB_PASSWORD":"hunter2","A":"1"}},
			"VpcConfig":{"SecurityGroupIds":["sg-1"]},"Layers":["arn:aws:lambda:eu-west-1:111122223333:layer:a:1"]}},
			"Resources":{"F":{"Type":"AWS::Serverless::Function"`+properties+`}}}`))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	own := f(t, sam(`,"Properties":{"Timeout":5,"Environment":{"Variables":{"A":"2"}},"VpcConfig":{"SubnetIds":["s"]},"Layers":["arn:aws:lambda:eu-west-1:111122223333:layer:b:1"],
		"AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}}`))
	if got := own.Protection; !slices.Equal(got.Variables, []string{"A", "DB_PASSWORD"}) || got.Limits.TimeoutSeconds != 5 {
		t.Errorf("got %+v", got)
	}
	if len(own.Layers) != 2 || len(own.Reaches.Groups) != 1 || len(own.Reaches.Subnets) != 1 || own.Role.TrustedBy[0].Principals[0] != "*" {
		t.Errorf("got %+v", own)
	}
	if inherits := f(t, sam("")); inherits.Protection.Limits.TimeoutSeconds != 9 || len(inherits.Layers) != 1 {
		t.Errorf("without properties of its own: got %+v", inherits)
	}
	if not := f(t, sam(`,"IgnoreGlobals":"*"`)); not.Protection.Limits.TimeoutSeconds != 3 || not.Layers != nil {
		t.Errorf("globals are ignored: got %+v", not)
	}
	if some := f(t, sam(`,"IgnoreGlobals":["Timeout"]`)); some.Protection.Limits.TimeoutSeconds != 3 || len(some.Layers) != 1 {
		t.Errorf("the timeout's global is ignored: got %+v", some)
	}
}

// What a connector adds is not in the template.
func TestConnectors(t *testing.T) {
	t.Parallel()
	for situation, resources := range map[string]string{
		"its own":         `"F":{"Type":"AWS::Serverless::Function","Connectors":{"C":{}}}`,
		"of the template": `"F":{"Type":"AWS::Serverless::Function"},"C":{"Type":"AWS::Serverless::Connector","Properties":{"Source":{"Id":"F"},"Destination":{"Id":"Q"}}}`,
	} {
		p, err := FromJSON("T", []byte(`{"Transform":"AWS::Serverless-2016-10-31","Resources":{`+resources+`,`+queue+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := p.Decide(f(t, p), "sqs:SendMessage", "${Q.Arn}"); err != nil || d.Answer != CannotTell {
			t.Errorf("%s: got %s %v", situation, d.Answer, err)
		}
	}
}
