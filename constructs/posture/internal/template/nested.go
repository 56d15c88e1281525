package template

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// nestedTemplates finds the templates of nested stacks in a cdk.out.
type nestedTemplates struct {
	files  fs.FS
	dir    string
	byHash map[string]string // a file asset's hash, and its file
}

// learn reads which file each asset is.
func (n nestedTemplates) learn(manifest string) {
	var m struct {
		Files map[string]struct {
			Source struct {
				Path string `json:"path"`
			} `json:"source"`
		} `json:"files"`
	}
	if decodeFile(n.files, path.Join(n.dir, manifest), &m) != nil {
		return
	}
	for hash, file := range m.Files {
		if strings.HasSuffix(file.Source.Path, ".json") {
			n.byHash[hash] = file.Source.Path
		}
	}
}

// find returns the file of a nested stack's template. CDK names it in the metadata where its CLI ran the app, and else in the URL by its hash.
func (n nestedTemplates) find(r *Resource) (string, bool) {
	if n.files == nil {
		return "", false
	}
	if name, ok := r.Metadata["aws:asset:path"].(string); ok {
		return path.Join(n.dir, name), true
	}
	properties, _ := r.raw["Properties"].(map[string]any)
	url, err := json.Marshal(properties["TemplateURL"])
	for _, hash := range sortedKeys(n.byHash) {
		if err == nil && hash != "" && strings.Contains(string(url), hash) {
			return path.Join(n.dir, n.byHash[hash]), true
		}
	}
	return "", false
}

// readNested reads the templates of a stack's nested stacks.
func (a *Assembly) readNested(parent *Stack) {
	for _, r := range parent.Resources {
		if r.Type != "AWS::CloudFormation::Stack" {
			continue
		}
		where := parent.Path + "/" + r.ID
		file, ok := parent.nested.find(r)
		if !ok {
			r.untold = "the nested stack's template is not at hand"
			continue
		}
		if parent.within(file) {
			a.unreadable(where, "the nested stack holds itself")
			continue
		}
		var raw any
		if err := decodeFile(parent.nested.files, file, &raw); err != nil {
			a.unreadable(where, err.Error())
			continue
		}
		s, err := a.stack(parent.Name+"/"+r.ID, raw, false)
		if err != nil {
			a.unreadable(where, fmt.Sprintf("%s: %v", file, err))
			continue
		}
		s.parent, r.inner, s.file = r, s, file
		s.Path, s.nested, s.paths = where, parent.nested, parent.paths
		if r.Path != "" {
			s.Path = nestedPath(r.Path)
		}
		if parent.stackName != "" {
			s.stackName = parent.stackName + "-" + policy.Symbol(policy.Identity, s.symbol("AWS::StackName"))
		}
		s.Account, s.Region, s.Partition = parent.Account, parent.Region, parent.Partition
		s.assignPaths(s.Path + "/")
		a.Stacks = append(a.Stacks, s)
		a.readNested(s)
	}
}

// within says whether the stack, or one around it, is the file's.
func (s *Stack) within(file string) bool {
	for s.file != file {
		if s.parent == nil {
			return false
		}
		s = s.parent.Stack
	}
	return true
}

// nestedPath is the path of the nested stack whose resource is at <path>.NestedStack/<id>.NestedStackResource.
func nestedPath(resource string) string {
	holder, _, _ := cutLast(resource, "/")
	return strings.TrimSuffix(holder, ".NestedStack")
}

func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}
