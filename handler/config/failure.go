package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/securegofunction/cdk/internal/contract"
)

// failure is what Load fails with: all fields that could not be filled.
type failure struct {
	config reflect.Type
	of     int // fields of the config
	fields []error
}

func (f *failure) add(field contract.Field, names string, err error) {
	if names != "" {
		names = ": " + names
	}
	f.fields = append(f.fields, fmt.Errorf("%s: variable %s%s %w", field.Path, field.Variable, names, err))
}

func (f *failure) Error() string {
	text := fmt.Sprintf("config.Load[%v]: ", f.config)
	if len(f.fields) == 1 {
		return text + f.fields[0].Error()
	}
	text += fmt.Sprintf("%d of %d fields cannot be filled", len(f.fields), f.of)
	for _, err := range f.fields {
		text += "\n  - " + err.Error()
	}
	return text
}

func (f *failure) Unwrap() []error { return f.fields }

func errNotSet(f contract.Field) error {
	var kinds []string
	for _, k := range f.Takes {
		kinds = append(kinds, string(k))
	}
	return fmt.Errorf("is not set: add a link of kind %s with that name to the stack's Links, or tag the field link:\"%s,optional\"",
		strings.Join(kinds, " or "), f.Variable)
}

// errNotFound leaves an optional field at its zero value.
type errNotFound struct{ text string }

func (e errNotFound) Error() string { return e.text }

func isNotFound(err error) bool { return errors.As(err, new(errNotFound)) }

// causeOf says why a call failed, and what to do.
func causeOf(err error, r reference) error {
	var refused *refusal
	if !errors.As(err, &refused) {
		return err
	}
	said := refused.Error()
	wrapped := error(refused)
	if !r.isShown() { // the message may quote the name
		said, wrapped = refused.Code, nil
	}
	linkedWith := map[contract.Kind]string{contract.Parameter: "link.Parameter", contract.Parameters: "link.ParametersByPath", contract.Secret: "link.Secret"}[r.kind]
	switch {
	case refused.Code == "ParameterNotFound" || refused.Code == "ResourceNotFoundException":
		return errNotFound{"does not exist, or has no value: put one, or tag the field optional"}
	case refused.isThrottle():
		return cause{fmt.Sprintf("is throttled, %s: read less often, with config.FreshFor, or raise the service's quota", said), wrapped}
	case refused.isOfKey():
		return cause{fmt.Sprintf("cannot be decrypted, %s: name its key in %s, and see that the key is enabled and its policy lets the function's role in", said, linkedWith), wrapped}
	case strings.HasPrefix(refused.Code, "AccessDenied"):
		return cause{fmt.Sprintf("is denied, %s: link it with %s", said, linkedWith), wrapped}
	}
	return cause{"was refused, " + said, wrapped}
}

// cause is an error with a text of its own.
type cause struct {
	text string
	err  error
}

func (c cause) Error() string { return c.text }
func (c cause) Unwrap() error { return c.err }
