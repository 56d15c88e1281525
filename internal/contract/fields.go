package contract

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Field is a field of a config struct that reads a variable.
type Field struct {
	// Path of the field, such as Config.DB.Password.
	Path string
	// Type of the field, such as config.Secret.
	Type string
	// Variable that the field reads.
	Variable string
	// Takes are the kinds of variables that the field reads.
	Takes []Kind
	// Optional fields stay at their zero value where there is no variable.
	Optional bool
	// Index of the field, as reflect.Value.FieldByIndex takes it.
	Index []int
}

// Kinded is a type that says which kinds of variables it reads. Others are
// read from parameters and secrets.
type Kinded interface{ LinkKinds() []Kind }

// Values are the kinds that hold a value which the handler parses: into a
// string, a number, a bool, a duration, or from JSON into a struct, map or
// slice.
var Values = []Kind{Parameter, Secret}

// Fields returns the tagged fields of a config struct. A field is tagged
// link:"NAME" or link:"NAME,optional"; structs without a tag are walked into,
// and a field tagged link:"-" is left alone. Any other field is a mistake.
// All mistakes come joined.
func Fields(config reflect.Type) ([]Field, error) {
	if config == nil || config.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%v is no struct: give one whose fields are tagged link:\"NAME\"", config)
	}
	if readsItself(config) {
		return nil, fmt.Errorf("%v is what one field reads: give a struct with a field of that type, tagged link:\"NAME\"", config)
	}
	w := walk{readBy: map[string]string{}}
	name := config.Name()
	if name == "" {
		name = "struct"
	}
	w.into(config, name, nil)
	if len(w.fields) == 0 && len(w.mistakes) == 0 {
		w.mistakes = append(w.mistakes, fmt.Errorf("%v has no fields: tag one link:\"NAME\"", config))
	}
	return w.fields, errors.Join(w.mistakes...)
}

type walk struct {
	fields   []Field
	readBy   map[string]string // variable to path
	mistakes []error
}

func (w *walk) into(config reflect.Type, path string, index []int) {
	for i := range config.NumField() {
		f := config.Field(i)
		at := append(index[:len(index):len(index)], i)
		if err := w.field(f, path+"."+f.Name, at); err != nil {
			w.mistakes = append(w.mistakes, fmt.Errorf("%s.%s (%v) %w", path, f.Name, f.Type, err))
		}
	}
}

func (w *walk) field(f reflect.StructField, path string, index []int) error {
	tag, tagged := f.Tag.Lookup("link")
	switch {
	case tag == "-" || f.Name == "_":
		return nil
	case !f.IsExported():
		return errors.New("is not exported: begin its name with a capital letter, or tag it link:\"-\" if config.Load is not to fill it")
	case !tagged && f.Type.Kind() == reflect.Struct && !readsItself(f.Type):
		w.into(f.Type, path, index)
		return nil
	case !tagged:
		return errors.New("has no link tag: tag it link:\"NAME\", or link:\"-\" if config.Load is not to fill it")
	}
	variable, option, _ := strings.Cut(tag, ",")
	if err := checkName(variable); err != nil {
		return fmt.Errorf("is tagged link:%q: %w", tag, err)
	}
	if tag != variable && option != "optional" {
		return fmt.Errorf("is tagged link:%q: after the variable's name only \"optional\" may stand", tag)
	}
	if other, ok := w.readBy[variable]; ok {
		return fmt.Errorf("reads the variable %s, as %s does: give each field a variable of its own", variable, other)
	}
	takes, err := takes(f.Type)
	if err != nil {
		return err
	}
	w.readBy[variable] = path
	w.fields = append(w.fields, Field{Path: path, Type: f.Type.String(), Variable: variable, Takes: takes, Optional: tag != variable, Index: index})
	return nil
}

func readsItself(t reflect.Type) bool { return t.Implements(reflect.TypeFor[Kinded]()) }

func takes(t reflect.Type) ([]Kind, error) {
	if t.Kind() != reflect.Interface && readsItself(t) {
		if t.Kind() == reflect.Pointer {
			return nil, fmt.Errorf("is a pointer: make it %v", t.Elem())
		}
		return reflect.Zero(t).Interface().(Kinded).LinkKinds(), nil
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Struct, reflect.Map, reflect.Slice:
		return Values, nil
	case reflect.Pointer:
		return nil, fmt.Errorf("is a pointer: make it %v, and optional if it may be missing", t.Elem())
	}
	return nil, errors.New("cannot be read from a variable: use a type of package config, a string, number, bool or time.Duration, or for JSON a struct, map or slice")
}

// checkName checks the name of a variable (Lambda API reference,
// "Environment": letters, digits and _, a letter first, two at least).
func checkName(name string) error {
	ok := len(name) >= 2 && letter(name[0])
	for i := range len(name) {
		ok = ok && (letter(name[i]) || name[i] == '_' || '0' <= name[i] && name[i] <= '9')
	}
	if !ok {
		return errors.New("the variable's name needs two or more letters, digits and _, with a letter first")
	}
	return nil
}

func letter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
