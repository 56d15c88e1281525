package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// folderOf makes a folder of files.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindingsAreLocated(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"infra/cdk.out/manifest.json": `{"artifacts":{"One":{"type":"aws:cloudformation:stack","properties":{"templateFile":"One.template.json"}},
			"stage":{"type":"cdk:cloud-assembly","properties":{"directoryName":"assembly-Prod"}}}}`,
		"infra/cdk.out/One.template.json":           "{\"Resources\": {\n \"F\": {\n }}}",
		"infra/cdk.out/assembly-Prod/manifest.json": `{"artifacts":{"ProdTwo":{"type":"aws:cloudformation:stack","displayName":"Prod/Two (Prod-Two)","properties":{"templateFile":"a b.json"}}}}`,
		"infra/cdk.out/assembly-Prod/a b.json":      "{\"Resources\":{\"F\":{}}}",
	}
	loose := folderOf(t, files)
	files[".git"] = "gitdir: elsewhere"
	tree := folderOf(t, files)
	stacks := []posture.Stack{{Name: "One", Path: "One"}, {Name: "Prod-Two", Path: "Prod/Two"}, {Name: "One/Nested", Path: "One/Nested"}}
	for situation, c := range map[string]struct {
		finding posture.Finding
		file    string
		line    int
	}{
		"a resource":         {posture.Finding{Stack: "One", LogicalID: "F", Path: "One/F"}, "One.template.json", 2},
		"none":               {posture.Finding{Stack: "One", Path: "One/F"}, "One.template.json", 1},
		"of a stage":         {posture.Finding{Stack: "Prod-Two", LogicalID: "F", Path: "Prod/Two/F"}, "assembly-Prod/a b.json", 1},
		"of a nested stack":  {posture.Finding{Stack: "One/Nested", LogicalID: "X", Path: "One/Nested/X"}, "One.template.json", 1},
		"by the path alone":  {posture.Finding{Path: "Prod/Two/F/G"}, "assembly-Prod/a b.json", 1},
		"of nothing at hand": {posture.Finding{Path: "Elsewhere"}, "manifest.json", 1},
	} {
		want := filepath.ToSlash(loose) + "/infra/cdk.out/" + c.file
		if file, line := newLocator(filepath.Join(loose, "infra/cdk.out")).place(c.finding, stacks); file != want || line != c.line {
			t.Errorf("%s: got %s:%d, want %s:%d", situation, file, line, want, c.line)
		}
		want = "infra/cdk.out/" + c.file
		if file, line := newLocator(filepath.Join(tree, "infra/cdk.out")).place(c.finding, stacks); file != want || line != c.line {
			t.Errorf("%s, in a work tree: got %s:%d, want %s:%d", situation, file, line, want, c.line)
		}
	}
	one := newLocator(filepath.Join(tree, "infra/cdk.out/One.template.json"))
	if file, line := one.place(posture.Finding{Stack: "One", LogicalID: "F"}, nil); file != "infra/cdk.out/One.template.json" || line != 2 {
		t.Errorf("one template: %s:%d", file, line)
	}
	if file, line := newLocator(Stdin).place(posture.Finding{LogicalID: "F"}, nil); file != "stdin" || line != 1 {
		t.Errorf("the standard input: %s:%d", file, line)
	}
}

func TestURIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file     string
		absolute bool
		want     string
	}{
		{"infra/a b.json", false, "infra/a%20b.json"},
		{"a:b.json", false, "./a:b.json"},
		{"/home/a b.json", true, "file:///home/a%20b.json"},
		{"C:/templates/a.json", true, "file:///C:/templates/a.json"},
	} {
		if got := uri(c.file, c.absolute); got != c.want {
			t.Errorf("%s is %s, want %s", c.file, got, c.want)
		}
	}
}

func TestResourceLines(t *testing.T) {
	t.Parallel()
	decoys := `"Parameters": {"F": {"Type": "String"}}, "Conditions": {"F": {"Fn::Equals": [1, 1]}},`
	for situation, c := range map[string]struct {
		text string
		line int
	}{
		"as CDK writes it":          {"{\n \"Resources\": {\n  \"F\": {\n  }\n }\n}", 3},
		"without spaces":            {`{"Resources":{"F":{}}}`, 1},
		"with tabs":                 {"{\n\t\"Resources\" : {\n\t\t\"F\" : {}\n\t}\n}", 3},
		"other sections before":     {"{" + decoys + "\n\"Resources\": {\n\"F\": {}}}", 3},
		"other sections behind":     {"{\n\"Resources\": {\n\"F\": {}},\n" + decoys + "\n\"Outputs\": {\"F\": {}}}", 3},
		"within another resource":   {"{\"Resources\": {\n\"A\": {\"Properties\": {\"F\": {}}},\n\"F\": {}}}", 3},
		"of another section alone":  {"{" + decoys + "\n\"Resources\": {}}", 0},
		"YAML":                      {"Parameters:\n  F:\n    Type: String\nResources:\n  # F:\n  A:\n    Properties:\n      F: !Ref F\n  F:\n    Type: T\nOutputs:\n  F: {}\n", 9},
		"YAML, more indented":       {"Resources:\n    'F':\n        Type: T\n", 2},
		"YAML that begins with a {": {"{Resources: {\nF: {Type: T}}}", 2},
		"YAML, short forms":         {"Resources:\n  A: !If [C, !GetAtt F.Arn, x]\n  F: {}\n", 3},
		"neither":                   {"<html>", 0},
		"nothing":                   {"", 0},
		"cut off":                   {`{"Resources":{"F":{`, 0},
		"no object":                 {`{"Resources":[]}`, 0},
	} {
		if got := resourceLines([]byte(c.text))["F"]; got != c.line {
			t.Errorf("%s: line %d, want %d", situation, got, c.line)
		}
	}
	text, err := os.ReadFile("testdata/tiny.json")
	if err != nil {
		t.Fatal(err)
	}
	for id, line := range resourceLines(text) {
		if got := strings.Split(string(text), "\n")[line-1]; !strings.HasPrefix(got, `  "`+id+`": {`) {
			t.Errorf("%s is not at line %d, which is %s", id, line, got)
		}
	}
}
