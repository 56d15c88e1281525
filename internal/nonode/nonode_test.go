package nonode

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

func TestMain(m *testing.M) { Run(m) }

func TestNodeDoesNotStart(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Node was started")
		}
	}()
	awscdk.NewApp(nil)
}
