// Command demo deploys the quickstart to a local AWS, runs the deployed function,
// destroys it, and says what that proves. Run it from the repository's top folder: make
// demo, or go run ./internal/demo.
//
// It needs Go, Node and Python, on Linux or macOS. It starts a local AWS (moto) of its
// own; where AWS_ENDPOINT_URL is set, it uses that one. It cannot reach a real account:
// every AWS variable of the caller is dropped, and the credentials are "test".
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the demo at once
	if run(ctx) != nil {
		os.Exit(1)
	}
}

// demo is what one step leaves for the next.
type demo struct {
	work     string // removed at the end
	account  string
	local    *localAWS
	aws      clients
	cdk      cdk
	deployed deployment
	secrets  []secret

	mayExist bool // the stack, by this demo
}

func run(ctx context.Context) (err error) {
	out := &progress{out: os.Stdout, start: time.Now()}
	given, err := leaveAccount()
	if err != nil {
		out.failed(err)
		return err
	}
	work, err := os.MkdirTemp("", "quickstart-demo-")
	if err != nil {
		out.failed(err)
		return err
	}
	defer os.RemoveAll(work)
	d := &demo{work: work, local: &localAWS{endpoint: given, given: given != ""}, cdk: cdk{filepath.Join(work, "cdk.out")}}
	defer func() { // also upon a panic
		if stop := d.local.stop(); stop != nil {
			out.failed(stop)
			err = errors.Join(err, stop)
		}
	}()

	for _, step := range []struct {
		title string
		do    func(context.Context) (report string, err error)
	}{
		{"Looking for the tools", d.preflight},
		{"Installing the CDK CLI", installCLI},
		{"Installing a local AWS", d.local.install},
		{"Starting the local AWS", d.startLocalAWS},
		{"Building and synthesizing the app: cdk synth (the first time, Go compiles the CDK for minutes)", d.cdk.synth},
		{"Reading from the template what the function may do: posture", d.allowed},
		{"Preparing the account: cdk bootstrap", d.bootstrap},
		{"Deploying: cdk deploy", d.deploy},
		{"Reading the stack back through the AWS APIs", d.readBack},
		{"Storing two random secrets in Parameter Store", d.putSecrets},
		{"Fetching the deployed code", d.fetchCode},
		{"Running the function", d.runFunction},
		{"Destroying: cdk destroy", d.destroy},
		{"Done", d.verdict},
	} {
		if err := out.do(ctx, step.title, step.do); err != nil {
			if d.local.given { // a server of our own takes everything with it
				d.leaveNothing(ctx, out)
			}
			return err
		}
	}
	return nil
}

func (d *demo) preflight(ctx context.Context) (string, error) {
	if d.local.given {
		return preflight(ctx, without("python3"))
	}
	return preflight(ctx, tools)
}

func (d *demo) startLocalAWS(ctx context.Context) (string, error) {
	report, err := d.local.start(ctx, d.work)
	if err != nil {
		return "", err
	}
	os.Setenv("AWS_ENDPOINT_URL", d.local.endpoint) // for this process and every later child
	if d.aws, err = newClients(ctx); err != nil {
		return "", err
	}
	caller, err := d.aws.sts.GetCallerIdentity(ctx, nil)
	if err != nil {
		return "", fmt.Errorf("%s does not answer as AWS would: %w", d.local.endpoint, err)
	}
	d.account = aws.ToString(caller.Account)
	return report + "\naccount " + d.account, nil
}

// leaveNothing takes back what a failed demo made in a local AWS that stays.
func (d *demo) leaveNothing(ctx context.Context, out *progress) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if d.mayExist {
		out.do(ctx, "Taking back what was deployed", d.destroy)
	}
}
