package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

type tool struct {
	name, versionFlag string
	major, minor      int
	install           string
}

var tools = []tool{
	{"go", "version", 1, 21, "https://go.dev/dl"}, // 1.21 and later fetch the version that go.mod wants
	{"node", "--version", 20, 0, "https://nodejs.org; the CDK runs on it"},
	{"npm", "--version", 0, 0, "https://nodejs.org; it comes with Node"},
	{"python3", "--version", 3, 10, "https://www.python.org/downloads; the local AWS runs on it, or set AWS_ENDPOINT_URL to a local AWS that you have"},
}

func without(name string) []tool {
	return slices.DeleteFunc(slices.Clone(tools), func(t tool) bool { return t.name == name })
}

// preflight tells everything that is missing at once.
func preflight(ctx context.Context, tools []tool) (string, error) {
	if _, err := os.Stat("cdk.json"); err != nil {
		return "", errors.New("no cdk.json in this folder; run the demo from the repository's top folder")
	}
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return "", fmt.Errorf("machine architecture %s: Lambda knows amd64 and arm64 only", runtime.GOARCH)
	}
	var found []string
	var missing error
	for _, t := range tools {
		version, err := t.check(ctx)
		found, missing = append(found, t.name+" "+version), errors.Join(missing, err)
	}
	return strings.Join(found, ", "), missing
}

var versionNumber = regexp.MustCompile(`(\d+)\.(\d+)[.\d]*`)

func (t tool) check(ctx context.Context) (string, error) {
	if _, err := exec.LookPath(t.name); err != nil {
		return "missing", fmt.Errorf("%s is not on the PATH; install it from %s", t.name, t.install)
	}
	out, err := command(ctx, t.name, t.versionFlag)
	if err != nil {
		return "broken", err
	}
	v := versionNumber.FindStringSubmatch(out)
	if v == nil {
		return "unknown", fmt.Errorf("%s %s says %q, which holds no version; install it from %s", t.name, t.versionFlag, strings.TrimSpace(out), t.install)
	}
	major, _ := strconv.Atoi(v[1])
	minor, _ := strconv.Atoi(v[2])
	if major < t.major || major == t.major && minor < t.minor {
		return v[0], fmt.Errorf("%s %s is too old; install %d.%d or later from %s", t.name, v[0], t.major, t.minor, t.install)
	}
	return v[0], nil
}
