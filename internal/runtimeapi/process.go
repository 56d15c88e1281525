package runtimeapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Function says what to run, and as which function.
type Function struct {
	// Bootstrap is the path of the executable. Required.
	Bootstrap string
	// ARN is what the handler sees as its function's ARN; the name and the region in its
	// environment come from it. Defaults to
	// arn:aws:lambda:us-east-1:123456789012:function:local.
	ARN string
	// Env is the function's environment: its own variables, credentials, an endpoint.
	// Nothing is inherited from this process. It is laid over the variables that Lambda
	// sets and may replace any of them, except AWS_LAMBDA_RUNTIME_API.
	Env map[string]string
	// Timeout limits each invocation. Defaults to 3 s, as in Lambda.
	Timeout time.Duration
	// InitTimeout limits the time until the process asks for its first invocation.
	// Defaults to 10 s, as in Lambda.
	InitTimeout time.Duration
	// Logs receives what the process writes to stdout and stderr, which Lambda sends to
	// one log stream as well. It is written to by one goroutine, until Close returns.
	// Defaults to nowhere; errors carry the end of it in either case.
	Logs io.Writer
}

// Process is a bootstrap that runs and waits for invocations. Its methods may be called
// from several goroutines.
type Process struct {
	timeout time.Duration
	cmd     *exec.Cmd
	api     *api
	server  *http.Server
	logs    *tail
	turn    sync.Mutex    // Lambda gives an execution environment one invocation at a time
	ended   chan struct{} // closed once the process has been waited for
	exit    error         // what Wait said; read it after ended
}

// Start runs the bootstrap and returns once it asks for its first invocation. The process
// lives until Close, or until ctx is done.
//
// A process that reports an error of its initialization gives a *FunctionError; one that
// exits or does not ask in time, a *ProcessError.
func Start(ctx context.Context, fn Function) (*Process, error) {
	if fn.ARN == "" {
		fn.ARN = "arn:aws:lambda:us-east-1:123456789012:function:local"
	}
	if fn.Timeout == 0 {
		fn.Timeout = 3 * time.Second
	}
	if fn.InitTimeout == 0 {
		fn.InitTimeout = 10 * time.Second
	}
	bootstrap, err := filepath.Abs(fn.Bootstrap)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the runtime API: %w", err)
	}
	env, err := environment(fn, filepath.Dir(bootstrap), listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}

	p := &Process{timeout: fn.Timeout, api: newAPI(fn.ARN), logs: &tail{next: fn.Logs}, ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, bootstrap)
	p.cmd.Env = env
	p.cmd.Dir = filepath.Dir(bootstrap) // LAMBDA_TASK_ROOT, as in Lambda
	p.cmd.Stdout, p.cmd.Stderr = p.logs, p.logs
	p.cmd.WaitDelay = time.Second // a child of the bootstrap may hold its output open
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start bootstrap %q: %w; it must be an executable for this machine", bootstrap, err), listener.Close())
	}
	p.server = &http.Server{Handler: p.api.routes(), ReadHeaderTimeout: 10 * time.Second}
	go p.server.Serve(listener) // ends with Close, which is the only error it can give
	go func() {
		p.exit = p.cmd.Wait()
		close(p.ended)
	}()

	if err := p.initialized(ctx, fn.InitTimeout); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Process) initialized(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.api.ready:
		return nil
	case err := <-p.api.initError:
		return err
	case <-p.ended:
		select { // it may have reported why before it exited
		case err := <-p.api.initError:
			return err
		default:
			return p.exited(ctx, "before it asked for an invocation")
		}
	case <-timer.C:
		return p.stop(fmt.Sprintf("bootstrap did not ask for an invocation within %v", limit), context.DeadlineExceeded)
	}
}

// Invoke passes the payload to the handler and returns its answer. Invocations wait for
// each other.
//
// An error or a panic of the handler is a *FunctionError. A process that exits or exceeds
// the timeout is a *ProcessError, which matches context.DeadlineExceeded for a timeout.
// After a panic, a timeout or a done ctx the process is ended, and so is every later
// Invoke.
func (p *Process) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	inv := newInvocation(payload, time.Now().Add(p.timeout))

	waiting := p.api.waiting
	for {
		select {
		case waiting <- inv:
			waiting = nil // given to the process; what is left is its answer
		case answer := <-inv.answer:
			return answer.payload, answer.err
		case <-p.ended:
			select { // a handler that panics reports it, then exits
			case answer := <-inv.answer:
				return answer.payload, answer.err
			default:
				return nil, p.exited(ctx, "during an invocation")
			}
		case <-timer.C:
			return nil, p.stop(fmt.Sprintf("task timed out after %v", p.timeout), context.DeadlineExceeded)
		case <-ctx.Done():
			return nil, p.stop("invocation was given up", ctx.Err())
		}
	}
}

// Close ends the process and its Runtime API. It may be called more than once. The
// process is killed, as Lambda does with one that has no extensions; that is no error.
func (p *Process) Close() error {
	p.kill()
	return p.server.Close()
}

func (p *Process) kill() {
	p.cmd.Process.Kill() // fails only where it has exited
	<-p.ended
}

func (p *Process) stop(reason string, cause error) error {
	p.kill()
	return &ProcessError{Reason: reason, Logs: p.logs.String(), Err: cause}
}

func (p *Process) exited(ctx context.Context, when string) error {
	status := p.cmd.ProcessState.String()
	if ctx.Err() != nil {
		return &ProcessError{Reason: fmt.Sprintf("bootstrap was ended %s", when), Logs: p.logs.String(), Err: ctx.Err()}
	}
	return &ProcessError{Reason: fmt.Sprintf("bootstrap exited %s: %s", when, status), Logs: p.logs.String(), Err: p.exit}
}
