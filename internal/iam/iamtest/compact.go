// Package iamtest compares policies in tests.
package iamtest

import (
	"encoding/json"
	"testing"
)

// Compact returns v as JSON with its keys in order, so that what is wanted can
// be written as it reads best.
func Compact(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	if text, err = json.Marshal(value); err != nil {
		t.Fatal(err)
	}
	return string(text)
}
