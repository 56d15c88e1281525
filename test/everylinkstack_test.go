package test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsefs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

const destroy = awscdk.RemovalPolicy_DESTROY

// everyLink is an app of two stacks with every link and every kind of network
// that a local AWS can deploy. Base has the network that both share, and what
// is linked.
type everyLink struct {
	app         awscdk.App
	base, other awscdk.Stack
	functions   []linkedFunction
}

// linkedFunction is a function with what it was given.
type linkedFunction struct {
	*golambda.SecureGoFunction
	stack awscdk.Stack
	net   *network.Network
	links []link.Link
}

// edition is what an update changes.
type edition struct {
	prefix, source, cron, reason string
	memory, batch, port          int
	window                       time.Duration
}

var (
	first  = edition{prefix: "in/", source: "my_app.orders", cron: "cron(0 3 * * ? *)", reason: "the first", memory: 256, batch: 5, port: 8443, window: time.Second}
	second = edition{prefix: "out/", source: "my_app.returns", cron: "cron(0 4 * * ? *)", reason: "the second", memory: 512, batch: 6, port: 9443, window: 2 * time.Second}
)

func (e *everyLink) function(stack awscdk.Stack, id string, net *network.Network, memory int, links ...link.Link) *golambda.SecureGoFunction {
	fn := golambda.NewSecureGoFunction(stack, id, &golambda.SecureGoFunctionProps{
		Entry: handler, Network: net, Links: links, MemoryMB: memory, RemovalPolicy: destroy})
	e.functions = append(e.functions, linkedFunction{fn, stack, net, links})
	return fn
}

func newEveryLink(app awscdk.App, v edition) *everyLink {
	e := &everyLink{app: app, base: awscdk.NewStack(app, jsii.String("Base"), nil), other: awscdk.NewStack(app, jsii.String("Other"), nil)}
	net := network.New(e.base, "Network", &network.Props{PrefixLists: prefixLists, Internet: &network.Internet{NatGateways: 1}, RemovalPolicy: destroy})
	d := newThings(e.base, net)
	bare := e.function(e.base, "Bare", net, v.memory)
	e.function(e.base, "Stores", net, v.memory, d.stores(v)...)
	e.function(e.base, "Keys", net, v.memory, d.keys(v)...)
	e.function(e.base, "Reaches", net, v.memory, append(d.reaches(v), link.FunctionInvoke("PRICES", bare.Function))...)
	e.function(e.base, "Invoked", net, v.memory, d.invokes(v)...)
	e.elsewhere(net, d, v)
	return e
}

// elsewhere are functions of another stack than the network's, and networks of
// the other kinds.
func (e *everyLink) elsewhere(shared *network.Network, d *things, v edition) {
	e.function(e.other, "Bare", shared, v.memory)
	e.function(e.other, "Shares", shared, v.memory,
		link.BucketRead("RECEIPTS", d.bucket, link.Prefix(v.prefix)), link.TopicPublish("NEWS", d.topic), link.QueueConsume(d.jobs, &link.QueueConsumeOptions{BatchSize: v.batch}),
		link.Postgres("DB", link.Cluster(d.postgres), "orders_app"), link.Parameter("LIMIT", "/my_app/limit", link.Plain(v.reason)))

	open := network.New(e.other, "Open", &network.Props{CIDR: "10.1.0.0/16", RemovalPolicy: destroy,
		Internet: &network.Internet{NatGateways: 1, Names: network.AnyName("a crawler")}})
	e.function(e.other, "Crawler", open, v.memory, link.Everywhere(v.port, "pages of the web"))

	perimeter := network.New(e.other, "Perimeter", &network.Props{CIDR: "10.2.0.0/16", RemovalPolicy: destroy, Perimeter: true, PrefixLists: prefixLists})
	e.function(e.other, "Guarded", perimeter, v.memory, link.TableRead("ORDERS", d.table))

	theirs := awsec2.NewVpc(e.other, jsii.String("Theirs"), &awsec2.VpcProps{MaxAzs: jsii.Number(2), NatGateways: jsii.Number(0), RestrictDefaultSecurityGroup: jsii.Bool(false),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{{Name: jsii.String("Isolated"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}}})
	guard := awsec2.NewSecurityGroup(e.other, jsii.String("Guard"), &awsec2.SecurityGroupProps{Vpc: theirs, AllowAllOutbound: jsii.Bool(false)})
	theirs.AddInterfaceEndpoint(jsii.String("Sqs"), &awsec2.InterfaceVpcEndpointOptions{
		Service: awsec2.InterfaceVpcEndpointAwsService_SQS(), Open: jsii.Bool(false), SecurityGroups: &[]awsec2.ISecurityGroup{guard}})
	existing := network.FromVpc(e.other, "Existing", &network.FromVpcProps{Vpc: theirs, Endpoints: []network.Endpoint{{Service: "sqs", SecurityGroup: guard}}})
	e.function(e.other, "Guest", existing, v.memory, link.QueueSend("JOBS", d.jobs), link.Parameter("LIMIT", "/my_app/limit", link.Plain(v.reason)))
	e.function(e.other, "Nowhere", network.None("calls public APIs only"), v.memory, link.TopicPublish("NEWS", d.topic))
}

// things are CDK's constructs that are linked.
type things struct {
	key, signing, mac, other awskms.Key
	bucket                   awss3.Bucket
	table, changes           awsdynamodb.ITable
	jobs, failures           awssqs.Queue
	topic                    awssns.Topic
	bus                      awsevents.EventBus
	stream                   awskinesis.Stream
	standard, express        awsstepfunctions.StateMachine
	secret                   awssecretsmanager.Secret
	parameter                awsssm.StringParameter
	postgres                 awsrds.DatabaseCluster
	mysql                    awsrds.DatabaseInstance
	proxy                    awsrds.DatabaseProxy
	cache                    link.Cache
	files                    awsefs.AccessPoint
	peer                     awselasticloadbalancingv2.ApplicationLoadBalancer
	rest                     awsapigateway.Method
	http                     awsapigatewayv2.HttpApi
	caller                   awsiam.Role
}

func newThings(stack awscdk.Stack, net *network.Network) *things {
	key := func(id string, spec awskms.KeySpec, usage awskms.KeyUsage) awskms.Key {
		return awskms.NewKey(stack, jsii.String(id), &awskms.KeyProps{KeySpec: spec, KeyUsage: usage, RemovalPolicy: destroy})
	}
	d := &things{
		key:     awskms.NewKey(stack, jsii.String("Key"), &awskms.KeyProps{EnableKeyRotation: jsii.Bool(true), RemovalPolicy: destroy}),
		other:   awskms.NewKey(stack, jsii.String("ParametersKey"), &awskms.KeyProps{EnableKeyRotation: jsii.Bool(true), RemovalPolicy: destroy}),
		signing: key("SigningKey", awskms.KeySpec_ECC_NIST_P256, awskms.KeyUsage_SIGN_VERIFY),
		mac:     key("MacKey", awskms.KeySpec_HMAC_256, awskms.KeyUsage_GENERATE_VERIFY_MAC),
	}
	d.store(stack)
	d.messages(stack)
	d.databases(stack, net)
	d.peers(stack, net)
	d.apis(stack)
	return d
}

func (d *things) store(stack awscdk.Stack) {
	d.bucket = awss3.NewBucket(stack, jsii.String("Bucket"), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_KMS, EncryptionKey: d.key, BucketKeyEnabled: jsii.Bool(true), EnforceSSL: jsii.Bool(true),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), RemovalPolicy: destroy})
	id := &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING}
	table := awsdynamodb.NewTable(stack, jsii.String("Orders"), &awsdynamodb.TableProps{
		PartitionKey: id, BillingMode: awsdynamodb.BillingMode_PAY_PER_REQUEST, RemovalPolicy: destroy,
		Encryption: awsdynamodb.TableEncryption_CUSTOMER_MANAGED, EncryptionKey: d.key, Stream: awsdynamodb.StreamViewType_NEW_IMAGE})
	table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{IndexName: jsii.String("by-customer"),
		PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("customer"), Type: awsdynamodb.AttributeType_STRING}})
	d.table = table
	// CDK takes a customer key of a TableV2 only where the region is known.
	d.changes = awsdynamodb.NewTableV2(stack, jsii.String("Changes"), &awsdynamodb.TablePropsV2{
		PartitionKey: id, RemovalPolicy: destroy, DynamoStream: awsdynamodb.StreamViewType_NEW_IMAGE})
	d.secret = awssecretsmanager.NewSecret(stack, jsii.String("Secret"), &awssecretsmanager.SecretProps{EncryptionKey: d.key, RemovalPolicy: destroy})
	d.parameter = awsssm.NewStringParameter(stack, jsii.String("Theme"), &awsssm.StringParameterProps{ParameterName: jsii.String("/my_app/theme"), StringValue: jsii.String("dark")})
}

func (d *things) messages(stack awscdk.Stack) {
	queue := func(id string, dead *awssqs.DeadLetterQueue) awssqs.Queue {
		return awssqs.NewQueue(stack, jsii.String(id), &awssqs.QueueProps{Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: d.key,
			EnforceSSL: jsii.Bool(true), VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(120)), DeadLetterQueue: dead})
	}
	d.failures = queue("Failures", nil)
	d.jobs = queue("Jobs", &awssqs.DeadLetterQueue{MaxReceiveCount: jsii.Number(5), Queue: queue("DeadJobs", nil)})
	d.topic = awssns.NewTopic(stack, jsii.String("Topic"), &awssns.TopicProps{MasterKey: d.key})
	d.bus = awsevents.NewEventBus(stack, jsii.String("Bus"), &awsevents.EventBusProps{EventBusName: jsii.String("orders")})
	d.stream = awskinesis.NewStream(stack, jsii.String("Clicks"), &awskinesis.StreamProps{
		Encryption: awskinesis.StreamEncryption_KMS, EncryptionKey: d.key, RemovalPolicy: destroy})
	machine := func(id string, kind awsstepfunctions.StateMachineType) awsstepfunctions.StateMachine {
		return awsstepfunctions.NewStateMachine(stack, jsii.String(id), &awsstepfunctions.StateMachineProps{StateMachineType: kind, RemovalPolicy: destroy,
			DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(awsstepfunctions.NewPass(stack, jsii.String(id+"Pass"), nil))})
	}
	d.standard = machine("Standard", awsstepfunctions.StateMachineType_STANDARD)
	d.express = machine("Express", awsstepfunctions.StateMachineType_EXPRESS)
}

// shut is a group for what has one: CDK's own lets all out.
func shut(stack awscdk.Stack, id string, net *network.Network) awsec2.SecurityGroup {
	return awsec2.NewSecurityGroup(stack, jsii.String(id), &awsec2.SecurityGroupProps{Vpc: net.Vpc, AllowAllOutbound: jsii.Bool(false)})
}

func (d *things) databases(stack awscdk.Stack, net *network.Network) {
	d.postgres = awsrds.NewDatabaseCluster(stack, jsii.String("Postgres"), &awsrds.DatabaseClusterProps{
		Engine: awsrds.DatabaseClusterEngine_AuroraPostgres(&awsrds.AuroraPostgresClusterEngineProps{Version: awsrds.AuroraPostgresEngineVersion_VER_16_6()}),
		Writer: awsrds.ClusterInstance_ServerlessV2(jsii.String("Writer"), nil), Vpc: net.Vpc, VpcSubnets: net.Subnets,
		SecurityGroups: &[]awsec2.ISecurityGroup{shut(stack, "PostgresGroup", net)}, IamAuthentication: jsii.Bool(true),
		Credentials:          awsrds.Credentials_FromGeneratedSecret(jsii.String("owner"), &awsrds.CredentialsBaseOptions{EncryptionKey: d.key}),
		StorageEncryptionKey: d.key, RemovalPolicy: destroy})
	group := shut(stack, "MysqlGroup", net)
	d.mysql = awsrds.NewDatabaseInstance(stack, jsii.String("Mysql"), &awsrds.DatabaseInstanceProps{
		Engine:       awsrds.DatabaseInstanceEngine_Mysql(&awsrds.MySqlInstanceEngineProps{Version: awsrds.MysqlEngineVersion_VER_8_0()}),
		InstanceType: awsec2.NewInstanceType(jsii.String("t4g.micro")), Vpc: net.Vpc, VpcSubnets: net.Subnets,
		SecurityGroups: &[]awsec2.ISecurityGroup{group}, IamAuthentication: jsii.Bool(true),
		Credentials:          awsrds.Credentials_FromGeneratedSecret(jsii.String("owner"), &awsrds.CredentialsBaseOptions{EncryptionKey: d.key}),
		StorageEncryptionKey: d.key, RemovalPolicy: destroy})
	d.proxy = awsrds.NewDatabaseProxy(stack, jsii.String("Proxy"), &awsrds.DatabaseProxyProps{ProxyTarget: awsrds.ProxyTarget_FromInstance(d.mysql),
		Secrets: &[]awssecretsmanager.ISecret{d.mysql.Secret()}, Vpc: net.Vpc, VpcSubnets: net.Subnets, IamAuth: jsii.Bool(true),
		SecurityGroups: &[]awsec2.ISecurityGroup{shut(stack, "ProxyGroup", net)}})
	d.cache = newCache(stack, net)
}

// newCache makes a cache of CloudFormation's own resources: CDK has no others,
// and the package of those would cost compile time.
func newCache(stack awscdk.Stack, net *network.Network) link.Cache {
	scope := constructs.NewConstruct(stack, jsii.String("Cache"))
	make := func(id, kind string, properties map[string]any) awscdk.CfnResource {
		return awscdk.NewCfnResource(scope, jsii.String(id), &awscdk.CfnResourceProps{Type: jsii.String("AWS::ElastiCache::" + kind), Properties: &properties})
	}
	group := shut(stack, "CacheGroup", net)
	subnets := make("Subnets", "SubnetGroup", map[string]any{"Description": "isolated", "SubnetIds": net.Vpc.SelectSubnets(net.Subnets).SubnetIds})
	make("User", "User", map[string]any{"UserId": "orders-app", "UserName": "orders-app", "Engine": "valkey", "AccessString": "on ~orders:* +@read +@write",
		"AuthenticationMode": map[string]any{"Type": "iam"}})
	make("Users", "UserGroup", map[string]any{"UserGroupId": "orders", "Engine": "valkey", "UserIds": []string{"orders-app"}})
	cache := make("Group", "ReplicationGroup", map[string]any{"ReplicationGroupDescription": "sessions", "Engine": "valkey", "CacheNodeType": "cache.t4g.micro",
		"NumCacheClusters": 2, "AutomaticFailoverEnabled": true, "TransitEncryptionEnabled": true, "AtRestEncryptionEnabled": true, "UserGroupIds": []string{"orders"},
		"CacheSubnetGroupName": subnets.Ref(), "SecurityGroupIds": []string{*group.SecurityGroupId()}})
	return link.Cache{Name: *cache.Ref(), Host: *cache.GetAtt(jsii.String("PrimaryEndPoint.Address"), awscdk.ResolutionTypeHint_STRING).ToString(), Groups: []string{*group.SecurityGroupId()}}
}

func (d *things) peers(stack awscdk.Stack, net *network.Network) {
	files := awsefs.NewFileSystem(stack, jsii.String("Files"), &awsefs.FileSystemProps{Vpc: net.Vpc, VpcSubnets: net.Subnets, KmsKey: d.key,
		SecurityGroup: shut(stack, "FilesGroup", net), AllowAnonymousAccess: jsii.Bool(false), RemovalPolicy: destroy})
	owner := jsii.String("1001")
	d.files = files.AddAccessPoint(jsii.String("Point"), &awsefs.AccessPointOptions{Path: jsii.String("/orders"),
		CreateAcl: &awsefs.Acl{OwnerUid: owner, OwnerGid: owner, Permissions: jsii.String("750")}, PosixUser: &awsefs.PosixUser{Uid: owner, Gid: owner}})
	d.peer = awselasticloadbalancingv2.NewApplicationLoadBalancer(stack, jsii.String("Peer"), &awselasticloadbalancingv2.ApplicationLoadBalancerProps{
		Vpc: net.Vpc, VpcSubnets: net.Subnets, InternetFacing: jsii.Bool(false), SecurityGroup: shut(stack, "PeerGroup", net)})
	d.caller = awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("ecs-tasks.amazonaws.com"), nil)})
}

func (d *things) apis(stack awscdk.Stack) {
	api := awsapigateway.NewRestApi(stack, jsii.String("Rest"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	d.rest = api.Root().AddResource(jsii.String("orders"), nil).AddMethod(jsii.String("GET"), nil, nil)
	d.http = awsapigatewayv2.NewHttpApi(stack, jsii.String("Http"), nil)
}

func (d *things) stores(v edition) []link.Link {
	under := link.EncryptedWith(d.other)
	return []link.Link{
		link.Parameter("API_KEY", "/my_app/api_key", under),
		link.ParameterFrom("THEME", d.parameter, link.Plain(v.reason)),
		link.Parameters(map[string]string{"USER": "/my_app/user", "TOKEN": "/my_app/token"}, under),
		link.ParametersByPath("FLAGS", "/my_app/flags", v.reason, link.Plain("names of features")),
		link.Secret("SIGNUP", d.secret),
		link.SecretARN("PARTNER", "arn:aws:secretsmanager:us-east-1:111122223333:secret:partner/api-a1b2c3", d.other, link.JSONField("password")),
		link.BucketRead("INBOX", d.bucket, link.Prefix(v.prefix), link.AndList()),
		link.BucketWrite("RECEIPTS", d.bucket, link.Prefix("receipts/")),
		link.BucketReadWrite("DRAFTS", d.bucket, link.Prefix("drafts/")),
		link.BucketDelete("TRASH", d.bucket, link.Prefix("trash/")),
		link.TableRead("ORDERS", d.table, link.Index("by-customer"), link.AndScan()),
		link.TableWrite("CHANGES", d.changes, link.NoCustomerKey(v.reason)),
		link.TableReadWrite("STATES", d.table),
	}
}

func (d *things) keys(v edition) []link.Link {
	tenant := link.EncryptionContext(map[string]string{"tenant": v.reason})
	return []link.Link{
		link.KeyEncrypt("SEALS", d.other, tenant), link.KeyDecrypt("OPENS", d.other, tenant), link.KeyDataKey("DATA_KEYS", d.other),
		link.KeySign("SIGNS", d.signing, link.SigningAlgorithm("ECDSA_SHA_256")), link.KeyVerify("VERIFIES", d.signing),
		link.KeyMAC("STAMPS", d.mac), link.KeyVerifyMAC("CHECKS_STAMPS", d.mac, link.MACAlgorithm("HMAC_SHA_256")),
	}
}

func (d *things) reaches(v edition) []link.Link {
	return []link.Link{
		link.QueueSend("JOBS", d.jobs),
		link.TopicPublish("NEWS", d.topic),
		link.EventsPut("EVENTS", d.bus, v.source),
		link.StreamPut("CLICKS", d.stream),
		link.StateMachineStart("FULFIL", d.standard),
		link.StateMachineStartSync("QUOTE", d.express),
		link.Postgres("WRITER", link.Cluster(d.postgres), "orders_app", link.DatabaseName("orders")),
		link.Postgres("READER", link.ClusterReader(d.postgres), "orders_app", link.DatabaseName("orders")),
		link.MySQL("LEDGER", link.Instance(d.mysql), "ledger_app", link.DatabaseName("ledger")),
		link.MySQL("POOLED", link.Proxy(d.proxy), "ledger_app", link.DatabaseName("ledger")),
		link.Valkey("SESSIONS", d.cache, "orders-app"),
		link.FileSystem("FILES", d.files, "/mnt/orders"),
		link.Connectable("SEARCH", d.peer, *d.peer.LoadBalancerDnsName(), v.port),
		link.HTTPS("PAYMENTS", "api.stripe.com"),
		link.Address("BANK", "192.0.2.10", v.port),
		link.CIDR("10.9.0.0/16", v.port),
		link.PrefixList("pl-0123456789abcdef0", v.port),
		link.PrefixListOutside("pl-0123456789abcdef1", v.port),
		link.Statements(v.reason, []string{"email"}, link.Statement{Actions: []string{"ses:SendEmail"}, Resources: []string{"arn:aws:ses:us-east-1:111122223333:identity/example.com"}}),
	}
}

func (d *things) invokes(v edition) []link.Link {
	return []link.Link{
		link.QueueConsume(d.jobs, &link.QueueConsumeOptions{BatchSize: v.batch, BatchWindow: v.window}),
		link.StreamConsume(d.stream, d.failures, &link.StreamConsumeOptions{BatchSize: v.batch}),
		link.TableStreamConsume(d.changes, d.failures, &link.StreamConsumeOptions{BatchSize: v.batch}, link.NoCustomerKey(v.reason)),
		link.TopicSubscribe(d.topic, d.failures, &link.TopicSubscribeOptions{Attributes: map[string]any{"store": []string{v.prefix}}}),
		link.Rule("orders", d.bus, map[string]any{"source": []string{v.source}}, d.failures),
		link.Schedule("nightly", v.cron, d.failures, &link.ScheduleOptions{Input: map[string]any{"run": v.reason}, Key: d.key}),
		link.BucketEvents(d.bucket, d.failures, &link.BucketEventsOptions{Prefix: v.prefix}),
		link.FunctionURL([]string{*d.caller.RoleArn()}, &link.CORS{Origins: []string{"https://www.example.com"}, Methods: []string{"POST"}, MaxAge: 60 * v.window}),
		link.RestAPI(d.rest),
		link.HTTPAPI(d.http, "GET", "/"+v.prefix+"{id}"),
	}
}
