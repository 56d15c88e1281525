package contract

import (
	"os/exec"
	"strings"
	"testing"
)

// Both halves import this package: what it brings, every handler carries.
func TestOnlyTheStandardLibraryIsImported(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	if got := strings.Fields(string(out)); len(got) != 1 || !strings.HasSuffix(got[0], "/internal/contract") {
		t.Errorf("imports %q, want the standard library alone", got)
	}
}
