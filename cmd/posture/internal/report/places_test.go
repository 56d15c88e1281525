package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/securegofunction/cdk/constructs/posture"
)

func TestEveryRuleHasAPlace(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range posture.Rules() {
		known[r.ID] = true
		if _, ok := places[r.ID]; !ok {
			t.Errorf("places does not say where the picture has the findings of %s", r.ID)
		}
	}
	for id := range places {
		if !known[id] {
			t.Errorf("places has %s, which is no rule", id)
		}
	}
}

// patched is the sound template of package posture, with one of its flaws (a JSON merge patch, RFC 7386).
func patched(t *testing.T, file string) *Document {
	t.Helper()
	sound, err := os.ReadFile("../../../../constructs/posture/testdata/sound.json")
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var flaw struct{ Patch json.RawMessage }
	if err := json.Unmarshal(written, &flaw); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	text, err := jsonpatch.MergePatch(sound, flaw.Patch)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	p, err := posture.FromJSON("sound", text)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return New("sound", p, p.Check(), posture.Rules())
}

// What is no construct within what a function reaches is listed of no function.
var outOfSight = map[string]bool{"open-ingress.endpoint.json": true}

// For each flaw that package posture tests its rules with, a door has the sign of what was found, unless it is about the function itself.
func TestEveryFlawIsSeen(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../../constructs/posture/testdata/flaws/*.json")
	if err != nil || len(files) < len(places) {
		t.Fatalf("%d flaws: %v", len(files), err)
	}
	for _, file := range files {
		d := patched(t, file)
		for _, finding := range d.Report.Open() {
			seen := places[finding.Rule] == ofFunction
			for _, f := range d.Posture.Functions {
				for _, panel := range d.picture("f", f).Panels {
					for _, x := range panel.Doors {
						seen = seen || x.State == string(finding.Severity)
					}
				}
			}
			if seen == outOfSight[filepath.Base(file)] {
				t.Errorf("%s: a door has the %s of %s at %s, %t: %s", filepath.Base(file), finding.Severity, finding.Rule, finding.Path, seen, finding.Message)
			}
		}
	}
}
