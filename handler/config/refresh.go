package config

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

const (
	// readLimit is less than the 10 s that Lambda gives a function to start,
	// so that the error is still logged (Lambda guide, "Init phase").
	readLimit = 8 * time.Second
	// frozen is the age at which a read has to have been cut off by a freeze.
	frozen = readLimit + 2*time.Second
	// patience is how long a call waits for a read that a freeze cut off before.
	patience = time.Second

	firstRetry = 5 * time.Second
	lastRetry  = 5 * time.Minute
)

// flight is a read that is under way.
type flight struct {
	number int
	began  int64
	cancel context.CancelFunc
	done   chan struct{}
	err    error // set before done is closed
}

// refresh sees to it that a read is under way, unless one failed a short time
// ago. It returns the read where the last one was cut off by a freeze.
func (e *entry) refresh(ctx context.Context, stale *snapshot, now int64) *flight {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch f := e.current; {
	case e.last.Load() != stale: // another call has it
	case e.cutOff, f != nil && f.isFrozen(now):
		return e.start(ctx, now, readLimit)
	case f == nil && now >= e.notUntil:
		e.start(ctx, now, readLimit)
	}
	return nil
}

// start begins a read and gives up the one before, whose connections a freeze
// has broken. The read keeps the values of ctx, for the log, and not its end:
// that belongs to one invocation.
func (e *entry) start(ctx context.Context, now int64, limit time.Duration) *flight {
	if e.current != nil {
		e.current.cancel()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	e.begun++
	f := &flight{number: e.begun, began: now, cancel: cancel, done: make(chan struct{})}
	e.current, e.cutOff = f, false
	go func() {
		defer cancel()
		s, err := e.loader.read(ctx, e.config, e.fields)
		e.land(ctx, f, s, err)
	}()
	return f
}

// land takes what a read returned. A read that was given up may still bring
// newer values, and its error is of no interest.
func (e *entry) land(ctx context.Context, f *flight, s *snapshot, err error) {
	defer close(f.done)
	e.mu.Lock()
	f.err = err
	if err == nil && f.number > e.landed {
		e.failures, e.notUntil, e.landed = 0, 0, f.number
		e.last.Store(s)
	}
	report := e.end(ctx, f, err)
	e.mu.Unlock()
	report()
}

// wait waits for a read, no longer than a small part of the invocation. A read
// that takes longer is given up, or each invocation would wait for it anew.
func (e *entry) wait(ctx context.Context, f *flight) {
	limit := patience
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)/4)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-f.done:
		return
	case <-timer.C:
	case <-ctx.Done():
	}
	e.mu.Lock()
	f.cancel()
	report := e.end(ctx, f, errLate)
	e.mu.Unlock()
	report()
}

var errLate = errors.New("the values did not come in the time that an invocation waits for them")

// end says that the read is no longer under way. After a failure it puts off
// the next one, and returns what logs that, to be called without the lock: a
// log handler may load a configuration itself.
func (e *entry) end(ctx context.Context, f *flight, err error) (report func()) {
	nothing := func() {}
	if e.current != f { // it was given up
		return nothing
	}
	e.current = nil
	now, last := e.loader.now().UnixNano(), e.last.Load()
	switch {
	case err == nil, last == nil: // the first error is the caller's
		return nothing
	case f.isFrozen(now): // a freeze cut it off
		e.cutOff = true
		return nothing
	}
	wait := min(firstRetry<<min(e.failures, 10), lastRetry)
	e.failures, e.notUntil = e.failures+1, now+int64(wait)
	return func() {
		slog.WarnContext(context.WithoutCancel(ctx), "the configuration was not read again, and the last good values are served",
			"error", err, "age", time.Duration(now-last.read).Round(time.Second).String(), "retry", wait.String())
	}
}

// isFrozen reports whether the read has taken longer than it may run.
func (f *flight) isFrozen(now int64) bool { return now-f.began > int64(frozen) || now < f.began }
