package posture

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// flaw is a template with one flaw: testdata/sound.json with a JSON merge patch (RFC 7386).
type flaw struct {
	What  string         `json:"what"`
	At    string         `json:"at"` // the finding's path
	Patch map[string]any `json:"patch"`
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// patched is testdata/sound.json with a patch.
func patched(t testing.TB, patch any) *Posture {
	t.Helper()
	text, err := os.ReadFile("testdata/sound.json")
	if err != nil {
		t.Fatal(err)
	}
	change, err := json.Marshal(patch)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := jsonpatch.MergePatch(text, change)
	if err != nil {
		t.Fatal(err)
	}
	p, err := FromJSON("sound", changed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheSoundTemplateHasNoFindings(t *testing.T) {
	t.Parallel()
	patched(t, map[string]any{}).NoFindings(t)
}

// Each file is named after its rule, with a word after a dot where there are several.
func TestEachFlawFiresItsRuleAlone(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/flaws/*.json")
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{}
	for _, name := range names {
		rule, _, _ := strings.Cut(filepath.Base(name), ".")
		tested[rule] = true
		var f flaw
		read(t, name, &f)
		fired := false
		for _, finding := range patched(t, f.Patch).Check().Findings {
			fired = fired || finding.Rule == rule && finding.Path == f.At
			if finding.Rule != rule {
				t.Errorf("%s: %s: %s fires too, at %s: %s", name, f.What, finding.Rule, finding.Path, finding.Message)
			}
		}
		if !fired {
			t.Errorf("%s: %s: %s does not fire at %s", name, f.What, rule, f.At)
		}
	}
	for _, r := range Rules() {
		if !tested[r.ID] {
			t.Errorf("no file of testdata/flaws has the flaw that %s finds", r.ID)
		}
	}
}

func TestRulesSayWhatTheyMust(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		seen[r.ID] = true
		for what, text := range map[string]string{"title": r.Title, "why": r.Why, "fix": r.Fix, "source": r.Source} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", r.ID, what)
			}
		}
		if r.Severity != Error && r.Severity != Warning && r.Severity != Note {
			t.Errorf("%s has the severity %q", r.ID, r.Severity)
		}
		if strings.ToLower(r.ID) != r.ID || strings.ContainsAny(r.ID, " _.:") || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s, %q: the id is lower case with hyphens, and the title has no full stop", r.ID, r.Title)
		}
	}
}
