package runtimeapi

import (
	"io"
	"strings"
	"sync"
)

const tailSize = 4096

// tail keeps the end of what is written and passes all of it on.
type tail struct {
	next io.Writer // may be nil

	mu  sync.Mutex
	end []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	t.end = append(t.end, b...)
	t.end = append([]byte(nil), t.end[max(0, len(t.end)-tailSize):]...)
	t.mu.Unlock()
	if t.next == nil {
		return len(b), nil
	}
	return t.next.Write(b)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.end))
}
