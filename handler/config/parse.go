package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// parse sets the field to the value of a parameter or a secret. Its errors say
// what the value is not, and nothing of what it is.
func parse(field reflect.Value, value string) error {
	if s, ok := field.Addr().Interface().(*Secret); ok {
		*s = NewSecret(value)
		return nil
	}
	var wrong string
	switch kind := field.Kind(); {
	case kind == reflect.String:
		field.SetString(value)
		return nil
	case kind == reflect.Bool:
		v, err := strconv.ParseBool(value)
		field.SetBool(v)
		wrong = describe(err, "neither true nor false")
	case field.Type() == reflect.TypeFor[time.Duration]():
		v, err := time.ParseDuration(value)
		field.SetInt(int64(v))
		wrong = describe(err, "no duration such as 1m30s")
	case field.CanInt():
		v, err := strconv.ParseInt(value, 10, field.Type().Bits())
		field.SetInt(v)
		wrong = describe(err, fmt.Sprintf("no whole number of %d bits", field.Type().Bits()))
	case field.CanUint():
		v, err := strconv.ParseUint(value, 10, field.Type().Bits())
		field.SetUint(v)
		wrong = describe(err, fmt.Sprintf("no whole number of %d bits, 0 or more", field.Type().Bits()))
	case field.CanFloat():
		v, err := strconv.ParseFloat(value, field.Type().Bits())
		field.SetFloat(v)
		wrong = describe(err, fmt.Sprintf("no number of %d bits", field.Type().Bits()))
	default:
		wrong = parseJSON(field, value)
	}
	switch {
	case wrong == "":
		return nil
	case strings.TrimSpace(value) == "":
		wrong += ", it is empty"
	case strings.TrimSpace(value) != value:
		wrong += ", it begins or ends with white space, as the text of a file may"
	}
	return fmt.Errorf("holds %s: put another value, or change the field's type", wrong)
}

func describe(err error, wrong string) string {
	if err == nil {
		return ""
	}
	return wrong
}

// parseJSON is what else may be in err of Unmarshal: a number that is out of
// range, a character, whatever a type's own UnmarshalJSON says.
func parseJSON(field reflect.Value, value string) (wrong string) {
	wrong = fmt.Sprintf("no JSON for %v", field.Type())
	defer func() {
		if recover() != nil { // a type's own UnmarshalJSON; what it says may hold the value
			wrong += ", whose UnmarshalJSON panicked"
		}
	}()
	err := json.Unmarshal([]byte(value), field.Addr().Interface())
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &syntax):
		return wrong + fmt.Sprintf(", at byte %d", syntax.Offset)
	case errors.As(err, &mismatch) && mismatch.Field != "":
		return wrong + fmt.Sprintf(", at %s (%v)", mismatch.Field, mismatch.Type)
	}
	return wrong
}
