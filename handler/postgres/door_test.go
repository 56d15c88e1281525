package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/rds"
	"github.com/securegofunction/cdk/handler/internal/rds/rdstest"
)

// The messages are those of the RDS guide, which only RDS sends.
func TestDoorsOfRDS(t *testing.T) {
	t.Parallel()
	to := rds.Database{Package: "postgres", Link: "link.Postgres", Host: "db.abc.eu-west-1.rds.amazonaws.com", Port: 5432, User: "Orders", Database: "orders"}
	for _, c := range []struct{ situation, code, message, want string }{
		{"a token without rds-db:connect", "28000", `PAM authentication failed for user "Orders"`, `it refuses the IAM token: check that link.Postgres names this database and the user "Orders"`},
		{"the same behind a proxy", "28P01", "IAM authentication failed for user Orders. Check the IAM token for this user and try again.", "it refuses the IAM token"},
		{"a proxy without a secret", "28000", "This RDS proxy has no credentials for the role Orders. Check the credentials for this role and try again.", `RDS Proxy has no secret for the user "Orders"`},
		{"a user without rds_iam", "28P01", `password authentication failed for user "Orders"`, `it asks the user "Orders" for a password and not for an IAM token`},
		{"IAM authentication turned off", "28000", `pg_hba.conf rejects connection for host "10.0.0.1", user "Orders", database "orders", SSL encryption`, `it asks the user "Orders" for a password and not for an IAM token`},
		{"starting", "57P03", "the database system is starting up", "it starts, stops or recovers: try again"},
		{"another error", "22023", "invalid parameter", ""},
	} {
		cause := fmt.Errorf("failed to connect: %w", &pgconn.PgError{Severity: "FATAL", Code: c.code, Message: c.message})
		err := explain(to, cause)
		want := "postgres db.abc.eu-west-1.rds.amazonaws.com:5432 as Orders: " + c.want
		if !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), want) || c.want == "" && err.Error() != want+cause.Error() {
			t.Errorf("%s: got  %v\nwant %s", c.situation, err, want)
		}
	}
}

// What is wrong before anything is called.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	whole := config.Postgres{Host: "db.abc.eu-west-1.rds.amazonaws.com", Port: 5432, User: "orders_app", Database: "orders"}
	for _, c := range []struct {
		situation string
		change    func(*config.Postgres)
		options   []Option
		want      string
	}{
		{"nothing loaded", func(db *config.Postgres) { *db = config.Postgres{} }, nil, "postgres.Open: host is empty"},
		{"a port that is none", func(db *config.Postgres) { db.Port = 70000 }, nil, "postgres.Open: port is 70000"},
		{"a region without roots", func(db *config.Postgres) { db.Host = "db.abc.us-gov-west-1.rds.amazonaws.com" }, nil,
			`postgres db.abc.us-gov-west-1.rds.amazonaws.com:5432 as orders_app: region "us-gov-west-1" has no roots in this module`},
		{"a global database", func(db *config.Postgres) { db.Host = "db.global-abc.global.rds.amazonaws.com" }, nil, "postgres db.global-abc.global.rds.amazonaws.com:5432 as orders_app: host"},
		{"roots that are none", nil, []Option{Roots([]byte("none"))}, "postgres db.abc.eu-west-1.rds.amazonaws.com:5432 as orders_app: the roots given hold no certificate: give postgres.Roots"},
		{"an option that is nil", nil, []Option{nil}, "postgres.Open: option 0 is nil: leave it out"},
		{"an Override that is nil", nil, []Option{Override(nil), Roots([]byte("none"))}, "postgres db"},
	} {
		db := whole
		if c.change != nil {
			c.change(&db)
		}
		pool, err := Open(t.Context(), db, c.options...)
		if pool != nil || err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got  %v\nwant %s", c.situation, err, c.want)
		}
	}
}

// A caller whose time ends does not wait for the server.
func TestOpenEndsWithItsContext(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // it never accepts
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	db := config.Postgres{Host: "127.0.0.1", Port: silent.Addr().(*net.TCPAddr).Port, User: "orders_app", Database: "orders"}
	_, err = Open(ctx, db, Roots(rdstest.NewAuthority(t).PEM), func(o *opening) {
		o.token = func(context.Context) (string, error) { return "a token", nil }
	})
	if took := time.Since(began); took > 3*time.Second || err == nil || !strings.Contains(err.Error(), "as orders_app: nothing answers in time") {
		t.Errorf("after %v: %v", took, err)
	}
}
