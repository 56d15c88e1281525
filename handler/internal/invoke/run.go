package invoke

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
)

// Run calls the handler with the event. What goes wrong is on the log when it
// returns, and so are the metrics.
func Run[In, Out any](ctx context.Context, f *Function, event []byte, handle func(context.Context, In) (Out, error)) (end Outcome[Out]) {
	ctx, metrics := f.begin(ctx)
	defer func() {
		if end.Dropped = metrics.Flush(); end.Dropped != nil {
			f.Logger().LogAttrs(ctx, slog.LevelError, "metrics were dropped", slog.Any("error", end.Dropped))
		}
	}()
	defer func() {
		if value := recover(); value != nil {
			end = Outcome[Out]{Panic: value, Err: f.panicked(ctx, value)}
		}
	}()

	var in In
	if end.Err = json.Unmarshal(event, &in); end.Err != nil {
		f.logFailure(ctx, fmt.Errorf("decode the event as %v: %w", reflect.TypeFor[In](), end.Err))
		return end
	}
	if end.Answer, end.Err = handle(ctx, in); end.Err != nil {
		f.logFailure(ctx, end.Err)
		return end
	}
	if _, ok := any(end.Answer).(io.Reader); ok {
		return end
	}
	if end.JSON, end.Err = encode(end.Answer); end.Err != nil {
		f.logFailure(ctx, fmt.Errorf("encode the answer of type %T: %w", end.Answer, end.Err))
	}
	return end
}

// encode writes what aws-lambda-go would.
func encode(answer any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(answer); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (f *Function) logFailure(ctx context.Context, err error) {
	f.Logger().LogAttrs(ctx, slog.LevelError, "invocation failed", slog.Any("error", err))
}

// Start is what lambda.Start is to be given.
func Start[In, Out any](f *Function, handle func(context.Context, In) (Out, error)) func(context.Context, json.RawMessage) (any, error) {
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		end := Run(ctx, f, event, handle)
		switch {
		case end.Err != nil:
			f.failed.Add(1)
			return nil, end.Err
		case end.JSON == nil:
			return end.Answer, nil
		}
		return end.JSON, nil
	}
}
