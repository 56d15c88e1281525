package report

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// locator finds the place of a finding: its template's file, and the line of its logical id. GitHub shows a result by its file alone, and
// takes no SARIF file in which one has none (GitHub docs, "SARIF support for code scanning").
type locator struct {
	source string            // as it was given
	folder bool              // a cdk.out
	files  map[string]string // a stack's template in it, by the stack's construct path
	texts  map[string][]byte
}

// deepest is how deep stages may lie in one another.
const deepest = 16

func newLocator(source string) *locator {
	l := &locator{source: source, files: map[string]string{}, texts: map[string][]byte{}}
	if info, err := os.Stat(source); err == nil && info.IsDir() {
		l.folder = true
		l.learn(".", 0)
	}
	return l
}

// learn reads which file is whose. What it cannot read, package posture has said.
func (l *locator) learn(dir string, depth int) {
	var m struct {
		Artifacts map[string]struct {
			Type        string
			DisplayName string
			Properties  struct{ TemplateFile, DirectoryName string }
		}
	}
	text, err := os.ReadFile(filepath.Join(l.source, dir, "manifest.json"))
	if err != nil || json.Unmarshal(text, &m) != nil || depth > deepest {
		return
	}
	for id, a := range m.Artifacts {
		switch a.Type {
		case "aws:cloudformation:stack":
			name := a.DisplayName
			if name == "" {
				name = id
			}
			name, _, _ = strings.Cut(name, " (")
			l.files[strings.Trim(name, "/")] = path.Join(dir, a.Properties.TemplateFile)
		case "cdk:cloud-assembly":
			l.learn(path.Join(dir, a.Properties.DirectoryName), depth+1)
		}
	}
}

// place returns the URI of the file and the line, from 1, of a finding. A file outside of the current folder has an absolute URI.
func (l *locator) place(f posture.Finding, stacks []posture.Stack) (uri string, line int) {
	file := l.source
	if l.folder {
		file = filepath.Join(l.source, filepath.FromSlash(l.file(f, stacks)))
	}
	line = 1
	if f.LogicalID != "" {
		line = l.line(file, f.LogicalID)
	}
	if filepath.IsAbs(file) {
		return (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String(), line
	}
	return (&url.URL{Path: filepath.ToSlash(filepath.Clean(file))}).EscapedPath(), line
}

// file is the template that holds a finding, or its parent's for one of a nested stack.
func (l *locator) file(f posture.Finding, stacks []posture.Stack) string {
	in := f.Path
	for _, s := range stacks {
		if s.Name == f.Stack {
			in = s.Path
		}
	}
	for in != "" {
		if file := l.files[in]; file != "" {
			return file
		}
		in = in[:max(0, strings.LastIndexByte(in, '/'))]
	}
	return "manifest.json"
}

func (l *locator) line(file, id string) int {
	text, ok := l.texts[file]
	if !ok {
		text, _ = os.ReadFile(file) // without it, the first line
		l.texts[file] = text
	}
	for _, form := range []string{`"` + id + `": {`, `"` + id + `":{`, "\n  " + id + ":"} {
		if i := bytes.Index(text, []byte(form)); i >= 0 {
			return 1 + bytes.Count(text[:i+1], []byte("\n"))
		}
	}
	return 1
}
