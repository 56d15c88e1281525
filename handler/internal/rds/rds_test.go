package rds

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

var orders = Database{
	Package: "postgres", Link: "link.Postgres",
	Host: "orders.cluster-abc.eu-west-1.rds.amazonaws.com", Port: 5432, User: "orders_app", Database: "orders",
	Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "a secret key", "a session"),
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		change    func(*Database)
		want      []string
	}{
		{"complete", func(*Database) {}, nil},
		{"no host", func(d *Database) { d.Host = "" }, []string{"host is empty: give the database's endpoint, which config.Load fills"}},
		{"no port", func(d *Database) { d.Port = 0 }, []string{"port is 0: give the database's, from 1 to 65535"}},
		{"a port beyond the last", func(d *Database) { d.Port = 65536 }, []string{"port is 65536"}},
		{"no user", func(d *Database) { d.User = "" }, []string{"user is empty: give the database user"}},
		{"no database", func(d *Database) { d.Database = "" }, []string{"database is empty: give the database's name"}},
		{"nothing", func(d *Database) { *d = Database{} }, []string{"host is empty", "port is 0", "user is empty", "database is empty"}},
	} {
		d := orders
		c.change(&d)
		err := d.Check()
		if len(c.want) == 0 {
			if err != nil {
				t.Errorf("%s: %v", c.situation, err)
			}
			continue
		}
		var all interface{ Unwrap() []error }
		if !errors.As(err, &all) || len(all.Unwrap()) != len(c.want) {
			t.Errorf("%s: got %v, want %d mistakes", c.situation, err, len(c.want))
			continue
		}
		for i, want := range c.want {
			if got := all.Unwrap()[i].Error(); !strings.HasPrefix(got, want) {
				t.Errorf("%s: got %q, want %q", c.situation, got, want)
			}
		}
	}
}

// The hosts are of the forms in the RDS and Aurora guides.
func TestRegion(t *testing.T) {
	t.Setenv("AWS_REGION", "us-east-2")
	for _, c := range []struct{ situation, host, want, err string }{
		{"an instance", "db.123456789012.us-east-1.rds.amazonaws.com", "us-east-1", ""},
		{"a cluster's writer", "db.cluster-abc.eu-west-1.rds.amazonaws.com", "eu-west-1", ""},
		{"a cluster's reader", "db.cluster-ro-abc.eu-west-1.rds.amazonaws.com", "eu-west-1", ""},
		{"a custom endpoint", "db.cluster-custom-abc.ap-southeast-2.rds.amazonaws.com", "ap-southeast-2", ""},
		{"a proxy", "the-proxy.proxy-demo.us-east-1.rds.amazonaws.com", "us-east-1", ""},
		{"a proxy's endpoint", "reader.endpoint.proxy-demo.us-east-1.rds.amazonaws.com", "us-east-1", ""},
		{"GovCloud", "db.abc.us-gov-west-1.rds.amazonaws.com", "us-gov-west-1", ""},
		{"China", "db.abc.rds.cn-north-1.amazonaws.com.cn", "cn-north-1", ""},
		{"another name", "db.example.com", "us-east-2", ""},
		{"a name that ends alike", "db.abc.eu-west-1.rds.amazonaws.com.example.com", "us-east-2", ""},
		{"a name that begins alike", "eu-west-1.rds.amazonaws.com", "us-east-2", ""},
		{"a global database", "db.global-abc.global.rds.amazonaws.com", "", "is the endpoint of an Aurora global database, which is in no one region: give the endpoint of its cluster"},
	} {
		got, err := Database{Host: c.host}.Region()
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %q, %v, want %q, %q", c.situation, got, err, c.want, c.err)
		}
	}
	t.Setenv("AWS_REGION", "")
	if got, err := (Database{Host: "db.example.com"}).Region(); err == nil || !strings.Contains(err.Error(), "AWS_REGION is not set") {
		t.Errorf("no region at all: got %q, %v", got, err)
	}
}

// RDS guide, "Connecting to your DB instance using IAM authentication": the
// token is a request to rds-db that is signed with Signature Version 4.
func TestToken(t *testing.T) {
	t.Parallel()
	before := time.Now().Add(-time.Second)
	token, err := orders.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse("https://" + token)
	if err != nil || u.Host != orders.Address() {
		t.Fatalf("got %q, %v, want a token for %s", token, err, orders.Address())
	}
	q := u.Query()
	for name, want := range map[string]string{"Action": "connect", "DBUser": "orders_app", "X-Amz-Expires": "900", "X-Amz-Security-Token": "a session"} {
		if got := q.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if scope := q.Get("X-Amz-Credential"); !strings.HasPrefix(scope, "AKIAIOSFODNN7EXAMPLE/") || !strings.HasSuffix(scope, "/eu-west-1/rds-db/aws4_request") {
		t.Errorf("scope %q, want that of the database's region", scope)
	}
	if at, err := time.Parse("20060102T150405Z", q.Get("X-Amz-Date")); err != nil || at.Before(before.UTC().Truncate(time.Second)) || at.After(time.Now()) {
		t.Errorf("signed at %v, %v, want now", at, err)
	}
	if strings.Contains(token, "a+secret") || strings.Contains(token, "a%20secret") {
		t.Error("the token holds the secret key")
	}
}

func TestTokenOfTheFunction(t *testing.T) {
	d := orders
	d.Credentials = nil
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE", "AWS_SECRET_ACCESS_KEY": "another secret key", "AWS_SESSION_TOKEN": "its session"} {
		t.Setenv(name, value)
	}
	token, err := d.Token(t.Context())
	if err != nil || !strings.Contains(token, "X-Amz-Credential=AKIAI44QH8DHBEXAMPLE%2F") || !strings.Contains(token, "X-Amz-Security-Token=its%20session") {
		t.Errorf("got %q, %v, want one that is signed with the environment's credentials", token, err)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	_, err = d.Token(t.Context())
	if want := "the IAM token cannot be signed: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("without a secret key: got %v, want %q", err, want)
	}
}

func TestTokenOfCredentialsThatFail(t *testing.T) {
	t.Parallel()
	cause := errors.New("no role")
	d := orders
	d.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, cause })
	if _, err := d.Token(t.Context()); !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), "the IAM token cannot be signed: ") {
		t.Errorf("got %v", err)
	}
}

func TestUnused(t *testing.T) {
	t.Parallel()
	if now := Now(); now != now.Round(0) {
		t.Errorf("%v has a reading of the monotonic clock", now)
	}
	now := Now()
	for _, c := range []struct {
		situation string
		ago       time.Duration
		want      bool
	}{
		{"just used", 0, false},
		{"used a second ago", time.Second, false},
		{"used before that", time.Second + 1, true},
		{"frozen for an hour", time.Hour, true},
		{"the clock was set back", -1, true},
	} {
		if got := Unused(now.Add(-c.ago), now); got != c.want {
			t.Errorf("%s: got %v", c.situation, got)
		}
	}
}
