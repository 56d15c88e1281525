// Package nonode runs the tests of plain Go: it makes those fail that start
// Node, which are slow and belong in the one package that has it.
package nonode

import (
	"os"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// Run is for TestMain: it runs the tests of a package and exits.
func Run(m *testing.M) {
	os.Setenv("JSII_RUNTIME", "echo no Node in these tests >&2; exit 1")
	// jsii chose its command when the first of CDK's packages was initialized,
	// and after Close it chooses again.
	jsii.Close()
	os.Exit(m.Run())
}
