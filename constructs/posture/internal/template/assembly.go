package template

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// Assembly is all that was read.
type Assembly struct {
	// Stacks are sorted by their names.
	Stacks     []*Stack
	Unreadable []Unreadable

	exports  map[policy.Text][]export
	byName   map[policy.Text][]*Resource
	bySymbol map[string][]*Resource
	folders  map[string]bool // that were read
	spent    int             // on texts that are joined
}

// Unreadable is a part of a template that was not understood: what follows of it is not known.
type Unreadable struct {
	// Where is a construct's path, a stack's name or a file's.
	Where string
	Why   string
}

// Read reads a cdk.out folder, or one template's file.
func Read(name string) (*Assembly, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("give a cdk.out folder or a template's file: %w", err)
	}
	if info.IsDir() {
		root, err := os.OpenRoot(name) // follows no link out of the folder
		if err != nil {
			return nil, err
		}
		defer root.Close()
		a, err := ReadFS(root.FS())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return a, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Parse(stackName(filepath.Base(name)), text)
}

// stackName is the name of a stack of which only the template's file is at hand.
func stackName(file string) string {
	for _, suffix := range []string{".json", ".yaml", ".yml", ".template"} {
		file = strings.TrimSuffix(file, suffix)
	}
	return file
}

// Parse reads one template.
func Parse(name string, text []byte) (*Assembly, error) {
	raw, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return FromValue(name, raw)
}

// FromValue reads one template of values as encoding/json has them.
func FromValue(name string, raw any) (*Assembly, error) {
	a := &Assembly{}
	s, err := a.stack(name, raw, true)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a.Stacks = []*Stack{s}
	a.finish()
	return a, nil
}

// ReadFS reads a cdk.out folder.
func ReadFS(files fs.FS) (*Assembly, error) {
	a := &Assembly{folders: map[string]bool{}}
	if err := a.folder(files, "."); err != nil {
		return nil, err
	}
	if len(a.Stacks) == 0 && len(a.Unreadable) == 0 {
		return nil, errors.New("manifest.json lists no stack: synthesize the app first")
	}
	a.finish()
	return a, nil
}

type manifest struct {
	Artifacts map[string]artifact `json:"artifacts"`
}

type artifact struct {
	Type        string                     `json:"type"`
	Environment string                     `json:"environment"`
	DisplayName string                     `json:"displayName"`
	Metadata    map[string][]metadataEntry `json:"metadata"`
	// Since schema 50 the metadata is in a file of its own.
	AdditionalMetadataFile string `json:"additionalMetadataFile"`
	Properties             struct {
		TemplateFile  string `json:"templateFile"`
		StackName     string `json:"stackName"`
		DirectoryName string `json:"directoryName"`
		File          string `json:"file"`
	} `json:"properties"`
}

func (a *Assembly) folder(files fs.FS, dir string) error {
	a.folders[dir] = true
	var m manifest
	if err := decodeFile(files, path.Join(dir, "manifest.json"), &m); err != nil {
		return fmt.Errorf("not a cdk.out folder: %w", err)
	}
	nested := nestedTemplates{files: files, dir: dir, byHash: map[string]string{}}
	for _, id := range sortedKeys(m.Artifacts) {
		if x := m.Artifacts[id]; x.Type == "cdk:asset-manifest" {
			nested.learn(x.Properties.File)
		}
	}
	for _, id := range sortedKeys(m.Artifacts) {
		switch x := m.Artifacts[id]; x.Type {
		case "aws:cloudformation:stack":
			if err := a.artifact(files, dir, id, x, nested); err != nil {
				a.unreadable(cmp.Or(x.DisplayName, id), err.Error())
			}
		case "cdk:cloud-assembly":
			inner := path.Join(dir, x.Properties.DirectoryName)
			if a.folders[inner] {
				a.unreadable(id, fmt.Sprintf("the stage's folder %q is another's too, or holds itself", inner))
			} else if err := a.folder(files, inner); err != nil {
				a.unreadable(id, err.Error())
			}
		}
	}
	return nil
}

func (a *Assembly) artifact(files fs.FS, dir, id string, x artifact, nested nestedTemplates) error {
	var raw any
	if err := decodeFile(files, path.Join(dir, x.Properties.TemplateFile), &raw); err != nil {
		return err
	}
	name := cmp.Or(x.Properties.StackName, id)
	if slices.ContainsFunc(a.Stacks, func(s *Stack) bool { return s.Name == name }) {
		name = id // one name in two environments
	}
	s, err := a.stack(name, raw, false)
	if err != nil {
		return err
	}
	s.file = path.Join(dir, x.Properties.TemplateFile)
	s.Path, s.nested = strings.Trim(cmp.Or(x.DisplayName, id), "/"), nested
	if before, _, ok := strings.Cut(s.Path, " ("); ok { // "Stage/Stack (Stage-Stack)"
		s.Path = before
	}
	s.stackName = policy.Literal(cmp.Or(x.Properties.StackName, id))
	s.place(x.Environment)
	s.apart(dir)
	metadata := x.Metadata
	if metadata == nil && x.AdditionalMetadataFile != "" {
		if err := decodeFile(files, path.Join(dir, x.AdditionalMetadataFile), &metadata); err != nil {
			a.unreadable(s.Path, err.Error())
		}
	}
	s.learnPaths(metadata)
	a.Stacks = append(a.Stacks, s)
	return nil
}

// place reads an environment such as aws://111122223333/eu-west-1.
func (s *Stack) place(environment string) {
	account, region, ok := strings.Cut(strings.TrimPrefix(environment, "aws://"), "/")
	if !ok {
		return
	}
	if account != "unknown-account" {
		s.Account = policy.Literal(account)
	}
	if region != "unknown-region" {
		s.Region, s.Partition = policy.Literal(region), "aws"
		switch {
		case strings.HasPrefix(region, "cn-"):
			s.Partition = "aws-cn"
		case strings.HasPrefix(region, "us-gov-"):
			s.Partition = "aws-us-gov"
		case strings.Contains(region, "-iso"), strings.HasPrefix(region, "eusc-"):
			s.Partition = policy.Symbol(policy.Place, "AWS::Partition")
		}
	}
}

// apart has a stage that may be deployed anywhere be in an account and a region of its own: stages are deployed to several, with the same names.
func (s *Stack) apart(dir string) {
	if dir == "." {
		return
	}
	stage := strings.TrimPrefix(path.Base(dir), "assembly-")
	if _, known := s.Account.Known(); !known {
		s.Account = policy.Symbol(policy.Place, stage+"/AWS::AccountId")
	}
	if _, known := s.Region.Known(); !known {
		s.Region = policy.Symbol(policy.Place, stage+"/AWS::Region")
	}
}

// finish joins what was read: nested stacks with their parents, exports, names.
func (a *Assembly) finish() {
	for _, s := range slices.Clone(a.Stacks) {
		a.readNested(s)
	}
	slices.SortStableFunc(a.Stacks, func(x, y *Stack) int { return strings.Compare(x.Name, y.Name) })
	for _, s := range a.Stacks {
		s.alone = len(a.Stacks) == 1
	}
	a.exports = map[policy.Text][]export{}
	for _, s := range a.Stacks {
		a.learnExports(s)
	}
	for _, s := range a.Stacks {
		s.decideConditions()
	}
	a.Stacks = slices.DeleteFunc(a.Stacks, func(s *Stack) bool { return s.made() == policy.No })
	for _, s := range a.Stacks {
		if s.made() == policy.CannotTell {
			for _, r := range s.Resources {
				r.Maybe = true
			}
		}
		a.understand(s)
	}
	a.byName = nil // some resources are gone
	slices.SortStableFunc(a.Unreadable, func(x, y Unreadable) int {
		return cmp.Or(strings.Compare(x.Where, y.Where), strings.Compare(x.Why, y.Why))
	})
	a.Unreadable = slices.Compact(a.Unreadable)
}

func (a *Assembly) unreadable(where, why string) {
	a.Unreadable = append(a.Unreadable, Unreadable{where, why})
}
