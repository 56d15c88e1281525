package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

type says string

func (*says) UnmarshalJSON(text []byte) error { return errors.New("what is " + string(text)) }

type panics struct{}

func (*panics) UnmarshalJSON(text []byte) error { panic(string(text)) }

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		into  any // pointer
		value string
		want  any    // what it holds then
		wrong string // or why not
	}{
		{new(string), " as it is\n", " as it is\n", ""},
		{new(says), "not JSON, since it is a string", says("not JSON, since it is a string"), ""},
		{new(bool), "true", true, ""},
		{new(bool), "0", false, ""},
		{new(bool), "yes", nil, "holds neither true nor false"},
		{new(int), "-5", -5, ""},
		{new(int), "5\n", nil, "holds no whole number of 64 bits, it begins or ends with white space, as the text of a file may"},
		{new(int), "", nil, "holds no whole number of 64 bits, it is empty"},
		{new(int), "0x10", nil, "holds no whole number of 64 bits"},
		{new(int), "5.5", nil, "holds no whole number of 64 bits"},
		{new(int8), "128", nil, "holds no whole number of 8 bits"},
		{new(uint16), "65535", uint16(65535), ""},
		{new(uint16), "-1", nil, "holds no whole number of 16 bits, 0 or more"},
		{new(float32), "0.5", float32(0.5), ""},
		{new(float32), "1e40", nil, "holds no number of 32 bits"},
		{new(float64), "12,5", nil, "holds no number of 64 bits"},
		{new(time.Duration), "1h5m", 65 * time.Minute, ""},
		{new(time.Duration), "90", nil, "holds no duration such as 1m30s"},
		{new([]string), `["a","b"]`, []string{"a", "b"}, ""},
		{new([]string), `a,b`, nil, "holds no JSON for []string, at byte 1"},
		{new(map[string]int), `{"a":1}`, map[string]int{"a": 1}, ""},
		{new(map[string]int), `{"a":1} x`, nil, "holds no JSON for map[string]int, at byte 9"},
		{new(limits), `{"daily":3,"bearer":"x","unknown":true}`, limits{3, NewSecret("x")}, ""},
		{new(limits), `{"daily":"` + canary + `"}`, nil, "holds no JSON for config.limits, at Daily (int)"},
		{new(limits), `{"daily":300000000000000000000}`, nil, "holds no JSON for config.limits, at Daily (int)"},
		{new(limits), canary, nil, "holds no JSON for config.limits, at byte 1"},
		{new(struct{ A says }), `{"a":"` + canary + `"}`, nil, "holds no JSON for struct { A config.says }"},
		{new(struct{ A panics }), `{"a":"` + canary + `"}`, nil, "holds no JSON for struct { A config.panics }, whose UnmarshalJSON panicked"},
	} {
		field := reflect.ValueOf(c.into).Elem()
		err := parse(field, c.value)
		switch {
		case c.wrong == "" && (err != nil || !reflect.DeepEqual(field.Interface(), c.want)):
			t.Errorf("%T of %q: got %v, %v, want %v", c.into, c.value, field, err, c.want)
		case c.wrong != "" && (err == nil || !strings.HasPrefix(err.Error(), c.wrong) || !strings.HasSuffix(err.Error(), ": put another value, or change the field's type")):
			t.Errorf("%T of %q: got %v, want %q", c.into, c.value, err, c.wrong)
		case err != nil && (strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "3000000")):
			t.Errorf("%T of %q: the error holds the value: %v", c.into, c.value, err)
		}
	}
}

// What a parameter holds reaches no error, however it is malformed.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "5", "true", "1h", "1e400", `{"Daily":"x"}`, `{"Daily":1e99}`, `["a"`, `{"bearer":12345678901234567890}`, canary, "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, into := range []any{new(string), new(Secret), new(bool), new(int8), new(int), new(uint), new(float32), new(time.Duration), new(limits), new([]int), new(map[string]bool)} {
			err := parse(reflect.ValueOf(into).Elem(), value)
			if err != nil && len(value) > 8 && strings.Contains(err.Error(), value) {
				t.Errorf("%T quotes %q: %v", into, value, err)
			}
		}
	})
}
