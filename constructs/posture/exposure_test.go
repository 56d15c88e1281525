package posture

import (
	"slices"
	"strings"
	"testing"
)

func TestExposure(t *testing.T) {
	t.Parallel()
	const (
		vpc     = `,"VpcConfig":{"SubnetIds":[{"Ref":"S"}],"SecurityGroupIds":[{"Ref":"G"}]}`
		network = `"V":{"Type":"AWS::EC2::VPC","Properties":{}},"S":{"Type":"AWS::EC2::Subnet","Properties":{"VpcId":{"Ref":"V"}}},"T":{"Type":"AWS::EC2::RouteTable"},` +
			`"ST":{"Type":"AWS::EC2::SubnetRouteTableAssociation","Properties":{"SubnetId":{"Ref":"S"},"RouteTableId":{"Ref":"T"}}}`
		nat    = `"N":{"Type":"AWS::EC2::Route","Properties":{"RouteTableId":{"Ref":"T"},"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":"nat-1"}}`
		filter = `"L":{"Type":"AWS::Route53Resolver::FirewallDomainList","Properties":{"Domains":["*"]}},` +
			`"RG":{"Type":"AWS::Route53Resolver::FirewallRuleGroup","Properties":{"FirewallRules":[{"Action":"BLOCK","Priority":1,"FirewallDomainListId":{"Fn::GetAtt":["L","Id"]}}]}},` +
			`"RA":{"Type":"AWS::Route53Resolver::FirewallRuleGroupAssociation","Properties":{"VpcId":{"Ref":"V"},"FirewallRuleGroupId":{"Fn::GetAtt":["RG","Id"]}}}`
		api         = `"A":{"Type":"AWS::ApiGatewayV2::Api","Properties":{"ProtocolType":"HTTP"}}`
		integration = `"I":{"Type":"AWS::ApiGatewayV2::Integration","Properties":{"ApiId":{"Ref":"A"},"IntegrationUri":{"Fn::GetAtt":["F","Arn"]}}}`
	)
	group := func(rules string) string {
		return `"G":{"Type":"AWS::EC2::SecurityGroup","Properties":{"VpcId":{"Ref":"V"},"SecurityGroupEgress":[` + rules + `]}}`
	}
	https := func(peer string) string { return `{"IpProtocol":"tcp","FromPort":443,"ToPort":443,` + peer + `}` }
	everywhere := https(`"CidrIp":"0.0.0.0/0"`)
	relaxed := func(rule, of string) string {
		return `},"Metadata":{"SecureGoFunction":{"Relaxed":[{"What":"it","Reason":"why","Rule":"` + rule + `","Of":` + of + `}]}`
	}
	rest := func(method, restAPI string) string {
		return `"A":{"Type":"AWS::ApiGateway::RestApi","Properties":{` + restAPI + `}},"M":{"Type":"AWS::ApiGateway::Method","Properties":{"RestApiId":{"Ref":"A"},` + method +
			`,"Integration":{"Uri":{"Fn::Sub":"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}}`
	}
	route := func(properties string) string {
		return api + `,` + integration + `,"M":{"Type":"AWS::ApiGatewayV2::Route","Properties":{"ApiId":{"Ref":"A"},"Target":{"Fn::Sub":"integrations/${I}"},` + properties + `}}`
	}
	permission := func(properties string) string {
		return `"P":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":{"Ref":"F"},"Action":"lambda:InvokeFunction",` + properties + `}}`
	}
	endpoint := func(properties string) string {
		return `"E":{"Type":"AWS::EC2::VPCEndpoint","Properties":{"VpcId":{"Ref":"V"},"VpcEndpointType":"Interface",` + properties + `}}`
	}
	const restricted = `"PublicAccessBlockConfiguration":{"RestrictPublicBuckets":true}`
	// used are a queue and a bucket that the function uses. The bucket's objects are for everybody, if S3 does not keep them away.
	used := func(bucket string) string {
		return `"R":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":[{"Fn::Sub":"${B.Arn}/*"},{"Fn::GetAtt":["Q","Arn"]}]}}}]}},
			"Q":{"Type":"AWS::SQS::Queue"},"B":{"Type":"AWS::S3::Bucket","Properties":{` + bucket + `}},
			"BP":{"Type":"AWS::S3::BucketPolicy","Properties":{"Bucket":{"Ref":"B"},"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Principal":"*","Resource":"*"}}}}`
	}
	toQueue := func(who string) string {
		return `"QP":{"Type":"AWS::SQS::QueuePolicy","Properties":{"Queues":[{"Ref":"Q"}],"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*",` + who + `}}}}`
	}
	const ssm = `"ServiceName":"com.amazonaws.eu-west-1.ssm"`

	for _, c := range []struct {
		situation, rule, properties, resources string
		want                                   []string
	}{
		{"a method without authorization", "public-invocation", "", rest(`"HttpMethod":"GET","AuthorizationType":"NONE"`, ""), []string{"T/M"}},
		{"a method that says nothing of it", "public-invocation", "", rest(`"HttpMethod":"GET"`, ""), []string{"T/M"}},
		{"a method that asks", "public-invocation", "", rest(`"HttpMethod":"GET","AuthorizationType":"AWS_IAM"`, ""), nil},
		{"a method of which a parameter decides", "public-invocation", "", rest(`"HttpMethod":"GET","AuthorizationType":{"Ref":"Param"}`, ""), []string{"T/M?"}},
		{"a preflight request", "public-invocation", "", rest(`"HttpMethod":"OPTIONS"`, ""), nil},
		{"a private API", "public-invocation", "", rest(`"HttpMethod":"GET"`, `"EndpointConfiguration":{"Types":["PRIVATE"]}`), nil},
		{"an API with a policy", "public-invocation", "", rest(`"HttpMethod":"GET"`, `"Policy":{"Statement":[]}`), []string{"T/M?"}},
		{"a method that is public on purpose", "public-invocation", relaxed("public-invocation", `"T/M"`), rest(`"HttpMethod":"GET"`, ""), nil},
		{"another method that is", "public-invocation", relaxed("public-invocation", `"T/N"`), rest(`"HttpMethod":"GET"`, ""), []string{"T/M"}},
		{"a route without authorization", "public-invocation", "", route(`"RouteKey":"GET /"`), []string{"T/M"}},
		{"a route that asks", "public-invocation", "", route(`"RouteKey":"GET /","AuthorizationType":"JWT"`), nil},
		{"a route's preflight request", "public-invocation", "", route(`"RouteKey":"OPTIONS /"`), nil},
		{"a route that is made if asked", "public-invocation", "", api + `,` + integration + `,"M":{"Type":"AWS::ApiGatewayV2::Route","Condition":"Asked",` +
			`"Properties":{"ApiId":{"Ref":"A"},"Target":{"Fn::Sub":"integrations/${I}"},"RouteKey":"GET /"}}`, []string{"T/M?"}},
		{"a route that is public on purpose", "public-invocation", relaxed("public-invocation", `{"Fn::Sub":"${A} GET /"}`), route(`"RouteKey":"GET /"`), nil},
		{"another route that is", "public-invocation", relaxed("public-invocation", `{"Fn::Sub":"${A} GET /admin"}`), route(`"RouteKey":"GET /"`), []string{"T/M"}},
		{"an API made for the function", "public-invocation", "", `"A":{"Type":"AWS::ApiGatewayV2::Api","Properties":{"Target":{"Fn::GetAtt":["F","Arn"]}}}`, []string{"T/A"}},
		{"a message of a WebSocket API that asked at first", "public-invocation", "", route(`"RouteKey":"$default"`) +
			`,"C":{"Type":"AWS::ApiGatewayV2::Route","Properties":{"ApiId":{"Ref":"A"},"RouteKey":"$connect","AuthorizationType":"AWS_IAM"}}`, nil},
		{"a message of a WebSocket API that did not", "public-invocation", "", route(`"RouteKey":"$default"`) +
			`,"C":{"Type":"AWS::ApiGatewayV2::Route","Properties":{"ApiId":{"Ref":"A"},"RouteKey":"$connect"}}`, []string{"T/M"}},

		{"a service with its source", "permission-without-source", "", permission(`"Principal":"events.amazonaws.com","SourceArn":"arn:aws:events:eu-west-1:111122223333:rule/r"`), nil},
		{"a service with its account", "permission-without-source", "", permission(`"Principal":"config.amazonaws.com","SourceAccount":"111122223333"`), nil},
		{"a service for whomever", "permission-without-source", "", permission(`"Principal":"sns.amazonaws.com"`), []string{"T/P"}},
		{"a service of any partition", "permission-without-source", "", permission(`"Principal":{"Fn::Sub":"sns.${AWS::URLSuffix}"}`), []string{"T/P"}},
		{"a source of any account", "permission-without-source", "", permission(`"Principal":"sns.amazonaws.com","SourceArn":"arn:aws:sns:*:*:*"`), []string{"T/P"}},
		{"a bucket without its account", "permission-without-source", "", permission(`"Principal":"s3.amazonaws.com","SourceArn":"arn:aws:s3:::b"`), []string{"T/P"}},
		{"a bucket with its account", "permission-without-source", "", permission(`"Principal":"s3.amazonaws.com","SourceArn":"arn:aws:s3:::b","SourceAccount":"111122223333"`), nil},
		{"an account", "permission-without-source", "", permission(`"Principal":"111122223333"`), nil},
		{"an Alexa skill", "permission-without-source", "", permission(`"Principal":"alexa-appkit.amazon.com","EventSourceToken":"amzn1.ask.skill.1"`), nil},

		{"a queue for everybody", "open-resource", "", used(restricted) + `,` + toQueue(`"Principal":"*"`), []string{"T/Q"}},
		{"a queue for everybody of AWS", "open-resource", "", used(restricted) + `,` + toQueue(`"Principal":{"AWS":["*"]}`), []string{"T/Q"}},
		{"a queue for all but one", "open-resource", "", used(restricted) + `,` + toQueue(`"NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"}`), []string{"T/Q"}},
		{"a queue for an account", "open-resource", "", used(restricted) + `,` + toQueue(`"Principal":{"AWS":"111122223333"}`), nil},
		{"a queue for everybody of an organization", "open-resource", "", used(restricted) + `,` + toQueue(`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`), nil},
		{"a queue for everybody with a source", "open-resource", "", used(restricted) + `,` + toQueue(`"Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:eu-west-1:111122223333:t"}}`), nil},
		{"a queue for everybody with any source", "open-resource", "", used(restricted) + `,` + toQueue(`"Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":"*"}}`), []string{"T/Q"}},
		{"a queue for everybody within a network", "open-resource", "", used(restricted) + `,` + toQueue(`"Principal":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}`), nil},
		{"a queue for everybody with TLS", "open-resource", "", used(restricted) + `,` + toQueue(`"Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}`), []string{"T/Q"}},
		{"a queue that nobody is denied", "open-resource", "", used(restricted) + `,` + strings.Replace(toQueue(`"Principal":"*"`), "Allow", "Deny", 1), nil},
		{"a queue for everybody, if asked", "open-resource", "", used(restricted) + `,` + strings.Replace(toQueue(`"Principal":"*"`), `"Properties"`, `"Condition":"Asked","Properties"`, 1), []string{"T/Q?"}},
		{"a queue for everybody that no function uses", "open-resource", "", `"Q":{"Type":"AWS::SQS::Queue"},` + toQueue(`"Principal":"*"`), nil},
		{"a bucket for everybody", "open-resource", "", used(""), []string{"T/B"}},
		{"a bucket for everybody that S3 keeps them from", "open-resource", "", used(restricted), nil},
		{"a bucket for everybody that S3 may keep them from", "open-resource", "", used(`"PublicAccessBlockConfiguration":{"RestrictPublicBuckets":{"Ref":"Param"}}`), []string{"T/B?"}},

		{"HTTPS to everywhere", "open-egress", vpc, network + "," + group(everywhere), []string{"T/G"}},
		{"HTTPS to everywhere, by names", "open-egress", vpc, network + "," + filter + "," + group(everywhere), nil},
		{"all ports, by names", "open-egress", vpc, network + "," + filter + "," + group(`{"IpProtocol":"-1","CidrIp":"0.0.0.0/0"}`), []string{"T/G"}},
		{"HTTPS to everywhere, on purpose", "open-egress", vpc + relaxed("open-egress", `"0.0.0.0/0:443"`), network + "," + group(everywhere), nil},
		{"another port, on purpose", "open-egress", vpc + relaxed("open-egress", `"0.0.0.0/0:22"`), network + "," + group(everywhere), []string{"T/G"}},
		{"all ports, on purpose", "open-egress", vpc + relaxed("open-egress", `"0.0.0.0/0:443"`), network + "," + group(`{"IpProtocol":"-1","CidrIp":"0.0.0.0/0"}`), []string{"T/G"}},
		{"a range", "open-egress", vpc, network + "," + group(https(`"CidrIp":"203.0.112.0/22"`)), nil},
		{"a prefix list", "open-egress", vpc, network + "," + group(https(`"DestinationPrefixListId":"pl-1"`)), nil},
		{"the VPC", "open-egress", vpc, network + "," + group(https(`"CidrIp":{"Fn::GetAtt":["V","CidrBlock"]}`)), nil},
		{"a parameter", "open-egress", vpc, network + "," + group(https(`"CidrIp":{"Ref":"Param"}`)), []string{"T/G?"}},
		{"HTTPS to everywhere, if asked", "open-egress", vpc, network + "," + group(everywhere+`,{"Fn::If":["Asked",{"CidrIp":"0.0.0.0/1","IpProtocol":"-1"},{"Ref":"AWS::NoValue"}]}`), []string{"T/G", "T/G?"}},
		{"no rule, if not asked", "open-egress", vpc, network + "," + group(`{"Fn::If":["Asked",`+https(`"CidrIp":"10.0.0.0/16"`)+`,{"Ref":"AWS::NoValue"}]}`), []string{"T/G?", "T/G?"}},
		{"HTTPS to everywhere, without a reason", "open-egress", vpc + strings.Replace(relaxed("open-egress", `"0.0.0.0/0:443"`), "why", "", 1), network + "," + group(everywhere), []string{"T/G"}},
		{"a group that is not there", "open-egress", `,"VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"]}`, "", []string{"T/F?"}},

		{"the internet", "name-filter", vpc, network + "," + nat + "," + group(everywhere), []string{"T/F"}},
		{"the internet, by names", "name-filter", vpc, network + "," + nat + "," + filter + "," + group(everywhere), nil},
		{"no way there", "name-filter", vpc, network + "," + group(everywhere), nil},
		{"a way there, and no rule", "name-filter", vpc, network + "," + nat + "," + group(https(`"DestinationPrefixListId":"pl-1"`)), nil},
		{"the internet, on purpose", "name-filter", vpc + relaxed("name-filter", `""`), network + "," + nat + "," + group(everywhere), nil},
		{"another's VPC", "name-filter", vpc, strings.Replace(network, `"V":{"Type":"AWS::EC2::VPC","Properties":{}},`, "", 1) + "," + nat + `,"G":{"Type":"AWS::EC2::SecurityGroup","Properties":{"SecurityGroupEgress":[` + everywhere + `]}}`, []string{"T/F?"}},

		{"a group that lets nobody in", "open-ingress", vpc, network + "," + group(everywhere), nil},
		{"a database that lets everybody in", "open-ingress", vpc, network + "," + group(https(`"DestinationSecurityGroupId":{"Ref":"D"}`)) +
			`,"D":{"Type":"AWS::EC2::SecurityGroup","Properties":{"SecurityGroupIngress":[` + everywhere + `]}}`, []string{"T/D"}},
		{"a database that lets the function in", "open-ingress", vpc, network + "," + group(https(`"DestinationSecurityGroupId":{"Ref":"D"}`)) +
			`,"D":{"Type":"AWS::EC2::SecurityGroup","Properties":{"SecurityGroupIngress":[` + https(`"SourceSecurityGroupId":{"Ref":"G"}`) + `]}}`, nil},
		{"the function's own group, which it reaches too", "open-ingress", vpc, network + `,"G":{"Type":"AWS::EC2::SecurityGroup","Properties":{"SecurityGroupEgress":[` +
			https(`"DestinationSecurityGroupId":{"Ref":"G"}`) + `],"SecurityGroupIngress":[` + everywhere + `]}}`, []string{"T/G"}},
		{"an endpoint that the function does not reach", "open-ingress", vpc, network + "," + group(https(`"CidrIp":"203.0.112.0/22"`)) + "," +
			endpoint(ssm+`,"SecurityGroupIds":[{"Ref":"D"}]`) + `,"D":{"Type":"AWS::EC2::SecurityGroup","Properties":{"SecurityGroupIngress":[` +
			strings.Replace(everywhere, "443", "80", 2) + `]}}`, nil},
		{"a group that the function does not reach", "open-ingress", vpc, network + "," + group(https(`"CidrIp":"10.0.0.1/32"`)) +
			`,"D":{"Type":"AWS::EC2::SecurityGroup","Properties":{"SecurityGroupIngress":[` + everywhere + `]}}`, nil},

		{"an internet gateway", "public-subnet", vpc, network + "," + group(everywhere) +
			`,"N":{"Type":"AWS::EC2::Route","Properties":{"RouteTableId":{"Ref":"T"},"DestinationIpv6CidrBlock":"::/0","GatewayId":"igw-1"}}`, []string{"T/F"}},
		{"a NAT gateway", "public-subnet", vpc, network + "," + nat + "," + group(everywhere), nil},
		{"an internet gateway, if asked", "public-subnet", vpc, network + "," + group(everywhere) +
			`,"N":{"Type":"AWS::EC2::Route","Condition":"Asked","Properties":{"RouteTableId":{"Ref":"T"},"DestinationCidrBlock":"0.0.0.0/0","GatewayId":"igw-1"}}`, []string{"T/F?"}},

		{"no VPC", "no-vpc", "", "", []string{"T/F"}},
		{"no VPC, on purpose", "no-vpc", relaxed("no-vpc", `""`), "", nil},

		{"an endpoint that the function does not reach", "endpoint-policy", vpc, network + "," + group(https(`"CidrIp":"203.0.112.0/22"`)) + "," +
			endpoint(ssm+`,"SecurityGroupIds":[{"Ref":"D"}]`) + `,"D":{"Type":"AWS::EC2::SecurityGroup"}`, nil},
		{"an endpoint of the VPC's default group", "endpoint-policy", vpc, network + "," + group(everywhere) + "," + endpoint(ssm), []string{"T/E?"}},
		{"an endpoint of another's service", "endpoint-policy", vpc, network + "," + group(everywhere) + "," +
			endpoint(`"ServiceName":"com.amazonaws.vpce.eu-west-1.vpce-svc-1"`), nil},
		{"a policy that is a parameter", "endpoint-policy", vpc, network + "," + group(everywhere) + "," + endpoint(ssm+`,"PolicyDocument":{"Ref":"Param"}`), []string{"T/E?"}},
		{"a policy for all actions of the service", "endpoint-policy", vpc, network + "," + group(everywhere) + "," + endpoint(ssm+
			`,"SecurityGroupIds":[{"Ref":"D"}],"PolicyDocument":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ssm:*","Resource":"*"}]}`) + `,"D":{"Type":"AWS::EC2::SecurityGroup","Properties":{"SecurityGroupIngress":[` + everywhere + `]}}`, []string{"T/E"}},
		{"a policy for one of its resources", "endpoint-policy", vpc, network + "," + group(everywhere) + "," + endpoint(ssm+
			`,"PolicyDocument":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ssm:*","Resource":"arn:aws:ssm:eu-west-1:111122223333:parameter/x:*"}]}`), nil},
		{"a policy that holds to the account", "endpoint-policy", vpc, network + "," + group(everywhere) + "," + endpoint(ssm+
			`,"PolicyDocument":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}}]}`), nil},

		{"flow logs of the subnets", "flow-logs", vpc, network + "," + group(everywhere) + `,"W":{"Type":"AWS::EC2::FlowLog","Properties":{"ResourceId":{"Ref":"S"}}}`, nil},
		{"flow logs, if asked", "flow-logs", vpc, network + "," + group(everywhere) +
			`,"W":{"Type":"AWS::EC2::FlowLog","Condition":"Asked","Properties":{"ResourceId":{"Ref":"V"}}}`, []string{"T/V?"}},
		{"flow logs of another VPC", "flow-logs", vpc, network + "," + group(everywhere) + `,"W":{"Type":"AWS::EC2::FlowLog","Properties":{"ResourceId":"vpc-1"}}`, []string{"T/V"}},
		{"another's VPC, and its logs", "flow-logs", `,"VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"]}`, "", nil},
	} {
		var resources []string
		if c.resources != "" {
			resources = append(resources, c.resources)
		}
		var want []string
		for _, path := range c.want {
			want = append(want, c.rule+" "+path)
		}
		if got := found(function(t, c.properties, resources...), c.rule); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", c.situation, got, want)
		}
	}
}

func TestAnonymousEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation, event, globals, api string
		want                           []string
	}{
		{"an API", `"Type":"Api"`, "{}", "{}", []string{"public-invocation T/F/E"}},
		{"an HTTP API", `"Type":"HttpApi"`, "{}", "{}", []string{"public-invocation T/F/E"}},
		{"with an authorizer", `"Type":"Api","Properties":{"Auth":{"Authorizer":"AWS_IAM"}}`, "{}", "{}", nil},
		{"with none on purpose", `"Type":"Api","Properties":{"Auth":{"Authorizer":"NONE"}}`, `{"Api":{"Auth":{"DefaultAuthorizer":"AWS_IAM"}}}`, "{}", []string{"public-invocation T/F/E"}},
		{"with a default", `"Type":"HttpApi"`, `{"HttpApi":{"Auth":{"DefaultAuthorizer":"JWT"}}}`, "{}", nil},
		{"with its API's default", `"Type":"Api","Properties":{"RestApiId":{"Ref":"A"}}`, "{}", `{"Auth":{"DefaultAuthorizer":"AWS_IAM"}}`, nil},
		{"with its API's document", `"Type":"Api","Properties":{"RestApiId":{"Ref":"A"}}`, "{}", `{"DefinitionUri":"s3://x"}`, []string{"public-invocation T/F/E?"}},
		{"with a policy", `"Type":"Api","Properties":{"Auth":{"ResourcePolicy":{}}}`, "{}", "{}", []string{"public-invocation T/F/E?"}},
		{"of an API elsewhere", `"Type":"Api","Properties":{"RestApiId":"abc"}`, "{}", "{}", []string{"public-invocation T/F/E?"}},
		{"a preflight request", `"Type":"Api","Properties":{"Method":"options"}`, "{}", "{}", nil},
		{"a queue", `"Type":"SQS"`, "{}", "{}", nil},
	} {
		p, err := FromJSON("T", []byte(`{"Transform":"AWS::Serverless-2016-10-31","Globals":`+c.globals+`,"Resources":{"A":{"Type":"AWS::Serverless::Api","Properties":`+c.api+`},
			"F":{"Type":"AWS::Serverless::Function","Properties":{"Events":{"E":{`+c.event+`}}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := found(p, "public-invocation"); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}
