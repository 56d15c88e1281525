package report

import (
	"bytes"
	"encoding/json"
	"errors"

	"go.yaml.in/yaml/v3"
)

// resourceLines are the lines, from 1, of a template's resources, by their logical ids. Ids may be in other sections and within resources too.
func resourceLines(text []byte) map[string]int {
	lines := map[string]int{}
	if jsonLines(text, lines) == nil {
		return lines
	}
	clear(lines)
	var document yaml.Node
	if yaml.Unmarshal(text, &document) != nil || len(document.Content) == 0 {
		return lines
	}
	sections := document.Content[0].Content
	for i := 0; i+1 < len(sections); i += 2 {
		if sections[i].Value != "Resources" {
			continue
		}
		resources := sections[i+1].Content
		for j := 0; j+1 < len(resources); j += 2 {
			lines[resources[j].Value] = resources[j].Line
		}
	}
	return lines
}

func jsonLines(text []byte, lines map[string]int) error {
	d := json.NewDecoder(bytes.NewReader(text))
	return eachKey(d, func(section string) error {
		if section != "Resources" {
			return d.Decode(new(json.RawMessage))
		}
		from, line := 0, 1
		return eachKey(d, func(id string) error {
			to := int(d.InputOffset())
			line += bytes.Count(text[from:to], []byte("\n"))
			from, lines[id] = to, line
			return d.Decode(new(json.RawMessage))
		})
	})
}

// eachKey reads an object. do reads the value of a key.
func eachKey(d *json.Decoder, do func(key string) error) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(err, errors.New("no object"))
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		if err := do(key); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}
