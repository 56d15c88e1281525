package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/handlertest"
)

// fake is the shop's surroundings. It notes what it is asked, and fails where
// it is told to.
type fake struct {
	asked []string
	fails map[string]error
	taken bool
}

func (f *fake) ask(what string) error {
	f.asked = append(f.asked, what)
	return f.fails[what]
}

func (f *fake) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if f.taken {
		return nil, &types.ConditionalCheckFailedException{}
	}
	return &dynamodb.PutItemOutput{}, f.ask("take " + in.Item["id"].(*types.AttributeValueMemberS).Value)
}

func (f *fake) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return &s3.PutObjectOutput{}, f.ask("receipt " + *in.Key)
}

func (f *fake) Exec(_ context.Context, _ string, arguments ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, f.ask("ledger " + arguments[0].(string))
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	err := f.ask("charge " + r.Header.Get("Idempotency-Key") + " at " + r.URL.String() + " by " + r.Header.Get("Authorization"))
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, err
}

func TestHandle(t *testing.T) {
	t.Parallel()
	const (
		charged = "charge A1 at https://api.stripe.com/v1/charges by Bearer sk-canary"
		ledger  = "ledger A1"
		receipt = "receipt receipts/A1.json"
		taken   = "take A1"
	)
	shut := errors.New("shut")
	for _, c := range []struct {
		situation, body string
		fake            fake
		asked           []string
		failed          bool
	}{
		{"all is well", `{"ID":"A1","Amount":4250}`, fake{}, []string{charged, ledger, receipt, taken}, false},
		{"it was taken before", `{"ID":"A1","Amount":4250}`, fake{taken: true}, []string{charged, ledger, receipt}, false},
		{"the payments API is shut", `{"ID":"A1","Amount":4250}`, fake{fails: map[string]error{charged: shut}}, []string{charged}, true},
		{"the ledger is shut", `{"ID":"A1","Amount":4250}`, fake{fails: map[string]error{ledger: shut}}, []string{charged, ledger}, true},
		{"the bucket is shut", `{"ID":"A1","Amount":4250}`, fake{fails: map[string]error{receipt: shut}}, []string{charged, ledger, receipt}, true},
		{"no order", `A1`, fake{}, nil, true},
		{"an id that leaves the prefix", `{"ID":"../A1","Amount":4250}`, fake{}, nil, true},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			f := c.fake
			shop := &Shop{Table: &f, Bucket: &f, Ledger: &f, Payments: &http.Client{Transport: &f}}
			got := handlertest.Run(t, shop.Handle, events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m1", Body: c.body}}},
				handlertest.Config(&Config{PaymentsKey: config.NewSecret("sk-canary"), Payments: config.URL{Host: "api.stripe.com"},
					Taken: config.Table{Name: "taken"}, Receipts: config.Bucket{Name: "receipts", Prefix: "receipts/"}}))
			if got.Err != nil || !slices.Equal(f.asked, c.asked) {
				t.Errorf("asked %q and failed with %v, want %q", f.asked, got.Err, c.asked)
			}
			if failed := len(got.Answer.BatchItemFailures) == 1; failed != c.failed {
				t.Errorf("the message failed: %t, want %t", failed, c.failed)
			}
			taken := 1.0
			if c.failed {
				taken = 0
			}
			if len(got.Metrics) != 1 || got.Metrics[0].Name != "OrdersTaken" || !slices.Equal(got.Metrics[0].Values, []float64{taken}) {
				t.Errorf("got the metrics %v, want %v orders taken", got.Metrics, taken)
			}
		})
	}
}
