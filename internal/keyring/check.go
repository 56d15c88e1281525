package keyring

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
)

// Check says why the key cannot serve in the region, which is "" if it is not
// known at synth. No key is no mistake.
func Check(key awskms.IKey, region string) error {
	if key == nil {
		return nil
	}
	if arn := ARN(key); strings.Contains(arn, ":alias/") {
		return fmt.Errorf("the key %s is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup", arn)
	}
	if region == "" {
		return nil
	}
	if at := Region(key); at != "" && at != region {
		return fmt.Errorf("the key %s is in %s and what it encrypts in %s: KMS keys work in their own region only; give a key of %s", ARN(key), at, region, region)
	}
	return nil
}
