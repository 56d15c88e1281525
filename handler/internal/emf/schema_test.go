package emf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
)

// validate checks a line by the schema and the prose of the CloudWatch guide,
// "Specification: Embedded metric format". Where the prose has changed since,
// the stricter holds: 256 KB of a document; but 30 dimensions, as of the guide
// and of the API today.
func validate(line []byte) error {
	if len(line) > 256<<10 {
		return fmt.Errorf("%d bytes", len(line))
	}
	if bytes.Count(line, []byte("\n")) != 1 || !bytes.HasSuffix(line, []byte("\n")) {
		return errors.New("not one line")
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var root map[string]any
	if err := d.Decode(&root); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("data after the object")
	}
	aws, err := object(root["_aws"], "Timestamp", "CloudWatchMetrics")
	if err != nil {
		return fmt.Errorf("_aws: %w", err)
	}
	stamp, ok := aws["Timestamp"].(json.Number)
	if _, err := stamp.Int64(); !ok || err != nil {
		return fmt.Errorf("Timestamp %v is no integer", aws["Timestamp"])
	}
	directives, ok := aws["CloudWatchMetrics"].([]any)
	if !ok {
		return errors.New("CloudWatchMetrics is no array")
	}
	for _, d := range directives {
		if err := validateDirective(root, d); err != nil {
			return err
		}
	}
	return nil
}

func validateDirective(root map[string]any, v any) error {
	directive, err := object(v, "Namespace", "Dimensions", "Metrics")
	if err != nil {
		return fmt.Errorf("directive: %w", err)
	}
	if err := text(directive["Namespace"], 255); err != nil {
		return fmt.Errorf("Namespace: %w", err)
	}
	sets, _ := directive["Dimensions"].([]any)
	if len(sets) == 0 {
		return errors.New("Dimensions is empty")
	}
	for _, s := range sets {
		set, ok := s.([]any)
		if !ok || len(set) > 30 {
			return fmt.Errorf("dimension set %v", s)
		}
		for _, name := range set {
			if err := text(name, 255); err != nil {
				return fmt.Errorf("dimension: %w", err)
			}
			if err := text(root[name.(string)], 1024); err != nil {
				return fmt.Errorf("target of dimension %s: %w", name, err)
			}
		}
	}
	metrics, ok := directive["Metrics"].([]any)
	if !ok || len(metrics) > 100 {
		return fmt.Errorf("%d metrics", len(metrics))
	}
	names := map[any]bool{}
	for _, m := range metrics {
		definition, ok := m.(map[string]any)
		if !ok {
			return fmt.Errorf("metric %v", m)
		}
		name := definition["Name"]
		if err := text(name, 255); err != nil || names[name] {
			return fmt.Errorf("metric name %v: %v", name, err)
		}
		names[name] = true
		if unit, ok := definition["Unit"]; ok && !slices.Contains(units, fmt.Sprint(unit)) {
			return fmt.Errorf("unit %v", unit)
		}
		for member := range definition {
			if member != "Name" && member != "Unit" && member != "StorageResolution" {
				return fmt.Errorf("metric has a member %s", member)
			}
		}
		if err := target(root[name.(string)]); err != nil {
			return fmt.Errorf("target of metric %s: %w", name, err)
		}
	}
	return nil
}

// object has these members and no others.
func object(v any, members ...string) (map[string]any, error) {
	o, ok := v.(map[string]any)
	if !ok || len(o) != len(members) {
		return nil, fmt.Errorf("%v is not an object with the members %v", v, members)
	}
	for _, m := range members {
		if _, ok := o[m]; !ok {
			return nil, fmt.Errorf("no member %s", m)
		}
	}
	return o, nil
}

func text(v any, limit int) error {
	s, ok := v.(string)
	if !ok || len(s) < 1 || len(s) > limit {
		return fmt.Errorf("%.40v is no text of 1 to %d characters", v, limit)
	}
	return nil
}

func target(v any) error {
	all, ok := v.([]any)
	if !ok {
		all = []any{v}
	}
	if len(all) == 0 || len(all) > 100 {
		return fmt.Errorf("%d values", len(all))
	}
	for _, n := range all {
		number, ok := n.(json.Number)
		if _, err := number.Float64(); !ok || err != nil {
			return fmt.Errorf("%v is no number", n)
		}
	}
	return nil
}

// The guide's own example is valid, and what breaks a rule is not.
func TestValidate(t *testing.T) {
	t.Parallel()
	const document = `{"_aws":{"Timestamp":1574109732004,"CloudWatchMetrics":[{"Namespace":"lambda-function-metrics","Dimensions":[["functionVersion"]],` +
		`"Metrics":[{"Name":"time","Unit":"Milliseconds"}]}]},"functionVersion":"$LATEST","time":100,"requestId":"989ffbf8-9ace-4817-a57c-e4dd734019ee"}` + "\n"
	if err := validate([]byte(document)); err != nil {
		t.Errorf("the guide's example: %v", err)
	}
	for _, c := range []struct{ situation, old, new string }{
		{"two lines", "}\n", "}\n\n"},
		{"text after it", "}\n", "} x\n"},
		{"no timestamp", `"Timestamp":1574109732004,`, ``},
		{"a timestamp in words", `1574109732004`, `"now"`},
		{"a namespace without a name", `"lambda-function-metrics"`, `""`},
		{"no dimension sets", `[["functionVersion"]]`, `[]`},
		{"a dimension without a value", `"functionVersion":"$LATEST",`, ``},
		{"a dimension that is a number", `"$LATEST"`, `1`},
		{"a metric without a value", `"time":100,`, ``},
		{"a metric in words", `100`, `"100"`},
		{"a metric without values", `100`, `[]`},
		{"an unknown unit", `Milliseconds`, `Hours`},
		{"a metric twice", `{"Name":"time","Unit":"Milliseconds"}`, `{"Name":"time"},{"Name":"time"}`},
		{"one member more", `"Unit":`, `"Unity":"a","Unit":`},
	} {
		broken := bytes.Replace([]byte(document), []byte(c.old), []byte(c.new), 1)
		if bytes.Equal(broken, []byte(document)) {
			t.Fatalf("%s: the example does not hold %s", c.situation, c.old)
		}
		if validate(broken) == nil {
			t.Errorf("%s: passes", c.situation)
		}
	}
}
