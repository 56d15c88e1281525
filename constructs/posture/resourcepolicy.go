package posture

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// separate are the resources that hold the policy of others, by the property that names those.
var separate = []struct{ kind, of, subjects, document string }{
	{"AWS::SQS::QueuePolicy", "AWS::SQS::Queue", "Queues", "PolicyDocument"},
	{"AWS::SQS::QueueInlinePolicy", "AWS::SQS::Queue", "Queue", "PolicyDocument"},
	{"AWS::SNS::TopicPolicy", "AWS::SNS::Topic", "Topics", "PolicyDocument"},
	{"AWS::SNS::TopicInlinePolicy", "AWS::SNS::Topic", "TopicArn", "PolicyDocument"},
	{"AWS::S3::BucketPolicy", "AWS::S3::Bucket", "Bucket", "PolicyDocument"},
	{"AWS::SecretsManager::ResourcePolicy", "AWS::SecretsManager::Secret", "SecretId", "ResourcePolicy"},
	{"AWS::Kinesis::ResourcePolicy", "AWS::Kinesis::Stream", "ResourceArn", "ResourcePolicy"},
	{"AWS::SSM::ResourcePolicy", "AWS::SSM::Parameter", "ResourceArn", "Policy"},
}

// within are the properties that hold a resource's own policy.
var within = map[string][]string{
	"AWS::IAM::Role":                 {"AssumeRolePolicyDocument"},
	"AWS::KMS::Key":                  {"KeyPolicy"},
	"AWS::KMS::ReplicaKey":           {"KeyPolicy"},
	"AWS::DynamoDB::Table":           {"ResourcePolicy", "PolicyDocument"},
	"AWS::EFS::FileSystem":           {"FileSystemPolicy"},
	"AWS::ECR::Repository":           {"RepositoryPolicyText"},
	"AWS::Events::EventBus":          {"Policy"},
	"AWS::OpenSearchService::Domain": {"AccessPolicies"},
	"AWS::S3::AccessPoint":           {"Policy"},
}

// withPolicies are the types of resources that may have a policy.
func withPolicies() []string {
	kinds := append(slices.Clone(functionTypes), "AWS::DynamoDB::GlobalTable")
	for _, s := range separate {
		kinds = append(kinds, s.of)
	}
	kinds = append(kinds, sorted(within)...)
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// resourcePolicy returns the policy of a resource of the templates. Where it has none, the policy is empty.
func (m *model) resourcePolicy(r *template.Resource) *policy.Document {
	m.readResourcePolicies()
	if d := m.resourcePolicies[r]; d != nil {
		return d
	}
	own := r.Property(within[r.Type]...)
	if r.Type == "AWS::KMS::Key" { // KMS guide, "Default key policy"
		own = orElse(own, map[string]any{"Version": "2012-10-17", "Statement": map[string]any{"Effect": policy.Allow, "Action": "kms:*", "Resource": "*",
			"Principal": map[string]any{"AWS": "arn:" + r.Stack.Partition + ":iam::" + r.Stack.Account + ":root"}}})
	}
	d := &policy.Document{Name: r.Path, Version: "2012-10-17"}
	switch {
	case r.Type == "AWS::DynamoDB::GlobalTable":
		d = replicaPolicy(r)
	case within[r.Type] != nil && own != nil:
		d = policy.Parse(r.Path, own)
	}
	m.resourcePolicies[r] = d
	return d
}

// orElse is v with what AWS takes in its place where a condition of the template leaves it out.
func orElse(v, absent any) any {
	switch v := v.(type) {
	case nil, policy.Absent:
		return absent
	case policy.Either:
		return policy.Either{Condition: v.Condition, Then: orElse(v.Then, absent), Else: orElse(v.Else, absent)}
	}
	return v
}

// mayBeAbsent says whether a condition of the template leaves a value out.
func mayBeAbsent(v any) bool {
	switch v := v.(type) {
	case policy.Absent:
		return true
	case policy.Either:
		return mayBeAbsent(v.Then) || mayBeAbsent(v.Else)
	}
	return false
}

// replicaPolicy is the policy of a table's replica in the stack's region, or maybe of any where that is not known.
func replicaPolicy(r *template.Resource) *policy.Document {
	all := &policy.Document{Name: r.Path, Version: "2012-10-17"}
	for _, item := range template.Items(r.Property("Replicas")) {
		document := template.At(item.Value, "ResourcePolicy", "PolicyDocument")
		here := policy.Equal(policy.TextOf(template.At(item.Value, "Region")), r.Stack.Region)
		if document == nil || here == No {
			continue
		}
		a := attachment{document: policy.Parse(r.Path, document)}
		if here == CannotTell || item.Maybe {
			a = maybe(a)
		}
		all = all.Join(a.document)
	}
	return all
}

func (m *model) readResourcePolicies() {
	if m.resourcePolicies != nil {
		return
	}
	m.resourcePolicies = map[*template.Resource]*policy.Document{}
	for _, s := range separate {
		for _, r := range m.of(s.kind) {
			a := attached(r, r.Property(s.document))
			for _, subject := range template.Items(r.Property(s.subjects)) {
				document := a.document
				if subject.Maybe {
					document = maybe(a).document
				}
				m.addPolicyOf(policy.TextOf(subject.Value), s.of, document)
			}
		}
	}
	for _, r := range m.of("AWS::Events::EventBusPolicy") {
		name := r.Text("EventBusName")
		if name == "" {
			name = "default"
		}
		a := attached(r, map[string]any{"Version": "2012-10-17", "Statement": busStatement(r)})
		m.addPolicyOf(name, "AWS::Events::EventBus", a.document)
	}
	// One of CloudWatch Logs is the account's, and says itself of which groups it is.
	for _, r := range m.of("AWS::Logs::ResourcePolicy") {
		a := m.document(r)
		for _, group := range m.of("AWS::Logs::LogGroup") {
			if policy.And(policy.Equal(group.Stack.Account, r.Stack.Account), policy.Equal(group.Stack.Region, r.Stack.Region)) != No {
				m.addPolicy(group, a.document)
			}
		}
	}
	for _, r := range m.of("AWS::Lambda::Permission") {
		m.addPermission(r)
	}
}

// busStatement is the statement of an event bus's policy, or what its older properties come to (CloudFormation reference,
// AWS::Events::EventBusPolicy).
func busStatement(r *template.Resource) any {
	if s := r.Property("Statement"); s != nil {
		return s
	}
	who := r.Text("Principal")
	s := map[string]any{"Effect": policy.Literal(policy.Allow), "Action": r.Text("Action"), "Principal": who, "Resource": policy.Text("*")}
	if !who.Is("*") {
		s["Principal"] = map[string]any{"AWS": "arn:" + r.Stack.Partition + ":iam::" + who + ":root"}
	}
	if c := r.Property("Condition"); c != nil {
		s["Condition"] = map[string]any{policy.TextOf(template.At(c, "Type")).String(): map[string]any{policy.TextOf(template.At(c, "Key")).String(): template.At(c, "Value")}}
	}
	return s
}

// addPolicyOf adds the policy of the resource that a text names, and to all that it may name where that is not known.
func (m *model) addPolicyOf(subject Text, kind string, d *policy.Document) {
	if strings.HasPrefix(string(subject), "https://sqs.") { // a queue's URL ends in its name
		_, subject, _ = subject.CutLast("/")
	}
	if r := m.named(subject, kind); r != nil {
		m.addPolicy(r, d)
		return
	}
	for _, r := range m.of(kind) {
		if subject.MayBe(policy.TextOf(r.Ref())) != No || subject.MayBe(r.ARN()) != No {
			m.addPolicy(r, maybe(attachment{document: d}).document)
		}
	}
}

func (m *model) addPermission(r *template.Resource) {
	name := r.Text("FunctionName")
	if function := m.named(m.functionARN(name, r), functionTypes...); function != nil {
		m.addPolicy(function, m.lambdaPermission(r, function))
		return
	}
	for _, function := range m.of(functionTypes...) {
		if name.MayBe(function.Name()) != No || name.MayBe(function.ARN()) != No {
			m.addPolicy(function, maybe(attachment{document: m.lambdaPermission(r, function)}).document)
		}
	}
}

// addPolicy joins policies, as a resource has one.
func (m *model) addPolicy(r *template.Resource, d *policy.Document) {
	if r == nil {
		return
	}
	if before := m.resourcePolicies[r]; before != nil {
		d = before.Join(d)
	}
	m.resourcePolicies[r] = d
}

// invocable is what a permission lets one invoke: the function and all of its versions, or the one alias or version that it names (Lambda guide,
// "Using Lambda aliases in event sources and permissions policies").
func (m *model) invocable(name Text, function *template.Resource) []Text {
	if r := m.named(name, "AWS::Lambda::Alias", "AWS::Lambda::Version"); r != nil {
		return []Text{name}
	}
	if parts, ok := name.Cut(":"); ok && (len(parts) == 2 || len(parts) == 8) {
		return []Text{function.ARN() + ":" + parts[len(parts)-1]}
	}
	return []Text{function.ARN(), function.ARN() + ":*"}
}

// lambdaPermission is the statement that AWS::Lambda::Permission adds (Lambda API, AddPermission).
func (m *model) lambdaPermission(r *template.Resource, function *template.Resource) *policy.Document {
	who := r.Text("Principal")
	kind := "AWS"
	if known, _ := who.Known(); strings.HasSuffix(known, ".amazonaws.com") || strings.Contains(known, ".amazonaws.com.") {
		kind = "Service"
	}
	p := policy.Principal{Type: kind, Value: who}
	if who.Is("*") {
		p = policy.Everybody
	}
	s := &policy.Statement{Effect: policy.Allow, Principals: []policy.Principal{p}, Actions: []Text{r.Text("Action")},
		Resources: m.invocable(r.Text("FunctionName"), function), Maybe: r.Maybe}
	for _, c := range []struct{ property, operator, key string }{
		{"SourceArn", "ArnLike", "AWS:SourceArn"},
		{"SourceAccount", "StringEquals", "AWS:SourceAccount"},
		{"PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"},
		{"FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"},
		{"InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"},
		{"EventSourceToken", "StringEquals", "lambda:EventSourceToken"},
	} {
		v := r.Property(c.property)
		if mayBeAbsent(v) {
			s.Maybe = true
			continue
		}
		if v := policy.TextOf(v); v != "" {
			s.Conditions = append(s.Conditions, policy.Condition{Operator: c.operator, Key: c.key, Values: []Text{v}})
		}
	}
	return &policy.Document{Name: r.Path, Version: "2012-10-17", Statements: []*policy.Statement{s}}
}

// subject returns the resource of the templates that an ARN is of, or is within: a bucket for its objects, a function for its versions.
func (m *model) subject(arn Text) *template.Resource {
	if r := m.named(arn); r != nil {
		return r
	}
	if r := m.named(arn + ":*"); r != nil { // a log group's ARN ends so
		return r
	}
	for head, _, ok := arn.CutLast("/:"); ok; head, _, ok = head.CutLast("/:") {
		if r := m.named(head); r != nil && strings.HasPrefix(string(head), "arn:") {
			return r
		}
	}
	return nil
}
