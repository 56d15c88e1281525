package mysql

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/rds"
	"github.com/securegofunction/cdk/handler/internal/rds/rdstest"
)

// The messages are those of the guides, which only RDS sends.
func TestDoorsOfRDS(t *testing.T) {
	t.Parallel()
	to := rds.Database{Package: "mysql", Link: "link.MySQL", Host: "db.abc.eu-west-1.rds.amazonaws.com", Port: 3306, User: "Orders", Database: "orders"}
	for _, c := range []struct {
		situation string
		number    uint16
		message   string
		want      string
	}{
		{"a token without rds-db:connect", 1045, "Access denied for user 'Orders'@'10.0.0.1' (using password: YES)", `it refuses the IAM token: check that link.MySQL names this database and the user "Orders"`},
		{"IAM authentication turned off", 1524, "Plugin 'AWSAuthenticationPlugin' is not loaded", "it has no IAM authentication: turn it on"},
		{"too many connections", 1040, "Too many connections", "it has no connection left"},
		{"too many of one user", 1203, "User Orders already has more than 'max_user_connections' active connections", "it has no connection left"},
		{"another error", 1064, "You have an error in your SQL syntax", ""},
	} {
		cause := fmt.Errorf("connect: %w", &mysql.MySQLError{Number: c.number, Message: c.message})
		err := explain(to, cause)
		want := "mysql db.abc.eu-west-1.rds.amazonaws.com:3306 as Orders: " + c.want
		if !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), want) || c.want == "" && err.Error() != want+cause.Error() {
			t.Errorf("%s: got  %v\nwant %s", c.situation, err, want)
		}
	}
}

// What is wrong before anything is called.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	whole := config.MySQL{Host: "db.abc.eu-west-1.rds.amazonaws.com", Port: 3306, User: "orders_app", Database: "orders"}
	for _, c := range []struct {
		situation string
		change    func(*config.MySQL)
		options   []Option
		want      string
	}{
		{"nothing loaded", func(db *config.MySQL) { *db = config.MySQL{} }, nil, "mysql.Open: host is empty"},
		{"a port that is none", func(db *config.MySQL) { db.Port = 70000 }, nil, "mysql.Open: port is 70000"},
		{"a region without roots", func(db *config.MySQL) { db.Host = "db.abc.us-gov-west-1.rds.amazonaws.com" }, nil,
			`mysql db.abc.us-gov-west-1.rds.amazonaws.com:3306 as orders_app: region "us-gov-west-1" has no roots in this module`},
		{"a global database", func(db *config.MySQL) { db.Host = "db.global-abc.global.rds.amazonaws.com" }, nil, "mysql db.global-abc.global.rds.amazonaws.com:3306 as orders_app: host"},
		{"roots that are none", nil, []Option{Roots([]byte("none"))}, "mysql db.abc.eu-west-1.rds.amazonaws.com:3306 as orders_app: the roots given hold no certificate: give mysql.Roots"},
		{"an option that is nil", nil, []Option{nil}, "mysql.Open: option 0 is nil: leave it out"},
		{"an Override that is nil", nil, []Option{Override(nil), Roots([]byte("none"))}, "mysql db"},
		{"settings that the driver refuses", nil, []Option{Override(func(c *mysql.Config) { c.InterpolateParams, c.Collation = true, "gbk_bin" })}, "mysql db.abc.eu-west-1.rds.amazonaws.com:3306 as orders_app: invalid DSN"},
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
	db := config.MySQL{Host: "127.0.0.1", Port: silent.Addr().(*net.TCPAddr).Port, User: "orders_app", Database: "orders"}
	_, err = Open(ctx, db, Roots(rdstest.NewAuthority(t).PEM), func(o *opening) {
		o.token = func(context.Context) (string, error) { return "a token", nil }
	})
	if took := time.Since(began); took > 3*time.Second || err == nil || !strings.Contains(err.Error(), "as orders_app: nothing answers in time") {
		t.Errorf("after %v: %v", took, err)
	}
}
