package gobuild

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func TestSameBytesInTwoFoldersWithSeparateCaches(t *testing.T) {
	files := map[string]string{"handler/main.go": hello}
	one, other := module(t, files), module(t, files)
	write(t, other, ".git/HEAD", "ref: refs/heads/main\n")
	want := mustBuild(t, t.TempDir(), filepath.Join(one, "handler"), "arm64").Hash
	t.Setenv("GOCACHE", t.TempDir())
	if got := mustBuild(t, t.TempDir(), filepath.Join(other, "handler"), "arm64").Hash; got != want {
		t.Errorf("the same source gives %s in one folder and %s in another", want, got)
	}
}

func TestSameBytesWhateverTheMachineIsSetTo(t *testing.T) {
	entry := module(t, map[string]string{
		"main.go":  hello,
		"other.go": "//go:build other\n\npackage main\n\nfunc init() { println(\"other\") }\n",
	})
	want := map[string]string{}
	for _, arch := range []string{"arm64", "amd64"} {
		want[arch] = mustBuild(t, t.TempDir(), entry, arch).Hash
	}
	for _, test := range []struct{ arch, name, value string }{
		{"arm64", "GOFLAGS", "-gcflags=-N"},
		{"arm64", "GOFLAGS", "-tags=other"},
		{"arm64", "GOFLAGS", "-ldflags=-buildid=x"},
		{"arm64", "GOFLAGS", "-mod=mod"},
		{"arm64", "GOARM64", "v9.0"},
		{"amd64", "GOAMD64", "v3"},
		{"arm64", "GOOS", "darwin"},
		{"arm64", "GOARCH", "amd64"},
		{"arm64", "CGO_ENABLED", "1"},
		{"arm64", "GO111MODULE", "off"},
		{"arm64", "GO_EXTLINK_ENABLED", "1"},
	} {
		setting := test.name + "=" + test.value
		t.Run(setting+" in the environment", func(t *testing.T) {
			t.Setenv(test.name, test.value)
			if got := mustBuild(t, t.TempDir(), entry, test.arch).Hash; got != want[test.arch] {
				t.Errorf("gives %s, want %s", got, want[test.arch])
			}
		})
		t.Run(setting+" by go env -w", func(t *testing.T) {
			t.Setenv(test.name, "")
			file := filepath.Join(t.TempDir(), "env")
			write(t, filepath.Dir(file), "env", setting+"\n")
			t.Setenv("GOENV", file)
			if got := mustBuild(t, t.TempDir(), entry, test.arch).Hash; got != want[test.arch] {
				t.Errorf("gives %s, want %s", got, want[test.arch])
			}
		})
	}
}

func TestBuildWithoutGo(t *testing.T) {
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	t.Setenv("PATH", t.TempDir())
	_, err := buildIn(cache, entry, "arm64")
	requireError(t, err, strconv.Quote(entry), "install Go and put it on PATH", "awslambda.Code as Code")
}

// What is in vendor is not what go.sum vouches for.
func TestBuildPassesOverAVendorFolder(t *testing.T) {
	entry := module(t, map[string]string{
		"main.go":                        "package main\n\nimport \"example.com/price\"\n\nfunc main() { println(price.Of) }\n",
		"price/it.go":                    "package price\n\nvar Of = 1\n",
		"price/go.mod":                   "module example.com/price\n\ngo 1.24\n",
		"vendor/example.com/price/it.go": "package price\n\nvar Of = \"something else, which does not compile\" + 1\n",
		"vendor/modules.txt":             "# example.com/price v1.0.0 => ./price\n## explicit; go 1.24\nexample.com/price\n# example.com/price => ./price\n",
	})
	write(t, entry, "go.mod", "module example.com/orders\n\ngo 1.24\n\nrequire example.com/price v1.0.0\n\nreplace example.com/price => ./price\n")
	requireIntact(t, mustBuild(t, t.TempDir(), entry, "arm64"))
}

func TestBuildNeverChangesGoMod(t *testing.T) {
	entry := module(t, map[string]string{
		"main.go":      "package main\n\nimport \"example.com/price\"\n\nfunc main() { println(price.Of) }\n",
		"price/it.go":  "package price\n\nvar Of = 1\n",
		"price/go.mod": "module example.com/price\n\ngo 1.24\n",
	})
	// Replaced and not required: -mod=mod would add the requirement.
	const before = "module example.com/orders\n\ngo 1.24\n\nreplace example.com/price => ./price\n"
	write(t, entry, "go.mod", before)
	t.Setenv("GOFLAGS", "-mod=mod")
	_, err := buildIn(t.TempDir(), entry, "arm64")
	requireError(t, err, "is replaced but not required")
	after, err := os.ReadFile(filepath.Join(entry, "go.mod"))
	if err != nil || string(after) != before {
		t.Errorf("go.mod is now %q (%v)", after, err)
	}
}
