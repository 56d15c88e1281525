// Package app is what the quickstart's function does. It is apart from the
// function's main package, so that the stack can hold Config against its links.
package app

import (
	"context"
	"log/slog"

	"github.com/securegofunction/cdk/handler/config"
)

// Config is what the stack links.
type Config struct {
	APIKey     config.Secret `link:"API_KEY"`
	DBPassword config.Secret `link:"DB_PASSWORD"`
}

// Lengths of the secrets: what may be shown of them.
type Lengths struct{ APIKey, DBPassword int }

// Handle reads both secrets and answers how long they are.
func Handle(ctx context.Context, _ any) (Lengths, error) {
	cfg, err := config.Load[Config](ctx)
	if err != nil {
		return Lengths{}, err
	}
	slog.InfoContext(ctx, "read the secrets", "config", cfg) // printed as [redacted]
	return Lengths{len(cfg.APIKey.Reveal()), len(cfg.DBPassword.Reveal())}, nil
}
