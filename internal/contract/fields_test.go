package contract

import (
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
)

type bucket struct{ Name string }

func (bucket) LinkKinds() []Kind { return []Kind{Bucket} }

type secret struct{ Value string }

func (secret) LinkKinds() []Kind { return Values }

type limits struct{ Daily int }

type inner struct {
	Password secret `link:"DB_PASSWORD"`
}

type Rates struct {
	Rate float64 `link:"RATE"`
}

func TestFields(t *testing.T) {
	t.Parallel()
	type Config struct {
		APIKey   secret            `link:"API_KEY"`
		Receipts bucket            `link:"RECEIPTS,optional"`
		Limits   limits            `link:"LIMITS" json:"limits"`
		Timeout  time.Duration     `link:"TIMEOUT"`
		Colours  map[string]string `link:"COLOURS"`
		DB       inner
		Rates
		Client io.Writer `link:"-"`
		_      int
	}
	got, err := Fields(reflect.TypeFor[Config]())
	if err != nil {
		t.Fatal(err)
	}
	want := []Field{
		{"Config.APIKey", "contract.secret", "API_KEY", Values, false, []int{0}},
		{"Config.Receipts", "contract.bucket", "RECEIPTS", []Kind{Bucket}, true, []int{1}},
		{"Config.Limits", "contract.limits", "LIMITS", Values, false, []int{2}},
		{"Config.Timeout", "time.Duration", "TIMEOUT", Values, false, []int{3}},
		{"Config.Colours", "map[string]string", "COLOURS", Values, false, []int{4}},
		{"Config.DB.Password", "contract.secret", "DB_PASSWORD", Values, false, []int{5, 0}},
		{"Config.Rates.Rate", "float64", "RATE", Values, false, []int{6, 0}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	var value Config
	for _, f := range got {
		if reflect.ValueOf(&value).Elem().FieldByIndex(f.Index).Type().String() != f.Type {
			t.Errorf("%s: its index %v leads elsewhere", f.Path, f.Index)
		}
	}
}

func TestFieldsThatAreMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		config    any
		want      string
	}{
		{"no type", nil, `<nil> is no struct: give one whose fields are tagged link:"NAME"`},
		{"a number", 1, `int is no struct`},
		{"a pointer", &inner{}, `*contract.inner is no struct`},
		{"a link itself", bucket{}, `contract.bucket is what one field reads: give a struct with a field of that type`},
		{"no fields", struct{}{}, `struct {} has no fields: tag one link:"NAME"`},
		{"no tag", struct{ Name string }{}, `struct.Name (string) has no link tag: tag it link:"NAME", or link:"-" if config.Load is not to fill it`},
		{"no tag on a link", struct{ DB bucket }{}, `struct.DB (contract.bucket) has no link tag`},
		{"not exported", struct {
			key string `link:"API_KEY"`
		}{}, `struct.key (string) is not exported: begin its name with a capital letter`},
		{"not exported, deeper", struct{ At time.Time }{}, `struct.At.wall (uint64) is not exported`},
		{"an embedded struct that is not exported", struct{ inner }{}, `struct.inner (contract.inner) is not exported`},
		{"an empty name", struct {
			A string `link:""`
		}{}, `struct.A (string) is tagged link:"": the variable's name needs two or more letters, digits and _, with a letter first`},
		{"a name that Lambda refuses", struct {
			A string `link:"API-KEY"`
		}{}, `is tagged link:"API-KEY": the variable's name needs`},
		{"a name that begins with a digit", struct {
			A string `link:"1KEY"`
		}{}, `is tagged link:"1KEY": the variable's name needs`},
		{"a name of one letter", struct {
			A string `link:"A"`
		}{}, `is tagged link:"A": the variable's name needs`},
		{"an unknown option", struct {
			A string `link:"KEY,omitempty"`
		}{}, `is tagged link:"KEY,omitempty": after the variable's name only "optional" may stand`},
		{"an option that is cut off", struct {
			A string `link:"KEY,"`
		}{}, `is tagged link:"KEY,": after the variable's name`},
		{"a pointer", struct {
			A *int `link:"KEY"`
		}{}, `struct.A (*int) is a pointer: make it int, and optional if it may be missing`},
		{"a pointer to a link", struct {
			A *bucket `link:"KEY"`
		}{}, `struct.A (*contract.bucket) is a pointer: make it contract.bucket`},
		{"an interface", struct {
			A Kinded `link:"KEY"`
		}{}, `struct.A (contract.Kinded) cannot be read from a variable: use a type of package config, a string`},
		{"a function", struct {
			A func() `link:"KEY"`
		}{}, `cannot be read from a variable`},
		{"an array", struct {
			A [2]string `link:"KEY"`
		}{}, `cannot be read from a variable`},
		{"a complex number", struct {
			A complex128 `link:"KEY"`
		}{}, `cannot be read from a variable`},
		{"one variable twice", struct {
			A string `link:"KEY"`
			B struct {
				C string `link:"KEY"`
			}
		}{}, `struct.B.C (string) reads the variable KEY, as struct.A does: give each field a variable of its own`},
	} {
		var config reflect.Type
		if c.config != nil {
			config = reflect.TypeOf(c.config)
		}
		if _, err := Fields(config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.situation, err, c.want)
		}
	}
}

func TestFieldsOfDeepStructs(t *testing.T) {
	t.Parallel()
	type deep struct {
		A struct {
			B struct {
				C struct {
					D struct {
						E string `link:"EE"`
						F int    `link:"FF"`
					}
					G bool `link:"GG"`
					H uint `link:"HH"`
				}
			}
		}
	}
	fields, err := Fields(reflect.TypeFor[deep]())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		if got := reflect.TypeFor[deep]().FieldByIndex(f.Index); got.Type.String() != f.Type || !strings.HasSuffix(f.Path, "."+got.Name) {
			t.Errorf("%s: its index %v leads to %s", f.Path, f.Index, got.Name)
		}
	}
}

func TestFieldsJoinsMistakes(t *testing.T) {
	t.Parallel()
	_, err := Fields(reflect.TypeFor[struct {
		A string
		B func() `link:"KEY"`
	}]())
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("got %v, want one line for A and one for B", err)
	}
}
