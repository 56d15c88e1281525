package keyring

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
)

func TestCheck(t *testing.T) {
	const irish = "arn:aws:kms:eu-west-1:111122223333:key/1"
	for _, c := range []struct {
		situation string
		key       awskms.IKey
		region    string
		want      string // empty: it can serve
	}{
		{"no key", nil, "eu-west-1", ""},
		{"a key of the region", &fakeKey{arn: irish}, "eu-west-1", ""},
		{"a key of another region", &fakeKey{arn: irish}, "us-east-1", "is in eu-west-1 and what it encrypts in us-east-1"},
		{"a region that is not known", &fakeKey{arn: irish}, "", ""},
		{"an alias", &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/team"}, "eu-west-1", "is an alias"},
		{"an alias where the region is not known", &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/team"}, "", "is an alias"},
	} {
		err := Check(c.key, c.region)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.situation, err, c.want)
		}
	}
}
