package template

import "os"

func notFiles(string) map[string]func(name string) error {
	return map[string]func(name string) error{"a folder": func(name string) error { return os.Mkdir(name, 0o700) }}
}
