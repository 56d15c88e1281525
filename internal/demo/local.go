package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

const (
	venv         = ".demo/venv" // kept, so that the next demo starts faster
	requirements = "internal/demo/requirements.txt"
)

//go:embed server.py
var server string

var pinned = regexp.MustCompile(`(?m)^moto\S*==(\S+)`)

// localAWS is the moto server of this demo, or one that the caller gave.
type localAWS struct {
	endpoint string
	given    bool // by the caller: it is neither started nor stopped
	python   string
	cmd      *exec.Cmd
	log      string
	ended    chan struct{}
}

// install puts moto into a virtual environment, unless a Python here has it.
func (l *localAWS) install(ctx context.Context) (string, error) {
	if l.given {
		return "none: AWS_ENDPOINT_URL is " + l.endpoint, nil
	}
	file, err := os.ReadFile(requirements)
	if err != nil {
		return "", err
	}
	pin := pinned.FindSubmatch(file)
	if pin == nil {
		return "", fmt.Errorf("%s pins no version of moto; add a line such as moto[server]==5.2.1", requirements)
	}
	version := string(pin[1])
	l.python = filepath.Join(venv, "bin", "python")
	if hasMoto(ctx, l.python, version) == nil {
		return "moto " + version + " is there", nil
	}
	_, err = command(ctx, "python3", "-m", "venv", "--system-site-packages", venv)
	if err == nil {
		_, err = command(ctx, l.python, "-m", "pip", "install", "--disable-pip-version-check", "--requirement", requirements)
	}
	if err == nil {
		return "moto " + version, hasMoto(ctx, l.python, version)
	}
	if l.python = "python3"; hasMoto(ctx, l.python, version) == nil { // no pip, or no way to a package index
		return "moto " + version + ", the one of " + l.python, nil
	}
	return "", fmt.Errorf("moto %s cannot be installed; on Debian and Ubuntu install python3-venv; or set AWS_ENDPOINT_URL to a local AWS that you have: %w", version, err)
}

func hasMoto(ctx context.Context, python, version string) error {
	_, err := command(ctx, python, "-c", "import sys, moto, moto.server; sys.exit(moto.__version__ != sys.argv[1])", version)
	return err
}

func (l *localAWS) start(ctx context.Context, work string) (string, error) {
	if l.given {
		return "it runs already", nil
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	l.endpoint = "http://localhost:" + port // by this name, see localEndpoint
	l.log = filepath.Join(work, "server.log")
	log, err := os.Create(l.log)
	if err != nil {
		return "", err
	}
	defer log.Close() // the server has its own
	cmd := exec.Command(l.python, "-c", server, "-H", "127.0.0.1", "-p", port)
	cmd.Stdout, cmd.Stderr = log, log
	if _, err := cmd.StdinPipe(); err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	l.cmd, l.ended = cmd, make(chan struct{})
	go func() {
		cmd.Wait() // its status says nothing: stop kills it
		close(l.ended)
	}()
	return fmt.Sprintf("moto at %s, process %d", l.endpoint, cmd.Process.Pid), l.ready(ctx)
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

func (l *localAWS) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.endpoint+"/moto-api/", nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			return nil
		}
		select {
		case <-l.ended:
			return fmt.Errorf("moto exited at once:\n%s", lastLines(l.written(), 25))
		case <-ctx.Done():
			return fmt.Errorf("moto does not answer at %s within 30 s:\n%s", l.endpoint, lastLines(l.written(), 25))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stop ends the server that start started, and no other.
func (l *localAWS) stop() error {
	if l.cmd == nil {
		return nil
	}
	if err := l.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop moto, process %d: %w", l.cmd.Process.Pid, err)
	}
	<-l.ended
	return nil
}

var leftOut = regexp.MustCompile(`Tried to parse (\S+) but it's not supported`)

// unsupported names the types of resources that moto left out of stacks without telling
// the CDK CLI.
func (l *localAWS) unsupported() []string {
	var types []string
	for _, m := range leftOut.FindAllStringSubmatch(l.written(), -1) {
		types = append(types, m[1])
	}
	slices.Sort(types)
	return slices.Compact(types)
}

func (l *localAWS) written() string {
	b, _ := os.ReadFile(l.log) // there is none where the caller gave the endpoint
	return string(b)
}
