package version

import (
	"runtime/debug"
	"testing"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	ours := func(version string) debug.Module { return debug.Module{Path: Path, Version: version} }
	dependency, replaced := ours("v1.2.3"), ours("v1.2.3")
	replaced.Replace = &debug.Module{Path: "../cdk"}
	for situation, c := range map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"installed":                 {debug.BuildInfo{Main: ours("v1.2.3")}, "1.2.3"},
		"of a commit":               {debug.BuildInfo{Main: ours("v0.0.0-20261128074418-62892340aaaa")}, "0.0.0-20261128074418-62892340aaaa"},
		"of a work tree":            {debug.BuildInfo{Main: ours("(devel)")}, ""},
		"of a changed work tree":    {debug.BuildInfo{Main: ours("v0.0.0-20261128074418-62892340aaaa+dirty")}, ""},
		"run from an app":           {debug.BuildInfo{Main: debug.Module{Path: "example.com/app", Version: "v9.9.9"}, Deps: []*debug.Module{&dependency}}, "1.2.3"},
		"run from an app, replaced": {debug.BuildInfo{Main: debug.Module{Path: "example.com/app"}, Deps: []*debug.Module{&replaced}}, ""},
		"another's":                 {debug.BuildInfo{Main: debug.Module{Path: "example.com/app", Version: "v9.9.9"}}, ""},
	} {
		if got := in(&c.info); got != c.want {
			t.Errorf("%s: got %q, want %q", situation, got, c.want)
		}
	}
}

func TestBuilds(t *testing.T) {
	t.Parallel()
	settings := func(all ...string) (s []debug.BuildSetting) {
		for i := 0; i < len(all); i += 2 {
			s = append(s, debug.BuildSetting{Key: all[i], Value: all[i+1]})
		}
		return s
	}
	for situation, c := range map[string]struct {
		info *debug.BuildInfo
		want string
	}{
		"no information":     {nil, ""},
		"a test":             {&debug.BuildInfo{}, ""},
		"of sources":         {&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, ""},
		"of a checkout":      {&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings("vcs.revision", "abc", "vcs.modified", "false")}, "revision abc"},
		"of changed sources": {&debug.BuildInfo{Settings: settings("vcs.revision", "abc", "vcs.modified", "true")}, "revision abc with changes"},
		"installed":          {&debug.BuildInfo{Main: debug.Module{Path: Path, Version: "v1.2.3"}}, "version 1.2.3"},
	} {
		if got := build(c.info); got != c.want {
			t.Errorf("%s: got %q, want %q", situation, got, c.want)
		}
	}
}
