package postgres_test

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/securegofunction/cdk/handler"
	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/postgres"
)

type Config struct {
	DB config.Postgres `link:"DB"` // link.Postgres("DB", …) of the stack
}

type Order struct{ ID string }

var db *pgxpool.Pool

// The pool is opened before the first event, and serves all of them.
func ExampleOpen() {
	open := func(ctx context.Context) error {
		cfg, err := config.Load[Config](ctx)
		if err != nil {
			return err
		}
		db, err = postgres.Open(ctx, cfg.DB)
		return err
	}
	handle := func(ctx context.Context, order Order) (total int, err error) {
		err = db.QueryRow(ctx, "SELECT total FROM orders WHERE id = $1", order.ID).Scan(&total)
		return total, postgres.Explain(err)
	}
	handler.Start(handle, handler.Init(open))
}

// A handler that queries side by side has a larger pool, and one whose Aurora
// sleeps gives it the time to wake.
func ExampleOverride() {
	larger := postgres.Override(func(c *pgxpool.Config) {
		c.MaxConns = 4
		c.ConnConfig.ConnectTimeout = 20 * time.Second
	})
	open := func(ctx context.Context, db config.Postgres) (*pgxpool.Pool, error) {
		return postgres.Open(ctx, db, larger)
	}
	_ = open
}
