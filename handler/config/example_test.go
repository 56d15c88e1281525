package config_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/securegofunction/cdk/handler/config"
)

// What Lambda sets, from the stack's links.
func ExampleLoad() {
	os.Setenv("RECEIPTS", "orders-receipts")
	os.Setenv("RECEIPTS_PREFIX", "2025/")
	os.Setenv("DB", "postgres://orders@db.internal:5432/shop?sslmode=verify-full")

	type Config struct {
		Receipts config.Bucket   `link:"RECEIPTS"`
		DB       config.Postgres `link:"DB"`
		Theme    config.Text     `link:"THEME,optional"`
	}
	cfg, err := config.Load[Config](context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(cfg.Receipts.Name, cfg.Receipts.Prefix)
	fmt.Println(cfg.DB.User, cfg.DB.Host)
	// Output:
	// orders-receipts 2025/
	// orders db.internal
}

// One error names all that is wrong, and what to do.
func ExampleLoad_error() {
	os.Setenv("INVOICES", "sk_live_put_here_by_mistake")

	type Config struct {
		APIKey   config.Secret `link:"API_KEY"`
		Invoices config.Queue  `link:"INVOICES"`
	}
	_, err := config.Load[Config](context.Background())
	fmt.Println(err)
	// Output:
	// config.Load[config_test.Config]: 2 of 2 fields cannot be filled
	//   - Config.APIKey: variable API_KEY is not set: add a link of kind parameter or secret with that name to the stack's Links, or tag the field link:"API_KEY,optional"
	//   - Config.Invoices: variable INVOICES is no SQS queue's URL: https://sqs.region.amazonaws.com/account/name
}

// A secret shows itself to Reveal alone.
func ExampleSecret() {
	cfg := struct{ APIKey config.Secret }{config.NewSecret("sk_live_1")}

	text, _ := json.Marshal(cfg)
	fmt.Printf("%+v %s %s\n", cfg, text, cfg.APIKey)
	fmt.Println("Bearer " + cfg.APIKey.Reveal())
	// Output:
	// {APIKey:[redacted]} {"APIKey":"[redacted]"} [redacted]
	// Bearer sk_live_1
}

// A test gives the config that the handler loads.
func ExampleWith() {
	type Config struct {
		APIKey config.Secret `link:"API_KEY"`
	}
	handle := func(ctx context.Context) (int, error) {
		cfg, err := config.Load[Config](ctx)
		if err != nil {
			return 0, err
		}
		return len(cfg.APIKey.Reveal()), nil
	}

	fmt.Println(handle(config.With(context.Background(), &Config{APIKey: config.NewSecret("of the test")})))
	// Output:
	// 11 <nil>
}
