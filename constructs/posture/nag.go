package posture

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
)

// suppression is an acknowledgement of cdk-nag's. It holds for what it holds for there: one resource, or the resources of one stack, and of
// cdk-nag 3 what is within a construct (cdklabs/cdk-nag, README, "Suppressing a Rule"; src/nag-suppressions.ts).
type suppression struct {
	model    *model
	id       string
	resource *template.Resource
	stack    *template.Stack
	path     string
	// applies are the findings that it is held to, such as Action::s3:*: texts, or objects with a regex. all says that it is held to none.
	applies []any
	all     bool
}

// nag reads cdk-nag's suppressions in the metadata of a resource or a template.
func (m *model) nag(metadata map[string]any, path string, of suppression) []Acknowledgement {
	var all []Acknowledgement
	for _, e := range template.List(template.At(metadata, "cdk_nag", "rules_to_suppress")) {
		entry, _ := e.(map[string]any)
		s := of
		s.model = m
		s.id, _ = entry["id"].(string)
		reason, _ := entry["reason"].(string)
		if encoded, _ := entry["is_reason_encoded"].(bool); encoded {
			if text, err := base64.StdEncoding.DecodeString(reason); err == nil {
				reason = string(text)
			}
		}
		to, held := entry["applies_to"]
		s.applies, s.all = template.List(to), !held
		all = append(all, Acknowledgement{Rule: s.id, Path: path, Reason: reason, Source: "cdk-nag", nag: &s})
	}
	return all
}

func (s *suppression) takes(f Finding, rule Rule) bool {
	if !slices.Contains(rule.Controls.CDKNag, s.id) || f.resource == nil {
		return false
	}
	switch {
	case s.resource != nil && f.resource != s.resource, s.stack != nil && f.resource.Stack != s.stack, s.path != "" && !below(f.Path, s.path):
		return false
	}
	_, name, _ := strings.Cut(s.id, "-")
	if of := nagTypes[name]; of != "" && !slices.Contains(strings.Fields(of), strings.TrimPrefix(f.resource.Type, "AWS::")) {
		return false
	}
	if s.all {
		return true
	}
	for _, about := range f.About {
		for _, form := range s.model.flattened(about) {
			if f.nag != "" && slices.ContainsFunc(s.applies, func(to any) bool { return applies(to, f.nag+"::"+form) }) {
				return true
			}
		}
	}
	return false
}

// nagTypes are the types of resources at which each rule of cdk-nag looks, after its pack's name, where rules here look at more (src/rules).
var nagTypes = map[string]string{
	"APIG4": "ApiGateway::Method ApiGatewayV2::Route", "LambdaFunctionPublicAccessProhibited": "Lambda::Permission",
	"S10": "S3::Bucket", "S3BucketSSLRequestsOnly": "S3::Bucket", "SNS3": "SNS::Topic", "SQS3": "SQS::Queue", "SQS4": "SQS::Queue", "SQSRedrivePolicy": "SQS::Queue",
	"LambdaDLQ": "Lambda::Function", "LambdaConcurrency": "Lambda::Function", "LambdaAsyncFailureDestination": "Lambda::EventInvokeConfig",
	"LambdaEventSourceMappingDestination": "Lambda::EventSourceMapping",
}

// applies says whether an entry of applies_to is, or as a regular expression of JavaScript's matches, cdk-nag's name of a finding. An expression
// that Go's regexp does not know, such as one that looks ahead, matches nothing.
func applies(to any, finding string) bool {
	if text, ok := to.(string); ok {
		return text == finding
	}
	written, _ := template.At(to, "regex").(string)
	parts := expression.FindStringSubmatch(written)
	if parts == nil {
		return false
	}
	flags := strings.Map(func(r rune) rune {
		if strings.ContainsRune("ims", r) {
			return r
		}
		return -1
	}, parts[2])
	if flags != "" {
		flags = "(?" + flags + ")"
	}
	re, err := regexp.Compile(flags + parts[1])
	return err == nil && re.MatchString(finding)
}

var (
	expression = regexp.MustCompile(`^/(.*)/([a-z]*)$`)
	symbols    = regexp.MustCompile(`\$\{([^}]*)\}`)
)

// flattened are the forms in which cdk-nag may write a value, which it takes from the template: <Bucket.Arn>/* for what is here the bucket's ARN
// (src/utils/flatten-cfn-reference.ts).
func (m *model) flattened(t Text) []string {
	angled := func(t Text) string {
		return symbols.ReplaceAllStringFunc(t.String(), func(s string) string {
			name := s[2 : len(s)-1]
			return "<" + name[strings.LastIndexByte(name, '/')+1:] + ">" // without the stack's name
		})
	}
	all := []string{angled(t)}
	if rest, ok := strings.CutPrefix(all[0], "arn:aws:"); ok {
		all = append(all, "arn:<AWS::Partition>:"+rest)
	}
	// A wildcard may follow the ARN at once, which CDK writes for a bucket and what is in it.
	if r := m.subject(Text(strings.TrimRight(string(t), "*"))); r != nil {
		if rest, ok := strings.CutPrefix(string(t), string(r.ARN())); ok {
			for _, reference := range r.ARNReferences() {
				all = append(all, "<"+reference+">"+angled(Text(rest)))
			}
		}
	}
	return all
}
