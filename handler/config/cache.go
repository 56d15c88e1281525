package config

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/securegofunction/cdk/internal/contract"
)

// process is the one loader of a function.
var process = &loader{lookup: os.LookupEnv, now: time.Now, fetch: newClient(os.Getenv).fetch}

// loader keeps what was loaded, by config type.
type loader struct {
	lookup  func(string) (string, bool)
	now     func() time.Time
	fetch   func(context.Context, []source) map[source]answer
	entries sync.Map // reflect.Type to *entry
}

func (l *loader) load(ctx context.Context, t reflect.Type, freshFor time.Duration) (any, error) {
	found, ok := l.entries.Load(t)
	if !ok {
		found, _ = l.entries.LoadOrStore(t, &entry{loader: l, config: t})
	}
	return found.(*entry).load(ctx, freshFor)
}

// entry is one config type.
type entry struct {
	loader *loader
	config reflect.Type
	fields []contract.Field // set before the first read
	last   atomic.Pointer[snapshot]

	mu       sync.Mutex
	current  *flight
	begun    int // reads
	landed   int // the newest read that last is from
	cutOff   bool
	failures int
	notUntil int64
}

// snapshot is what one read returned. Times are of the wall clock, in
// nanoseconds: the monotonic clock stands still while Lambda has frozen the
// process.
type snapshot struct {
	config any // *T
	read   int64
	fixed  bool // all of it is from the environment, and cannot change
}

func (e *entry) load(ctx context.Context, freshFor time.Duration) (any, error) {
	s, now := e.last.Load(), e.loader.now().UnixNano()
	switch {
	case s == nil:
		return e.first(ctx, now)
	case s.fixed || 0 <= now-s.read && now-s.read < int64(freshFor):
	default:
		if f := e.refresh(ctx, s, now); f != nil {
			e.wait(ctx, f)
			s = e.last.Load()
		}
	}
	return s.config, nil
}

// first waits for the values, and reads them where nobody does.
func (e *entry) first(ctx context.Context, now int64) (any, error) {
	e.mu.Lock()
	if s := e.last.Load(); s != nil {
		e.mu.Unlock()
		return s.config, nil
	}
	if e.fields == nil {
		fields, err := contract.Fields(e.config)
		if err != nil {
			e.mu.Unlock()
			return nil, fmt.Errorf("config.Load[%v]: %w", e.config, err)
		}
		e.fields = fields
	}
	f := e.current
	if f == nil || f.isFrozen(now) {
		limit := readLimit
		if end, ok := ctx.Deadline(); ok {
			limit = min(limit, time.Until(end)*9/10)
		}
		f = e.start(ctx, now, limit)
	}
	e.mu.Unlock()

	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("config.Load[%v]: the context ended before the values were read: %w", e.config, context.Cause(ctx))
	}
	if f.err != nil {
		return nil, f.err
	}
	return e.last.Load().config, nil
}
