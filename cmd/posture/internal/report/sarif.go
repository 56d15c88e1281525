package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// The parts of SARIF 2.1.0 that are written (OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0").
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool        `json:"tool"`
		ColumnKind string           `json:"columnKind"`
		Results    []sarifResult    `json:"results"`
		Properties *sarifProperties `json:"properties,omitempty"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string             `json:"id"`
		Name             string             `json:"name"`
		ShortDescription sarifText          `json:"shortDescription"`
		FullDescription  sarifText          `json:"fullDescription"`
		Help             sarifText          `json:"help"`
		Default          sarifConfiguration `json:"defaultConfiguration"`
		Properties       sarifProperties    `json:"properties"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifConfiguration struct {
		Level posture.Severity `json:"level"`
	}
	sarifResult struct {
		RuleID        string             `json:"ruleId"`
		RuleIndex     int                `json:"ruleIndex"`
		Level         posture.Severity   `json:"level"`
		Message       sarifText          `json:"message"`
		Locations     []sarifLocation    `json:"locations"`
		Fingerprints  map[string]string  `json:"partialFingerprints"`
		Suppressions  []sarifSuppression `json:"suppressions"`
		BaselineState string             `json:"baselineState,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifLogical struct {
		Name          string `json:"name"`
		QualifiedName string `json:"fullyQualifiedName"`
		Kind          string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
	sarifProperties struct {
		Tags     []string          `json:"tags,omitempty"`
		Controls *posture.Controls `json:"controls,omitempty"`
		Change   *Change           `json:"change,omitempty"`
	}
)

// writeSARIF writes each finding as a result, an acknowledged one as a suppressed one. What a change opens and closes is in the run's
// properties: a result for what is gone would be an alert at GitHub, which does not read its baselineState.
func (d *Document) writeSARIF(w io.Writer) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{},
		Tool: sarifTool{sarifDriver{Name: "posture", InformationURI: "https://github.com/securegofunction/cdk", Rules: []sarifRule{}}}}
	if d.Change != nil {
		run.Properties = &sarifProperties{Change: d.Change}
	}
	index := map[string]int{}
	for i, r := range d.Rules {
		index[r.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleOf(r))
	}
	where, seen := newLocator(d.Source), map[string]int{}
	for _, f := range d.Report.Findings {
		uri, line := where.place(f, d.Posture.Stacks)
		r := sarifResult{RuleID: f.Rule, RuleIndex: index[f.Rule], Level: f.Severity, Message: sarifText{Text: sentence(message(f))}, Suppressions: []sarifSuppression{},
			Locations: []sarifLocation{{sarifPhysical{sarifArtifact{uri}, sarifRegion{line}}, logical(f)}}, Fingerprints: fingerprints(f, seen)}
		if a := f.Acknowledged; a != nil {
			kind := "inSource"
			if a.Source == "given" {
				kind = "external"
			}
			r.Suppressions = append(r.Suppressions, sarifSuppression{kind, "accepted", a.Reason})
		}
		if d.Change != nil {
			r.BaselineState = "unchanged"
			if d.Change.fresh[identity(f)] {
				r.BaselineState = "new"
			}
		}
		run.Results = append(run.Results, r)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func ruleOf(r posture.Rule) sarifRule {
	controls := r.Controls
	help := fmt.Sprintf("%s\n\nFix: %s\n\nSource: %s", r.Why, r.Fix, r.Source)
	return sarifRule{ID: r.ID, Name: pascal(r.ID), ShortDescription: sarifText{Text: sentence(r.Title)}, FullDescription: sarifText{Text: r.Why},
		Help:    sarifText{help, fmt.Sprintf("%s\n\n**Fix:** %s\n\n*Source:* %s", prose(r.Why), prose(r.Fix), prose(r.Source))},
		Default: sarifConfiguration{r.Severity}, Properties: sarifProperties{Tags: []string{"security"}, Controls: &controls}}
}

// pascal writes log-retention as LogRetention, which SARIF wants of a rule's name.
func pascal(id string) string {
	var b strings.Builder
	for _, part := range strings.Split(id, "-") {
		if part != "" {
			b.WriteString(capital(part))
		}
	}
	return b.String()
}

// sentence ends in a full stop, as SARIF wants of messages.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, ")") {
		return s
	}
	return s + "."
}

// logical are the construct to change and the function that the finding concerns.
func logical(f posture.Finding) []sarifLogical {
	all := []sarifLogical{{last(f.Path), f.Path, "resource"}}
	if f.Function != "" && f.Function != f.Path {
		all = append(all, sarifLogical{last(f.Function), f.Function, "resource"})
	}
	return all
}

func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// fingerprints hold while the wording of a rule and the values of a finding change. GitHub reads primaryLocationLineHash alone, of which the
// number after the colon tells those apart that are else the same.
func fingerprints(f posture.Finding, seen map[string]int) map[string]string {
	h := sha256.New()
	for _, part := range []string{f.Rule, f.Stack, f.Path, f.Function} {
		fmt.Fprintf(h, "%d:%s,", len(part), part)
	}
	for _, a := range f.About {
		fmt.Fprintf(h, "%d:%s,", len(a.String()), a.String())
	}
	sum := hex.EncodeToString(h.Sum(nil)[:16])
	seen[sum]++
	return map[string]string{"primaryLocationLineHash": fmt.Sprintf("%s:%d", sum, seen[sum])}
}
