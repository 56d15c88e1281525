// Package app is what the orders function does: it takes orders from a queue,
// charges each once, and keeps a receipt.
package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/metrics"
	"github.com/securegofunction/cdk/handler/objects"
	"github.com/securegofunction/cdk/handler/postgres"
)

// Config is what the stack links.
type Config struct {
	PaymentsKey config.Secret   `link:"PAYMENTS_KEY"`
	Payments    config.URL      `link:"PAYMENTS"`
	Taken       config.Table    `link:"TAKEN"`
	Receipts    config.Bucket   `link:"RECEIPTS"`
	Ledger      config.Postgres `link:"LEDGER"`
}

// Order is a message of the queue.
type Order struct {
	ID     string
	Amount int // in cents
}

// Shop is what the function uses.
type Shop struct {
	Table interface {
		PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	}
	Bucket interface {
		PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	}
	Ledger interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
	}
	Payments *http.Client
}

// Handle takes a batch of orders. It answers which failed, and only those come
// again.
func (s *Shop) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	cfg, err := config.Load[Config](ctx)
	if err != nil {
		return events.SQSEventResponse{}, err
	}
	var failed events.SQSEventResponse
	for _, message := range batch.Records {
		if err := s.take(ctx, cfg, message.Body); err != nil {
			slog.ErrorContext(ctx, "order failed", "message", message.MessageId, "error", err)
			failed.BatchItemFailures = append(failed.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
		}
	}
	metrics.Count(ctx, "OrdersTaken", len(batch.Records)-len(failed.BatchItemFailures))
	return failed, nil
}

func (s *Shop) take(ctx context.Context, cfg *Config, body string) error {
	var order Order
	if err := json.Unmarshal([]byte(body), &order); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	receipt, err := objects.Put(cfg.Receipts, order.ID+".json", bytes.NewReader([]byte(body)))
	if err != nil { // the order's id is no name; nothing was done yet
		return err
	}
	if err := s.charge(ctx, cfg, order); err != nil {
		return fmt.Errorf("charge: %w", err)
	}
	if _, err := s.Ledger.Exec(ctx, "INSERT INTO ledger (id, amount) VALUES ($1, $2) ON CONFLICT DO NOTHING", order.ID, order.Amount); err != nil {
		return fmt.Errorf("ledger: %w", postgres.Explain(err))
	}
	if _, err := s.Bucket.PutObject(ctx, receipt); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	// Last, so that an order which failed half way is taken up again: what comes
	// before may be repeated without harm.
	_, err = s.Table.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &cfg.Taken.Name, ConditionExpression: aws.String("attribute_not_exists(id)"),
		Item: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: order.ID}},
	})
	var again *types.ConditionalCheckFailedException
	if errors.As(err, &again) {
		slog.InfoContext(ctx, "order was taken before", "order", order.ID)
		return nil
	}
	return err
}

// charge asks the payments API, which knows by the key of idempotency whether
// it has charged this order before.
func (s *Shop) charge(ctx context.Context, cfg *Config, order Order) error {
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, cfg.Payments.String()+"/v1/charges", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+cfg.PaymentsKey.Reveal())
	request.Header.Set("Idempotency-Key", order.ID)
	request.Header.Set("Content-Type", "application/json")
	answer, err := s.Payments.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the payments API answered %s", answer.Status)
	}
	return nil
}
