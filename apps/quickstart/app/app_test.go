package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/handlertest"
)

func TestHandle(t *testing.T) {
	t.Parallel()
	got := handlertest.Run(t, Handle, any(nil), handlertest.Config(&Config{
		APIKey: config.NewSecret("sk-canary-4f1d"), DBPassword: config.NewSecret("correct horse battery")}))
	if want := (Lengths{14, 21}); got.Err != nil || got.Answer != want {
		t.Errorf("got %+v and %v, want %+v", got.Answer, got.Err, want)
	}
	if len(got.Logs) != 1 || !strings.Contains(fmt.Sprint(got.Logs[0]), "[redacted]") {
		t.Errorf("got the log %v", got.Logs)
	}
}

// Without its variables the function fails, and says which are missing.
func TestHandleOutsideOfItsStack(t *testing.T) {
	got := handlertest.Run(t, Handle, any(nil))
	for _, variable := range []string{"API_KEY", "DB_PASSWORD"} {
		if got.Err == nil || !strings.Contains(got.Err.Error(), variable) {
			t.Errorf("the error does not name %s: %v", variable, got.Err)
		}
	}
}
