package gobuild

import (
	"os"
	"path/filepath"
	"time"
)

const (
	// An output outlives any synth that returned it.
	outputAge = 24 * time.Hour
	// An entry outlives a holiday; one that moved or was deleted goes.
	entryAge = 30 * 24 * time.Hour
)

// cacheFolder is in the user's own cache. Where there is none it is a new folder,
// never a known name in the temporary folder, which others could fill beforehand
// with a binary of theirs that Go finds up to date.
func cacheFolder() (string, error) {
	if user, err := os.UserCacheDir(); err == nil {
		cache := filepath.Join(user, "securegofunction", "gobuild")
		if os.MkdirAll(cache, 0o700) == nil {
			return cache, nil
		}
	}
	return os.MkdirTemp("", "securegofunction-")
}

// prune removes what nobody used for age. What cannot be removed, such as a file
// that is open on Windows or one that another process just removed, is left to
// the next build.
func prune(folder string, age time.Duration) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && time.Since(info.ModTime()) > age {
			os.RemoveAll(filepath.Join(folder, entry.Name()))
		}
	}
}
