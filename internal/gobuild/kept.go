package gobuild

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A cache holds a folder for each entry and architecture, and that one holds a
// folder for each output, named by its hash, and the drafts of running builds:
//
//	<cache>/<entry and architecture>/<hash>/bootstrap
//	<cache>/<entry and architecture>/draft-*/bootstrap
//
// Go writes into drafts alone. A file gets to its hash by a rename, so other
// processes see all of it or nothing, and it is never written again.

const draftPrefix = "draft-"

// keptFolder is where the outputs of one entry and architecture are. Two that
// shared a folder would only cost each other a link: Go tells them apart.
func keptFolder(cache, folder, arch string) string {
	name := sha256.Sum256([]byte(arch + " " + folder))
	return filepath.Join(cache, hex.EncodeToString(name[:8]))
}

// newDraft is a folder for one build, with a copy of the last output in it for Go
// to find up to date.
func newDraft(kept string) (string, error) {
	if err := os.MkdirAll(kept, 0o700); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(kept, draftPrefix)
	if err != nil {
		return "", err
	}
	content, found := lastOutput(kept)
	if !found {
		return draft, nil
	}
	if err := os.WriteFile(filepath.Join(draft, binary), content, 0o700); err != nil {
		os.RemoveAll(draft)
		return "", err
	}
	return draft, nil
}

// lastOutput is the output used last, if it still has its hash: Go reads no more
// of a binary than the build id near its start and would trust a damaged one.
func lastOutput(kept string) (content []byte, found bool) {
	entries, err := os.ReadDir(kept)
	if err != nil {
		return nil, false
	}
	var last string
	var used time.Time
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && !strings.HasPrefix(entry.Name(), draftPrefix) && info.ModTime().After(used) {
			last, used = entry.Name(), info.ModTime()
		}
	}
	content, hash, err := read(filepath.Join(kept, last, binary))
	return content, err == nil && hash == last
}

// keep moves the binary of draft to the folder of its hash, unless it is there.
func keep(kept, draft string) (Output, error) {
	built := filepath.Join(draft, binary)
	_, hash, err := read(built)
	if err != nil {
		return Output{}, err
	}
	dir := filepath.Join(kept, hash)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Output{}, err
	}
	// Marked as used before it is looked into, so that no other process prunes it
	// in between.
	now := time.Now()
	if err := os.Chtimes(dir, now, now); err != nil {
		return Output{}, err
	}
	final := filepath.Join(dir, binary)
	if !holds(final, hash) {
		// Where the rename fails another process may have been first with the
		// same bytes: Windows replaces no open file.
		if err := os.Rename(built, final); err != nil && !holds(final, hash) {
			return Output{}, err
		}
	}
	// Lambda starts it as another user, whatever the umask here.
	if err := os.Chmod(final, 0o755); err != nil {
		return Output{}, err
	}
	return Output{Dir: dir, Hash: hash}, nil
}

func holds(file, hash string) bool {
	_, found, err := read(file)
	return err == nil && found == hash
}

func read(file string) (content []byte, hash string, err error) {
	content, err = os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(content)
	return content, hex.EncodeToString(sum[:]), nil
}
