package template

import (
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// form says how CloudFormation names a kind of resource, from its page in the CloudFormation reference and the resource types of the Service
// Authorization Reference.
type form struct {
	property string // sets the name
	attr     string // returns the name; where none does, Ref
	arn      string // the ARN after the partition, with {R}egion, {A}ccount and {N}ame
	ref      string // what Ref returns: "name", "arn" or neither
	arnAttrs string // attributes that return the ARN, with spaces between
	// prefixed says that a generated name begins with the stack's, whole: it may be long enough (CloudFormation guide, "Name type").
	prefixed bool
}

var forms = map[string]form{
	"AWS::ApiGateway::RestApi":             {attr: "RestApiId", ref: "name"},
	"AWS::ApiGatewayV2::Api":               {attr: "ApiId", ref: "name"},
	"AWS::CloudWatch::Alarm":               {property: "AlarmName", arn: "cloudwatch:{R}:{A}:alarm:{N}", ref: "name", arnAttrs: "Arn", prefixed: true},
	"AWS::CloudWatch::CompositeAlarm":      {property: "AlarmName", arn: "cloudwatch:{R}:{A}:alarm:{N}", ref: "name", arnAttrs: "Arn", prefixed: true},
	"AWS::Cognito::UserPool":               {attr: "UserPoolId", arn: "cognito-idp:{R}:{A}:userpool/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::DynamoDB::GlobalTable":           {property: "TableName", arn: "dynamodb:{R}:{A}:table/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::DynamoDB::Table":                 {property: "TableName", arn: "dynamodb:{R}:{A}:table/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::EC2::InternetGateway":            {attr: "InternetGatewayId", ref: "name"},
	"AWS::EC2::EgressOnlyInternetGateway":  {attr: "Id", ref: "name"},
	"AWS::EC2::NatGateway":                 {attr: "NatGatewayId", ref: "name"},
	"AWS::EC2::RouteTable":                 {attr: "RouteTableId", ref: "name"},
	"AWS::EC2::SecurityGroup":              {attr: "GroupId", ref: "name"},
	"AWS::EC2::Subnet":                     {attr: "SubnetId", arn: "ec2:{R}:{A}:subnet/{N}", ref: "name"},
	"AWS::EC2::VPC":                        {attr: "VpcId", arn: "ec2:{R}:{A}:vpc/{N}", ref: "name"},
	"AWS::EC2::VPCEndpoint":                {attr: "Id", ref: "name"},
	"AWS::ECR::Repository":                 {property: "RepositoryName", arn: "ecr:{R}:{A}:repository/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::EFS::AccessPoint":                {attr: "AccessPointId", arn: "elasticfilesystem:{R}:{A}:access-point/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::EFS::FileSystem":                 {attr: "FileSystemId", arn: "elasticfilesystem:{R}:{A}:file-system/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::Events::EventBus":                {property: "Name", attr: "Name", arn: "events:{R}:{A}:event-bus/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::IAM::Group":                      {property: "GroupName", arn: "iam::{A}:group{P}{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::IAM::ManagedPolicy":              {property: "ManagedPolicyName", attr: "PolicyName", arn: "iam::{A}:policy{P}{N}", ref: "arn", arnAttrs: "PolicyArn"},
	"AWS::IAM::Role":                       {property: "RoleName", arn: "iam::{A}:role{P}{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::IAM::User":                       {property: "UserName", arn: "iam::{A}:user{P}{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::KMS::Alias":                      {property: "AliasName", arn: "kms:{R}:{A}:{N}", ref: "name"},
	"AWS::KMS::Key":                        {attr: "KeyId", arn: "kms:{R}:{A}:key/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::KMS::ReplicaKey":                 {attr: "KeyId", arn: "kms:{R}:{A}:key/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::Kinesis::Stream":                 {property: "Name", arn: "kinesis:{R}:{A}:stream/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::KinesisFirehose::DeliveryStream": {property: "DeliveryStreamName", arn: "firehose:{R}:{A}:deliverystream/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::Lambda::Function":                {property: "FunctionName", arn: "lambda:{R}:{A}:function:{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::Logs::LogGroup":                  {property: "LogGroupName", arn: "logs:{R}:{A}:log-group:{N}:*", ref: "name", arnAttrs: "Arn", prefixed: true},
	"AWS::OpenSearchService::Domain":       {property: "DomainName", arn: "es:{R}:{A}:domain/{N}", ref: "name", arnAttrs: "Arn DomainArn"},
	"AWS::RDS::DBCluster":                  {property: "DBClusterIdentifier", arn: "rds:{R}:{A}:cluster:{N}", ref: "name", arnAttrs: "DBClusterArn"},
	"AWS::RDS::DBInstance":                 {property: "DBInstanceIdentifier", arn: "rds:{R}:{A}:db:{N}", ref: "name", arnAttrs: "DBInstanceArn"},
	"AWS::S3::Bucket":                      {property: "BucketName", arn: "s3:::{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::SNS::Topic":                      {property: "TopicName", attr: "TopicName", arn: "sns:{R}:{A}:{N}", ref: "arn", arnAttrs: "TopicArn"},
	"AWS::SQS::Queue":                      {property: "QueueName", attr: "QueueName", arn: "sqs:{R}:{A}:{N}", arnAttrs: "Arn"},
	"AWS::SSM::Parameter":                  {property: "Name", arn: "ssm:{R}:{A}:parameter{/N}", ref: "name"},
	"AWS::SecretsManager::Secret":          {property: "Name", arn: "secretsmanager:{R}:{A}:secret:{N}{suffix}", ref: "arn", arnAttrs: "Id"},
	"AWS::Serverless::Function":            {property: "FunctionName", arn: "lambda:{R}:{A}:function:{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::Serverless::SimpleTable":         {property: "TableName", arn: "dynamodb:{R}:{A}:table/{N}", ref: "name", arnAttrs: "Arn"},
	"AWS::Serverless::StateMachine":        {property: "Name", attr: "Name", arn: "states:{R}:{A}:stateMachine:{N}", ref: "arn", arnAttrs: "Arn"},
	"AWS::StepFunctions::StateMachine":     {property: "StateMachineName", attr: "Name", arn: "states:{R}:{A}:stateMachine:{N}", ref: "arn", arnAttrs: "Arn"},
}

// identity is how one resource is named.
type identity struct{ name, arn, ref policy.Text }

// identify computes it once. A name that names itself is not known.
func (r *Resource) identify() identity {
	if r.identity != nil {
		return *r.identity
	}
	symbol := r.Stack.symbol(r.ID)
	r.identity = &identity{ref: policy.Symbol(policy.Whole, symbol)} // while the name is read
	f, ok := forms[r.Type]
	if !ok {
		if custom(r.Type) {
			r.identity.ref = policy.Symbol(policy.Anything, symbol)
		}
		return *r.identity
	}
	own := symbol
	if f.ref != "name" && f.attr != "" {
		own += "." + f.attr
	} else if f.attr != "" && f.property == "" {
		own += "." + f.attr
	}
	id := identity{name: policy.Symbol(policy.Identity, own)}
	if f.prefixed && r.Stack.stackName != "" {
		id.name = r.Stack.stackName + "-" + id.name
	}
	raw, _ := r.raw["Properties"].(map[string]any)
	named := false
	if f.property != "" {
		if given, ok := raw[f.property]; ok {
			if v := policy.TextOf(r.Stack.Resolve(given)); v != "" {
				id.name, named = v, true
			}
		}
	}
	if f.arn != "" {
		id.arn = "arn:" + r.Stack.Partition + ":" + r.fill(f.arn, id.name, named, raw)
	}
	switch f.ref {
	case "name":
		id.ref = id.name
	case "arn":
		id.ref = id.arn
	default:
		id.ref = policy.Symbol(policy.Whole, symbol)
	}
	r.identity = &id
	return id
}

func (r *Resource) fill(arn string, name policy.Text, named bool, raw map[string]any) policy.Text {
	path := policy.Text("/")
	if given, ok := raw["Path"]; ok && strings.Contains(arn, "{P}") {
		path = policy.TextOf(r.Stack.Resolve(given))
	}
	slashed := name
	if name.Open() { // which may begin with one
		slashed = policy.Symbol(policy.Anything, "/"+r.Stack.symbol(r.ID))
	} else if !strings.HasPrefix(string(name), "/") {
		slashed = "/" + name
	}
	suffix := policy.Text("")
	if named { // Secrets Manager adds a hyphen and six characters
		suffix = "-" + policy.Symbol(policy.Identity, r.Stack.symbol(r.ID)+".suffix")
	}
	var out policy.Text
	for rest := arn; ; {
		before, after, found := strings.Cut(rest, "{")
		out += policy.Text(before)
		if !found {
			return out
		}
		key, after, _ := strings.Cut(after, "}")
		switch rest = after; key {
		case "R":
			out += r.Stack.Region
		case "A":
			out += r.Stack.Account
		case "P":
			out += path
		case "N":
			out += name
		case "/N":
			out += slashed
		case "suffix":
			out += suffix
		}
	}
}

// custom resources return what their makers like, another resource's ARN as well.
func custom(kind string) bool {
	return strings.HasPrefix(kind, "Custom::") || strings.HasPrefix(kind, "AWS::CloudFormation::")
}

// Name is the resource's name or id, as far as known. It is none where the kind of resource is not known here.
func (r *Resource) Name() policy.Text { return r.identify().name }

// ARN is the resource's ARN. It is none where the kind of resource is not known here.
func (r *Resource) ARN() policy.Text {
	if v := r.versioned(); v != "" {
		return v
	}
	return r.identify().arn
}

// ARNReferences are the references that return the ARN, as Id or Id.Attribute.
func (r *Resource) ARNReferences() []string {
	var all []string
	f := forms[r.Type]
	for _, attribute := range strings.Fields(f.arnAttrs) {
		all = append(all, r.ID+"."+attribute)
	}
	if f.ref == "arn" {
		all = append(all, r.ID)
	}
	return all
}

// Ref is what Ref returns.
func (r *Resource) Ref() any {
	if v := r.versioned(); v != "" {
		return v
	}
	if r.Type == "AWS::SecretsManager::SecretTargetAttachment" {
		return limited(r.Property("SecretId"), r.Stack.symbol(r.ID)) // the secret's ARN
	}
	return r.identify().ref
}

// versioned is the ARN of a function's version or alias, which Ref returns.
func (r *Resource) versioned() policy.Text {
	var qualifier policy.Text
	switch r.Type {
	case "AWS::Lambda::Version":
		qualifier = policy.Symbol(policy.Identity, r.Stack.symbol(r.ID)+".Version")
	case "AWS::Lambda::Alias":
		qualifier = r.Text("Name")
	default:
		return ""
	}
	function := r.Text("FunctionName")
	if !strings.HasPrefix(string(function), "arn:") {
		function = "arn:" + r.Stack.Partition + ":lambda:" + r.Stack.Region + ":" + r.Stack.Account + ":function:" + function
	}
	return function + ":" + qualifier
}

// Attribute is what Fn::GetAtt returns.
func (r *Resource) Attribute(attribute string) any {
	symbol := r.Stack.symbol(r.ID) + "." + attribute
	if f, ok := forms[r.Type]; ok {
		id := r.identify()
		switch {
		case f.attr == attribute && id.name != "":
			return id.name
		case strings.Contains(" "+f.arnAttrs+" ", " "+attribute+" ") && id.arn != "":
			return id.arn
		}
	}
	switch {
	case r.inner != nil && strings.HasPrefix(attribute, "Outputs."):
		return r.inner.output(strings.TrimPrefix(attribute, "Outputs."))
	case r.Type == "AWS::SSM::Parameter" && attribute == "Value":
		return limited(r.Property("Value"), symbol)
	case r.Type == "AWS::Lambda::Url" && attribute == "FunctionArn", r.Type == "AWS::Lambda::Version" && attribute == "FunctionArn",
		r.Type == "AWS::Lambda::Alias" && attribute == "AliasArn":
		if v := r.versioned(); v != "" {
			return v
		}
		return r.Text("TargetFunctionArn")
	case r.Type == "AWS::Lambda::Version" && attribute == "Version":
		return policy.Symbol(policy.Identity, symbol)
	case r.Type == "Custom::CrossRegionExportReader":
		if v := r.Stack.assembly.exported(attribute); v != nil {
			return v
		}
		return unknown(symbol)
	case custom(r.Type):
		return unknown(symbol)
	}
	for _, suffix := range []string{"Arn", "ARN", "Id", "Name"} {
		if strings.HasSuffix(attribute, suffix) {
			return policy.Symbol(policy.Whole, symbol)
		}
	}
	return unknown(symbol)
}

// output resolves an output of a nested stack.
func (s *Stack) output(id string) any {
	outputs, _ := s.raw["Outputs"].(map[string]any)
	output, ok := outputs[id].(map[string]any)
	if !ok || s.deciding["output "+id] {
		return unknown(s.symbol("Outputs." + id))
	}
	s.deciding["output "+id] = true
	defer delete(s.deciding, "output "+id)
	return limited(s.Resolve(output["Value"]), s.symbol("Outputs."+id))
}
