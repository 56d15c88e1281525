// Command function is a handler that does what it is told, for the tests of
// package handler.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/securegofunction/cdk/handler"
	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/metrics"
)

type event struct {
	Do string `json:"do"`
}

type answer struct {
	Did string  `json:"did"`
	N   float64 `json:"n"`
}

var method = metrics.NewDimension("Method", "card", "invoice")

func handle(ctx context.Context, e event) (any, error) {
	metrics.Count(ctx, "Calls", 1)
	switch e.Do {
	case "log":
		slog.InfoContext(ctx, "hello", "items", 3, "level", "debug")
	case "levels":
		for _, l := range []slog.Level{handler.LevelTrace, slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError, handler.LevelFatal} {
			slog.Log(ctx, l, "at a level")
		}
	case "print":
		log.Printf("printed\nwith two lines")
	case "exit":
		log.Fatal("cannot go on")
	case "fail":
		return nil, fmt.Errorf("charge: %w", errors.Join(io.ErrUnexpectedEOF, &fs.PathError{Op: "open", Path: "/etc/shadow", Err: fs.ErrPermission}))
	case "secret":
		key := config.NewSecret("sk-canary-4f1d")
		slog.InfoContext(ctx, "have a key", "key", key, "in", struct{ Key config.Secret }{key})
		return nil, fmt.Errorf("charge with %v and %+v", key, struct{ Key config.Secret }{key})
	case "panic":
		broken()
	case "panic with a secret":
		panic(config.NewSecret("sk-canary-4f1d"))
	case "unencodable":
		return make(chan int), nil
	case "stream":
		return bytes.NewBufferString("streamed"), nil
	case "metrics":
		metrics.Duration(ctx, "Payment", 1500*time.Microsecond)
		metrics.Gauge(ctx, "OrderValue", 42.5, metrics.None, method.Is("card"))
		metrics.Gauge(ctx, "OrderValue", 1, metrics.None, method.Is("chosen by a caller"))
		metrics.Gauge(ctx, "Größe", 1, metrics.Bytes)
	case "metrics elsewhere":
		metrics.Count(context.Background(), "Calls", 1)
	}
	return answer{Did: e.Do, N: 0.5}, nil
}

func broken() {
	var nobody *answer
	nobody.N++
}

func main() {
	var options []handler.Option
	for option := range strings.SplitSeq(os.Getenv("OPTIONS"), ",") {
		switch option {
		case "service":
			options = append(options, handler.Service("orders"), handler.Namespace("Shop"))
		case "sample":
			options = append(options, handler.SampleDebug(0.5))
		case "bad":
			options = append(options, handler.SampleDebug(0), handler.Namespace("AWS/Lambda"))
		case "init":
			options = append(options, handler.Init(func(ctx context.Context) error {
				slog.InfoContext(ctx, "starting")
				return nil
			}))
		case "bad init":
			options = append(options, handler.Init(func(context.Context) error { return fmt.Errorf("variable API_KEY: %w", fs.ErrNotExist) }))
		}
	}
	handler.Start(handle, options...)
}
