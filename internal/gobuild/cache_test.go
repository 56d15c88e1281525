package gobuild

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPruneAfterABuild(t *testing.T) {
	t.Parallel()
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	kept := keptFolder(cache, entry, "arm64")
	for name, age := range map[string]time.Duration{
		filepath.Join(kept, strings.Repeat("a", 64)): 25 * time.Hour,
		filepath.Join(kept, strings.Repeat("b", 64)): 23 * time.Hour,
		filepath.Join(kept, "draft-of-a-crash"):      25 * time.Hour,
		filepath.Join(kept, "draft-of-another"):      time.Minute,
		filepath.Join(cache, "moved"):                31 * 24 * time.Hour,
		filepath.Join(cache, "on-holiday"):           29 * 24 * time.Hour,
	} {
		write(t, name, "bootstrap", "content")
		setAge(t, name, age)
	}
	setAge(t, kept, 60*24*time.Hour)

	out := mustBuild(t, cache, entry, "arm64")
	requireNames(t, kept, out.Hash, strings.Repeat("b", 64), "draft-of-another")
	requireNames(t, cache, filepath.Base(kept), "on-holiday")
}

func TestPruneKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	entry, cache := module(t, map[string]string{"main.go": hello}), t.TempDir()
	out := mustBuild(t, cache, entry, "arm64")
	setAge(t, out.Dir, 25*time.Hour)
	mustBuild(t, cache, entry, "arm64")
	requireIntact(t, out)
	if age := time.Since(stat(t, out.Dir).ModTime()); age > time.Hour {
		t.Errorf("used now, but marked as used %v ago", age)
	}
}

func TestCacheFolder(t *testing.T) {
	temporary := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temporary)
	}
	user := func(folder string) {
		for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
			t.Setenv(name, folder)
		}
	}

	user(t.TempDir())
	first, second := mustCacheFolder(t), mustCacheFolder(t)
	if first != second || strings.HasPrefix(first, temporary+string(filepath.Separator)) {
		t.Errorf("the user's cache is %q and %q, want one place that is not temporary", first, second)
	}

	user("")
	first, second = mustCacheFolder(t), mustCacheFolder(t)
	if first == second || filepath.Dir(first) != temporary || filepath.Dir(second) != temporary {
		t.Errorf("without a user's cache it is %q and %q, want a new temporary folder each time", first, second)
	}

	file := filepath.Join(t.TempDir(), "file")
	write(t, filepath.Dir(file), "file", "")
	user(file)
	if got := mustCacheFolder(t); filepath.Dir(got) != temporary {
		t.Errorf("where the user's cache cannot be made it is %q, want a temporary folder", got)
	}
}

func TestBuildUsesTheUsersCache(t *testing.T) {
	entry, user := module(t, map[string]string{"main.go": hello}), t.TempDir()
	cache := goCache(t)
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, user)
	}
	t.Setenv("GOCACHE", cache)
	out, err := Build(entry, "arm64")
	if err != nil {
		t.Fatal(err)
	}
	requireIntact(t, out)
	if !strings.HasPrefix(out.Dir, user) {
		t.Errorf("the output is in %q, want it below %q", out.Dir, user)
	}
}

// goCache is where compiled packages are, so that a test with another home does
// not compile Go's own anew.
func goCache(t *testing.T) string {
	t.Helper()
	if cache := os.Getenv("GOCACHE"); cache != "" {
		return cache
	}
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(user, "go-build")
}

func mustCacheFolder(t *testing.T) string {
	t.Helper()
	folder, err := cacheFolder()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func setAge(t *testing.T, name string, age time.Duration) {
	t.Helper()
	then := time.Now().Add(-age)
	if err := os.Chtimes(name, then, then); err != nil {
		t.Fatal(err)
	}
}

func requireNames(t *testing.T, folder string, want ...string) {
	t.Helper()
	got := list(t, folder)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s holds %q, want %q", folder, got, want)
	}
}
