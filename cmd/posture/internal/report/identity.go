package report

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// lasting is what a finding keeps in another version, whatever becomes of the wording and of a statement's place. The name that the only stack
// has of its file is no part of it: another file with the same template has the same findings.
func lasting(f posture.Finding, fileStack string) string {
	own := func(path string) string {
		if id, ok := strings.CutPrefix(path, fileStack+"/"); ok && fileStack != "" && !strings.Contains(id, "/") {
			return id
		}
		return path
	}
	parts := []string{f.Rule, f.Stack, own(f.Path), own(f.Function)}
	if fileStack != "" {
		parts[1] = ""
	}
	for _, a := range f.About {
		parts = append(parts, a.String())
	}
	var b strings.Builder
	for _, part := range parts {
		fmt.Fprintf(&b, "%d:%s,", len(part), part)
	}
	return b.String()
}

var statementNumber = regexp.MustCompile(`\bstatement \d+`)

// wording is a finding's message without what another order of the statements changes.
func wording(f posture.Finding) string {
	return statementNumber.ReplaceAllString(f.Message, "statement")
}

// paired finds for each finding the index of the same one before, or -1. Those that are the same in all that lasts are told apart by their
// wording first, so that the new one of several is the one that is said to be new.
func paired(before, now []posture.Finding, fileStack string) []int {
	left, words := map[string][]int{}, make([]string, len(before))
	for i, f := range before {
		key := lasting(f, fileStack)
		left[key], words[i] = append(left[key], i), wording(f)
	}
	pairs := make([]int, len(now))
	for i := range pairs {
		pairs[i] = -1
	}
	for _, sameWording := range []bool{true, false} {
		for i, f := range now {
			if pairs[i] >= 0 {
				continue
			}
			key, said := lasting(f, fileStack), wording(f)
			if n := slices.IndexFunc(left[key], func(j int) bool { return !sameWording || words[j] == said }); n >= 0 {
				pairs[i] = left[key][n]
				left[key] = slices.Delete(left[key], n, n+1)
			}
		}
	}
	return pairs
}

// fileStack is the name of the only stack where it is that of the template's file. A stack of a cdk.out has a name of its own.
func (d *Document) fileStack() string {
	if s := d.Posture.Stacks; len(s) == 1 && strings.HasPrefix(filepath.Base(d.Source), s[0].Name) {
		return s[0].Name
	}
	return ""
}

// called is the document as if its template's file had the name of another's. Paths begin with that, unless the template names them: those are
// longer, or the other has them too.
func (d *Document) called(from, to string, other *Document) (*Document, error) {
	mine, err := generic(d)
	if err != nil {
		return nil, err
	}
	others, err := generic(other)
	if err != nil {
		return nil, err
	}
	theirs := map[string]bool{}
	eachText(others, func(s string) string { theirs[s] = true; return s })
	mine = eachText(mine, func(s string) string {
		if s == from {
			return to
		}
		id, ok := strings.CutPrefix(s, from+"/")
		if !ok || strings.Contains(id, "/") || theirs[s] {
			return s
		}
		return to + "/" + id
	})
	text, err := json.Marshal(mine)
	if err != nil {
		return nil, err
	}
	renamed := &Document{file: d.file}
	return renamed, json.Unmarshal(text, renamed)
}

// generic is the document as encoding/json reads what it is not told the type of.
func generic(d *Document) (v any, err error) {
	text, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	return v, err
}

// eachText replaces all texts and keys of a value.
func eachText(v any, by func(string) string) any {
	switch v := v.(type) {
	case string:
		return by(v)
	case []any:
		for i := range v {
			v[i] = eachText(v[i], by)
		}
	case map[string]any:
		all := make(map[string]any, len(v))
		for key, value := range v {
			all[by(key)] = eachText(value, by)
		}
		return all
	}
	return v
}
