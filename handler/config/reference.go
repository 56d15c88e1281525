package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/securegofunction/cdk/internal/contract"
)

// reference is what a variable names: a source, or a JSON field of it.
type reference struct {
	source
	field string
}

// refer takes a variable's value apart. Its errors do not quote it.
func refer(value string, path bool) (reference, error) {
	if path {
		if !isParameterName(value) || value[0] != '/' {
			return reference{}, errors.New("is no path of SSM parameters: /part/part")
		}
		return reference{source: source{contract.Parameters, value}}, nil
	}
	arn, field, hasField := strings.Cut(value, contract.FieldSeparator)
	switch {
	case isARN(arn, "secretsmanager", "secret:") && hasField == (field != ""):
		return reference{source{contract.Secret, arn}, field}, nil
	case isParameterName(value) || isARN(value, "ssm", "parameter/"):
		return reference{source: source{contract.Parameter, value}}, nil
	}
	return reference{}, errors.New("names no SSM parameter and no secret: /part/name, or the ARN of either")
}

// isParameterName reports whether s is /part/part or part (Systems Manager API
// reference, PutParameter, "Name").
func isParameterName(s string) bool {
	if !made(s, 1, 1011, letters+digits+"_.-/") {
		return false
	}
	rest, _ := strings.CutPrefix(s, "/")
	return rest != "" && !strings.Contains(s, "//") && !strings.HasSuffix(s, "/") && (s[0] == '/' || !strings.Contains(s, "/"))
}

// String names what is read. A parameter's name without a slash is kept back:
// a secret that was put into the variable by mistake looks like one.
func (r reference) String() string {
	switch {
	case r.kind == contract.Parameters:
		return fmt.Sprintf("path %q", r.name)
	case r.kind == contract.Secret && r.field != "":
		return fmt.Sprintf("field %q of secret %q", r.field, r.name)
	case r.kind == contract.Secret:
		return fmt.Sprintf("secret %q", r.name)
	case r.isShown():
		return fmt.Sprintf("parameter %q", r.name)
	}
	return "the parameter that it names"
}

func (r reference) isShown() bool {
	return r.kind != contract.Parameter || strings.HasPrefix(r.name, "/") || strings.HasPrefix(r.name, "arn:")
}

// fill sets the field to what the answer holds.
func (r reference) fill(field reflect.Value, a answer) error {
	switch {
	case a.err != nil:
		return causeOf(a.err, r)
	case r.kind == contract.Parameters:
		field.Set(reflect.ValueOf(a.below))
		return nil
	case r.field == "":
		return parse(field, a.value)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(a.value), &members) != nil {
		return errors.New("is in no JSON object: put one, or link the secret without a field")
	}
	member, ok := members[r.field]
	if !ok || string(member) == "null" {
		return errNotFound{"is not in the secret's JSON: put it, or link another field"}
	}
	var text string
	if json.Unmarshal(member, &text) == nil {
		return parse(field, text)
	}
	return parse(field, string(member))
}
