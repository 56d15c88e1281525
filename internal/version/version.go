// Package version tells which build of this module runs, as far as Go recorded it.
package version

import (
	"runtime/debug"
	"strings"
)

// Path is the module's.
const Path = "github.com/securegofunction/cdk"

// Module is the version that the module was built from, such as 1.2.3. It is none of a work tree's that is no commit.
func Module() string {
	info, _ := debug.ReadBuildInfo()
	return in(info)
}

// in finds the module also where another one is the main one, as with go run in an app's folder.
func in(info *debug.BuildInfo) string {
	if info == nil {
		return ""
	}
	version := ""
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == Path {
			version = m.Version
			if m.Replace != nil {
				version = m.Replace.Version
			}
		}
	}
	if !strings.HasPrefix(version, "v") || strings.HasSuffix(version, "+dirty") { // (devel)
		return ""
	}
	return version[1:]
}

// Build is the version and the revision of the sources, for a person.
func Build() string {
	info, _ := debug.ReadBuildInfo()
	return build(info)
}

func build(info *debug.BuildInfo) string {
	if info == nil {
		return ""
	}
	var all []string
	if v := in(info); v != "" {
		all = append(all, "version "+v)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		if settings["vcs.modified"] == "true" {
			revision += " with changes"
		}
		all = append(all, "revision "+revision)
	}
	return strings.Join(all, ", ")
}
