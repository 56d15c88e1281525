// Package test holds every test that starts Node: jsii is one process without
// locks, and each test binary starts its own. No test here runs in parallel.
package test

import (
	"os"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	// The call counter runs this binary twice more: as an app, and as the
	// runtime that the app talks to.
	switch os.Getenv("SECUREGOFUNCTION_TEST_AS") {
	case "app":
		countedApp()
		return
	case "runtime":
		countingRuntime()
		return
	}
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}
