package gobuild

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
)

// binary is the file that provided.al2023 starts.
const binary = "bootstrap"

// tag leaves out the RPC mode of aws-lambda-go, which no runtime but the retired
// go1.x uses: https://docs.aws.amazon.com/lambda/latest/dg/golang-package.html
const tag = "lambda.norpc"

// compile leaves binary in the folder out. A file of that name that is there
// already is kept by Go if its build id says that it is up to date.
func compile(entry, folder, arch, out string) error {
	tool, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("entry %q needs Go to be compiled: install Go and put it on PATH, or pass an existing awslambda.Code as Code: %w", entry, err)
	}
	// -mod=readonly: what go.sum names is what is built, with a vendor folder
	// or without. No -buildid=: without the build id Go links again every time.
	command := exec.Command(tool, "build",
		"-trimpath", "-buildvcs=false", "-mod=readonly", "-tags", tag, "-ldflags", "-s -w",
		"-o", filepath.Join(out, binary), ".")
	command.Dir = folder
	command.Env = append(command.Environ(), settings(arch)...)
	if message, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("entry %q does not compile for linux/%s, correct it (%w):\n%s", entry, arch, err, bytes.TrimSpace(message))
	}
	return nil
}

// settings pins what would otherwise let a machine change the bytes.
func settings(arch string) []string {
	return []string{
		"GOOS=linux",
		"GOARCH=" + arch,
		"CGO_ENABLED=0",
		// An empty value would let `go env -w` through.
		"GOFLAGS=-buildvcs=false",
		"GO111MODULE=on",
		// The lowest level of each architecture, and Go's default.
		"GOAMD64=v1",
		"GOARM64=v8.0",
		// The external linker would be the machine's own.
		"GO_EXTLINK_ENABLED=0",
	}
}
