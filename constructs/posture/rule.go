package posture

import (
	"cmp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
)

// Severity says what a finding is worth.
type Severity string

// The severities. CDK's plugin stops synth at an error.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Rule is one thing that is looked at.
type Rule struct {
	// ID is lower case words with hyphens. It is a contract: acknowledgements name it.
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Severity Severity `json:"severity"`
	// Why is what can happen, Fix what to do, and Source where AWS says so.
	Why    string `json:"why"`
	Fix    string `json:"fix"`
	Source string `json:"source"`
	// Controls are the ids of the same control elsewhere.
	Controls Controls `json:"controls"`

	check func(*Posture) []Finding
}

// Controls are the ids that a control has in the catalogues of others.
type Controls struct {
	SecurityHub []string `json:"securityHub,omitempty"`
	CIS         []string `json:"cis,omitempty"`
	NIST80053   []string `json:"nist80053,omitempty"`
	CDKNag      []string `json:"cdkNag,omitempty"`
	Checkov     []string `json:"checkov,omitempty"`
}

var registered []Rule

// register adds a rule. Each topic's file, rule_<topic>.go, does so from an init function; testdata/flaws holds a template for each rule, in
// which it fires and no other does.
func register(r Rule) { registered = append(registered, r) }

// Rules returns all rules, sorted by their ids.
func Rules() []Rule {
	all := slices.Clone(registered)
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Finding is one place where a rule does not hold.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// Path is that of the construct to change, and LogicalID its resource's, where it is one.
	Path      string `json:"path"`
	Stack     string `json:"stack,omitempty"`
	LogicalID string `json:"logicalId,omitempty"`
	// Function is the path of the function that it concerns, if it is one's alone.
	Function string `json:"function,omitempty"`
	// Message says what is wrong here, with the values.
	Message string `json:"message"`
	// Unsure says that the template does not tell for certain.
	Unsure bool `json:"unsure,omitempty"`
	// About are the values that it is about, such as an action or a resource, for acknowledgements that name them.
	About []Text `json:"about,omitempty"`
	// Acknowledged says who took it as it is, and why.
	Acknowledged *Acknowledgement `json:"acknowledged,omitempty"`

	resource *template.Resource
	nag      string // the kind of what cdk-nag calls it by: Action, Resource or Policy
}

// at returns a finding about a resource.
func at(r *template.Resource, message string) Finding {
	return Finding{Path: constructPath(r), Stack: r.Stack.Name, LogicalID: r.ID, Message: message, resource: r}
}

// of says which function a finding concerns.
func (f Finding) of(function *Function) Finding {
	f.Function = function.Path
	return f
}

// unsure marks a finding that cannot be told for certain.
func (f Finding) unsure(answer Answer) Finding {
	f.Unsure = answer == CannotTell
	return f
}

// Report is what the rules found.
type Report struct {
	// Findings are sorted by severity, rule and path; acknowledged ones are among them.
	Findings []Finding `json:"findings"`
	// Unused are acknowledgements that no finding needs.
	Unused []Acknowledgement `json:"unused,omitempty"`
	// WithoutReason are acknowledgements that say no reason, and therefore count for nothing.
	WithoutReason []Acknowledgement `json:"withoutReason,omitempty"`
}

// Open returns the findings that nobody acknowledged.
func (r Report) Open() []Finding {
	var open []Finding
	for _, f := range r.Findings {
		if f.Acknowledged == nil {
			open = append(open, f)
		}
	}
	return open
}

// Check looks at all rules. Acknowledgements are those given and those that the templates hold: SecureGoFunction's, CDK's own and cdk-nag's.
func (p *Posture) Check(given ...Acknowledgement) Report {
	report := Report{Findings: []Finding{}}
	rules := map[string]Rule{}
	for _, rule := range Rules() {
		rules[rule.ID] = rule
		for _, f := range rule.check(p) {
			f.Rule, f.Severity = rule.ID, rule.Severity
			report.Findings = append(report.Findings, f)
		}
	}
	rank := map[Severity]int{Error: 0, Warning: 1, Note: 2}
	slices.SortStableFunc(report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(rank[a.Severity], rank[b.Severity]), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Path, b.Path),
			strings.Compare(a.Function, b.Function), strings.Compare(a.Message, b.Message))
	})
	p.relaxed(report.Findings)
	p.acknowledge(&report, rules, given)
	return report
}
