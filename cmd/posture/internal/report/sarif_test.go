package report

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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
	"log": {map[string]string{"$schema": "uri", "version": "2.1.0", "runs": "[]run"}, "version runs"},
	"run": {map[string]string{"tool": "tool", "results": "[]result", "columnKind": "utf16CodeUnits|unicodeCodePoints", "automationDetails": "automation",
		"properties": "bag"}, "tool"},
	"automation": {map[string]string{"id": "string"}, ""},
	"tool":       {map[string]string{"driver": "component"}, "driver"},
	"component":  {map[string]string{"name": "string", "semanticVersion": "string", "informationUri": "uri", "rules": "[]rule"}, "name"},
	"rule": {map[string]string{"id": "string", "name": "string", "shortDescription": "text", "fullDescription": "text", "help": "text", "helpUri": "uri",
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
	if err := d.Since(before); err != nil {
		t.Fatal(err)
	}
	if results := checkedSARIF(t, d).Runs[0].Results; len(results) != 1 || results[0].RuleID != "public-invocation" {
		t.Errorf("what is acknowledged is an alert: %+v", results)
	}
	d.Suppressed = true
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
	d, before.Rules = tiny(t), looked[:1]
	if err := d.Since(before); err != nil {
		t.Fatal(err)
	}
	if r := checkedSARIF(t, d).Runs[0].Results; len(r) != 1 || r[0].BaselineState != "new" {
		t.Errorf("a finding that nobody looked for before: %+v", r)
	}
	d = tiny(t)
	d.Suppressed = true
	if got := checkedSARIF(t, d).Runs[0].Results[1].Suppressions; got[0].Kind != "inSource" {
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
		if got := print(change); got == first {
			t.Errorf("another %s has the same fingerprint", what)
		}
	}
	f := tiny(t).Report.Findings[0]
	stack := f
	stack.Stack = "Other"
	if got := fingerprints([]posture.Finding{f, stack}, ""); got[0] == got[1] {
		t.Error("another stack of a cdk.out has the same fingerprint")
	}
}

func TestFingerprintsOfFindingsThatAreAlike(t *testing.T) {
	t.Parallel()
	of := func(messages ...string) []string {
		var all []posture.Finding
		for _, m := range messages {
			all = append(all, posture.Finding{Rule: "r", Path: "S/Q", Message: m})
		}
		return fingerprints(all, "")
	}
	got := of("statement 1 allows b", "statement 2 allows a")
	if got[0] == got[1] || strings.TrimSuffix(got[0], ":2") != strings.TrimSuffix(got[1], ":1") {
		t.Errorf("two alike: %q", got)
	}
	if moved := of("statement 1 allows a", "statement 2 allows b"); moved[0] != got[1] || moved[1] != got[0] {
		t.Errorf("statements in another order have other fingerprints: %q, %q", got, moved)
	}
}

func TestWhatGitHubReadsOfTheTool(t *testing.T) {
	t.Parallel()
	run := checkedSARIF(t, tiny(t)).Runs[0]
	if run.Automation.ID != "posture/" {
		t.Errorf("automationDetails.id is %q", run.Automation.ID)
	}
	for _, r := range run.Tool.Driver.Rules {
		severity, err := strconv.ParseFloat(r.Properties.Severity, 64)
		want := map[posture.Severity]bool{posture.Error: severity >= 7 && severity < 9, posture.Warning: severity >= 4 && severity < 7, posture.Note: severity < 4}
		if err != nil || !want[r.Default.Level] || !slices.Contains(r.Properties.Tags, "security") {
			t.Errorf("%s, of level %s, has the severity %q", r.ID, r.Default.Level, r.Properties.Severity)
		}
		if want := "https://github.com/securegofunction/cdk/blob/main/constructs/posture/README.md#" + r.ID; r.HelpURI != want {
			t.Errorf("helpUri is %s, want %s", r.HelpURI, want)
		}
	}
	if len(securitySeverity) != 3 {
		t.Errorf("there are severities for %d levels", len(securitySeverity))
	}
}
