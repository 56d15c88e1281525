package mysql

import (
	"context"
	"crypto/tls"
	"database/sql"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/go-sql-driver/mysql"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/rds"
)

// Open opens the database and logs in once, so that a door that is shut shows
// here. Its errors, and those of a pool that has to connect anew, say which one
// it is. Close the pool in tests; in Lambda it lives as long as the process.
func Open(ctx context.Context, db config.MySQL, options ...Option) (*sql.DB, error) {
	o := opening{to: rds.Database{Package: "mysql", Link: "link.MySQL", Host: db.Host, Port: db.Port, User: db.User, Database: db.Database}}
	o.token = func(ctx context.Context) (string, error) { return o.to.Token(ctx) }
	for i, set := range options {
		if set == nil {
			return nil, fmt.Errorf("mysql.Open: option %d is nil: leave it out", i)
		}
		set(&o)
	}
	if err := o.to.Check(); err != nil {
		return nil, fmt.Errorf("mysql.Open: %w", err)
	}
	c, err := o.connector()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", o.to, err)
	}
	pool := sql.OpenDB(c)
	pool.SetMaxOpenConns(rds.MaxConns)
	pool.SetMaxIdleConns(rds.MaxConns)
	pool.SetConnMaxIdleTime(rds.MaxIdle)
	pool.SetConnMaxLifetime(rds.MaxLifetime)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, err
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

// Override changes what is not secured here, such as ParseTime, Loc and Timeout,
// which is that of a new connection. Address, user, database, password, TLS and
// BeforeConnect are set after it. Sizes and ages are set on the pool that Open
// returns.
func Override(change func(*mysql.Config)) Option { return func(o *opening) { o.override = change } }

type opening struct {
	to       rds.Database
	override func(*mysql.Config)
	token    func(context.Context) (string, error)
}

func (o *opening) connector() (*connector, error) {
	verified, err := o.to.TLS()
	if err != nil {
		return nil, err
	}
	c := mysql.NewConfig()
	c.Timeout = rds.ConnectTimeout
	// The driver writes lines of text to standard error, beside returning the
	// same as errors.
	c.Logger = &mysql.NopLogger{}
	if o.override != nil {
		o.override(c)
	}
	o.secure(c, verified)
	before := mysql.BeforeConnect(func(ctx context.Context, c *mysql.Config) (err error) {
		c.Passwd, err = o.token(ctx)
		return err
	})
	if err := c.Apply(before); err != nil {
		return nil, err
	}
	driver, err := mysql.NewConnector(c)
	if err != nil {
		return nil, err
	}
	return &connector{Connector: driver, to: o.to, timeout: c.Timeout}, nil
}

// secure sets where the token goes. AllowCleartextPasswords sends it as it is,
// which no plugin of RDS works without; with TLS set and no fallback, the driver
// refuses a server without TLS before it sends anything.
func (o *opening) secure(c *mysql.Config, verified *tls.Config) {
	c.Net, c.Addr, c.User, c.Passwd, c.DBName = "tcp", o.to.Address(), o.to.User, "", o.to.Database
	c.TLS, c.TLSConfig, c.AllowFallbackToPlaintext = verified, "", false
	c.AllowCleartextPasswords, c.AllowOldPasswords = true, false
}
