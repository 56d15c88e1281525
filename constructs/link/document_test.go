package link

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/iam/iamtest"
)

var update = flag.Bool("update", false, "rewrite README.md")

// documented is one link of the table in README.md.
type documented struct {
	function string // the exported function's name
	call     string // the Go that makes it, as the table shows it
	link     Link
	// wide says of a resource or action with a wildcard why it cannot be
	// narrower, with the source; by the wildcard.
	wide map[string]string
}

// table holds every link. Each file of tests adds its own with document, from
// an init function, so that the order is that of the files.
var table []documented

func document(d ...documented) { table = append(table, d...) }

func init() {
	document(documented{function: "Parameter", call: `Parameter("API_KEY", "/my_app/api_key", EncryptedWith(key))`,
		link: Parameter("API_KEY", "/my_app/api_key", EncryptedWith(&fakeKey{arn: keyARN}))},
		documented{function: "ParameterFrom", call: `ParameterFrom("THEME", parameter, Plain("colours of the site"))`,
			link: ParameterFrom("THEME", &fakeParameter{name: "/my_app/theme", arn: "arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/theme"}, Plain("colours of the site"))},
		documented{function: "Everywhere", call: `Everywhere(443, "webhooks of our customers")`, link: Everywhere(443, "webhooks of our customers")})
}

func TestEveryLinkIsDocumented(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			if result, ok := f.Type.Results.List[0].Type.(*ast.Ident); !ok || result.Name != "Link" {
				continue
			}
			if !slices.ContainsFunc(table, func(d documented) bool { return d.function == f.Name.Name }) {
				t.Errorf("link.%s is not in the table: add it with document", f.Name.Name)
			}
		}
	}
}

// No link names all actions or all resources, except where IAM knows nothing
// narrower.
func TestLinksHaveNoWildcards(t *testing.T) {
	for _, d := range table {
		doors, err := d.link.Open(ireland)
		if err != nil {
			t.Errorf("%s: %v", d.call, err)
			continue
		}
		used := map[string]bool{}
		for _, s := range doors.Statements {
			if s.Effect == iam.Deny { // the wider the better
				continue
			}
			for _, wild := range append(slices.Clone(s.Actions), s.Resources...) {
				if !strings.ContainsAny(wild, "*?") {
					continue
				}
				used[wild] = true
				if d.wide[wild] == "" {
					t.Errorf("%s allows %s, and nothing says why that cannot be narrower", d.call, wild)
				}
			}
		}
		for wild := range d.wide {
			if !used[wild] {
				t.Errorf("%s does not allow %s: leave its reason out", d.call, wild)
			}
		}
	}
}

func TestReadmeIsCurrent(t *testing.T) {
	want := readme(t)
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("README.md is not what the links open: run go test ./constructs/link -run Readme -update, and review the difference")
	}
}

func readme(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# Links

What each link opens, on every layer, for a function in account 111122223333 in
eu-west-1. This page is generated from the code, and a test fails if it is not
current. A link opens nothing that is not listed here; what a trigger makes, and
permits its source, is in the documentation of its function.

All of them deploy, update and go on a local AWS (` + "`make end-to-end`" + `), but for the
ElastiCache types of Valkey, which it does not know.
`)
	for _, d := range table {
		doors, err := d.link.Open(ireland)
		if err != nil {
			t.Fatalf("%s: %v", d.call, err)
		}
		fmt.Fprintf(&b, "\n## %s\n\n```go\nlink.%s\n```\n\n", d.function, d.call)
		for _, v := range doors.Variables {
			fmt.Fprintf(&b, "- variable `%s` (%s) `%s`\n", v.Name, kindOf(v), v.Value)
		}
		for _, s := range iam.Document(doors.Statements...)["Statement"].([]any) {
			fmt.Fprintf(&b, "- statement `%s`\n", iamtest.Compact(t, s))
		}
		for _, e := range doors.Endpoints {
			fmt.Fprintf(&b, "- interface endpoint `%s`, TCP 443\n", e)
		}
		for _, g := range doors.Gateways {
			fmt.Fprintf(&b, "- gateway endpoint `%s`, TCP 443 to its prefix list\n", g)
		}
		for _, n := range doors.Names {
			fmt.Fprintf(&b, "- looks up `%s`\n", n)
		}
		for _, e := range doors.Egress {
			fmt.Fprintf(&b, "- sends TCP %d to `%s`%s\n", e.Port, e.CIDR+e.PrefixList+e.Group, map[bool]string{true: ", which lets it in"}[e.Group != ""])
		}
		if doors.Mount != nil {
			fmt.Fprintf(&b, "- mounts `%s` at `%s`\n", doors.Mount.AccessPointARN, doors.Mount.Path)
		}
		for _, tr := range doors.Triggers {
			fmt.Fprintf(&b, "- trigger `%s`\n", tr.ID)
		}
		for _, r := range doors.Relaxed {
			fmt.Fprintf(&b, "- recorded: %s: %s\n", r.What, r.Reason)
		}
		for _, wild := range slices.Sorted(maps.Keys(d.wide)) {
			fmt.Fprintf(&b, "- `%s` because %s\n", wild, d.wide[wild])
		}
	}
	return b.String()
}

func kindOf(v Variable) Kind {
	if v.Kind == "" {
		return "text"
	}
	return v.Kind
}
