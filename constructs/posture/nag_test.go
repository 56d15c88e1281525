package posture

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A suppression of cdk-nag's takes what it takes there, and no more.
func TestSuppressionsOfCDKNag(t *testing.T) {
	t.Parallel()
	suppress := func(entry string) string { return `"Metadata":{"cdk_nag":{"rules_to_suppress":[` + entry + `]}},` }
	iam5 := func(appliesTo string) string {
		if appliesTo != "" {
			appliesTo = `,"applies_to":[` + appliesTo + `]`
		}
		return suppress(`{"id":"AwsSolutions-IAM5","reason":"why"` + appliesTo + `}`)
	}
	policyOf := func(metadata, action, resource string) string {
		return `"P":{"Type":"AWS::IAM::Policy",` + metadata + `"Properties":{"Roles":[{"Ref":"R"}],"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"` + action + `","Resource":` + resource + `}}}}`
	}
	const bucket, key, objects = `"B":{"Type":"AWS::S3::Bucket"}`, `"K":{"Type":"AWS::KMS::Key"}`, `{"Fn::Join":["",[{"Fn::GetAtt":["B","Arn"]},"*"]]}`
	role := func(metadata string) string {
		return `"R":{"Type":"AWS::IAM::Role",` + metadata + `"Properties":{"ManagedPolicyArns":[{"Fn::Sub":"arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}]}}`
	}
	iam4 := func(appliesTo string) string {
		return suppress(`{"id":"AwsSolutions-IAM4","reason":"why","applies_to":[` + appliesTo + `]}`)
	}
	for _, c := range []struct {
		situation, rule string
		resources       []string
		taken           bool
	}{
		{"all of a rule", "wildcard-action", []string{policyOf(iam5(""), "s3:*", `"arn:aws:s3:::b"`)}, true},
		{"without a reason", "wildcard-action", []string{policyOf(suppress(`{"id":"AwsSolutions-IAM5"}`), "s3:*", `"arn:aws:s3:::b"`)}, false},
		{"its own action", "wildcard-action", []string{policyOf(iam5(`"Action::s3:*"`), "s3:*", `"arn:aws:s3:::b"`)}, true},
		{"another action", "wildcard-action", []string{policyOf(iam5(`"Action::s3:Get*"`), "s3:*", `"arn:aws:s3:::b"`)}, false},
		{"an action as a resource", "wildcard-action", []string{policyOf(iam5(`"Resource::s3:*"`), "s3:*", `"arn:aws:s3:::b"`)}, false},
		{"held to nothing", "wildcard-action", []string{policyOf(suppress(`{"id":"AwsSolutions-IAM5","reason":"why","applies_to":[]}`), "s3:*", `"arn:aws:s3:::b"`)}, false},
		{"an expression", "wildcard-action", []string{policyOf(iam5(`{"regex":"/^Action::s3:.*$/g"}`), "s3:*", `"arn:aws:s3:::b"`)}, true},
		{"an expression in another case", "wildcard-action", []string{policyOf(iam5(`{"regex":"/^action::S3:/"}`), "s3:*", `"arn:aws:s3:::b"`)}, false},
		{"an expression in any case", "wildcard-action", []string{policyOf(iam5(`{"regex":"/^action::S3:/i"}`), "s3:*", `"arn:aws:s3:::b"`)}, true},
		{"an expression that Go does not know", "wildcard-action", []string{policyOf(iam5(`{"regex":"/^Action::(?!sqs)/"}`), "s3:*", `"arn:aws:s3:::b"`)}, false},
		{"no expression", "wildcard-action", []string{policyOf(iam5(`{"regex":"Action"}`), "s3:*", `"arn:aws:s3:::b"`)}, false},
		{"every resource", "wildcard-resource", []string{policyOf(iam5(`"Resource::*"`), "s3:GetObject", `"*"`)}, true},
		{"a bucket and its objects", "wildcard-resource", []string{bucket, policyOf(iam5(`"Resource::<B.Arn>*"`), "s3:GetObject", objects)}, true},
		{"another bucket's", "wildcard-resource", []string{bucket, policyOf(iam5(`"Resource::<C.Arn>*"`), "s3:GetObject", objects)}, false},
		{"a pseudo parameter", "wildcard-resource", []string{policyOf(iam5(`"Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:*"`), "sqs:SendMessage",
			`{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":sqs:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":*"]]}`)}, true},
		{"AWS's managed policy", "managed-policy", []string{role(iam4(`"Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"`))}, true},
		{"another of AWS's managed policies", "managed-policy", []string{role(iam4(`"Policy::arn:<AWS::Partition>:iam::aws:policy/AdministratorAccess"`))}, false},
		{"another resource", "wildcard-action", []string{policyOf("", "s3:*", `"arn:aws:s3:::b"`), role(iam5(""))}, false},
		{"what is not looked at there", "public-invocation", []string{`"U":{"Type":"AWS::Lambda::Url",` + suppress(`{"id":"AwsSolutions-APIG4","reason":"why"}`) + `"Properties":{"TargetFunctionArn":{"Ref":"F"},"AuthType":"NONE"}}`}, false},
		{"a permission", "public-invocation", []string{`"L":{"Type":"AWS::Lambda::Permission",` + suppress(`{"id":"HIPAA.Security-LambdaFunctionPublicAccessProhibited","reason":"why"}`) +
			`"Properties":{"FunctionName":{"Ref":"F"},"Action":"lambda:InvokeFunction","Principal":"*"}}`}, true},
	} {
		p := function(t, "", c.resources...)
		findings := slices.DeleteFunc(p.Check().Findings, func(f Finding) bool { return f.Rule != c.rule })
		if len(findings) != 1 || (findings[0].Acknowledged != nil) != c.taken {
			t.Errorf("%s: got %+v, want one that is taken: %t", c.situation, findings, c.taken)
		}
	}
}

// shop writes a cdk.out of a stack S with a nested stack, each with a function whose URL is open, and metadata of the stack's constructs.
func shop(t *testing.T, templates string, metadata map[string][]map[string]any) *Posture {
	t.Helper()
	dir := t.TempDir()
	const open = `"F":{"Type":"AWS::Lambda::Function","Metadata":{"aws:cdk:path":"PATH/F/Resource"}},"U":{"Type":"AWS::Lambda::Url","Metadata":{"aws:cdk:path":"PATH/F/Url/Resource"},"Properties":{"TargetFunctionArn":{"Ref":"F"},"AuthType":"NONE"}}`
	entries := map[string][]map[string]any{}
	for path, list := range metadata {
		entries["/"+path] = list
	}
	write(t, filepath.Join(dir, "manifest.json"), map[string]any{"artifacts": map[string]any{"S": map[string]any{"type": "aws:cloudformation:stack", "displayName": "S",
		"properties": map[string]any{"templateFile": "S.json"}, "metadata": entries}}})
	for name, text := range map[string]string{
		"S.json": `{` + templates + `"Resources":{` + strings.ReplaceAll(open, "PATH", "S/Shop") +
			`,"N":{"Type":"AWS::CloudFormation::Stack","Metadata":{"aws:asset:path":"N.json","aws:cdk:path":"S/Inner.NestedStack/Inner.NestedStackResource"}}}}`,
		"N.json": `{"Resources":{` + strings.ReplaceAll(open, "PATH", "S/Inner") + `}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAcknowledgementsOfCDK(t *testing.T) {
	t.Parallel()
	entry := func(rules map[string]string) map[string]any {
		return map[string]any{"type": "aws:cdk:acknowledged-rules", "data": rules}
	}
	for _, c := range []struct {
		situation, templates string
		metadata             map[string][]map[string]any
		open                 []string // findings of public-invocation
		unused               int
		blank                int
	}{
		{"none", "", nil, []string{"S/Inner/F/Url", "S/Shop/F/Url"}, 0, 0},
		{"by the plugin's name", "", map[string][]map[string]any{"S/Shop": {entry(map[string]string{Plugin + "::public-invocation": "why"})}}, []string{"S/Inner/F/Url"}, 0, 0},
		{"as an annotation", "", map[string][]map[string]any{"S/Shop": {entry(map[string]string{"Annotation::public-invocation": "why"})}}, []string{"S/Inner/F/Url"}, 0, 0},
		{"by its name alone", "", map[string][]map[string]any{"S/Shop": {entry(map[string]string{"public-invocation": "why"})}}, []string{"S/Inner/F/Url"}, 0, 0},
		{"of another plugin", "", map[string][]map[string]any{"S/Shop": {entry(map[string]string{"other::public-invocation": "why"})}}, []string{"S/Inner/F/Url", "S/Shop/F/Url"}, 0, 0},
		{"of the whole stack", "", map[string][]map[string]any{"S": {entry(map[string]string{"public-invocation": "why"})}}, nil, 0, 0},
		{"of one finding", "", map[string][]map[string]any{"S": {entry(map[string]string{Plugin + "::public-invocation[S/Inner/F/Url]": "why"})}}, []string{"S/Shop/F/Url"}, 0, 0},
		{"of a finding that there is not", "", map[string][]map[string]any{"S": {entry(map[string]string{Plugin + "::public-invocation[S/Other]": "why"})}}, []string{"S/Inner/F/Url", "S/Shop/F/Url"}, 1, 0},
		{"several at one construct", "", map[string][]map[string]any{"S/Shop": {entry(map[string]string{"public-invocation": "why"}), entry(map[string]string{"no-alarm": "why"})}}, []string{"S/Inner/F/Url"}, 0, 0},
		{"without a reason", "", map[string][]map[string]any{"S/Shop": {entry(map[string]string{"public-invocation": ""})}}, []string{"S/Inner/F/Url", "S/Shop/F/Url"}, 0, 1},
		{"a rule that there is not", "", map[string][]map[string]any{"S/Shop": {entry(map[string]string{Plugin + "::public-invokation": "why"})}}, []string{"S/Inner/F/Url", "S/Shop/F/Url"}, 1, 0},
		{"a stack's of cdk-nag, and no nested stack's", `"Metadata":{"cdk_nag":{"rules_to_suppress":[{"id":"HIPAA.Security-LambdaInsideVPC","reason":"why"}]}},`, nil, []string{"S/Inner/F/Url", "S/Shop/F/Url"}, 0, 0},
		{"of cdk-nag 3", "", map[string][]map[string]any{"S/Shop": {entry(map[string]string{"cdk-nag::HIPAA.Security-LambdaInsideVPC": "why"})}}, []string{"S/Inner/F/Url", "S/Shop/F/Url"}, 0, 0},
	} {
		report := shop(t, c.templates, c.metadata).Check()
		var open, vpc []string
		for _, f := range report.Open() {
			switch f.Rule {
			case "public-invocation":
				open = append(open, f.Path)
			case "no-vpc":
				vpc = append(vpc, f.Path)
			}
		}
		if !slices.Equal(open, c.open) || len(report.Unused) != c.unused || len(report.WithoutReason) != c.blank {
			text, _ := json.Marshal([]any{report.Unused, report.WithoutReason})
			t.Errorf("%s: open %q, want %q; %s", c.situation, open, c.open, text)
		}
		if strings.Contains(c.situation, "cdk-nag") && !slices.Equal(vpc, []string{"S/Inner/F"}) {
			t.Errorf("%s: the functions in no VPC are %q", c.situation, vpc)
		}
	}
}
