package envelope_test

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/envelope"
)

type Config struct {
	Seal config.Key `link:"SEAL"` // link.KeyDataKey("SEAL", key) of the stack
}

// What is written for one tenant is not read for another.
func ExampleEnvelope_Encrypt() {
	encrypt := func(ctx context.Context, client *kms.Client, tenant string, receipt []byte) ([]byte, error) {
		cfg, err := config.Load[Config](ctx)
		if err != nil {
			return nil, err
		}
		return envelope.New(client, cfg.Seal).Encrypt(ctx, receipt, map[string]string{"tenant": tenant})
	}
	_ = encrypt
}
