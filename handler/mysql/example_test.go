package mysql_test

import (
	"context"
	"database/sql"

	driver "github.com/go-sql-driver/mysql"

	"github.com/securegofunction/cdk/handler"
	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/mysql"
)

type Config struct {
	DB config.MySQL `link:"DB"` // link.MySQL("DB", …) of the stack
}

type Order struct{ ID string }

var db *sql.DB

// The pool is opened before the first event, and serves all of them.
func ExampleOpen() {
	open := func(ctx context.Context) error {
		cfg, err := config.Load[Config](ctx)
		if err != nil {
			return err
		}
		db, err = mysql.Open(ctx, cfg.DB, mysql.Override(func(c *driver.Config) { c.ParseTime = true }))
		return err
	}
	handle := func(ctx context.Context, order Order) (total int, err error) {
		err = db.QueryRowContext(ctx, "SELECT total FROM orders WHERE id = ?", order.ID).Scan(&total)
		return total, err
	}
	handler.Start(handle, handler.Init(open))
}
