package template

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/securegofunction/cdk/internal/policy"
)

func files(all map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range all {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

const app = `{"artifacts":{
	"Data":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region","displayName":"Data","properties":{"templateFile":"Data.json"},
		"metadata":{"/Data/Orders/Resource":[{"type":"aws:cdk:logicalId","data":"OrdersABC"}],"/Data":[{"type":"aws:cdk:acknowledged-rules","data":{"Posture::log-retention":"why"}}]}},
	"Web":{"type":"aws:cloudformation:stack","environment":"aws://111122223333/eu-west-1","displayName":"Web","additionalMetadataFile":"Web.metadata.json","properties":{"templateFile":"Web.json","stackName":"web"}},
	"Web.assets":{"type":"cdk:asset-manifest","properties":{"file":"Web.assets.json"}},
	"Stage":{"type":"cdk:cloud-assembly","properties":{"directoryName":"assembly-Stage"}},
	"Tree":{"type":"cdk:tree","properties":{"file":"tree.json"}}}}`

func whole() map[string]string {
	return map[string]string{
		"manifest.json": app,
		"Data.json": `{"Resources":{"OrdersABC":{"Type":"AWS::SQS::Queue"}},
			"Outputs":{"E":{"Value":{"Fn::GetAtt":["OrdersABC","Arn"]},"Export":{"Name":"Data:Orders"}}}}`,
		"Web.json": `{"Resources":{
			"X":{"Type":"T","Properties":{"Region":{"Ref":"AWS::Region"},"Partition":{"Ref":"AWS::Partition"},"Suffix":{"Ref":"AWS::URLSuffix"},"Stack":{"Ref":"AWS::StackName"}}},
			"Inner":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":{"Fn::Sub":"https://s3.${AWS::Region}.amazonaws.com/b/abc123.json"},"Parameters":{"From":{"Fn::GetAtt":["Q","Arn"]}}}},
			"Q":{"Type":"AWS::SQS::Queue"},
			"Back":{"Type":"T","Properties":{"V":{"Fn::GetAtt":["Inner","Outputs.Topic"]}}}}}`,
		"Web.metadata.json": `{"/Web/Inner.NestedStack/Inner.NestedStackResource":[{"type":"aws:cdk:logicalId","data":"Inner"}],
			"/Web/Inner/Q/Resource":[{"type":"aws:cdk:logicalId","data":"Q"}],"/Web/Q/Resource":[{"type":"aws:cdk:logicalId","data":"Q"}]}`,
		"Web.assets.json": `{"files":{"abc123":{"source":{"path":"inner.nested.template.json"}}}}`,
		"inner.nested.template.json": `{"Parameters":{"From":{"Type":"String"}},"Resources":{"Q":{"Type":"AWS::SNS::Topic"},"Y":{"Type":"T","Properties":{"V":{"Ref":"From"}}}},
			"Outputs":{"Topic":{"Value":{"Ref":"Q"}}}}`,
		"assembly-Stage/manifest.json": `{"artifacts":{"StageApi":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region","displayName":"Stage/Api (Stage-Api)",
			"properties":{"templateFile":"Api.json","stackName":"Stage-Api"}}}}`,
		"assembly-Stage/Api.json": `{"Resources":{"Z":{"Type":"T","Properties":{"V":{"Fn::ImportValue":"Data:Orders"}}}}}`,
	}
}

func TestReadFS(t *testing.T) {
	t.Parallel()
	a, err := ReadFS(files(whole()))
	if err != nil || len(a.Unreadable) > 0 {
		t.Fatal(err, a)
	}
	var names []string
	paths := map[string]string{}
	stacks := map[string]*Stack{}
	for _, s := range a.Stacks {
		names, stacks[s.Name] = append(names, s.Name+"="+s.Path), s
		for _, r := range s.Resources {
			paths[s.Name+" "+r.ID] = r.Path
		}
	}
	if got, want := strings.Join(names, " "), "Data=Data Stage-Api=Stage/Api web=Web web/Inner=Web/Inner"; got != want {
		t.Errorf("stacks: got %s, want %s", got, want)
	}
	for id, want := range map[string]string{
		"Data OrdersABC": "Data/Orders/Resource", "web Q": "Web/Q/Resource", "web/Inner Q": "Web/Inner/Q/Resource", "web X": "Web/X",
		"web Inner": "Web/Inner.NestedStack/Inner.NestedStackResource", "Stage-Api Z": "Stage/Api/Z",
	} {
		if paths[id] != want {
			t.Errorf("%s is at %s, want %s", id, paths[id], want)
		}
	}
	for _, c := range []struct{ situation, stack, id, property, want string }{
		{"a known region", "web", "X", "Region", "eu-west-1"},
		{"its partition", "web", "X", "Partition", "aws"},
		{"its suffix", "web", "X", "Suffix", "amazonaws.com"},
		{"the stack's name", "web", "X", "Stack", "web"},
		{"what a parent gives a nested stack", "web/Inner", "Y", "V", "arn:aws:sqs:eu-west-1:111122223333:${web/Q.QueueName}"},
		{"what a nested stack gives back", "web", "Back", "V", "arn:aws:sns:eu-west-1:111122223333:${web/Inner/Q.TopicName}"},
		{"an import from another stack", "Stage-Api", "Z", "V", "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Data/OrdersABC.QueueName}"},
	} {
		if got := stacks[c.stack].Resource(c.id).Text(c.property).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.situation, got, c.want)
		}
	}
	// One logical id in two stacks is two resources.
	if a, b := stacks["web"].Resource("Q"), stacks["web/Inner"].Resource("Q"); policy.Equal(a.Name(), b.Name()) != policy.No && a.Name() == b.Name() {
		t.Errorf("%s and %s are one", a.Name(), b.Name())
	}
	if got := stacks["Data"].Acknowledged["Data"]["Posture::log-retention"]; got != "why" {
		t.Errorf("the acknowledgement is %q", got)
	}
	if got, err := stacks["web"].Written("${Data/Orders.Arn}/${AWS::Region}"); err != nil || got.String() != "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Data/OrdersABC.QueueName}/eu-west-1" {
		t.Errorf("as a person writes it: %s %v", got, err)
	}
	if _, err := stacks["web"].Written("${Nothing.Arn}"); err == nil || !strings.Contains(err.Error(), `"Nothing"`) {
		t.Errorf("what is in no template: %v", err)
	}
}

// An export's name is unique in an account and region alone.
func TestImportsAreOfTheSameEnvironment(t *testing.T) {
	t.Parallel()
	stack := func(account, file string) string {
		return `{"type":"aws:cloudformation:stack","environment":"aws://` + account + `/eu-west-1","properties":{"templateFile":"` + file + `"}}`
	}
	exporting := func(name string) string {
		return `{"Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":"` + name + `"}}},"Outputs":{"O":{"Value":{"Fn::GetAtt":["Q","QueueName"]},"Export":{"Name":"Orders"}}}}`
	}
	a, err := ReadFS(files(map[string]string{
		"manifest.json": `{"artifacts":{"A":` + stack("111111111111", "A.json") + `,"B":` + stack("222222222222", "B.json") + `,"I":` + stack("222222222222", "I.json") + `,"N":` + stack("333333333333", "I.json") + `}}`,
		"A.json":        exporting("a"), "B.json": exporting("b"), "I.json": `{"Resources":{"X":{"Type":"T","Properties":{"V":{"Fn::ImportValue":"Orders"}}}}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"I": "b", "N": "${Fn::ImportValue Orders}"} {
		for _, s := range a.Stacks {
			if got := s.Resource("X"); s.Name == name && got.Text("V").String() != want {
				t.Errorf("%s: got %s, want %s", name, got.Text("V"), want)
			}
		}
	}
}

// What is not understood is said, and the rest is read.
func TestOutputsOfOtherStacks(t *testing.T) {
	t.Parallel()
	stack := func(environment, name string) string {
		return `{"type":"aws:cloudformation:stack","environment":"aws://` + environment + `","properties":{"templateFile":"` + name + `.json","stackName":"` + strings.TrimRight(name, "0123456789") + `"}}`
	}
	output := func(value string) string { return `{"Resources":{},"Outputs":{"O":{"Value":"` + value + `"}}}` }
	get := func(arguments string) string {
		return `{"Fn::GetStackOutput":{"OutputName":"O",` + arguments + `}}`
	}
	a, err := ReadFS(files(map[string]string{
		"manifest.json": `{"artifacts":{"Near":` + stack("111122223333/eu-west-1", "Near") + `,"Far1":` + stack("111122223333/eu-west-1", "Far1") + `,"Far2":` + stack("111122223333/us-east-1", "Far2") +
			`,"Far3":` + stack("444455556666/eu-west-1", "Far3") + `,"Any":` + stack("unknown-account/unknown-region", "Any") + `,"Loop":` + stack("111122223333/eu-west-1", "Loop") + `}}`,
		"Far1.json": output("ours"), "Far2.json": output("overseas"), "Far3.json": output("theirs"), "Any.json": output("anywhere"),
		"Loop.json": `{"Resources":{},"Outputs":{"O":{"Value":` + get(`"StackName":"Loop"`) + `}}}`,
		"Near.json": `{"Resources":{"X":{"Type":"T","Properties":{"V":[` + get(`"StackName":"Far"`) + `,` + get(`"StackName":"Far","Region":"us-east-1"`) + `,` +
			get(`"StackName":"Far","RoleArn":"arn:aws:iam::444455556666:role/r"`) + `,` + get(`"StackName":"Any","Region":{"Ref":"AWS::Region"}`) + `,` +
			get(`"StackName":"Far","Region":"eu-north-1"`) + `,` + get(`"StackName":"Loop"`) + `,` + get(`"StackName":"Gone"`) + `,{"Fn::GetStackOutput":{"StackName":"Far","OutputName":"P"}}]}}}}`,
	}))
	if err != nil || len(a.Unreadable) > 0 {
		t.Fatal(err, a)
	}
	want := []string{"ours", "overseas", "theirs", "anywhere", `${Near/Fn::GetStackOutput of {"OutputName":"O","Region":"eu-north-1","StackName":"Far"}}`,
		"${Loop/Outputs.O}", `${Near/Fn::GetStackOutput of {"OutputName":"O","StackName":"Gone"}}`, "${Far/Outputs.P}"}
	for _, s := range a.Stacks {
		if s.Name != "Near" {
			continue
		}
		for i, got := range Texts(s.Resource("X").Property("V")) {
			if got.String() != want[i] {
				t.Errorf("%d: got %s, want %s", i, got, want[i])
			}
		}
	}
}

// What CDK makes of a reference to another region where the app asks for strong ones.
func TestExportsToOtherRegions(t *testing.T) {
	t.Parallel()
	a, err := ReadFS(files(map[string]string{
		"manifest.json": `{"artifacts":{"A":{"type":"aws:cloudformation:stack","properties":{"templateFile":"A.json"}},"B":{"type":"aws:cloudformation:stack","properties":{"templateFile":"B.json"}}}}`,
		"A.json": `{"Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":"orders"}},
			"W":{"Type":"Custom::CrossRegionExportWriter","Properties":{"WriterProps":{"region":"us-east-1","exports":{"/cdk/exports/B/AQ":{"Fn::GetAtt":["Q","QueueName"]}}}}}}}`,
		"B.json": `{"Resources":{"R":{"Type":"Custom::CrossRegionExportReader"},"X":{"Type":"T","Properties":{"V":{"Fn::GetAtt":["R","/cdk/exports/B/AQ"]},"W":{"Fn::GetAtt":["R","/cdk/exports/B/other"]}}}}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	x := a.Stacks[1].Resource("X")
	if got := x.Text("V").String() + " " + x.Text("W").String(); got != "orders ${B/R./cdk/exports/B/other}" {
		t.Errorf("got %s", got)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ situation, file, text, where, why string }{
		{"a stack that is no JSON", "Data.json", `{`, "Data", "not as expected"},
		{"resources that are none", "Data.json", `{"Resources":[]}`, "Data", "no Resources"},
		{"a stack that is missing", "Data.json", "", "Data", "not exist"},
		{"a nested stack whose template is missing", "inner.nested.template.json", "", "Web/Inner", "not exist"},
		{"a nested stack that no asset is", "Web.assets.json", `{}`, "Web/Inner", "not at hand"},
		{"a stage that is no JSON", "assembly-Stage/manifest.json", `[]`, "Stage", "cdk.out"},
		{"a stage that is itself", "manifest.json", strings.Replace(app, "assembly-Stage", ".", 1), "Stage", "holds itself"},
		{"a folder outside", "manifest.json", strings.Replace(app, "assembly-Stage", "../../etc", 1), "Stage", "outside"},
		{"a template outside", "manifest.json", strings.Replace(app, "Data.json", "../Data.json", 1), "Data", "outside"},
		{"metadata that is no JSON", "Web.metadata.json", `"`, "Web", "not as expected"},
		{"a macro", "Data.json", `{"Transform":["My::Macro"],"Resources":{}}`, "Data", "My::Macro"},
		{"a macro in a resource", "Data.json", `{"Resources":{"A":{"Type":"T","Properties":{"Fn::Transform":{"Name":"x"}}}}}`, "Data/A", "Fn::Transform"},
		{"a macro beside other properties", "Data.json", `{"Resources":{"A":{"Type":"T","Properties":{"B":1,"Fn::Transform":{"Name":"x"}}}}}`, "Data/A", "Fn::Transform"},
		{"a loop within a property", "Data.json", `{"Resources":{"A":{"Type":"T","Properties":{"B":{"C":1,"Fn::ForEach::X":["x",["a"],{}]}}}}}`, "Data/A", "Fn::ForEach::X"},
		{"a macro beside a resource's type", "Data.json", `{"Resources":{"A":{"Type":"T","Fn::Transform":{"Name":"x"}}}}`, "Data/A", "Fn::Transform"},
		{"a condition for all properties", "Data.json", `{"Resources":{"A":{"Type":"T","Properties":{"Fn::If":["C",{},{}]}}}}`, "Data/A", "Fn::If"},
		{"a macro of the whole template", "Data.json", `{"Resources":{},"Fn::Transform":{"Name":"x"}}`, "Data", "Fn::Transform"},
		{"a macro by its name and parameters", "Data.json", `{"Transform":{"Name":"Mine","Parameters":{}},"Resources":{}}`, "Data", "the macro Mine changes"},
		{"outputs that a loop makes", "Data.json", `{"Resources":{},"Outputs":{"Fn::ForEach::X":["x",["a"],{}]}}`, "Data", "Fn::ForEach::X"},
		{"a set of stacks", "Data.json", `{"Resources":{"A":{"Type":"AWS::CloudFormation::StackSet"}}}`, "Data/A", "AWS::CloudFormation::StackSet makes"},
		{"a serverless application", "Data.json", `{"Resources":{"A":{"Type":"AWS::Serverless::Application"}}}`, "Data/A", "AWS::Serverless::Application makes"},
		{"a loop", "Data.json", `{"Transform":"AWS::LanguageExtensions","Resources":{"Fn::ForEach::X":["x",["a"],{}]}}`, "Data", "Fn::ForEach"},
		{"a module", "Data.json", `{"Resources":{"A":{"Type":"My::Own::Thing::MODULE"}}}`, "Data/A", "module"},
		{"a resource without a type", "Data.json", `{"Resources":{"A":{}}}`, "Data/A", "no type"},
		{"a resource that is none", "Data.json", `{"Resources":{"A":1}}`, "Data/A", "no type"},
		{"properties that are none", "Data.json", `{"Resources":{"A":{"Type":"T","Properties":[]}}}`, "Data/A", "no object"},
	} {
		all := whole()
		all[c.file] = c.text
		if c.text == "" {
			delete(all, c.file)
		}
		a, err := ReadFS(files(all))
		if err != nil {
			t.Errorf("%s: %v", c.situation, err)
			continue
		}
		found := false
		for _, u := range a.Unreadable {
			found = found || u.Where == c.where && strings.Contains(u.Why, c.why)
		}
		if !found || len(a.Stacks) == 0 {
			t.Errorf("%s: got %v and %d stacks, want %s: ...%s...", c.situation, a.Unreadable, len(a.Stacks), c.where, c.why)
		}
	}
}

// Two stages have the same names, and what is deployed to one account is none of another's.
func TestStagesAreApart(t *testing.T) {
	t.Parallel()
	const stage = `{"artifacts":{"A":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region","displayName":"%s/A","properties":{"templateFile":"A.json","stackName":"%s-A"}}}}`
	const stack = `{"Resources":{"R":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"orders"}}}}`
	a, err := ReadFS(files(map[string]string{
		"manifest.json":               `{"artifacts":{"S":{"type":"cdk:cloud-assembly","properties":{"directoryName":"assembly-Test"}},"P":{"type":"cdk:cloud-assembly","properties":{"directoryName":"assembly-Prod"}}}}`,
		"assembly-Test/manifest.json": fmt.Sprintf(stage, "Test", "Test"), "assembly-Test/A.json": stack,
		"assembly-Prod/manifest.json": fmt.Sprintf(stage, "Prod", "Prod"), "assembly-Prod/A.json": stack,
	}))
	if err != nil || len(a.Stacks) != 2 {
		t.Fatal(err, a)
	}
	for _, s := range a.Stacks {
		arn := s.Resource("R").ARN()
		if owner := a.Owner(arn); owner == nil || owner.Stack != s || !strings.Contains(arn.String(), "::${"+strings.TrimSuffix(s.Name, "-A")+"/AWS::AccountId}:") {
			t.Errorf("%s: the role %s is nobody's or another's", s.Name, arn)
		}
	}
}

// CDK writes a stack without resources so. It is no reason to look away from the rest.
func TestAnEmptyStackIsRead(t *testing.T) {
	t.Parallel()
	all := whole()
	all["Data.json"] = `{"Outputs":{"O":{"Value":"v"}}}`
	a, err := ReadFS(files(all))
	if err != nil || len(a.Unreadable) > 0 || len(a.Stacks) != 4 {
		t.Errorf("got %v %+v", err, a)
	}
}

// What names itself, or takes itself in twice, comes to an end.
func TestNothingGrowsWithoutBound(t *testing.T) {
	t.Parallel()
	const stack = `{"artifacts":{"A":{"type":"aws:cloudformation:stack","properties":{"templateFile":"A.json"}}}}`
	var doubling, exports []string
	for i := range 60 {
		before := fmt.Sprintf(`{"Fn::GetAtt":["P%d","Value"]}`, i)
		doubling = append(doubling, fmt.Sprintf(`"P%d":{"Type":"AWS::SSM::Parameter","Properties":{"Value":[%s,%s]}}`, i+1, before, before))
		exports = append(exports, fmt.Sprintf(`"O%d":{"Value":[{"Fn::ImportValue":"e%d"},{"Fn::ImportValue":"e%d"}],"Export":{"Name":"e%d"}}`, i+1, i, i, i+1))
	}
	nested := `"N%d":{"Type":"AWS::CloudFormation::Stack","Metadata":{"aws:asset:path":"A.json"}}`
	for _, c := range []struct{ situation, manifest, template string }{
		{"stages that are themselves", `{"artifacts":{"A":{"type":"aws:cloudformation:stack","properties":{"templateFile":"A.json"}},"S":{"type":"cdk:cloud-assembly","properties":{"directoryName":"."}},
			"T":{"type":"cdk:cloud-assembly","properties":{"directoryName":"."}},"U":{"type":"cdk:cloud-assembly","properties":{"directoryName":"x/.."}}}}`, `{}`},
		{"nested stacks that are themselves", stack, `{"Resources":{` + fmt.Sprintf(nested, 1) + `,` + fmt.Sprintf(nested, 2) + `,` + fmt.Sprintf(nested, 3) + `}}`},
		{"values that hold another twice", stack, `{"Resources":{"P0":{"Type":"AWS::SSM::Parameter","Properties":{"Value":"x"}},` + strings.Join(doubling, ",") + `}}`},
		{"exports that hold another twice", stack, `{"Resources":{},"Outputs":{"O0":{"Value":"x","Export":{"Name":"e0"}},` + strings.Join(exports, ",") + `}}`},
	} {
		a, err := ReadFS(files(map[string]string{"manifest.json": c.manifest, "A.json": c.template}))
		if err != nil || len(a.Stacks) > 2 {
			t.Fatalf("%s: %v, %d stacks", c.situation, err, len(a.Stacks))
		}
		for _, r := range a.Stacks[0].Resources {
			if left := 4 * largest; !fits(r.Property("Value"), &left) {
				t.Fatalf("%s: %s has no end", c.situation, r.ID)
			}
		}
	}
}

// A link in the folder leads to no file outside of it, and what is no file is not waited for.
func TestFilesOfTheFolderAlone(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "outside.json")
	for situation, put := range notFiles(outside) {
		dir := t.TempDir()
		for name, text := range map[string]string{outside: `{"Resources":{"Secret":{"Type":"T"}}}`,
			filepath.Join(dir, "manifest.json"): `{"artifacts":{"A":{"type":"aws:cloudformation:stack","properties":{"templateFile":"A.json"}}}}`} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := put(filepath.Join(dir, "A.json")); err != nil {
			t.Fatal(err)
		}
		a, err := Read(dir)
		if err != nil || len(a.Stacks) > 0 || len(a.Unreadable) != 1 {
			t.Errorf("%s: got %v %+v, want it unreadable", situation, err, a)
		}
	}
}

func TestNestedStacksUnderConditions(t *testing.T) {
	t.Parallel()
	const nested = `"N%s":{"Type":"AWS::CloudFormation::Stack"%s,"Metadata":{"aws:asset:path":"N.json"}}`
	a, err := ReadFS(files(map[string]string{
		"manifest.json": `{"artifacts":{"A":{"type":"aws:cloudformation:stack","properties":{"templateFile":"A.json"}}}}`,
		"A.json": `{` + declarations + `,"Resources":{` + fmt.Sprintf(nested, "Always", "") + `,` + fmt.Sprintf(nested, "Asked", `,"Condition":"Asked"`) + `,` +
			fmt.Sprintf(nested, "Never", `,"Condition":"False"`) + `,"Gone":{"Type":"AWS::CloudFormation::Stack","Condition":"False"}}}`,
		"N.json": `{"Resources":{"X":{"Type":"T"}}}`,
	}))
	if err != nil || len(a.Unreadable) > 0 {
		t.Fatal(err, a.Unreadable)
	}
	got := map[string]bool{}
	for _, s := range a.Stacks {
		if x := s.Resource("X"); x != nil {
			got[s.Name] = x.Maybe
		}
	}
	if want := (map[string]bool{"A/NAlways": false, "A/NAsked": true}); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ situation, text, want string }{
		{"nothing", "", "empty"},
		{"no JSON", "{", "not JSON"},
		{"a list", "[]", "no object"},
		{"another JSON", `{"a":1}`, "no Resources"},
		{"resources that are a list", `{"Resources":[]}`, "no Resources"},
	} {
		if _, err := Parse("s", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "s: ") {
			t.Errorf("%s: got %v, want ...%s...", c.situation, err, c.want)
		}
	}
	if _, err := ReadFS(files(map[string]string{"manifest.json": `{"artifacts":{}}`})); err == nil || !strings.Contains(err.Error(), "lists no stack") {
		t.Errorf("a cdk.out of nothing: %v", err)
	}
	if _, err := ReadFS(files(nil)); err == nil || !strings.Contains(err.Error(), "cdk.out") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Read("/does/not/exist"); err == nil || !strings.Contains(err.Error(), "cdk.out folder or a template") {
		t.Errorf("no file: %v", err)
	}
}

// FuzzParse reads any template: it never panics, and the same text gives the same values.
func FuzzParse(f *testing.F) {
	for _, text := range whole() {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{` + declarations + `,"Resources":{` + others + `}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := Parse("s", text)
		if err != nil {
			return
		}
		for _, s := range a.Stacks {
			for _, r := range s.Resources {
				r.Properties()
				_, _, _ = r.Name(), r.ARN(), r.Ref()
				a.Owner(r.ARN())
				if r.Path == "" {
					t.Errorf("%s has no path", r.ID)
				}
			}
		}
	})
}
