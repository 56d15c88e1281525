package gobuild

import (
	"os"
	"path/filepath"
	"testing"
)

// A handler before and after an edit, with nothing that takes time to compile.
const (
	hello   = "package main\n\nfunc main() { println(\"hello\") }\n"
	goodbye = "package main\n\nfunc main() { println(\"goodbye\") }\n"
)

// module writes a module without dependencies and returns its folder.
func module(t testing.TB, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "go.mod", "module example.com/orders\n\ngo 1.24\n")
	for name, content := range files {
		write(t, folder, name, content)
	}
	return folder
}

func write(t testing.TB, folder, name, content string) {
	t.Helper()
	file := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func mustBuild(t testing.TB, cache, entry, arch string) Output {
	t.Helper()
	out, err := buildIn(cache, entry, arch)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
