package template

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// most is how many values a YAML file may come to: aliases of aliases would grow without bound.
const most = 1 << 20

// decodeYAML reads YAML with CloudFormation's short forms: !Ref, !GetAtt, !Sub and the rest.
func decodeYAML(text []byte) (any, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("neither JSON nor YAML: %w", err)
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, errors.New("the file is empty")
	}
	r := reader{left: most}
	v := r.value(document.Content[0])
	if r.left <= 0 {
		return nil, errors.New("the YAML's aliases come to too much")
	}
	return v, nil
}

type reader struct{ left, depth int }

// deepest is how deep values may lie in one another: an alias may be within what it stands for.
const deepest = 1000

func (r *reader) value(n *yaml.Node) any {
	if r.left--; r.left <= 0 {
		return nil
	}
	if r.depth++; r.depth > deepest {
		r.left = 0
		return nil
	}
	defer func() { r.depth-- }()
	v := r.untagged(n)
	if !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return v
	}
	name := n.Tag[1:]
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return map[string]any{name: v}
}

func (r *reader) untagged(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		object := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content) && r.left > 0; i += 2 {
			if n.Content[i].Tag == "!!merge" {
				r.merge(object, n.Content[i+1])
				continue
			}
			object[n.Content[i].Value] = r.value(n.Content[i+1])
		}
		return object
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, e := range n.Content {
			if r.left <= 0 {
				break
			}
			list = append(list, r.value(e))
		}
		return list
	case yaml.AliasNode:
		return r.value(n.Alias)
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		if b, err := strconv.ParseBool(n.Value); err == nil {
			return b
		}
	case "!!int", "!!float":
		// What has a leading zero is an account's number.
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && (!strings.HasPrefix(n.Value, "0") || len(n.Value) == 1 || strings.HasPrefix(n.Value, "0.")) {
			return f
		}
	}
	return n.Value
}

// merge adds what << names, but for keys that are there already (YAML, "Merge Key Language-Independent Type").
func (r *reader) merge(object map[string]any, from *yaml.Node) {
	sources := []*yaml.Node{from}
	if from.Kind == yaml.SequenceNode {
		sources = from.Content
	}
	for _, source := range sources {
		merged, _ := r.value(source).(map[string]any)
		for key, v := range merged {
			if _, ok := object[key]; !ok {
				object[key] = v
			}
		}
	}
}
