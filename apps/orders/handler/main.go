// Command handler is the orders sample's Lambda function.
package main

import (
	"context"
	"net/http"
	"time"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/securegofunction/cdk/apps/orders/app"
	"github.com/securegofunction/cdk/handler"
	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/postgres"
)

func main() {
	shop := &app.Shop{Payments: &http.Client{Timeout: 5 * time.Second}}
	handler.Start(shop.Handle, handler.Service("orders"), handler.Init(func(ctx context.Context) error {
		cfg, err := config.Load[app.Config](ctx)
		if err != nil {
			return err
		}
		sdk, err := awsconfig.LoadDefaultConfig(ctx)
		if err != nil {
			return err
		}
		shop.Table, shop.Bucket = dynamodb.NewFromConfig(sdk), s3.NewFromConfig(sdk)
		shop.Ledger, err = postgres.Open(ctx, cfg.Ledger)
		return err
	}))
}
