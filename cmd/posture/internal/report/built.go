package report

import (
	"runtime/debug"
	"strings"
)

// built says which build of the command writes the page, as far as Go recorded it: the module's version where it was installed from one, and
// the revision of the sources where it was built among them.
func built(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return ""
	}
	var all []string
	if v := info.Main.Version; v != "" && v != "(devel)" {
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
