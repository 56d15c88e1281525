package posture

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// Protection is what keeps and watches a function.
type Protection struct {
	// Variables are the names of the plain environment variables.
	Variables []string `json:"variables,omitempty"`
	// EnvironmentKey is the customer's key that they are under, or nil.
	EnvironmentKey *CustomerKey   `json:"environmentKey,omitempty"`
	Logs           Logs           `json:"logs"`
	Alarms         []Alarm        `json:"alarms,omitempty"`
	FailedEvents   []FailedEvents `json:"failedEvents,omitempty"`
	Limits         Limits         `json:"limits"`
	// Tracing is Active, PassThrough or none.
	Tracing Text `json:"tracing,omitempty"`
	// CodeSigning is the ARN of the configuration, if it has one.
	CodeSigning Text `json:"codeSigning,omitempty"`
}

// CustomerKey is a KMS key that is not AWS's own.
type CustomerKey struct {
	ARN Text `json:"arn"`
	// Path is the construct's. It is none if the key is in no template.
	Path string `json:"path,omitempty"`

	resource *template.Resource
}

// Logs is where a function logs to.
type Logs struct {
	Group Text `json:"group"`
	// Path is the construct's. It is none if the log group is in no template: Lambda then makes it, without a key and for ever.
	Path string       `json:"path,omitempty"`
	Key  *CustomerKey `json:"key,omitempty"`
	// RetentionDays is 0 for ever, and -1 if it is not known.
	RetentionDays int  `json:"retentionDays"`
	Format        Text `json:"format,omitempty"`

	resource *template.Resource
}

// Alarm watches a function, or the queue of its failed events.
type Alarm struct {
	Path   string `json:"path"`
	Metric Text   `json:"metric"`
	// Of is the path of the construct that the metric is of.
	Of       string   `json:"of"`
	Notifies []Notice `json:"notifies,omitempty"`

	maybe bool // it is there under a condition of the template
}

// Notice is what an alarm does.
type Notice struct {
	Target Text `json:"target"`
	// Path is the construct's. It is none if the target is in no template.
	Path string `json:"path,omitempty"`
	// Heard says whether somebody is subscribed to the topic.
	Heard Answer `json:"heard"`

	resource *template.Resource
}

// FailedEvents is where asynchronous or polled events go that failed for good.
type FailedEvents struct {
	// Of is the path of the construct that sends them there.
	Of     string `json:"of"`
	Target Text   `json:"target"`
	Path   string `json:"path,omitempty"`

	resource *template.Resource
}

// Limits are what a function may take. Numbers are -1 where they are not known.
type Limits struct {
	// TimeoutSeconds defaults to 3, MemoryMB to 128, as Lambda's do.
	TimeoutSeconds int `json:"timeoutSeconds"`
	MemoryMB       int `json:"memoryMB"`
	// ReservedConcurrency is nil if the function has none of its own.
	ReservedConcurrency *int `json:"reservedConcurrency,omitempty"`
	// RecursiveLoop defaults to Terminate.
	RecursiveLoop Text `json:"recursiveLoop"`
	// MaxEventAgeSeconds defaults to 21600, RetryAttempts to 2.
	MaxEventAgeSeconds int `json:"maxEventAgeSeconds"`
	RetryAttempts      int `json:"retryAttempts"`
}

func (m *model) protection(f *Function) Protection {
	r := f.resource
	p := Protection{
		EnvironmentKey: m.key(policy.TextOf(r.Property("KmsKeyArn"))),
		Logs:           m.logs(f),
		Tracing:        policy.TextOf(r.Property("TracingConfig", "Mode")),
		CodeSigning:    policy.TextOf(r.Property("CodeSigningConfigArn")),
		Limits: Limits{
			TimeoutSeconds: number(r.Property("Timeout"), 3), MemoryMB: number(r.Property("MemorySize"), 128),
			RecursiveLoop: "Terminate", MaxEventAgeSeconds: 21600, RetryAttempts: 2,
		},
	}
	for _, v := range variables(r) {
		p.Variables = append(p.Variables, v.name)
	}
	slices.Sort(p.Variables)
	p.Variables = slices.Compact(p.Variables)
	if tracing := r.Property("Tracing"); tracing != nil {
		p.Tracing = policy.TextOf(tracing)
	}
	if reserved := r.Property("ReservedConcurrentExecutions"); reserved != nil {
		n := number(reserved, -1)
		p.Limits.ReservedConcurrency = &n
	}
	if loop := r.Property("RecursiveLoop"); loop != nil {
		p.Limits.RecursiveLoop = policy.TextOf(loop)
	}
	m.failedEvents(f, &p)
	names := []watched{{f.Name, "FunctionName", f.Path}}
	for _, e := range p.FailedEvents {
		if e.resource != nil && e.resource.Type == "AWS::SQS::Queue" {
			names = append(names, watched{e.resource.Name(), "QueueName", e.Path})
		}
	}
	p.Alarms = m.alarmsOf(names)
	return p
}

// variable is one of a function's environment.
type variable struct {
	name  string
	value any
	maybe bool // a condition of the template decides whether it is there
}

// variables are a function's, sorted by their names.
func variables(r *template.Resource) []variable {
	var all []variable
	for _, environment := range template.Items(r.Property("Environment")) {
		for _, of := range template.Items(template.At(environment.Value, "Variables")) {
			named, _ := of.Value.(map[string]any)
			for _, name := range sorted(named) {
				all = append(all, variable{name, named[name], environment.Maybe || of.Maybe})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b variable) int { return strings.Compare(a.name, b.name) })
	return all
}

func number(v any, fallback int) int {
	if v == nil {
		return fallback
	}
	n, ok := template.Number(v)
	if !ok || !(n >= 0 && n <= 1<<31) {
		return -1
	}
	return int(n)
}

// key returns the customer's key of an ARN, an id or an alias, or nil for none and for AWS's own.
func (m *model) key(arn Text) *CustomerKey {
	if arn == "" || strings.Contains(string(arn), "alias/aws/") {
		return nil
	}
	k := &CustomerKey{ARN: arn}
	r := m.named(arn, "AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias")
	if r != nil && r.Type == "AWS::KMS::Alias" {
		r = m.named(r.Text("TargetKeyId"), "AWS::KMS::Key", "AWS::KMS::ReplicaKey")
	}
	if r != nil {
		k.ARN, k.Path, k.resource = r.ARN(), constructPath(r), r
	}
	return k
}

func (m *model) logs(f *Function) Logs {
	l := Logs{Group: policy.TextOf(f.resource.Property("LoggingConfig", "LogGroup")), Format: policy.TextOf(f.resource.Property("LoggingConfig", "LogFormat"))}
	if l.Group == "" {
		l.Group = "/aws/lambda/" + f.Name
	} else {
		l.RetentionDays = -1 // whoever makes the group says for how long
	}
	if r := m.named(l.Group, "AWS::Logs::LogGroup"); r != nil {
		l.Group, l.Path, l.resource = r.Name(), constructPath(r), r
		l.Key = m.key(r.Text("KmsKeyId"))
		l.RetentionDays = number(r.Property("RetentionInDays"), 0)
	}
	// What CDK's logRetention makes.
	for _, r := range m.of("Custom::LogRetention") {
		if r.Text("LogGroupName") == l.Group {
			l.RetentionDays = number(r.Property("RetentionInDays"), 0)
		}
	}
	return l
}

func (m *model) failedEvents(f *Function, p *Protection) {
	add := func(of string, target any) {
		arn := policy.TextOf(target)
		if arn == "" {
			return
		}
		e := FailedEvents{Of: of, Target: arn}
		if r := m.named(arn); r != nil {
			e.Path, e.resource = constructPath(r), r
		}
		p.FailedEvents = append(p.FailedEvents, e)
	}
	add(f.Path, f.resource.Property("DeadLetterConfig", "TargetArn"))
	add(f.Path, f.resource.Property("DeadLetterQueue", "TargetArn"))
	configure := func(of string, config any) {
		add(of, template.At(config, "DestinationConfig", "OnFailure", "Destination"))
		p.Limits.MaxEventAgeSeconds = number(template.At(config, "MaximumEventAgeInSeconds"), p.Limits.MaxEventAgeSeconds)
		p.Limits.RetryAttempts = number(template.At(config, "MaximumRetryAttempts"), p.Limits.RetryAttempts)
	}
	for _, r := range m.ofFunction("AWS::Lambda::EventInvokeConfig", "FunctionName", f.ARN) {
		configure(constructPath(r), r.Properties())
	}
	if config := f.resource.Property("EventInvokeConfig"); config != nil {
		configure(f.Path, config)
	}
	for _, r := range m.ofFunction("AWS::Lambda::EventSourceMapping", "FunctionName", f.ARN) {
		add(constructPath(r), r.Property("DestinationConfig", "OnFailure", "Destination"))
	}
}

// watched is what alarms are about: the value of a metric's dimension, how AWS calls the dimension, and whose it is.
type watched struct {
	name      Text
	dimension string
	path      string
}

func (m *model) alarmsOf(names []watched) []Alarm {
	if m.alarms == nil {
		m.alarms = map[Text][]*template.Resource{}
		for _, r := range m.of("AWS::CloudWatch::Alarm") {
			seen := map[Text]bool{}
			for _, d := range dimensions(r) {
				if !seen[d.value] {
					seen[d.value] = true
					m.alarms[d.value] = append(m.alarms[d.value], r)
				}
			}
		}
	}
	var all []Alarm
	for _, w := range names {
		for _, r := range m.alarms[w.name] {
			if !slices.ContainsFunc(dimensions(r), w.is) {
				continue
			}
			all = append(all, Alarm{Path: constructPath(r), Metric: metric(r), Of: w.path, Notifies: m.notices(r), maybe: r.Maybe})
		}
	}
	return all
}

// dimension is one of an alarm's metrics.
type dimension struct{ namespace, name, value Text }

// is says whether a dimension is what AWS calls so. A metric of one's own may call it otherwise.
func (w watched) is(d dimension) bool {
	ofAWS := strings.HasPrefix(string(d.namespace), "AWS/")
	return d.value == w.name && (!ofAWS || d.name.Is(w.dimension))
}

func dimensions(r *template.Resource) []dimension {
	metrics := []any{r.Properties()}
	for _, q := range r.List("Metrics") {
		metrics = append(metrics, template.At(q, "MetricStat", "Metric"))
	}
	var all []dimension
	for _, m := range metrics {
		for _, d := range template.List(template.At(m, "Dimensions")) {
			if v := policy.TextOf(template.At(d, "Value")); v != "" {
				all = append(all, dimension{policy.TextOf(template.At(m, "Namespace")), policy.TextOf(template.At(d, "Name")), v})
			}
		}
	}
	return all
}

func metric(r *template.Resource) Text {
	if name := r.Text("MetricName"); name != "" {
		return name
	}
	var names []string
	for _, q := range r.List("Metrics") {
		if name := policy.TextOf(template.At(q, "MetricStat", "Metric", "MetricName")); name != "" {
			names = append(names, name.String())
		}
	}
	return policy.Literal(strings.Join(names, ", "))
}

func (m *model) notices(alarm *template.Resource) []Notice {
	var all []Notice
	if template.Bool(alarm.Property("ActionsEnabled")) == No && alarm.Property("ActionsEnabled") != nil {
		return nil
	}
	for _, target := range template.Texts(alarm.Property("AlarmActions")) {
		n := Notice{Target: target, Heard: CannotTell}
		if r := m.named(target); r != nil {
			n.Path, n.resource, n.Heard = constructPath(r), r, Yes
			if r.Type == "AWS::SNS::Topic" {
				n.Heard = m.heard(r)
			}
		}
		all = append(all, n)
	}
	return all
}

// heard says whether somebody is subscribed to a topic.
func (m *model) heard(topic *template.Resource) Answer {
	if m.subscribers == nil {
		m.subscribers = map[Text][]*template.Resource{}
		for _, r := range m.of("AWS::SNS::Subscription") {
			m.subscribers[r.Text("TopicArn")] = append(m.subscribers[r.Text("TopicArn")], r)
		}
	}
	answer := No
	if len(topic.List("Subscription")) > 0 {
		answer = Yes
	}
	for _, r := range m.subscribers[topic.ARN()] {
		answer = policy.Or(answer, certainly(r))
	}
	return answer
}
