package gobuild

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Go leaves a binary alone whose build id is up to date, and writes all of it when
// it links. So a mark after the end of the last output shows which of them it did.
func TestUnchangedIsNotLinkedAgain(t *testing.T) {
	t.Parallel()
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	first := mustBuild(t, cache, entry, "arm64")
	setAge(t, first.Dir, time.Hour)
	write(t, entry, "main.go", goodbye)
	marked := mark(t, mustBuild(t, cache, entry, "arm64"))
	setAge(t, marked.Dir, time.Minute)

	if out := mustBuild(t, cache, entry, "arm64"); out != marked {
		t.Errorf("unchanged, but linked again: %v, want %v", out, marked)
	}
	write(t, entry, "main.go", hello)
	if out := mustBuild(t, cache, entry, "arm64"); out != first {
		t.Errorf("changed, but not linked again: %v, want %v", out, first)
	}
	requireIntact(t, marked)
}

// mark keeps a copy of out with bytes after its end in the place of out.
func mark(t *testing.T, out Output) Output {
	t.Helper()
	content, _, err := read(filepath.Join(out.Dir, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	kept, draft := filepath.Dir(out.Dir), t.TempDir()
	write(t, draft, "bootstrap", string(content)+"mark")
	if err := os.RemoveAll(out.Dir); err != nil {
		t.Fatal(err)
	}
	marked, err := keep(kept, draft)
	if err != nil {
		t.Fatal(err)
	}
	return marked
}

func TestDamagedOutputIsNeverReturned(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		situation string
		damage    func(t *testing.T, file string)
	}{
		{"cut short, build id intact", func(t *testing.T, file string) {
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(file, info.Size()/2); err != nil {
				t.Fatal(err)
			}
		}},
		{"one byte changed, build id intact", func(t *testing.T, file string) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			content[len(content)-1] ^= 1
			overwrite(t, file, content)
		}},
		{"empty", func(t *testing.T, file string) { overwrite(t, file, nil) }},
		{"not a binary", func(t *testing.T, file string) { overwrite(t, file, []byte("text")) }},
		{"gone", func(t *testing.T, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(test.situation, func(t *testing.T) {
			t.Parallel()
			entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
			first := mustBuild(t, cache, entry, "arm64")

			test.damage(t, filepath.Join(first.Dir, "bootstrap"))
			if again := mustBuild(t, cache, entry, "arm64"); again != first {
				t.Errorf("gives %v, want %v", again, first)
			}
			requireIntact(t, first)

			// The same where it is not the last output.
			write(t, entry, "main.go", goodbye)
			mustBuild(t, cache, entry, "arm64")
			test.damage(t, filepath.Join(first.Dir, "bootstrap"))
			write(t, entry, "main.go", hello)
			if again := mustBuild(t, cache, entry, "arm64"); again != first {
				t.Errorf("not the last output: gives %v, want %v", again, first)
			}
			requireIntact(t, first)
		})
	}
}

// overwrite keeps the file's mode.
func overwrite(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

// A reader may have the file open for as long as it likes.
func TestUnchangedLeavesTheFileInPlace(t *testing.T) {
	t.Parallel()
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	out := mustBuild(t, cache, entry, "arm64")
	before := stat(t, filepath.Join(out.Dir, "bootstrap"))
	mustBuild(t, cache, entry, "arm64")
	after := stat(t, filepath.Join(out.Dir, "bootstrap"))
	if !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("an unchanged build replaced or touched the file")
	}
}

func TestEntriesAndArchitecturesAreKeptApart(t *testing.T) {
	t.Parallel()
	places := map[string]bool{}
	for _, folder := range []string{"/app/orders", "/app/refunds"} {
		for _, arch := range []string{"arm64", "amd64"} {
			places[keptFolder("cache", folder, arch)] = true
		}
	}
	if len(places) != 4 {
		t.Errorf("four outputs share %d folders", len(places))
	}
}

func stat(t *testing.T, file string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
