package rdstest

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Path is the network between a client and a server. It can forget connections,
// as NAT and security groups do while a function is frozen: what is sent
// arrives nowhere, and neither side hears of it.
type Path struct {
	// Port on the loopback interface.
	Port int

	mu    sync.Mutex
	known []*atomic.Bool // whether each connection is forgotten
	open  []io.Closer
}

// NewPath leads to an address until the test ends.
func NewPath(t testing.TB, to string) *Path {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Path{Port: listener.Addr().(*net.TCPAddr).Port}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the test has ended
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			forgotten := new(atomic.Bool)
			p.mu.Lock()
			p.known = append(p.known, forgotten)
			p.open = append(p.open, client, server)
			p.mu.Unlock()
			running.Go(func() { carry(server, client, forgotten) })
			running.Go(func() { carry(client, server, forgotten) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		p.mu.Lock()
		for _, c := range p.open {
			c.Close()
		}
		p.mu.Unlock()
		running.Wait()
	})
	return p
}

// carry carries what is sent one way, and drops it once the connection is
// forgotten.
func carry(to, from net.Conn, forgotten *atomic.Bool) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if !forgotten.Load() {
			to.Write(buffer[:n]) // a broken one shows in the next Read
		}
		if err != nil {
			if !forgotten.Load() {
				to.Close()
			}
			return
		}
	}
}

// Forget forgets all connections that were made.
func (p *Path) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, forgotten := range p.known {
		forgotten.Store(true)
	}
}
