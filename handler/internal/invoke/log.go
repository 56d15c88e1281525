package invoke

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// logHandler writes records as lines of JSON: those that come with the context
// of an invocation to where that invocation's function writes, the others to
// its own function's. So one default logger serves tests that run in parallel.
type logHandler struct {
	function *Function
	attrs    []byte   // the logger's own attributes, encoded
	open     int      // groups that attrs leaves open
	pending  []string // groups that nothing has been put into yet
}

func current(ctx context.Context) *invocation {
	inv, _ := ctx.Value(invocationKey{}).(*invocation)
	return inv
}

func (h *logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	if inv := current(ctx); inv != nil {
		return level >= inv.level
	}
	return level >= h.function.outside()
}

// lines are reused, so that a line allocates nothing of its own.
var lines = sync.Pool{New: func() any {
	b := make([]byte, 0, 1024)
	return &b
}}

// largest line that is kept for reuse.
const largest = 16 << 10

func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	function, fields := h.function, h.function.fields
	if inv := current(ctx); inv != nil {
		function, fields = inv.function, inv.fields
	}
	if r.Time.IsZero() {
		r.Time = time.Now() // without a timestamp, Lambda takes a record for INFO
	}

	line := lines.Get().(*[]byte)
	b := append((*line)[:0], `{"timestamp":"`...)
	b = r.Time.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	b = append(b, `","level":"`...)
	b = append(b, levelName(r.Level)...)
	b = append(b, `","message":`...)
	b = appendString(b, r.Message)
	b = append(b, fields...)
	b = append(b, h.attrs...)
	before, open := len(b), h.open
	b = h.openPending(b)
	inside := len(b)
	r.Attrs(func(a slog.Attr) bool {
		b = appendAttr(b, a, h.top())
		return true
	})
	if len(b) == inside {
		b = b[:before]
	} else {
		open += len(h.pending)
	}
	for range open {
		b = append(b, '}')
	}
	b = append(b, "}\n"...)
	_, err := function.Out.Write(b)

	if cap(b) <= largest {
		*line = b
		lines.Put(line)
	}
	return err
}

func (h *logHandler) top() bool { return h.open == 0 && len(h.pending) == 0 }

func (h *logHandler) openPending(b []byte) []byte {
	for _, name := range h.pending {
		b = append(appendKey(b, name), '{')
	}
	return b
}

func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	b := h.openPending(slices.Clone(h.attrs))
	inside := len(b)
	for _, a := range attrs {
		b = appendAttr(b, a, h.top())
	}
	if len(b) == inside {
		return h
	}
	return &logHandler{function: h.function, attrs: b, open: h.open + len(h.pending)}
}

func (h *logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	derived := *h
	derived.pending = append(slices.Clone(h.pending), name)
	return &derived
}
