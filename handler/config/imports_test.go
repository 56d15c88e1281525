package config

import (
	"os/exec"
	"strings"
	"testing"
)

// What runs in Lambda brings nothing of the stack's half, nor what this package
// does without.
func TestHandlersImportNoCDK(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		packages string
		none     []string
	}{
		{"../...", []string{"github.com/aws/aws-cdk-go/", "github.com/aws/jsii-runtime-go", "github.com/aws/constructs-go/", "github.com/cdklabs/", "github.com/securegofunction/cdk/constructs/"}},
		{".", []string{"github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/service/", "github.com/jackc/", "github.com/go-sql-driver/"}},
	} {
		out, err := exec.Command("go", "list", "-deps", c.packages).CombinedOutput()
		if err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
		for path := range strings.Lines(string(out)) {
			for _, prefix := range c.none {
				if strings.HasPrefix(path, prefix) {
					t.Errorf("%s imports %s", c.packages, strings.TrimSpace(path))
				}
			}
		}
	}
}
