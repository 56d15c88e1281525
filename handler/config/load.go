package config

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

// DefaultFreshFor is how long values are served before they are read again,
// where FreshFor says nothing else.
const DefaultFreshFor = 5 * time.Minute

// Load returns a T whose tagged fields are filled from what the stack linked.
// The first call reads all parameters and secrets, side by side; later ones
// return the same T, which is not to be changed, without a call and without an
// allocation. It may be called from several goroutines.
//
// The first call that finds the values older than FreshFor starts to read them
// again in the background and returns the old ones meanwhile, so the invocation
// does not wait. Lambda freezes the process between invocations; a read that
// was cut off so is started again, and then the call waits for it up to a
// second: otherwise a function whose invocations are shorter than a read would
// never see a new value. A read that fails is logged as a warning and tried
// again after 5 s, then 10 s, up to 5 min, and the last good values are served
// meanwhile. Values change together or not at all.
//
// An error means that no values were ever read. It names every field that
// could not be filled, its variable, what the variable names, the cause and
// what to do; never a value. It comes within 8 s, and at nine tenths of the
// time that is left to ctx, so that it can still be logged.
//
// Call it in handler.Init, which lets a function with a missing link fail when
// it starts, and in each invocation, which sees values that were rotated.
func Load[T any](ctx context.Context, options ...Option) (*T, error) {
	if config, ok := ctx.Value(given[T]{}).(*T); ok {
		return config, nil
	}
	return load[T](ctx, process, options)
}

func load[T any](ctx context.Context, l *loader, options []Option) (*T, error) {
	freshFor := DefaultFreshFor
	for _, o := range options {
		freshFor = o.freshFor
	}
	if freshFor < time.Second {
		return nil, fmt.Errorf("config.Load[%v]: FreshFor(%v): give a second or more", reflect.TypeFor[T](), freshFor)
	}
	config, err := l.load(ctx, reflect.TypeFor[T](), freshFor)
	if err != nil {
		return nil, err
	}
	return config.(*T), nil
}

// Option changes how Load serves.
type Option struct{ freshFor time.Duration }

// FreshFor sets the age at which this call begins to read the values again, a
// second at least. Defaults to DefaultFreshFor. SSM and Secrets Manager are
// called once in this time by each execution environment that is invoked.
func FreshFor(age time.Duration) Option { return Option{age} }

// With returns a context in which Load[T] returns config and calls nothing, for
// tests. It checks no tags.
func With[T any](ctx context.Context, config *T) context.Context {
	return context.WithValue(ctx, given[T]{}, config)
}

type given[T any] struct{}
