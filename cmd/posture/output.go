package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// overwrites says whether a file is one that is read, or one of a cdk.out's that is.
func overwrites(output string, read ...string) error {
	to, err := os.Stat(output)
	if err != nil {
		return nil // it is not there yet
	}
	for _, name := range read {
		names := []string{name}
		for _, pattern := range []string{"manifest.json", "*.template.json", "*/manifest.json", "*/*.template.json"} {
			inner, _ := fs.Glob(os.DirFS(name), pattern) // none in what is no folder
			for _, file := range inner {
				names = append(names, filepath.Join(name, file))
			}
		}
		for _, name := range names {
			if from, err := os.Stat(name); err == nil && os.SameFile(from, to) {
				return fmt.Errorf("--output: %s is what is read: give another file", output)
			}
		}
	}
	return nil
}

// replace writes a file whole or not at all: to another in the same folder, which then takes its name.
func replace(name string, text []byte) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() { // a terminal or a pipe
			return os.WriteFile(name, text, mode)
		}
		mode = info.Mode().Perm()
	}
	partial := fmt.Sprintf("%s.%d.partial", name, os.Getpid())
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(partial, name)
	}
	if err != nil {
		os.Remove(partial)
	}
	return err
}
