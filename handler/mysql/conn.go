package mysql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/securegofunction/cdk/handler/internal/rds"
)

// connector makes connections that are tried before use, and explains why one
// could not be made.
type connector struct {
	driver.Connector
	to      rds.Database
	timeout time.Duration
}

// Connect implements driver.Connector. Its time is that of all of it: the
// driver's own is that of the network alone, and a server that accepts and says
// nothing would be waited for until the invocation ends.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, explain(c.to, err)
	}
	whole, ok := made.(whole)
	if !ok {
		made.Close()
		return nil, fmt.Errorf("%v: the driver's %T lacks a part of what database/sql uses: this module was not made for this version of it", c.to, made)
	}
	return &conn{whole: whole, lastUsed: rds.Now()}, nil
}

// whole is all that the driver's connections do, which a wrapper has to do too.
type whole interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// conn is one of the driver's connections.
type conn struct {
	whole
	lastUsed time.Time
}

// IsValid implements driver.Validator. The pool asks when it takes the
// connection back.
func (c *conn) IsValid() bool {
	c.lastUsed = rds.Now()
	return c.whole.IsValid()
}

// ResetSession implements driver.SessionResetter. The pool asks before it uses
// the connection again, and makes another on ErrBadConn. What the driver does
// here sees that the server has closed the connection, and not that a NAT or
// security group has forgotten it.
func (c *conn) ResetSession(ctx context.Context) error {
	if rds.Unused(c.lastUsed, rds.Now()) {
		limited, cancel := context.WithTimeout(ctx, rds.TryTimeout)
		defer cancel()
		if err := c.Ping(limited); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return driver.ErrBadConn
		}
	}
	return c.whole.ResetSession(ctx)
}
