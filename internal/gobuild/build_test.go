package gobuild

import (
	"crypto/sha256"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestBuildIsOneStaticBinaryForTheArchitecture(t *testing.T) {
	t.Parallel()
	entry, cache := module(t, map[string]string{"main.go": "//go:build lambda.norpc\n\n" + hello}), t.TempDir()
	for arch, machine := range map[string]elf.Machine{"arm64": elf.EM_AARCH64, "amd64": elf.EM_X86_64} {
		t.Run(arch, func(t *testing.T) {
			out := mustBuild(t, cache, entry, arch)
			requireIntact(t, out)
			if names := list(t, out.Dir); len(names) != 1 || names[0] != "bootstrap" {
				t.Errorf("the folder holds %q, want bootstrap alone", names)
			}
			file, err := elf.Open(filepath.Join(out.Dir, "bootstrap"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if file.Machine != machine {
				t.Errorf("machine %v, want %v", file.Machine, machine)
			}
			for _, part := range file.Progs {
				if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
					t.Errorf("has a %v: not static", part.Type)
				}
			}
			if file.Section(".symtab") != nil || file.Section(".debug_info") != nil {
				t.Error("has symbols or debugging data: not stripped")
			}
		})
	}
}

func TestBuildFromARelativeEntry(t *testing.T) {
	folder, cache := module(t, map[string]string{"handler/main.go": hello}), t.TempDir()
	absolute := mustBuild(t, cache, filepath.Join(folder, "handler"), "arm64")
	t.Chdir(folder)
	if relative := mustBuild(t, cache, "./handler", "arm64"); relative != absolute {
		t.Errorf("relative entry gives %v, absolute %v", relative, absolute)
	}
}

func TestBuildAfterAnEdit(t *testing.T) {
	t.Parallel()
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	first := mustBuild(t, cache, entry, "arm64")

	write(t, entry, "main.go", goodbye)
	second := mustBuild(t, cache, entry, "arm64")
	if second.Hash == first.Hash || second.Dir == first.Dir {
		t.Errorf("an edit gives the same output, %v", second)
	}
	requireIntact(t, first)
	requireIntact(t, second)

	write(t, entry, "main.go", hello)
	if third := mustBuild(t, cache, entry, "arm64"); third != first {
		t.Errorf("the edit taken back gives %v, want %v", third, first)
	}
	requireIntact(t, second)
}

func TestBuildAfterAnEditOfAnImportedPackage(t *testing.T) {
	t.Parallel()
	entry := module(t, map[string]string{
		"main.go":       "package main\n\nimport \"example.com/orders/price\"\n\nfunc main() { println(price.Of) }\n",
		"price/list.go": "package price\n\nvar Of = 1\n",
	})
	cache := t.TempDir()
	first := mustBuild(t, cache, entry, "arm64")
	write(t, entry, "price/list.go", "package price\n\nvar Of = 2\n")
	if second := mustBuild(t, cache, entry, "arm64"); second.Hash == first.Hash {
		t.Error("an edit of an imported package gives the same output")
	}
}

func TestBuildByManyAtOnce(t *testing.T) {
	t.Parallel()
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	want := mustBuild(t, t.TempDir(), entry, "arm64").Hash

	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			out, err := buildIn(cache, entry, "arm64")
			if err != nil {
				t.Error(err)
				return
			}
			if out.Hash != want {
				t.Errorf("hash %s, want %s", out.Hash, want)
			}
			requireIntact(t, out)
		})
	}
	all.Wait()
	if names := list(t, keptFolder(cache, entry, "arm64")); len(names) != 1 {
		t.Errorf("%q are kept, want one output and no draft", names)
	}
}

func TestBuildErrorLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		situation string
		main      string
		want      []string
	}{
		{"an unknown name", "package main\n\nfunc main() { missing() }\n", []string{"does not compile for linux/arm64", "main.go:3:15: undefined: missing"}},
		{"no func main", "package main\n", []string{"function main is undeclared"}},
		{"a package that no module provides", "package main\n\nimport _ \"example.com/else\"\n\nfunc main() {}\n", []string{"cannot find module providing package example.com/else"}},
	} {
		t.Run(test.situation, func(t *testing.T) {
			t.Parallel()
			entry, cache := module(t, map[string]string{"main.go": test.main}), t.TempDir()
			out, err := buildIn(cache, entry, "arm64")
			requireError(t, err, append(test.want, strconv.Quote(entry))...)
			if err != nil && err.Error() != strings.TrimSpace(err.Error()) {
				t.Errorf("the error is not trimmed: %q", err)
			}
			if out != (Output{}) {
				t.Errorf("output %v beside an error", out)
			}
			if names := list(t, keptFolder(cache, entry, "arm64")); len(names) > 0 {
				t.Errorf("left %q behind", names)
			}
		})
	}
}

func TestBuildErrorKeepsTheLastOutput(t *testing.T) {
	t.Parallel()
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	out := mustBuild(t, cache, entry, "arm64")
	write(t, entry, "main.go", "package main\n\nfunc main() { missing() }\n")
	_, err := buildIn(cache, entry, "arm64")
	requireError(t, err, "undefined: missing")
	requireIntact(t, out)
}

func TestBuildChecksFirst(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	_, err := buildIn(cache, "", "arm64")
	requireError(t, err, "entry is empty")
	_, err = buildIn(cache, module(t, map[string]string{"main.go": hello}), "mips")
	requireError(t, err, "\"mips\"")
	if names := list(t, cache); len(names) > 0 {
		t.Errorf("left %q behind", names)
	}
}

// requireIntact fails unless the bytes in Dir have Hash.
func requireIntact(t *testing.T, out Output) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(out.Dir, "bootstrap"))
	if err != nil {
		t.Error(err)
	}
	if hash := fmt.Sprintf("%x", sha256.Sum256(content)); hash != out.Hash {
		t.Errorf("%s has the hash %s, want %s", out.Dir, hash, out.Hash)
	}
}

func list(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func BenchmarkBuildUnchanged(b *testing.B) {
	entry, cache := module(b, map[string]string{"main.go": `package main

import (
	"encoding/json"
	"net/http"
	"os"
)

func main() {
	json.NewEncoder(os.Stdout).Encode(http.ListenAndServe(":0", nil))
}
`}), b.TempDir()
	mustBuild(b, cache, entry, "arm64")
	for b.Loop() {
		mustBuild(b, cache, entry, "arm64")
	}
}
