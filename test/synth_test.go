package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/network"
)

// handler is the entry of functions whose code does not matter here.
const handler = "testdata/handler"

// flags are those that `cdk init` gives a new app, which cdk.json repeats.
var flags = sync.OnceValue(func() map[string]any {
	text, err := os.ReadFile("../cdk.json")
	if err != nil {
		panic(err)
	}
	var file struct{ Context map[string]any }
	if err := json.Unmarshal(text, &file); err != nil {
		panic(err)
	}
	return file.Context
})

// synthesized is a stack's template in which every intrinsic is text and every
// resource goes by its construct's path below the stack: "${Fn/Role.Arn}".
type synthesized struct {
	t         *testing.T
	resources map[string]resource
	warnings  []string
	bytes     string
}

type resource struct {
	Type           string
	Properties     map[string]any
	DependsOn      []string
	DeletionPolicy string
	Metadata       map[string]any
}

func newApp(t *testing.T) awscdk.App {
	t.Helper()
	context := map[string]any{"aws:cdk:enable-path-metadata": true}
	maps.Copy(context, flags())
	return awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir()), Context: &context, AnalyticsReporting: jsii.Bool(false)})
}

// synth makes a stack called S and synthesizes it.
func synth(t *testing.T, build func(awscdk.Stack)) synthesized {
	t.Helper()
	app := newApp(t)
	stack := awscdk.NewStack(app, jsii.String("S"), nil)
	build(stack)
	return synthStack(t, app, "S")
}

// synthFunction synthesizes one function called Fn in network.New.
func synthFunction(t *testing.T, set func(awscdk.Stack, *golambda.SecureGoFunctionProps)) synthesized {
	t.Helper()
	return synth(t, func(stack awscdk.Stack) { newFunction(stack, set) })
}

func newFunction(stack awscdk.Stack, set func(awscdk.Stack, *golambda.SecureGoFunctionProps)) *golambda.SecureGoFunction {
	props := &golambda.SecureGoFunctionProps{Entry: handler}
	if set != nil {
		set(stack, props)
	}
	if props.Network == nil {
		props.Network = network.New(stack, "Network", nil)
	}
	return golambda.NewSecureGoFunction(stack, "Fn", props)
}

func newKey(stack awscdk.Stack) awskms.Key { return awskms.NewKey(stack, jsii.String("Key"), nil) }

func synthStack(t *testing.T, app awscdk.App, name string) synthesized {
	t.Helper()
	dir := *app.Synth(nil).Directory()
	text, err := os.ReadFile(filepath.Join(dir, name+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw struct {
		Resources map[string]struct {
			Type           string
			Properties     map[string]any
			DependsOn      []string
			DeletionPolicy string
			Metadata       map[string]any
		}
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{}
	for id, r := range raw.Resources {
		path, _ := r.Metadata["aws:cdk:path"].(string)
		path = strings.TrimSuffix(path, "/Resource")
		paths[id] = strings.TrimPrefix(path, name+"/")
	}
	s := synthesized{t: t, resources: map[string]resource{}, bytes: string(text)}
	for id, r := range raw.Resources {
		made := resource{Type: r.Type, DeletionPolicy: r.DeletionPolicy, Metadata: r.Metadata}
		made.Properties, _ = readable(r.Properties, paths).(map[string]any)
		for _, on := range r.DependsOn {
			made.DependsOn = append(made.DependsOn, paths[on])
		}
		s.resources[paths[id]] = made
	}
	s.warnings = warnings(t, dir)
	return s
}

// readable turns intrinsics into text.
func readable(v any, paths map[string]string) any {
	named := func(id string) string {
		if path, ok := paths[id]; ok {
			return path
		}
		return id
	}
	switch v := v.(type) {
	case []any:
		all := make([]any, len(v))
		for i, e := range v {
			all[i] = readable(e, paths)
		}
		return all
	case map[string]any:
		if id, ok := v["Ref"].(string); ok {
			return "${" + named(id) + "}"
		}
		if of, ok := v["Fn::GetAtt"].([]any); ok {
			return "${" + named(of[0].(string)) + "." + of[1].(string) + "}"
		}
		if join, ok := v["Fn::Join"].([]any); ok {
			parts := readable(join[1], paths).([]any)
			text := make([]string, len(parts))
			for i, p := range parts {
				text[i] = fmt.Sprint(p)
			}
			return strings.Join(text, join[0].(string))
		}
		all := map[string]any{}
		for k, e := range v {
			all[k] = readable(e, paths)
		}
		return all
	}
	return v
}

// warnings are the annotations that the CLI would print.
func warnings(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	files, err := filepath.Glob(filepath.Join(dir, "*.metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, filepath.Join(dir, "manifest.json")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var any map[string]any
		if err := json.Unmarshal(text, &any); err != nil {
			t.Fatal(err)
		}
		collect(any, &all)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func collect(v any, into *[]string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collect(e, into)
		}
	case map[string]any:
		if v["type"] == "aws:cdk:warning" {
			*into = append(*into, fmt.Sprint(v["data"]))
		}
		for _, e := range v {
			collect(e, into)
		}
	}
}

// at returns the resource of a construct.
func (s synthesized) at(path string) resource {
	s.t.Helper()
	r, ok := s.resources[path]
	if !ok {
		s.t.Fatalf("no resource %s; there are %s", path, strings.Join(slices.Sorted(maps.Keys(s.resources)), ", "))
	}
	return r
}

// ofType returns the paths of all resources of a type, sorted.
func (s synthesized) ofType(kind string) []string {
	var all []string
	for path, r := range s.resources {
		if r.Type == kind {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}

// same compares a part of a template with the JSON that is wanted.
func same(t *testing.T, situation string, got any, want string) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatalf("%s: the wanted JSON: %v", situation, err)
	}
	normal, err := json.MarshalIndent(wanted, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != string(normal) {
		t.Errorf("%s:\n got %s\nwant %s", situation, text, normal)
	}
}

// refused returns what a constructor panicked with, and fails if it did not.
func refused(t *testing.T, situation string, build func()) (message string) {
	t.Helper()
	defer func() {
		t.Helper()
		r := recover()
		if r == nil {
			t.Errorf("%s: was not refused", situation)
			return
		}
		message = fmt.Sprint(r)
		if strings.Contains(message, "nil pointer") {
			t.Errorf("%s: nil dereference: %s", situation, message)
		}
	}()
	build()
	return ""
}

// readFile returns the one file of the folder that matches.
func readFile(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v %v", pattern, found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
