// Package test holds every test that starts Node: jsii is one process without
// locks, and each test binary starts its own. No test here runs in parallel.
package test

import (
	"os"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	// Some tests run this binary once more: as an app of its own process, or as
	// the runtime that an app talks to.
	switch os.Getenv("SECUREGOFUNCTION_TEST_AS") {
	case "app":
		countedApp()
		return
	case "validated":
		validatedApp()
		return
	case "runtime":
		countingRuntime()
		return
	}
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}
