package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// many is the document of n functions, which are those of package posture's sound template.
func many(t testing.TB, n int) *Document {
	t.Helper()
	text, err := os.ReadFile("../../../../constructs/posture/testdata/sound.json")
	if err != nil {
		t.Fatal(err)
	}
	var sound struct{ Resources map[string]json.RawMessage }
	if err := json.Unmarshal(text, &sound); err != nil {
		t.Fatal(err)
	}
	resources := map[string]json.RawMessage{}
	for id, body := range sound.Resources {
		if !strings.Contains(id, "Quickstart") {
			resources[id] = body
			continue
		}
		for i := range n {
			own := fmt.Sprintf("F%03d", i)
			resources[strings.ReplaceAll(id, "Quickstart", own)] = json.RawMessage(strings.ReplaceAll(string(body), "Quickstart", own))
		}
	}
	all, err := json.Marshal(map[string]any{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	p, err := posture.FromJSON("Many", all)
	if err != nil || len(p.Functions) != n {
		t.Fatalf("%v, %d functions", err, len(p.Functions))
	}
	return New("Many", p, p.Check(), posture.Rules())
}

// A function takes about 15 KB of the page, so that 300 of them are a page that a browser opens at once.
func TestThePageIsSmall(t *testing.T) {
	t.Parallel()
	const n = 20
	if size := len(writing(t, many(t, n), "html")) - len(writing(t, many(t, 1), "html")); size > (n-1)*25_000 {
		t.Errorf("a function takes %d bytes of the page", size/(n-1))
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{30, 300} {
		d := many(b, n)
		for _, format := range Formats() {
			b.Run(fmt.Sprintf("%s of %d functions", format, n), func(b *testing.B) {
				for b.Loop() {
					clear(d.denied) // what it asked the engine before
					if err := d.Write(io.Discard, format); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
