package keyring

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
)

// fakeKey is a key that needs no Node, and counts what it is asked.
type fakeKey struct {
	awskms.IKey
	arn, region string
	asked       int
}

func (k *fakeKey) KeyArn() *string { k.asked++; return &k.arn }

func (k *fakeKey) Env() *interfaces.ResourceEnvironment {
	k.asked++
	return &interfaces.ResourceEnvironment{Region: &k.region}
}

// Not parallel: what was read of keys is kept without a lock.
func TestReadingAKey(t *testing.T) {
	const arn, alias, token = "arn:aws:kms:us-east-1:111122223333:key/1", "arn:aws:kms:us-east-1:111122223333:alias/orders", "${Token[TOKEN.1]}"
	for _, c := range []struct {
		situation string
		key       *fakeKey
		region    string
		asked     int // round trips, however often it is read
	}{
		{"a literal ARN says the region", &fakeKey{arn: arn, region: "eu-west-1"}, "us-east-1", 1},
		{"so does an alias's", &fakeKey{arn: alias, region: "eu-west-1"}, "us-east-1", 1},
		{"an ARN in the region of a token", &fakeKey{arn: "arn:aws:kms:" + token + ":111122223333:key/1", region: token}, "", 2},
		{"an ARN that is a token, of a key whose stack knows its region", &fakeKey{arn: token, region: "eu-west-1"}, "eu-west-1", 2},
		{"an ARN that is a token, of a key whose stack does not", &fakeKey{arn: token, region: "${Token[AWS.Region.2]}"}, "", 2},
		{"no ARN", &fakeKey{arn: "alias/orders", region: "eu-west-1"}, "", 1},
		{"an ARN cut off before its region", &fakeKey{arn: "arn:aws:kms", region: "eu-west-1"}, "", 1},
		{"an ARN cut off after its region", &fakeKey{arn: "arn:aws:kms:us-east-1", region: "eu-west-1"}, "us-east-1", 1},
	} {
		for range 3 {
			if got := ARN(c.key); got != c.key.arn {
				t.Errorf("%s: got the ARN %q, want %q", c.situation, got, c.key.arn)
			}
			if got := Region(c.key); got != c.region {
				t.Errorf("%s: got the region %q, want %q", c.situation, got, c.region)
			}
		}
		if c.key.asked != c.asked {
			t.Errorf("%s: asked the key %d times, want %d", c.situation, c.key.asked, c.asked)
		}
	}
}
