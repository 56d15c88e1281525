package gobuild

import (
	"go/build"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestCheckNamesTheValueAndTheFix(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, content := range map[string]string{
		"sound/main.go":        hello,
		"empty/readme.md":      "no Go here",
		"orders/orders.go":     "package orders\n",
		"two/main.go":          hello,
		"two/orders.go":        "package orders\n",
		"windows/main.go":      "//go:build windows\n\n" + hello,
		"cgo/main.go":          "package main\n\nimport \"C\"\n\nfunc main() {}\n",
		"tests/main_test.go":   "package main\n",
		"broken/main.go":       "pakcage main\n",
		"amd64/main_amd64.go":  hello,
		"tagged/main.go":       "//go:build lambda.norpc\n\n" + hello,
		"generator/main.go":    hello,
		"generator/gen.go":     "//go:build ignore\n\npackage generate\n",
		"generator/os_js.go":   "package js\n",
		"generator/x_test.go":  "package main_test\n",
		"generator/doc_cgo.go": "package main\n\nimport \"C\"\n",
	} {
		write(t, folder, name, content)
	}
	const packageMain = "give the folder of the handler's package main"

	for _, test := range []struct {
		situation string
		entry     string
		arch      string
		want      []string // none where entry is sound
	}{
		{"a package main", "sound", "arm64", nil},
		{"a package main for the other architecture", "sound", "amd64", nil},
		{"a file for Lambda's tag", "tagged", "arm64", nil},
		{"a package main beside files that are excluded", "generator", "arm64", nil},
		{"a file for this architecture", "amd64", "amd64", nil},
		{"a file for the other architecture", "amd64", "arm64", []string{"no Go file for linux/arm64", "main_amd64.go", "lift the build constraint"}},
		{"a folder that does not exist", "missing", "arm64", []string{"missing\" does not exist", "give a path from the working directory"}},
		{"a file", "sound/main.go", "arm64", []string{"main.go\" is a file", "give the folder that holds it, " + strconv.Quote(filepath.Join(folder, "sound"))}},
		{"no Go files", "empty", "arm64", []string{"empty\" holds no Go files", packageMain}},
		{"another package", "orders", "arm64", []string{"package orders is not main", packageMain}},
		{"two packages", "two", "arm64", []string{"two packages, main (main.go) and orders (orders.go)", "leave package main alone"}},
		{"files for another system", "windows", "arm64", []string{"no Go file for linux/arm64", "main.go", "lift the build constraint"}},
		{"cgo alone", "cgo", "arm64", []string{"without cgo", "import of \"C\"", "main.go"}},
		{"tests alone", "tests", "arm64", []string{"holds only tests", packageMain}},
		{"a file that is not Go", "broken", "arm64", []string{"main.go:1:1", "correct it"}},
		{"an architecture that Lambda does not have", "sound", "x86_64", []string{"\"x86_64\"", "give \"arm64\" or \"amd64\""}},
		{"no architecture", "sound", "", []string{"architecture \"\"", "give \"arm64\" or \"amd64\""}},
	} {
		t.Run(test.situation, func(t *testing.T) {
			requireError(t, Check(folder+"/"+test.entry, test.arch), test.want...)
		})
	}
	t.Run("no entry", func(t *testing.T) {
		requireError(t, Check("", "arm64"), "entry is empty", "give the folder")
	})
}

func TestCheckIsForLinuxOnAnyHost(t *testing.T) {
	host := build.Default.GOOS
	defer func() { build.Default.GOOS = host }()
	build.Default.GOOS = "windows"
	requireError(t, Check(module(t, map[string]string{"main_linux.go": hello}), "arm64"))
	requireError(t, Check(module(t, map[string]string{"main_windows.go": hello}), "arm64"), "no Go file for linux")
}

func TestCheckNeedsNoToolchain(t *testing.T) {
	entry := module(t, map[string]string{"main.go": hello})
	t.Setenv("PATH", t.TempDir())
	requireError(t, Check(entry, "arm64"))
}

// requireError wants an error with all those parts, or none where there are none.
func requireError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		if len(parts) > 0 {
			t.Errorf("no error, want one with %q", parts)
		}
		return
	}
	if len(parts) == 0 {
		t.Errorf("unexpected error: %v", err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q:\n%v", part, err)
		}
	}
}
