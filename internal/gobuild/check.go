package gobuild

import (
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Check says what is wrong with entry, the folder of a handler's package main,
// without compiling it: it reads the files as a build for arch ("arm64" or
// "amd64") would and needs no Go toolchain. A relative entry starts at the
// working directory.
func Check(entry, arch string) error {
	if arch != "arm64" && arch != "amd64" {
		return fmt.Errorf("architecture %q is not one of Lambda's: give \"arm64\" or \"amd64\"", arch)
	}
	folder, err := locate(entry)
	if err != nil {
		return err
	}
	return checkPackage(entry, folder, arch)
}

// locate returns the absolute path of the folder that entry names.
func locate(entry string) (string, error) {
	if entry == "" {
		return "", errors.New("entry is empty: give the folder of the handler's package main, such as \"./orders/handler\"")
	}
	folder, err := filepath.Abs(entry)
	if err != nil {
		return "", fmt.Errorf("entry %q has no absolute path, give one: %w", entry, err)
	}
	info, err := os.Stat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("entry %q does not exist: looked in %q, give a path from the working directory or an absolute one", entry, folder)
	}
	if err != nil {
		return "", fmt.Errorf("entry %q cannot be read, give a folder that can: %w", entry, err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("entry %q is a file: give the folder that holds it, %q", entry, filepath.Dir(entry))
	}
	return folder, nil
}

func checkPackage(entry, folder, arch string) error {
	target := build.Default
	target.GOOS = "linux"
	target.GOARCH = arch
	target.CgoEnabled = false
	target.BuildTags = []string{tag}

	found, err := target.ImportDir(folder, 0)
	var none *build.NoGoError
	var several *build.MultiplePackageError
	switch {
	case errors.As(err, &several):
		return fmt.Errorf("entry %q holds two packages, %s (%s) and %s (%s): leave package main alone in the folder",
			entry, several.Packages[0], several.Files[0], several.Packages[1], several.Files[1])
	case errors.As(err, &none) && len(found.IgnoredGoFiles) > 0:
		return fmt.Errorf("entry %q has no Go file for linux/%s without cgo: lift the build constraint or the import of \"C\" that excludes %s",
			entry, arch, strings.Join(found.IgnoredGoFiles, ", "))
	case errors.As(err, &none):
		return fmt.Errorf("entry %q holds no Go files: give the folder of the handler's package main", entry)
	case err != nil:
		return fmt.Errorf("entry %q cannot be compiled, correct it: %w", entry, err)
	case found.Name != "main":
		return fmt.Errorf("entry %q cannot be started: package %s is not main, give the folder of the handler's package main", entry, found.Name)
	case len(found.GoFiles) == 0:
		return fmt.Errorf("entry %q holds only tests: give the folder of the handler's package main", entry)
	}
	return nil
}
