package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func (d *Document) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(d)
}

// ReadBaseline reads what was written with the format json.
func ReadBaseline(name string) (*Document, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("give a file that --format json wrote: %w", err)
	}
	d := &Document{file: name}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("%s is not what --format json writes: %w", name, err)
	}
	switch {
	case d.Format != documentFormat || d.Posture == nil:
		return nil, fmt.Errorf("%s is not what --format json writes: its format is %q, not %q", name, d.Format, documentFormat)
	case d.Version != documentVersion:
		return nil, fmt.Errorf("%s has version %d, and this command reads %d: write it again with this command", name, d.Version, documentVersion)
	}
	for i, f := range d.Posture.Functions {
		if f == nil {
			return nil, fmt.Errorf("%s is not what --format json writes: function %d is null", name, i+1)
		}
	}
	return d, nil
}
