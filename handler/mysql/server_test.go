//go:build unix

package mysql

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/rds"
	"github.com/securegofunction/cdk/handler/internal/rds/rdstest"
)

// ourServer is a MariaDB that takes the token as a password.
type ourServer struct {
	*rdstest.Server
	ca    *rdstest.Authority
	token string // what it takes from orders_app

	program string
}

func startServer(t *testing.T) *ourServer {
	t.Helper()
	const required, debian = "SECUREGOFUNCTION_REQUIRE_MARIADB", "mariadb-server-core and mariadb-client-core"
	rdstest.Program(t, "my_print_defaults", required, debian) // mariadb-install-db asks it
	install := rdstest.Program(t, "mariadb-install-db", required, debian)
	s := &ourServer{
		Server: rdstest.NewServer(t), ca: rdstest.NewAuthority(t), token: longToken(),
		program: rdstest.Program(t, "mariadbd", required, debian, "/usr/sbin", "/usr/libexec"),
	}
	s.Run(t, install, "--no-defaults", "--datadir="+filepath.Join(s.Folder, "data"), "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
	s.certify(t, time.Now().Add(time.Hour))
	s.start(t)
	s.administer(t, "CREATE DATABASE orders", "CREATE USER orders_app@'%' IDENTIFIED BY '"+s.token+"' REQUIRE SSL", "GRANT ALL ON orders.* TO orders_app@'%'")
	return s
}

// start starts the server, with settings beside its own.
func (s *ourServer) start(t *testing.T, settings ...string) {
	t.Helper()
	in := func(name string) string { return filepath.Join(s.Folder, name) }
	s.Start(t, append([]string{s.program, "--no-defaults", "--datadir=" + in("data"), "--socket=" + in("socket"), "--pid-file=" + in("pid"),
		"--bind-address=127.0.0.1", "--port=" + fmt.Sprint(s.Port), "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M",
		"--ssl-cert=" + in("server.crt"), "--ssl-key=" + in("server.key")}, settings...)...)
}

// endpoint is a name that RDS gives, and atHome has it dialled here.
const endpoint = "orders.cluster-abc.eu-west-1.rds.amazonaws.com"

func atHome(c *mysql.Config) {
	c.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
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
	pool, err := sql.Open("mysql", "root@unix("+filepath.Join(s.Folder, "socket")+")/mysql")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, statement := range statements {
		if _, err := pool.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func (s *ourServer) database() config.MySQL {
	return config.MySQL{Host: "localhost", Port: s.Port, User: "orders_app", Database: "orders"}
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

func (s *ourServer) try(t *testing.T, db config.MySQL, options ...Option) (*sql.DB, error) {
	t.Helper()
	return Open(t.Context(), db, append([]Option{Roots(s.ca.PEM), tokens(s.token)}, options...)...)
}

func (s *ourServer) open(t *testing.T, db config.MySQL, options ...Option) *sql.DB {
	t.Helper()
	pool, err := s.try(t, db, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return pool
}

func query(t *testing.T, pool *sql.DB) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var one int
	return pool.QueryRowContext(ctx, "SELECT 1").Scan(&one)
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
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, s) })
	}
}

func testOpen(t *testing.T, s *ourServer) {
	var asked atomic.Int32
	pool := s.open(t, s.database(), s.counted(&asked))

	var user, database, name, version string
	err := pool.QueryRowContext(t.Context(), "SELECT user(), database()").Scan(&user, &database)
	if err == nil {
		err = pool.QueryRowContext(t.Context(), "SHOW SESSION STATUS LIKE 'Ssl_version'").Scan(&name, &version)
	}
	if err != nil || !strings.HasPrefix(user, "orders_app@") || database != "orders" || !strings.HasPrefix(version, "TLSv1.") || version < "TLSv1.2" {
		t.Errorf("logged in as %s to %s with %q, %v", user, database, version, err)
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

	// What a connection does with database/sql, it does here: transactions,
	// prepared statements, arguments, results.
	tx, err := pool.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		t.Fatal(err)
	}
	if err := query(t, pool); err != nil || asked.Load() != 2 {
		t.Errorf("a query beside a transaction: %v, and %d tokens for two connections", err, asked.Load())
	}
	if _, err := tx.ExecContext(t.Context(), "CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, name TEXT, ordered DATETIME)"); err != nil {
		t.Fatal(err)
	}
	insert, err := tx.PrepareContext(t.Context(), "INSERT INTO items (name, ordered) VALUES (?, ?)")
	if err != nil {
		t.Fatal(err)
	}
	result, err := insert.ExecContext(t.Context(), "tea", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if id, err := result.LastInsertId(); err != nil || id != 1 {
		t.Errorf("inserted %d, %v", id, err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	if err := pool.QueryRowContext(t.Context(), "SELECT name FROM items WHERE id = ?", uint64(1)).Scan(&name); err != nil || name != "tea" {
		t.Errorf("got %q, %v", name, err)
	}
	if got := pool.Stats().MaxOpenConnections; got != 2 {
		t.Errorf("the pool has up to %d connections", got)
	}
}

// An Override changes what is not secured, and nothing else.
func testOverride(t *testing.T, s *ourServer) {
	pool := s.open(t, s.database(), Override(func(c *mysql.Config) {
		c.ParseTime = true
		c.Net, c.Addr, c.User, c.Passwd, c.DBName = "unix", filepath.Join(s.Folder, "socket"), "root", "secret", "mysql"
		c.TLS, c.TLSConfig, c.AllowFallbackToPlaintext, c.AllowOldPasswords = &tls.Config{InsecureSkipVerify: true}, "skip-verify", true, true
		c.Apply(mysql.BeforeConnect(func(_ context.Context, c *mysql.Config) error { return errors.New("not asked") }))
	}))
	var at time.Time
	var user string
	if err := pool.QueryRowContext(t.Context(), "SELECT now(), user()").Scan(&at, &user); err != nil || !strings.HasPrefix(user, "orders_app@") {
		t.Errorf("got %v, %s, %v", at, user, err)
	}
}

// Each error names the database, the user, the door and what to do, and has no
// token in it.
func testDoors(t *testing.T, s *ourServer) {
	s.administer(t, "CREATE DATABASE private", "CREATE USER last_one@'%' IDENTIFIED BY '"+s.token+"' WITH MAX_USER_CONNECTIONS 1", "GRANT ALL ON orders.* TO last_one@'%'")
	other := rdstest.NewAuthority(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // it never accepts
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	last := s.database()
	last.User = "last_one"
	if err := query(t, s.open(t, last)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		situation string
		change    func(*config.MySQL)
		options   []Option
		want      string
	}{
		{"another CA", nil, []Option{Roots(other.PEM)}, "its certificate is from a CA that is not trusted"},
		{"a CA that is not of RDS", func(db *config.MySQL) { db.Host = endpoint }, []Option{Override(atHome), Roots(nil)}, "its certificate is from a CA that is not trusted"},
		{"another name of the host", func(db *config.MySQL) { db.Host = "127.0.0.1" }, nil, "its certificate is for another name"},
		{"a name that is not found", func(db *config.MySQL) { db.Host = "database.invalid" }, nil, "its name "},
		{"a port where nothing listens", func(db *config.MySQL) { db.Port = 1 }, nil, "the port is refused"},
		{"no answer", func(db *config.MySQL) { db.Port = silent.Addr().(*net.TCPAddr).Port },
			[]Option{Override(func(c *mysql.Config) { c.Timeout = 300 * time.Millisecond })}, "nothing answers in time"},
		{"a token that is not taken", nil, []Option{tokens("expired" + s.token)}, `it refuses the IAM token: check that link.MySQL names this database and the user "orders_app"`},
		{"another user", func(db *config.MySQL) { db.User = "nobody" }, nil, "it refuses the IAM token"},
		{"no such database", func(db *config.MySQL) { db.User, db.Database = "root", "returns" }, []Option{tokens("")}, `it has no database "returns"`},
		{"a database of others", func(db *config.MySQL) { db.Database = "private" }, nil, `the user "orders_app" may not use the database "private": GRANT`},
		{"no connection left", func(db *config.MySQL) { db.User = "last_one" }, nil, "it has no connection left: set ReservedConcurrency"},
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
	s.refuses(t, "an expired certificate", s.database(), "its certificate is not valid: see whether it has expired")
	s.Stop(t)
	s.start(t, "--skip-ssl")
	s.refuses(t, "no TLS", s.database(), "it offers no TLS, and a token is not sent in plain text",
		Override(func(c *mysql.Config) { c.AllowFallbackToPlaintext = true }))
	s.Stop(t)
	s.certify(t, time.Now().Add(time.Hour))
	s.start(t)
}

// refuses checks that the database is not opened, and what the error says.
func (s *ourServer) refuses(t *testing.T, situation string, db config.MySQL, want string, options ...Option) {
	t.Helper()
	pool, err := s.try(t, db, options...)
	if err == nil {
		pool.Close()
		t.Errorf("%s: the database is opened", situation)
		return
	}
	if want := fmt.Sprintf("mysql %s:%d as %s: %s", db.Host, db.Port, db.User, want); !strings.HasPrefix(err.Error(), want) {
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
		{"the server was restarted", func() { s.Restart(t) }, 1},
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

	// A pool that has to connect anew says which door is shut.
	pool := s.open(t, s.database())
	s.Stop(t)
	err := query(t, pool)
	if want := fmt.Sprintf("mysql localhost:%d as orders_app: the port is refused", s.Port); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// freeze has an hour pass by the wall clock and no time by the monotonic one.
func freeze(t *testing.T, pool *sql.DB) {
	t.Helper()
	c, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var used *conn
	taken := rds.Now()
	if err := c.Raw(func(of any) error { used = of.(*conn); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if used.lastUsed.Before(taken) {
		t.Errorf("a connection that was just used was last used at %v", used.lastUsed)
	}
	used.lastUsed = rds.Now().Add(-time.Hour)
}
