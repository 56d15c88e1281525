//go:build unix

package template

import (
	"os"
	"syscall"
)

func notFiles(outside string) map[string]func(name string) error {
	return map[string]func(name string) error{
		"a link to outside": func(name string) error { return os.Symlink(outside, name) },
		"a folder":          func(name string) error { return os.Mkdir(name, 0o700) },
		"a pipe":            func(name string) error { return syscall.Mkfifo(name, 0o600) },
	}
}
