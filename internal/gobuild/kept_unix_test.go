//go:build unix

package gobuild

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestModeIsForEverybodyWhateverTheUmask(t *testing.T) {
	before := syscall.Umask(0o077)
	defer syscall.Umask(before)
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	file := filepath.Join(mustBuild(t, cache, entry, "arm64").Dir, "bootstrap")
	requireMode(t, file, 0o755)

	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	mustBuild(t, cache, entry, "arm64")
	requireMode(t, file, 0o755)
}

func requireMode(t *testing.T, file string, want fs.FileMode) {
	t.Helper()
	if got := stat(t, file).Mode().Perm(); got != want {
		t.Errorf("%s has mode %o, want %o", file, got, want)
	}
}
