package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// decode reads JSON, or else YAML.
func decode(text []byte) (any, error) {
	if first := bytes.TrimSpace(text); len(first) == 0 || first[0] != '{' {
		return decodeYAML(text)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		// YAML may begin with a brace too.
		if v, other := decodeYAML(text); other == nil {
			return v, nil
		}
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	return v, nil
}

func decodeFile(files fs.FS, name string, into any) error {
	if !fs.ValidPath(name) {
		return fmt.Errorf("%s lies outside of the folder", name)
	}
	if info, err := fs.Stat(files, name); err != nil {
		return err
	} else if !info.Mode().IsRegular() { // a pipe would never end
		return fmt.Errorf("%s is no file", name)
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s is not as expected: %w", name, err)
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
