//go:build unix

package postgres

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/rds"
	"github.com/securegofunction/cdk/handler/internal/rds/rdstest"
)

// ourServer is a PostgreSQL that asks for the password in plain text over TLS,
// as one of RDS asks for the IAM token.
type ourServer struct {
	*rdstest.Server
	ca    *rdstest.Authority
	token string // what it takes from orders_app

	program string
}

func startServer(t *testing.T) *ourServer {
	t.Helper()
	initdb := rdstest.Program(t, "initdb", "SECUREGOFUNCTION_REQUIRE_POSTGRES", "postgresql", "/usr/lib/postgresql/*/bin")
	s := &ourServer{Server: rdstest.NewServer(t), ca: rdstest.NewAuthority(t), token: longToken()}
	data := filepath.Join(s.Folder, "data")
	s.Run(t, initdb, "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
	s.certify(t, time.Now().Add(time.Hour))
	s.Put(t, "hba.conf", []byte("local all all trust\nhost all all all password\n"))
	s.program = filepath.Join(filepath.Dir(initdb), "postgres")
	s.start(t)
	s.administer(t, "CREATE DATABASE orders", "CREATE ROLE orders_app LOGIN PASSWORD '"+s.token+"'")
	return s
}

// start starts the server, with settings beside its own.
func (s *ourServer) start(t *testing.T, settings ...string) {
	t.Helper()
	in := func(name string) string { return filepath.Join(s.Folder, name) }
	s.Start(t, append([]string{s.program, "-D", in("data"), "-p", fmt.Sprint(s.Port), "-k", s.Folder, "-F",
		"-c", "listen_addresses=127.0.0.1", "-c", "hba_file=" + in("hba.conf"),
		"-c", "ssl=on", "-c", "ssl_cert_file=" + in("server.crt"), "-c", "ssl_key_file=" + in("server.key")}, settings...)...)
}

// longToken is as long as an IAM token with a session is.
func longToken() string {
	b := make([]byte, 700)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// endpoint is a name that RDS gives, and atHome has it looked up here.
const endpoint = "orders.cluster-abc.eu-west-1.rds.amazonaws.com"

func atHome(c *pgxpool.Config) {
	c.ConnConfig.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
}

// certify gives the server a certificate, which it reads when it starts.
func (s *ourServer) certify(t *testing.T, until time.Time) {
	t.Helper()
	certificate, key := s.ca.Issue(t, until, "localhost", endpoint)
	s.Put(t, "server.crt", certificate)
	s.Put(t, "server.key", key)
}

// administer runs statements as the administrator, by the server's socket.
func (s *ourServer) administer(t *testing.T, statements ...string) {
	t.Helper()
	var c *pgx.Conn
	var err error
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		c, err = pgx.Connect(t.Context(), fmt.Sprintf("host=%s port=%d user=postgres dbname=postgres", s.Folder, s.Port))
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	defer c.Close(t.Context())
	for _, statement := range statements {
		if _, err := c.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func (s *ourServer) database() config.Postgres {
	return config.Postgres{Host: "localhost", Port: s.Port, User: "orders_app", Database: "orders"}
}

// counted gives the token, and counts how often it was asked for.
func (s *ourServer) counted(asked *atomic.Int32) Option {
	return func(o *opening) {
		o.token = func(context.Context) (string, error) {
			asked.Add(1)
			return s.token, nil
		}
	}
}

// tokens gives one token always.
func tokens(token string) Option {
	return func(o *opening) {
		o.token = func(context.Context) (string, error) { return token, nil }
	}
}

func (s *ourServer) try(t *testing.T, db config.Postgres, options ...Option) (*pgxpool.Pool, error) {
	t.Helper()
	return Open(t.Context(), db, append([]Option{Roots(s.ca.PEM), tokens(s.token)}, options...)...)
}

func (s *ourServer) open(t *testing.T, db config.Postgres, options ...Option) *pgxpool.Pool {
	t.Helper()
	pool, err := s.try(t, db, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func query(t *testing.T, pool *pgxpool.Pool) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var one int
	return pool.QueryRow(ctx, "SELECT 1").Scan(&one)
}

// TestServer has one server for all: to make its files takes longer than the
// tests.
func TestServer(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, *ourServer)
	}{
		{"open", testOpen},
		{"override", testOverride},
		{"doors", testDoors},
		{"freeze", testFreeze},
		{"explain", testExplain}, // it stops the server
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, s) })
	}
}

func testOpen(t *testing.T, s *ourServer) {
	var asked atomic.Int32
	pool := s.open(t, s.database(), s.counted(&asked))

	var user, database, version string
	var encrypted bool
	err := pool.QueryRow(t.Context(), "SELECT current_user, current_database(), ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").Scan(&user, &database, &encrypted, &version)
	if err != nil || user != "orders_app" || database != "orders" || !encrypted || !strings.HasPrefix(version, "TLSv1.") || version < "TLSv1.2" {
		t.Errorf("logged in as %s to %s with %s (%v), %v", user, database, version, encrypted, err)
	}
	for range 20 {
		if err := query(t, pool); err != nil {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d tokens for one connection", n)
	}

	// So has an endpoint of RDS, where the name is looked up.
	db := s.database()
	db.Host = endpoint
	if err := query(t, s.open(t, db, Override(atHome))); err != nil {
		t.Error(err)
	}

	// A query while a transaction is open has a connection, and a token, of its own.
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := query(t, pool); err != nil || asked.Load() != 2 {
		t.Errorf("a query beside a transaction: %v, and %d tokens for two connections", err, asked.Load())
	}
	tx.Rollback(t.Context())
	if c := pool.Config(); c.ConnConfig.Password != "" {
		t.Error("the pool keeps a token")
	}
	if got := pool.Stat().MaxConns(); got != 2 {
		t.Errorf("the pool has up to %d connections", got)
	}
}

// Each error names the database, the user, the door and what to do, and has no
// token in it.
func testDoors(t *testing.T, s *ourServer) {
	s.administer(t, "CREATE DATABASE private", "REVOKE CONNECT ON DATABASE private FROM PUBLIC", "CREATE ROLE last_one LOGIN CONNECTION LIMIT 0 PASSWORD '"+s.token+"'")
	other := rdstest.NewAuthority(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // it never accepts
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, c := range []struct {
		situation string
		change    func(*config.Postgres)
		options   []Option
		want      string
	}{
		{"another CA", nil, []Option{Roots(other.PEM)}, "its certificate is from a CA that is not trusted"},
		{"a CA that is not of RDS", func(db *config.Postgres) { db.Host = endpoint }, []Option{Override(atHome), Roots(nil)}, "its certificate is from a CA that is not trusted"},
		{"another name of the host", func(db *config.Postgres) { db.Host = "127.0.0.1" }, nil, "its certificate is for another name"},
		{"a name that is not found", func(db *config.Postgres) { db.Host = "database.invalid" }, nil, "its name "},
		{"a port where nothing listens", func(db *config.Postgres) { db.Port = 1 }, nil, "the port is refused"},
		{"no answer", func(db *config.Postgres) { db.Port = silent.Addr().(*net.TCPAddr).Port },
			[]Option{Override(func(c *pgxpool.Config) { c.ConnConfig.ConnectTimeout = 300 * time.Millisecond })}, "nothing answers in time"},
		{"a token that is not taken", nil, []Option{tokens("expired" + s.token)}, `it asks the user "orders_app" for a password and not for an IAM token: turn on IAM authentication of the database, and GRANT rds_iam`},
		{"another user", func(db *config.Postgres) { db.User = "nobody" }, nil, `it asks the user "nobody" for a password`},
		{"no such database", func(db *config.Postgres) { db.Database = "returns" }, nil, `it has no database "returns"`},
		{"a database of others", func(db *config.Postgres) { db.Database = "private" }, nil, `the user "orders_app" may not connect: GRANT CONNECT`},
		{"no connection left", func(db *config.Postgres) { db.User = "last_one" }, nil, "it has no connection left: set ReservedConcurrency"},
	} {
		db := s.database()
		if c.change != nil {
			c.change(&db)
		}
		s.refuses(t, c.situation, db, c.want, c.options...)
	}

	// Nor is the token sent to a server whose certificate has expired, or that has none.
	s.Stop(t)
	s.certify(t, time.Now().Add(-time.Minute))
	s.start(t)
	s.administer(t)
	s.refuses(t, "an expired certificate", s.database(), "its certificate is not valid: see whether it has expired")
	s.Stop(t)
	s.start(t, "-c", "ssl=off")
	s.administer(t)
	s.refuses(t, "no TLS", s.database(), "it offers no TLS, and a token is not sent in plain text")
	s.Stop(t)
	s.certify(t, time.Now().Add(time.Hour))
	s.start(t)
	s.administer(t)
}

// refuses checks that the database is not opened, and what the error says.
func (s *ourServer) refuses(t *testing.T, situation string, db config.Postgres, want string, options ...Option) {
	t.Helper()
	pool, err := s.try(t, db, options...)
	if err == nil {
		pool.Close()
		t.Errorf("%s: the database is opened", situation)
		return
	}
	if want := fmt.Sprintf("postgres %s:%d as %s: %s", db.Host, db.Port, db.User, want); !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%s: got  %v\nwant %s", situation, err, want)
	}
	if all := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(all, s.token) {
		t.Errorf("%s: the error holds the token: %s", situation, all)
	}
}

// What breaks while Lambda has frozen the function is found before it is used.
func testFreeze(t *testing.T, s *ourServer) {
	path := rdstest.NewPath(t, fmt.Sprintf("127.0.0.1:%d", s.Port))
	db := s.database()
	db.Port = path.Port
	for _, c := range []struct {
		situation string
		meanwhile func()
		tokens    int32 // beside the first
	}{
		{"nothing happened", func() {}, 0},
		{"the server was restarted", func() { s.Restart(t); s.administer(t) }, 1},
		{"the network forgot the connection", path.Forget, 1},
	} {
		var asked atomic.Int32
		pool := s.open(t, db, s.counted(&asked))
		c.meanwhile()
		freeze(t, pool)
		began := time.Now()
		if err := query(t, pool); err != nil {
			t.Errorf("%s: %v", c.situation, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: the next query took %v", c.situation, took)
		}
		if got := asked.Load() - 1; got != c.tokens {
			t.Errorf("%s: %d new connections, want %d", c.situation, got, c.tokens)
		}
	}
}

// freeze has an hour pass by the wall clock and no time by the monotonic one.
func freeze(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	idle := pool.AcquireAllIdle(t.Context())
	if len(idle) != 1 {
		t.Fatalf("%d connections to freeze", len(idle))
	}
	for _, c := range idle {
		data := c.Conn().PgConn().CustomData()
		if at, ok := data[lastUsed].(time.Time); !ok || rds.Now().Sub(at) > time.Minute {
			t.Errorf("a connection that was just used was last used at %v", data[lastUsed])
		}
		data[lastUsed] = rds.Now().Add(-time.Hour)
		c.Release()
	}
}

// The database is not reached again: errors of the pool say so with Explain.
func testExplain(t *testing.T, s *ourServer) {
	pool := s.open(t, s.database())
	if err := query(t, pool); Explain(err) != nil {
		t.Errorf("no error: got %v", Explain(err))
	}
	_, err := pool.Exec(t.Context(), "SELECT nonsense")
	if got := Explain(err); err == nil || got != err {
		t.Errorf("an error of a statement: got %v, want %v", got, err)
	}
	s.Stop(t)
	freeze(t, pool)
	err = query(t, pool)
	if got, want := fmt.Sprint(Explain(err)), fmt.Sprintf("postgres localhost:%d as orders_app: the port is refused", s.Port); !strings.HasPrefix(got, want) {
		t.Errorf("got %v\nwant %s", got, want)
	}
}

// An Override changes what is not secured, and nothing else.
func testOverride(t *testing.T, s *ourServer) {
	hooked := 0
	pool := s.open(t, s.database(), Override(func(c *pgxpool.Config) {
		c.MaxConns = 7
		c.ConnConfig.Host, c.ConnConfig.Port, c.ConnConfig.User, c.ConnConfig.Password = "elsewhere.invalid", 1, "postgres", "secret"
		c.ConnConfig.TLSConfig = nil
		c.ConnConfig.Fallbacks = []*pgconn.FallbackConfig{{Host: "localhost", Port: uint16(s.Port)}}
		c.BeforeConnect = func(_ context.Context, c *pgx.ConnConfig) error {
			hooked++
			c.Host, c.TLSConfig, c.Password = "elsewhere.invalid", &tls.Config{InsecureSkipVerify: true}, "secret"
			return nil
		}
	}))
	if err := query(t, pool); err != nil {
		t.Error(err)
	}
	if c := pool.Config(); c.MaxConns != 7 || hooked != 1 || c.ConnConfig.Password != "" || c.ConnConfig.TLSConfig.InsecureSkipVerify || len(c.ConnConfig.Fallbacks) != 0 {
		t.Errorf("got %+v, hooked %d times", c, hooked)
	}

	refused := errors.New("not today")
	_, err := s.try(t, s.database(), Override(func(c *pgxpool.Config) {
		c.BeforeConnect = func(context.Context, *pgx.ConnConfig) error { return refused }
	}))
	if !errors.Is(err, refused) {
		t.Errorf("a hook that refuses: got %v", err)
	}
}
