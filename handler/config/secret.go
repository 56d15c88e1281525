package config

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/securegofunction/cdk/internal/contract"
)

// Secret is a string that is not printed: fmt with any verb, slog, encoding/json
// and every encoder that asks for text, errors and panics show [redacted], in
// structs, maps and behind pointers too. Reveal alone returns it, and stands
// out in review. The zero value is an empty secret, and is redacted as well.
//
// Secrets cannot be compared with ==, which tells by its time how much of a
// guess is right: use crypto/subtle on what Reveal returns.
type Secret struct {
	_ [0]func() // no ==
	// A pointer, since fmt calls no methods on unexported fields of others'
	// structs: there it prints the address.
	value *string
}

const redacted = "[redacted]"

// NewSecret returns a secret that holds the value, for tests.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal returns the value in plain text, for the one place that needs it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Format implements fmt.Formatter, for all verbs and flags.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// String returns [redacted].
func (Secret) String() string { return redacted }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, which the encoders of JSON,
// XML and YAML ask.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText implements encoding.TextUnmarshaler, so that a struct which is
// read from JSON may have secrets among its fields.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// LinkKinds says which variables a Secret reads.
func (Secret) LinkKinds() []contract.Kind { return contract.Values }

// Parameters are the SSM parameters below a path, at every level. A key is
// what follows the path and its slash: with the path /my_app, limits/daily is
// the parameter /my_app/limits/daily.
type Parameters map[string]Secret

// LinkKinds says which variables Parameters read.
func (Parameters) LinkKinds() []contract.Kind { return []contract.Kind{contract.Parameters} }
