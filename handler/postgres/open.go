package postgres

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/rds"
)

// Open opens the database and logs in once, so that a door that is shut shows
// here. Its errors say which one it is. Close the pool in tests; in Lambda it
// lives as long as the process.
func Open(ctx context.Context, db config.Postgres, options ...Option) (*pgxpool.Pool, error) {
	o := opening{to: rds.Database{Package: "postgres", Link: "link.Postgres", Host: db.Host, Port: db.Port, User: db.User, Database: db.Database}}
	o.token = func(ctx context.Context) (string, error) { return o.to.Token(ctx) }
	for i, set := range options {
		if set == nil {
			return nil, fmt.Errorf("postgres.Open: option %d is nil: leave it out", i)
		}
		set(&o)
	}
	if err := o.to.Check(); err != nil {
		return nil, fmt.Errorf("postgres.Open: %w", err)
	}
	pool, err := o.pool(ctx)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", o.to, err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, explain(o.to, err)
	}
	return pool, nil
}

// Option of Open.
type Option func(*opening)

// Roots are trusted, in PEM form, in place of those of RDS and of Amazon Trust
// Services: for AWS GovCloud (US), China, a region that is newer than this
// module, or a server that is not of RDS.
func Roots(pem []byte) Option { return func(o *opening) { o.to.Roots = pem } }

// Credentials sign the IAM tokens. Defaults to those of the function's role,
// which Lambda puts into the environment.
func Credentials(provider aws.CredentialsProvider) Option {
	return func(o *opening) { o.to.Credentials = provider }
}

// Override changes what is not secured here: sizes, times, tracers, types. Host,
// port, user, database, password, TLS and fallbacks are set after it, and
// its BeforeConnect runs before that of this package.
func Override(change func(*pgxpool.Config)) Option { return func(o *opening) { o.override = change } }

type opening struct {
	to       rds.Database
	override func(*pgxpool.Config)
	token    func(context.Context) (string, error)
}

func (o *opening) pool(ctx context.Context) (*pgxpool.Pool, error) {
	verified, err := o.to.TLS()
	if err != nil {
		return nil, err
	}
	// The parser's defaults come from the environment too (PGOPTIONS and the
	// like); secure sees to it that they open nothing.
	from := url.URL{Scheme: "postgres", User: url.User(o.to.User), Host: o.to.Address(), Path: o.to.Database, RawQuery: "sslmode=verify-full"}
	c, err := pgxpool.ParseConfig(from.String())
	if err != nil {
		return nil, err
	}
	c.MaxConns, c.MinConns, c.MinIdleConns = rds.MaxConns, 0, 0
	c.MaxConnIdleTime, c.MaxConnLifetime = rds.MaxIdle, rds.MaxLifetime
	c.ConnConfig.ConnectTimeout, c.ShouldPing, c.PingTimeout = rds.ConnectTimeout, unused, rds.TryTimeout
	if o.override != nil {
		o.override(c)
	}
	o.secure(c.ConnConfig, verified)
	before := c.BeforeConnect
	c.BeforeConnect = func(ctx context.Context, c *pgx.ConnConfig) (err error) {
		if before != nil {
			if err := before(ctx, c); err != nil {
				return err
			}
		}
		o.secure(c, verified)
		c.Password, err = o.token(ctx)
		return err
	}
	return pgxpool.NewWithConfig(ctx, c)
}

// secure sets where the token goes.
func (o *opening) secure(c *pgx.ConnConfig, verified *tls.Config) {
	c.Host, c.Port, c.User, c.Database = o.to.Host, uint16(o.to.Port), o.to.User, o.to.Database
	c.Password, c.TLSConfig, c.Fallbacks = "", verified, nil
}

// lastUsed is the key of a connection's data.
const lastUsed = "github.com/securegofunction/cdk/handler/postgres: last used"

// unused has the pool try a connection that a freeze may have broken. It takes
// the time when a connection is acquired: with an AfterRelease the pool would
// release in the background, and the next query might connect anew.
func unused(_ context.Context, p pgxpool.ShouldPingParams) bool {
	data, now := p.Conn.PgConn().CustomData(), rds.Now()
	since, used := data[lastUsed].(time.Time)
	data[lastUsed] = now
	return p.IdleDuration > rds.TryAfter || used && rds.Unused(since, now)
}
