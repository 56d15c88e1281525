package golambda

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/internal/iam"
)

func TestGrantedStatement(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		rendered  any
		want      iam.Statement
	}{
		{"one action on one resource", map[string]any{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "BUCKET"},
			iam.Statement{Effect: "Allow", Actions: []string{"s3:GetObject"}, Resources: []string{"BUCKET"}}},
		{"lists and a condition", map[string]any{"Effect": "Deny", "Action": []any{"a:B", "a:C"}, "Resource": []any{"R", "S"},
			"Condition": map[string]any{"StringEquals": map[string]any{"k": "1", "l": []any{"2", "3"}}, "Bool": map[string]any{"m": true}}},
			iam.Statement{Effect: "Deny", Actions: []string{"a:B", "a:C"}, Resources: []string{"R", "S"}, Conditions: iam.Conditions{
				"StringEquals": {"k": {"1"}, "l": {"2", "3"}}, "Bool": {"m": {"true"}}}}},
		{"nothing that is known", "text", iam.Statement{}},
	} {
		if got := grantedStatement(c.rendered); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.situation, got, c.want)
		}
	}
}

// A service whose endpoint goes by another name is found by either.
func TestServicesOfEndpoints(t *testing.T) {
	t.Parallel()
	for door, want := range map[string]string{"ssm": "ssm", "kinesis-streams": "kinesis", "sync-states": "states", "monitoring": "cloudwatch", "kms-fips": "kms", "s3": "s3"} {
		if got := serviceOf(door); got != want {
			t.Errorf("%s is the endpoint of %s, want %s", door, got, want)
		}
	}
}

// What is told to use exists.
func TestLinksThatGrantsAreToldOf(t *testing.T) {
	t.Parallel()
	for _, service := range slices.Sorted(maps.Keys(linksOf)) {
		if text := shut(service, service+":Do"); !strings.Contains(text, "link.") || !strings.Contains(text, service+":Do") {
			t.Errorf("%s: %s", service, text)
		}
	}
}
