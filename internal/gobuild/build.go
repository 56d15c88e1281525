package gobuild

import (
	"fmt"
	"os"
	"path/filepath"
)

// Output is a compiled handler.
type Output struct {
	Dir  string // holds one file, bootstrap, mode 0755, whose bytes never change
	Hash string // SHA-256 of those bytes, in lower-case hex
}

// Build compiles the package main in the folder entry for Lambda on arch,
// "arm64" or "amd64". A relative entry starts at the working directory. Where
// nothing changed since the last build, Go looks at the sources and links nothing.
//
// It fails where Check does, where Go is not installed, and with the compiler's
// own message where the handler does not compile.
//
// Dir is in the user's cache folder and stays for at least a day. Any number of
// processes may build the same entry at once.
func Build(entry, arch string) (Output, error) {
	cache, err := cacheFolder()
	if err != nil {
		return Output{}, fmt.Errorf("no folder for the build of entry %q: %w", entry, err)
	}
	return buildIn(cache, entry, arch)
}

func buildIn(cache, entry, arch string) (Output, error) {
	if err := Check(entry, arch); err != nil {
		return Output{}, err
	}
	folder, err := filepath.Abs(entry)
	if err != nil {
		return Output{}, err
	}
	kept := keptFolder(cache, folder, arch)
	draft, err := newDraft(kept)
	if err != nil {
		return Output{}, fmt.Errorf("no folder for the build of entry %q: %w", entry, err)
	}
	defer os.RemoveAll(draft)

	if err := compile(entry, folder, arch, draft); err != nil {
		return Output{}, err
	}
	out, err := keep(kept, draft)
	if err != nil {
		return Output{}, fmt.Errorf("the build of entry %q cannot be kept: %w", entry, err)
	}
	prune(kept, outputAge)
	prune(cache, entryAge)
	return out, nil
}
