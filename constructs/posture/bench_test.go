package posture

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// perStack is about as many functions as the 500 resources of a stack hold.
const perStack = 30

// synthesize writes a cdk.out of n functions, which are those of testdata/sound.json.
func synthesize(t testing.TB, n int) string {
	t.Helper()
	text, err := os.ReadFile("testdata/sound.json")
	if err != nil {
		t.Fatal(err)
	}
	var sound struct{ Resources map[string]json.RawMessage }
	if err := json.Unmarshal(text, &sound); err != nil {
		t.Fatal(err)
	}
	dir, artifacts := t.TempDir(), map[string]any{}
	for stack := 0; stack*perStack < n; stack++ {
		resources, metadata, name := map[string]json.RawMessage{}, map[string]any{}, fmt.Sprintf("Stack%02d", stack)
		add := func(id string, body json.RawMessage) {
			resources[id] = body
			metadata["/"+name+"/"+id+"/Resource"] = []any{map[string]any{"type": "aws:cdk:logicalId", "data": id},
				map[string]any{"type": "aws:cdk:creationStack", "data": []string{"...jsii runtime, node internals..."}}}
		}
		for id, body := range sound.Resources {
			if !strings.HasPrefix(id, "Quickstart") {
				add(id, body)
				continue
			}
			for i := range min(perStack, n-stack*perStack) {
				own := fmt.Sprintf("F%02d", i)
				add(strings.Replace(id, "Quickstart", own, 1), json.RawMessage(strings.ReplaceAll(string(body), "Quickstart", own)))
			}
		}
		write(t, filepath.Join(dir, name+".template.json"), map[string]any{"Resources": resources})
		write(t, filepath.Join(dir, name+".metadata.json"), metadata)
		artifacts[name] = map[string]any{"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region", "displayName": name,
			"additionalMetadataFile": name + ".metadata.json", "properties": map[string]any{"templateFile": name + ".template.json"}}
	}
	write(t, filepath.Join(dir, "manifest.json"), map[string]any{"version": "54.0.0", "artifacts": artifacts})
	return dir
}

func write(t testing.TB, name string, v any) {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestManyStacks(t *testing.T) {
	t.Parallel()
	p, err := Read(synthesize(t, perStack+3))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Functions) != perStack+3 || len(p.Stacks) != 2 || len(p.Unreadable) > 0 {
		t.Fatalf("got %d functions in %d stacks, unreadable %v", len(p.Functions), len(p.Stacks), p.Unreadable)
	}
	p.NoFindings(t)
	// The two stacks have the same logical ids: one's function may not use the other's queue.
	const name = "Stack00/F00FunctionDEACF8F4"
	p.May(t, name, "sqs:SendMessage", "${Stack00/SecureGoFunctionsFailedEventsD3183B28.Arn}")
	p.MayNot(t, name, "sqs:SendMessage", "${Stack01/SecureGoFunctionsFailedEventsD3183B28.Arn}")
	p.ReachesOnly(t, name, "ssm")
}

func BenchmarkRead(b *testing.B) {
	for _, n := range []int{30, 100, 300, 1000} {
		b.Run(fmt.Sprint(n, " functions"), func(b *testing.B) {
			dir := synthesize(b, n)
			for b.Loop() {
				p, err := Read(dir)
				if err != nil || len(p.Functions) != n {
					b.Fatal(err, len(p.Functions))
				}
				p.Check()
			}
		})
	}
}
