package mysql

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/rds/rdstest"
)

// fakeServer speaks as much of the protocol as a log in by mysql_clear_password
// takes, which is the plugin that RDS asks for and that MariaDB has only with
// PAM (MySQL manual, "Connection Phase").
type fakeServer struct {
	secured *tls.Config // nil offers no TLS
	got     chan string // all that the client sent after the greeting, before and within TLS
}

const (
	clientLongPassword     = 1 << 0
	clientProtocol41       = 1 << 9
	clientSSL              = 1 << 11
	clientSecureConnection = 1 << 15
	clientPluginAuth       = 1 << 19
)

func (f *fakeServer) listen(t *testing.T) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := listener.Accept()
			if err != nil {
				return // the test has ended
			}
			c.SetDeadline(time.Now().Add(10 * time.Second))
			f.got <- f.serve(c)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return listener.Addr().(*net.TCPAddr).Port
}

func (f *fakeServer) serve(c net.Conn) (got string) {
	capabilities := uint32(clientLongPassword | clientProtocol41 | clientSecureConnection | clientPluginAuth)
	if f.secured != nil {
		capabilities |= clientSSL
	}
	greeting := append([]byte{10}, "8.0.0-fake\x00\x01\x00\x00\x00"+"12345678\x00"...)
	greeting = binary.LittleEndian.AppendUint16(greeting, uint16(capabilities))
	greeting = append(greeting, 45, 2, 0)
	greeting = binary.LittleEndian.AppendUint16(greeting, uint16(capabilities>>16))
	greeting = append(greeting, "\x15"+strings.Repeat("\x00", 10)+"123456789012\x00"+"mysql_clear_password\x00"...)
	write(c, 0, greeting)

	if f.secured == nil {
		all, _ := io.ReadAll(c)
		return string(all)
	}
	asked, _, err := read(c) // the request for TLS, which ends before the user's name
	if err != nil {
		return err.Error()
	}
	got = string(asked)
	secured := tls.Server(c, f.secured)
	login, sequence, err := read(secured)
	if err != nil {
		return got + err.Error()
	}
	write(secured, sequence+1, []byte{0, 0, 0, 2, 0, 0, 0}) // OK
	for {
		if _, sequence, err = read(secured); err != nil {
			return got + " then TLS: " + string(login)
		}
		write(secured, sequence+1, []byte{0, 0, 0, 2, 0, 0, 0})
	}
}

func write(w io.Writer, sequence byte, payload []byte) {
	n := len(payload)
	w.Write(append([]byte{byte(n), byte(n >> 8), byte(n >> 16), sequence}, payload...))
}

func read(r io.Reader) (payload []byte, sequence byte, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, 0, err
	}
	payload = make([]byte, int(head[0])|int(head[1])<<8|int(head[2])<<16)
	_, err = io.ReadFull(r, payload)
	return payload, head[3], err
}

// longToken is as long as an IAM token with a session is.
func longToken() string {
	b := make([]byte, 700)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// The token goes out as it is within TLS, and before it nothing does.
func TestTokenIsSentWithinTLSOnly(t *testing.T) {
	t.Parallel()
	ca := rdstest.NewAuthority(t)
	certificate, key := ca.Issue(t, time.Now().Add(time.Hour), "localhost")
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	token := longToken()
	for _, c := range []struct {
		situation string
		secured   *tls.Config
		opened    bool
	}{
		{"a server with TLS", &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, true},
		{"a server without TLS", nil, false},
		{"a server with TLS 1.1 at most", &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
	} {
		server := &fakeServer{secured: c.secured, got: make(chan string, 2)}
		var asked atomic.Int32
		pool, err := Open(t.Context(), config.MySQL{Host: "localhost", Port: server.listen(t), User: "orders_app", Database: "orders"}, Roots(ca.PEM), func(o *opening) {
			o.token = func(context.Context) (string, error) {
				asked.Add(1)
				return token, nil
			}
		})
		if (err == nil) != c.opened {
			t.Errorf("%s: %v", c.situation, err)
		}
		if err == nil {
			pool.Close()
		}
		before, within, _ := strings.Cut(<-server.got, " then TLS: ")
		if strings.Contains(before, token) || strings.Contains(before, "orders_app") {
			t.Errorf("%s: sent in plain text: %q", c.situation, before)
		}
		if got := strings.Contains(within, token+"\x00"); got != c.opened {
			t.Errorf("%s: the token was sent: %v", c.situation, got)
		}
		if !c.opened && c.secured == nil && before != "" {
			t.Errorf("%s: %d bytes were sent to it", c.situation, len(before))
		}
		if asked.Load() != 1 {
			t.Errorf("%s: %d tokens for one connection", c.situation, asked.Load())
		}
	}
}
