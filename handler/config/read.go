package config

import (
	"context"
	"reflect"

	"github.com/securegofunction/cdk/internal/contract"
)

// source is something in AWS that fields are read from. It is one call, or a
// part of one, however many fields read it.
type source struct {
	kind contract.Kind // Parameter, Parameters or Secret
	name string        // as the API takes it
}

// answer is what a source holds.
type answer struct {
	value string
	below Parameters // of a path
	err   error
}

// read fills a new config.
func (l *loader) read(ctx context.Context, config reflect.Type, fields []contract.Field) (*snapshot, error) {
	filled := reflect.New(config)
	failed := failure{config: config}
	asked := make([]reference, len(fields)) // zero where nothing is asked
	var sources []source
	seen := map[source]bool{}
	for i, f := range fields {
		value, ok := l.lookup(f.Variable)
		if !ok || value == "" && f.Takes[0] != contract.Text {
			if !f.Optional {
				failed.add(f, "", errNotSet(f))
			}
			continue
		}
		if t, ok := filled.Elem().FieldByIndex(f.Index).Addr().Interface().(link); ok {
			env := func(suffix string) string { v, _ := l.lookup(f.Variable + suffix); return v }
			if err := t.read(value, env); err != nil {
				failed.add(f, "", err)
			}
			continue
		}
		r, err := refer(value, f.Takes[0] == contract.Parameters)
		if err != nil {
			failed.add(f, "", err)
			continue
		}
		asked[i] = r
		if !seen[r.source] {
			seen[r.source] = true
			sources = append(sources, r.source)
		}
	}
	began := l.now().UnixNano()
	var answers map[source]answer
	if len(sources) > 0 {
		answers = l.fetch(ctx, sources)
	}
	for i, f := range fields {
		r := asked[i]
		if r == (reference{}) {
			continue
		}
		err := r.fill(filled.Elem().FieldByIndex(f.Index), answers[r.source])
		if err != nil && !(f.Optional && isNotFound(err)) {
			failed.add(f, r.String(), err)
		}
	}
	if len(failed.fields) > 0 {
		failed.of = len(fields)
		return nil, &failed
	}
	return &snapshot{config: filled.Interface(), read: began, fixed: len(sources) == 0}, nil
}
