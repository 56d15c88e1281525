package report

import (
	"encoding/json"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// Stdin is the source of a template that is in no file.
const Stdin = "stdin"

// locator finds the place of a finding: its template's file, and the line of its logical id. GitHub shows a result by its file alone, and
// takes no SARIF file in which one has none (GitHub docs, "SARIF support for code scanning").
type locator struct {
	source string            // as it was given
	folder bool              // a cdk.out
	tree   string            // the git work tree that it lies in, if any: GitHub takes a relative path for one from the tree's root
	files  map[string]string // a stack's template in it, by the stack's construct path
	lines  map[string]map[string]int
}

// deepest is how deep stages may lie in one another.
const deepest = 16

func newLocator(source string) *locator {
	l := &locator{source: source, files: map[string]string{}, lines: map[string]map[string]int{}}
	if source == Stdin {
		return l
	}
	if info, err := os.Stat(source); err == nil {
		l.tree = workTree(source)
		if l.folder = info.IsDir(); l.folder {
			l.learn(".", 0)
		}
	}
	return l
}

// workTree is the folder that has the .git of a file's or a folder's, a file itself in a work tree that git worktree made. It is none without.
func workTree(name string) string {
	dir, err := filepath.Abs(name)
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, ".git")); missing == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return ""
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

// place returns the file, with slashes, and the line, from 1, of a finding. A file outside of the current folder and of any work tree has an
// absolute path.
func (l *locator) place(f posture.Finding, stacks []posture.Stack) (file string, line int) {
	file = l.source
	if l.folder {
		file = filepath.Join(l.source, filepath.FromSlash(l.file(f, stacks)))
	}
	line = 1
	if f.LogicalID != "" && l.source != Stdin {
		line = max(line, l.line(file, f.LogicalID))
	}
	if absolute, err := filepath.Abs(file); err == nil && l.tree != "" {
		if inTree, err := filepath.Rel(l.tree, absolute); err == nil {
			file = inTree
		}
	}
	return filepath.ToSlash(filepath.Clean(file)), line
}

// uri is that of a file that has slashes.
func uri(file string, absolute bool) string {
	if !absolute {
		return (&url.URL{Path: file}).String()
	}
	if !strings.HasPrefix(file, "/") { // C:/templates
		file = "/" + file
	}
	return (&url.URL{Scheme: "file", Path: file}).String()
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

// line is that of a resource, or 0.
func (l *locator) line(file, id string) int {
	lines, ok := l.lines[file]
	if !ok {
		text, _ := os.ReadFile(file) // without it, no line
		lines = resourceLines(text)
		l.lines[file] = lines
	}
	return lines[id]
}
