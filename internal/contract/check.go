package contract

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Variable is a variable that the stack writes.
type Variable struct {
	Name string
	// Kind of its link. "" and Text are plain settings, and variables that go
	// with another.
	Kind Kind
}

// Check compares what a handler reads with what its stack writes: each field
// has a link of its kind under its variable's name, and each link is read by a
// field. Plain settings may go unread. Mistakes name both sides, and come
// joined: first those of the fields, then those of the variables, each in
// their order.
func Check(fields []Field, variables []Variable) error {
	var mistakes []error
	for _, f := range fields {
		i := slices.IndexFunc(variables, func(v Variable) bool { return v.Name == f.Variable })
		switch {
		case i < 0 && f.Optional:
		case i < 0:
			mistakes = append(mistakes, fmt.Errorf("%s (%s) reads the variable %s, which nothing writes: add a link of kind %s with that name, or tag the field link:\"%[3]s,optional\"",
				f.Path, f.Type, f.Variable, join(f.Takes)))
		case !Reads(f.Takes, written(variables[i].Kind)):
			kind := written(variables[i].Kind)
			mistakes = append(mistakes, fmt.Errorf("%s (%s) reads the variable %s as %s, and the stack writes it as %s: make the field a %s, or link a %[4]s",
				f.Path, f.Type, f.Variable, join(f.Takes), kind, fieldFor(kind)))
		}
	}
	for _, v := range variables {
		if written(v.Kind) != Text && !slices.ContainsFunc(fields, func(f Field) bool { return f.Variable == v.Name }) {
			mistakes = append(mistakes, fmt.Errorf("the variable %s (%s) is read by no field: add a %s tagged link:%q, or leave the link out",
				v.Name, v.Kind, fieldFor(v.Kind), v.Name))
		}
	}
	return errors.Join(mistakes...)
}

func written(k Kind) Kind {
	if k == "" {
		return Text
	}
	return k
}

func join(kinds []Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, " or ")
}

// fieldFor names the type of a field that reads the kind.
func fieldFor(k Kind) string {
	if slices.Contains(Values, k) {
		return "config.Secret, string, number, bool, time.Duration or struct"
	}
	if name, ok := types[k]; ok {
		return name
	}
	return "field that takes " + string(k)
}

var types = map[Kind]string{
	Parameters: "config.Parameters", Bucket: "config.Bucket", Table: "config.Table", Queue: "config.Queue", Topic: "config.Topic",
	Bus: "config.Bus", Stream: "config.Stream", StateMachine: "config.StateMachine", Function: "config.Function", Key: "config.Key",
	Postgres: "config.Postgres", MySQL: "config.MySQL", Valkey: "config.Valkey", File: "config.File", Address: "config.Address",
	URL: "config.URL", Text: "config.Text",
}
