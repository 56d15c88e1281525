// Package pseudo holds CloudFormation's pseudo parameters as CDK tokens. Each
// is read once per process, since every read is a round trip to Node, and is
// good in any stack: it resolves to a Ref in the stack that uses it.
package pseudo

import (
	"strings"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

var (
	// Partition is AWS::Partition.
	Partition = sync.OnceValue(func() string { return *awscdk.Aws_PARTITION() })
	// Region is AWS::Region.
	Region = sync.OnceValue(func() string { return *awscdk.Aws_REGION() })
	// Account is AWS::AccountId.
	Account = sync.OnceValue(func() string { return *awscdk.Aws_ACCOUNT_ID() })
	// URLSuffix is AWS::URLSuffix.
	URLSuffix = sync.OnceValue(func() string { return *awscdk.Aws_URL_SUFFIX() })
)

// IsToken reports whether s holds a CDK token: its value is known only when
// the template is rendered or deployed. It asks no Node.
func IsToken(s string) bool { return strings.Contains(s, "${Token[") }
