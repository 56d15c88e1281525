package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

const (
	stackName = "quickstart"
	cliPath   = "node_modules/.bin/cdk"
)

// installCLI installs the CDK CLI that package.json pins, unless it is there.
func installCLI(ctx context.Context) (string, error) {
	file, err := os.ReadFile("package.json")
	if err != nil {
		return "", err
	}
	var manifest struct{ DevDependencies map[string]string }
	if err := json.Unmarshal(file, &manifest); err != nil {
		return "", fmt.Errorf("package.json: %w", err)
	}
	want := manifest.DevDependencies["aws-cdk"]
	if want == "" {
		return "", errors.New("package.json pins no aws-cdk in devDependencies; add the CDK CLI's exact version")
	}
	if have, err := command(ctx, cliPath, "--version"); err == nil && strings.HasPrefix(have, want+" ") {
		return "aws-cdk " + want + " is there", nil
	}
	if _, err := command(ctx, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
		return "", err
	}
	return "aws-cdk " + want, nil
}

// cdk calls the CDK CLI. The app is synthesized once; every later call uses that
// assembly, so that what is deployed is what is destroyed.
type cdk struct{ assembly string }

func (c cdk) synth(ctx context.Context) (string, error) {
	// The host's own architecture, so that the deployed binary can run here.
	_, err := command(ctx, cliPath, "synth", stackName, "--quiet", "--no-notices", "--output", c.assembly, "--context", "architecture="+runtime.GOARCH)
	return "for linux/" + runtime.GOARCH, err
}

func (c cdk) bootstrap(ctx context.Context, account string) error {
	_, err := command(ctx, cliPath, "bootstrap", "aws://"+account+"/"+region, "--app", c.assembly, "--no-notices")
	return err
}

func (c cdk) deploy(ctx context.Context) error {
	_, err := command(ctx, cliPath, "deploy", stackName, "--app", c.assembly, "--no-notices", "--require-approval", "never", "--progress", "events",
		"--method", "direct", // moto knows change sets by half
		// moto does not take the parameter's default, which is this
		"--parameters", stackName+":BootstrapVersion=/cdk-bootstrap/hnb659fds/version")
	return err
}

func (c cdk) destroy(ctx context.Context) error {
	_, err := command(ctx, cliPath, "destroy", stackName, "--app", c.assembly, "--force", "--no-notices")
	return err
}
