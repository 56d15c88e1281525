package keyring

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// Every read of a key is a round trip to Node, and one key serves many
// functions, so what was read is kept. jsii runs on one goroutine: no lock.
var (
	arns    = map[awskms.IKey]string{}
	regions = map[awskms.IKey]string{}
)

// ARN returns the key's ARN, which may be a token.
func ARN(key awskms.IKey) string {
	arn, ok := arns[key]
	if !ok {
		arn = *key.KeyArn()
		arns[key] = arn
	}
	return arn
}

// Region returns the region the key is in, or "" where that is not known
// before deployment.
func Region(key awskms.IKey) string {
	// arn:partition:kms:region:account:key/id
	if arn := ARN(key); !pseudo.IsToken(arn) {
		if parts := strings.Split(arn, ":"); len(parts) > 3 {
			return parts[3]
		}
		return ""
	}
	region, ok := regions[key]
	if !ok {
		region = *key.Env().Region
		if pseudo.IsToken(region) {
			region = ""
		}
		regions[key] = region
	}
	return region
}
