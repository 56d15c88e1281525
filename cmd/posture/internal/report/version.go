package report

import (
	"runtime/debug"
	"strings"
)

const module = "github.com/securegofunction/cdk"

// Version is that of the module that the command was built from. It is none of a working tree's that is no commit.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return versionIn(info)
}

// versionIn finds the module also where another one is the main one, as with go run in an app's folder.
func versionIn(info *debug.BuildInfo) string {
	version := ""
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module {
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
