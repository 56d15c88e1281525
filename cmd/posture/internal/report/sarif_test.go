package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// object is what the schema of SARIF 2.1.0 says of one: its properties, each with the kind of its value, and those that have to be there. No
// object has properties that are not named, but for a property bag.
type object struct {
	properties map[string]string
	required   string
}

// Kinds are string, uri, integer from 0, line from 1, bag, strings, one of a|b, the name of an object, or [] of one.
var sarifSchema = map[string]object{
	"log":       {map[string]string{"$schema": "uri", "version": "2.1.0", "runs": "[]run"}, "version runs"},
	"run":       {map[string]string{"tool": "tool", "results": "[]result", "columnKind": "utf16CodeUnits|unicodeCodePoints", "properties": "bag"}, "tool"},
	"tool":      {map[string]string{"driver": "component"}, "driver"},
	"component": {map[string]string{"name": "string", "informationUri": "uri", "rules": "[]rule"}, "name"},
	"rule": {map[string]string{"id": "string", "name": "string", "shortDescription": "text", "fullDescription": "text", "help": "text",
		"defaultConfiguration": "configuration", "properties": "bag"}, "id"},
	"text":          {map[string]string{"text": "string", "markdown": "string"}, "text"},
	"configuration": {map[string]string{"level": "none|note|warning|error"}, ""},
	"result": {map[string]string{"ruleId": "string", "ruleIndex": "integer", "level": "none|note|warning|error", "message": "text", "locations": "[]location",
		"partialFingerprints": "strings", "suppressions": "[]suppression", "baselineState": "new|unchanged|updated|absent"}, "message"},
	"location":    {map[string]string{"physicalLocation": "physical", "logicalLocations": "[]logical"}, ""},
	"physical":    {map[string]string{"artifactLocation": "artifact", "region": "region"}, "artifactLocation"},
	"artifact":    {map[string]string{"uri": "uri"}, ""},
	"region":      {map[string]string{"startLine": "line"}, "startLine"},
	"logical":     {map[string]string{"name": "string", "fullyQualifiedName": "string", "kind": "string"}, ""},
	"suppression": {map[string]string{"kind": "inSource|external", "status": "accepted|underReview|rejected", "justification": "string"}, "kind"},
}

var reference = regexp.MustCompile(`^([a-z]+:)?[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$`)

// check returns what of a value is not as the schema says.
func check(at, kind string, v any) []string {
	wrong := func() []string { return []string{fmt.Sprintf("%s: %v is no %s", at, v, kind)} }
	if inner, ok := strings.CutPrefix(kind, "[]"); ok {
		list, ok := v.([]any)
		if !ok {
			return wrong()
		}
		var all []string
		for i, e := range list {
			all = append(all, check(fmt.Sprintf("%s[%d]", at, i), inner, e)...)
		}
		return all
	}
	if o, ok := sarifSchema[kind]; ok {
		value, ok := v.(map[string]any)
		if !ok {
			return wrong()
		}
		var all []string
		for _, name := range strings.Fields(o.required) {
			if value[name] == nil {
				all = append(all, at+" has no "+name)
			}
		}
		for name, e := range value {
			if kind, ok := o.properties[name]; ok {
				all = append(all, check(at+"."+name, kind, e)...)
			} else {
				all = append(all, at+" may not have "+name)
			}
		}
		return all
	}
	text, isText := v.(string)
	number, isNumber := v.(float64)
	bag, isBag := v.(map[string]any)
	switch kind {
	case "string":
		if isText && text != "" {
			return nil
		}
	case "uri":
		if isText && reference.MatchString(text) {
			return nil
		}
	case "integer", "line":
		if isNumber && number == float64(int(number)) && (number > 0 || number == 0 && kind == "integer") {
			return nil
		}
	case "bag":
		if isBag {
			return nil
		}
	case "strings":
		ok := isBag
		for _, e := range bag {
			_, text := e.(string)
			ok = ok && text
		}
		if ok {
			return nil
		}
	default:
		if isText && slices.Contains(strings.Split(kind, "|"), text) {
			return nil
		}
	}
	return wrong()
}

func checkedSARIF(t *testing.T, d *Document) sarifLog {
	t.Helper()
	text := writing(t, d, "sarif")
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	for _, fault := range check("log", "log", v) {
		t.Error(fault)
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, r := range log.Runs[0].Tool.Driver.Rules {
		if ids[r.ID] {
			t.Errorf("the rule %s is there twice", r.ID)
		}
		ids[r.ID] = true
	}
	for _, r := range log.Runs[0].Results {
		if rules := log.Runs[0].Tool.Driver.Rules; r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("ruleIndex %d is not that of %s", r.RuleIndex, r.RuleID)
		}
	}
	return log
}

func TestSARIFIsAsItsSchemaSays(t *testing.T) {
	t.Parallel()
	changed := tiny(t)
	changed.Since(tiny(t))
	for _, d := range []*Document{tiny(t), changed, hostileDocument(t)} {
		checkedSARIF(t, d)
	}
	p, err := posture.FromJSON("T", []byte(`{"Resources":{"F":{"Type":"AWS::Lambda::Function"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	log := checkedSARIF(t, New("T", p, p.Check(), posture.Rules())) // the rules that there are
	if len(log.Runs[0].Tool.Driver.Rules) != len(posture.Rules()) || len(log.Runs[0].Results) == 0 {
		t.Errorf("%d rules and %d results", len(log.Runs[0].Tool.Driver.Rules), len(log.Runs[0].Results))
	}
}

func TestTheSchemaOfTheTestIsOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{`{"version":"2.1.0"}`, "log has no runs"},
		{`{"version":"2.0.0","runs":[]}`, "log.version: 2.0.0 is no 2.1.0"},
		{`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[{"name":"y"}]}}}]}`, "log.runs[0].tool.driver.rules[0] has no id"},
		{`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"m"},"severity":"high"}]}]}`, "log.runs[0].results[0] may not have severity"},
		{`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"m"},"level":"high"}]}]}`, "log.runs[0].results[0].level: high is no none|note|warning|error"},
		{`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a b"},"region":{"startLine":0}}}]}]}]}`,
			"log.runs[0].results[0].locations[0].physicalLocation.region.startLine: 0 is no line"},
	} {
		var v any
		if err := json.Unmarshal([]byte(c.text), &v); err != nil {
			t.Fatal(err)
		}
		if got := check("log", "log", v); !slices.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestSuppressionsAndStates(t *testing.T) {
	t.Parallel()
	before := tiny(t)
	before.Report.Findings = before.Report.Findings[1:]
	d := tiny(t)
	d.Report.Findings[1].Acknowledged.Source = "given"
	d.Since(before)
	results := checkedSARIF(t, d).Runs[0].Results
	if len(results) != 2 {
		t.Fatalf("got %d results", len(results))
	}
	if r := results[0]; r.Level != "error" || r.BaselineState != "new" || len(r.Suppressions) != 0 {
		t.Errorf("an open and new finding: %+v", r)
	}
	if r := results[1]; r.Level != "warning" || r.BaselineState != "unchanged" || !slices.Equal(r.Suppressions, []sarifSuppression{{"external", "accepted", "it logs nothing"}}) {
		t.Errorf("an acknowledged finding of before: %+v", r)
	}
	if got := checkedSARIF(t, tiny(t)).Runs[0].Results[1].Suppressions; got[0].Kind != "inSource" {
		t.Errorf("an acknowledgement in the template: %+v", got)
	}
}

func TestFingerprintsHoldWhileTheWordingChanges(t *testing.T) {
	t.Parallel()
	print := func(change func(*posture.Finding)) string {
		d := tiny(t)
		change(&d.Report.Findings[0])
		return checkedSARIF(t, d).Runs[0].Results[0].Fingerprints["primaryLocationLineHash"]
	}
	first := print(func(*posture.Finding) {})
	if got := print(func(f *posture.Finding) { f.Message, f.LogicalID = "another", "Other" }); got != first {
		t.Errorf("another wording has another fingerprint: %s, %s", got, first)
	}
	for what, change := range map[string]func(*posture.Finding){
		"rule":     func(f *posture.Finding) { f.Rule = "log-retention" },
		"path":     func(f *posture.Finding) { f.Path = "Shop/Other" },
		"function": func(f *posture.Finding) { f.Function = "Shop/Other" },
		"about":    func(f *posture.Finding) { f.About = []posture.Text{"s3:*"} },
	} {
		d := tiny(t)
		change(&d.Report.Findings[0])
		if got := fingerprints(d.Report.Findings[0], map[string]int{})["primaryLocationLineHash"]; got == first {
			t.Errorf("another %s has the same fingerprint", what)
		}
	}
	d := tiny(t)
	d.Report.Findings = []posture.Finding{d.Report.Findings[0], d.Report.Findings[0]}
	d.Report.Findings[1].Message = "again"
	r := checkedSARIF(t, d).Runs[0].Results
	if a, b := r[0].Fingerprints["primaryLocationLineHash"], r[1].Fingerprints["primaryLocationLineHash"]; a == b || strings.TrimSuffix(a, ":1") != strings.TrimSuffix(b, ":2") {
		t.Errorf("two alike: %s and %s", a, b)
	}
}

func TestFindingsAreLocated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"artifacts":{"One":{"type":"aws:cloudformation:stack","properties":{"templateFile":"One.template.json"}},
			"stage":{"type":"cdk:cloud-assembly","properties":{"directoryName":"assembly-Prod"}}}}`,
		"One.template.json":           "{\"Resources\": {\n \"F\": {\n }}}",
		"assembly-Prod/manifest.json": `{"artifacts":{"ProdTwo":{"type":"aws:cloudformation:stack","displayName":"Prod/Two (Prod-Two)","properties":{"templateFile":"a b.json"}}}}`,
		"assembly-Prod/a b.json":      "{\"Resources\":{\"F\":{}}}",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stacks := []posture.Stack{{Name: "One", Path: "One"}, {Name: "Prod-Two", Path: "Prod/Two"}, {Name: "One/Nested", Path: "One/Nested"}}
	l := newLocator(dir)
	for situation, c := range map[string]struct {
		finding posture.Finding
		uri     string
		line    int
	}{
		"a resource":         {posture.Finding{Stack: "One", LogicalID: "F", Path: "One/F"}, "/One.template.json", 2},
		"none":               {posture.Finding{Stack: "One", Path: "One/F"}, "/One.template.json", 1},
		"of a stage":         {posture.Finding{Stack: "Prod-Two", LogicalID: "F", Path: "Prod/Two/F"}, "/assembly-Prod/a%20b.json", 1},
		"of a nested stack":  {posture.Finding{Stack: "One/Nested", LogicalID: "X", Path: "One/Nested/X"}, "/One.template.json", 1},
		"by the path alone":  {posture.Finding{Path: "Prod/Two/F/G"}, "/assembly-Prod/a%20b.json", 1},
		"of nothing at hand": {posture.Finding{Path: "Elsewhere"}, "/manifest.json", 1},
	} {
		uri, line := l.place(c.finding, stacks)
		if !strings.HasPrefix(uri, "file:///") || !strings.HasSuffix(uri, filepath.Base(dir)+c.uri) || line != c.line {
			t.Errorf("%s: got %s:%d, want ...%s:%d", situation, uri, line, c.uri, c.line)
		}
	}
	if uri, line := newLocator("testdata/tiny.json").place(posture.Finding{Stack: "tiny", LogicalID: "Url"}, nil); uri != "testdata/tiny.json" || line != 27 {
		t.Errorf("one template: %s:%d", uri, line)
	}
}
