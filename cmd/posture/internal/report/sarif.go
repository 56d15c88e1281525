package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
	"github.com/securegofunction/cdk/internal/version"
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
		Automation sarifAutomation  `json:"automationDetails"`
		ColumnKind string           `json:"columnKind"`
		Results    []sarifResult    `json:"results"`
		Properties *sarifProperties `json:"properties,omitempty"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"semanticVersion,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string             `json:"id"`
		Name             string             `json:"name"`
		ShortDescription sarifText          `json:"shortDescription"`
		FullDescription  sarifText          `json:"fullDescription"`
		Help             sarifText          `json:"help"`
		HelpURI          string             `json:"helpUri"`
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
		Tags []string `json:"tags,omitempty"`
		// Severity is from 0.0 to 10.0, as text.
		Severity string            `json:"security-severity,omitempty"`
		Controls *posture.Controls `json:"controls,omitempty"`
		Change   *Change           `json:"change,omitempty"`
	}
)

// securitySeverity is by what GitHub calls a rule's alerts: high from 7.0, medium from 4.0, and low below (GitHub docs, "SARIF support for code
// scanning", reportingDescriptor object).
var securitySeverity = map[posture.Severity]string{posture.Error: "8.0", posture.Warning: "5.0", posture.Note: "2.0"}

// writeSARIF writes each open finding as a result. An acknowledged one is a suppressed result, which GitHub would show as an open alert: of the
// properties that it reads, suppressions is none (GitHub docs, "SARIF support for code scanning"). It is therefore left out unless asked for.
// What a change opens and closes is in the run's properties: a result for what is gone would be an alert too.
func (d *Document) writeSARIF(w io.Writer) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}, Automation: sarifAutomation{"posture/"},
		Tool: sarifTool{sarifDriver{Name: "posture", Version: version.Module(), InformationURI: "https://" + version.Path, Rules: []sarifRule{}}}}
	if d.Change != nil {
		run.Properties = &sarifProperties{Change: d.Change}
	}
	index := map[string]int{}
	for i, r := range d.Rules {
		index[r.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleOf(r))
	}
	where, prints := newLocator(d.Source), fingerprints(d.Report.Findings, d.fileStack())
	for i, f := range d.Report.Findings {
		if f.Acknowledged != nil && !d.Suppressed {
			continue
		}
		file, line := where.place(f, d.Posture.Stacks)
		r := sarifResult{RuleID: f.Rule, RuleIndex: index[f.Rule], Level: f.Severity, Message: sarifText{Text: sentence(message(f))}, Suppressions: []sarifSuppression{},
			Locations:    []sarifLocation{{sarifPhysical{sarifArtifact{uri(file, filepath.IsAbs(file))}, sarifRegion{line}}, logical(f)}},
			Fingerprints: map[string]string{"primaryLocationLineHash": prints[i]}}
		if a := f.Acknowledged; a != nil {
			kind := "inSource"
			if a.Source == "given" {
				kind = "external"
			}
			r.Suppressions = append(r.Suppressions, sarifSuppression{kind, "accepted", a.Reason})
		}
		if d.Change != nil {
			r.BaselineState = "unchanged"
			if s := d.Change.standings[i]; s == newSince || s == newlyLookedFor {
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
		HelpURI: "https://" + version.Path + "/blob/main/constructs/posture/README.md#" + url.PathEscape(r.ID),
		Default: sarifConfiguration{r.Severity}, Properties: sarifProperties{Tags: []string{"security"}, Severity: securitySeverity[r.Severity], Controls: &controls}}
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
// number after the colon tells those apart that are else the same, by their wording: another place of a statement changes no number.
func fingerprints(findings []posture.Finding, fileStack string) []string {
	order := make([]int, len(findings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return strings.Compare(wording(findings[i]), wording(findings[j])) })
	prints, seen := make([]string, len(findings)), map[string]int{}
	for _, i := range order {
		key := lasting(findings[i], fileStack)
		seen[key]++
		sum := sha256.Sum256([]byte(key))
		prints[i] = fmt.Sprintf("%s:%d", hex.EncodeToString(sum[:16]), seen[key])
	}
	return prints
}
