//go:build unix

package rdstest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a database server of a test's own, in a folder of its own. It runs
// as an unprivileged user, since databases refuse to run as root.
type Server struct {
	// Folder is the server's, and so are the files in it.
	Folder string
	// Port on the loopback interface.
	Port int

	command []string
	running *exec.Cmd
	hold    io.Closer // the server runs as long as this is open
	said    written
}

// NewServer makes the folder. The server is stopped and its folder removed when
// the test ends.
func NewServer(t testing.TB) *Server {
	t.Helper()
	// Not t.TempDir, which only root may enter where a test runs as root.
	folder, err := os.MkdirTemp("", "database")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Folder: folder, Port: listener.Addr().(*net.TCPAddr).Port}
	listener.Close()
	t.Cleanup(func() {
		s.Stop(t)
		os.RemoveAll(folder)
	})
	s.own(t, folder)
	return s
}

// Put writes a file that only the server reads, and returns its path.
func (s *Server) Put(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(s.Folder, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s.own(t, path)
	return path
}

// Run runs a command as the server's user.
func (s *Server) Run(t testing.TB, command ...string) {
	t.Helper()
	if out, err := s.unprivileged(t, command).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
}

// whileHeld runs a server until standard input ends, which it does too where a
// test dies and can stop nothing. PostgreSQL ends its sessions at SIGINT and
// waits for them at SIGTERM; MariaDB knows the latter alone.
const whileHeld = `"$@" </dev/null & cat >/dev/null; kill -INT $!; kill -TERM $!; wait $!`

// Start starts the server, and waits until it listens on its port.
func (s *Server) Start(t testing.TB, command ...string) {
	t.Helper()
	s.command = command
	s.running = s.unprivileged(t, append([]string{"sh", "-c", whileHeld, "sh"}, command...))
	s.running.Stdout, s.running.Stderr = &s.said, &s.said
	var err error
	if s.hold, err = s.running.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.running.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port))); err == nil {
			c.Close()
			return
		}
	}
	t.Fatalf("%v does not listen within 30 s:\n%s", command, s.said.String())
}

// Stop stops the server, and waits until it has ended.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if s.running == nil {
		return
	}
	s.hold.Close()
	done := make(chan struct{})
	go func() {
		s.running.Wait() // its status is that of a signal
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("%v does not stop within 20 s:\n%s", s.command, s.said.String())
	}
	s.running = nil
}

// Restart stops the server and starts it again.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop(t)
	s.Start(t, s.command...)
}

func (s *Server) unprivileged(t testing.TB, command []string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = s.Folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.Folder, "LC_ALL=C"}
	if os.Geteuid() == 0 {
		id := nobody(t)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id, NoSetGroups: true}}
	}
	return cmd
}

func (s *Server) own(t testing.TB, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	id := nobody(t)
	if err := os.Chown(path, int(id), int(id)); err != nil {
		t.Fatal(err)
	}
}

func nobody(t testing.TB) uint32 {
	t.Helper()
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(id)
}

// Program finds a program of a server's: in the folders, of which the last that
// matches is taken, or on the PATH. Where there is none the test is skipped, or
// fails if the environment variable is set.
func Program(t testing.TB, name, required, debian string, folders ...string) string {
	t.Helper()
	for _, pattern := range folders {
		if found, _ := filepath.Glob(filepath.Join(pattern, name)); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	message := fmt.Sprintf("no %s here: install %s of Debian to run this test", name, debian)
	if os.Getenv(required) != "" {
		t.Fatal(message + ", which " + required + " requires")
	}
	t.Skip(message)
	return ""
}

// written is what a server wrote.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
