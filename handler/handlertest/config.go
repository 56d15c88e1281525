package handlertest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/securegofunction/cdk/handler/config"
)

// Config is what config.Load[T] returns to the handler, with no call of AWS. Run
// fails the test if one of its secrets is on the log, in a metric or in the
// handler's error, unless it is shorter than 8 characters, which might be there
// by chance.
func Config[T any](c *T) Option {
	return func(s *settings) {
		s.contexts = append(s.contexts, func(ctx context.Context) context.Context { return config.With(ctx, c) })
		s.secrets = appendSecrets(s.secrets, fmt.Sprintf("%T", *c), reflect.ValueOf(c))
	}
}

// shortest secret that is looked for.
const shortest = 8

// secret of the configuration, by the field that holds it.
type secret struct{ field, value string }

// appendSecrets finds those of exported fields, as all that Load fills are.
func appendSecrets(all []secret, field string, v reflect.Value) []secret {
	if !v.IsValid() || !v.CanInterface() {
		return all
	}
	if s, ok := v.Interface().(config.Secret); ok {
		if value := s.Reveal(); len(value) >= shortest {
			all = append(all, secret{field, value})
		}
		return all
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return appendSecrets(all, field, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			all = appendSecrets(all, field+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			all = appendSecrets(all, fmt.Sprintf("%s[%v]", field, key), v.MapIndex(key))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			all = appendSecrets(all, fmt.Sprintf("%s[%d]", field, i), v.Index(i))
		}
	}
	return all
}

// in reports whether the text holds the secret, as it is or as in JSON.
func (s secret) in(text string) bool {
	quoted, err := json.Marshal(s.value)
	return strings.Contains(text, s.value) || err == nil && strings.Contains(text, strings.Trim(string(quoted), `"`))
}
