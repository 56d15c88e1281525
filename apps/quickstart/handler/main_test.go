package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const (
	apiKey     = "sk-canary-4f1d"
	dbPassword = "correct horse battery"
)

var names = map[string]string{"API_KEY": "/my_app/api_key", "DB_PASSWORD": "/my_app/db_password"}

// fakeSSM has values and counts its calls.
type fakeSSM struct {
	values map[string]string
	err    error
	calls  []ssm.GetParametersInput
}

func (f *fakeSSM) GetParameters(_ context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	f.calls = append(f.calls, *in)
	out := &ssm.GetParametersOutput{}
	for _, name := range slices.Backward(in.Names) { // SSM promises no order
		if value, ok := f.values[name]; ok {
			out.Parameters = append(out.Parameters, types.Parameter{Name: aws.String(name), Value: aws.String(value), Version: 3, Type: types.ParameterTypeSecureString})
		} else {
			out.InvalidParameters = append(out.InvalidParameters, name)
		}
	}
	return out, f.err
}

func TestHandle(t *testing.T) {
	t.Parallel()
	both := map[string]string{"/my_app/api_key": apiKey, "/my_app/db_password": dbPassword}
	for _, c := range []struct {
		situation string
		ssm       *fakeSSM
		answer    string
		err       string
	}{
		{
			situation: "both parameters are there",
			ssm:       &fakeSSM{values: both},
			answer:    `{"API_KEY":{"name":"/my_app/api_key","version":3,"length":14},"DB_PASSWORD":{"name":"/my_app/db_password","version":3,"length":21}}`,
		},
		{
			situation: "one does not exist",
			ssm:       &fakeSSM{values: map[string]string{"/my_app/db_password": dbPassword}},
			err:       `parameter "/my_app/api_key" of variable API_KEY does not exist; create it as a SecureString`,
		},
		{
			situation: "SSM refuses",
			ssm:       &fakeSSM{values: both, err: errors.New("AccessDeniedException: not authorized to perform ssm:GetParameters")},
			err:       "read parameters: AccessDeniedException: not authorized to perform ssm:GetParameters",
		},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			var logs bytes.Buffer
			h := handler{c.ssm, slog.New(slog.NewJSONHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug - 4})), names}
			got, err := h.handle(t.Context())

			message := ""
			if err != nil {
				message = err.Error()
			}
			if message != c.err {
				t.Errorf("error %q, want %q", message, c.err)
			}
			answer, _ := json.Marshal(got)
			if err == nil && string(answer) != c.answer {
				t.Errorf("answer %s, want %s", answer, c.answer)
			}
			for _, value := range both {
				if all := string(answer) + logs.String() + message; strings.Contains(all, value) {
					t.Errorf("value %q is in the answer, the logs or the error: %s", value, all)
				}
			}
			if len(c.ssm.calls) != 1 || !aws.ToBool(c.ssm.calls[0].WithDecryption) || len(c.ssm.calls[0].Names) != 2 {
				t.Errorf("calls %+v, want one for both names, with decryption", c.ssm.calls)
			}
		})
	}
}

func TestParameterNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		env       map[string]string
		err       string
	}{
		{"both are set", names, ""},
		{"one is missing", map[string]string{"API_KEY": "/my_app/api_key"}, "variable DB_PASSWORD: want the name of an SSM parameter, starting with a slash"},
		{"one holds the secret itself", map[string]string{"API_KEY": apiKey, "DB_PASSWORD": "/my_app/db_password"}, "variable API_KEY: want the name of an SSM parameter, starting with a slash"},
	} {
		got, err := parameterNames(func(k string) string { return c.env[k] })
		switch {
		case err == nil && c.err != "" || err != nil && err.Error() != c.err:
			t.Errorf("%s: got %v, want %q", c.situation, err, c.err)
		case err == nil && (got["API_KEY"] != "/my_app/api_key" || got["DB_PASSWORD"] != "/my_app/db_password"):
			t.Errorf("%s: got %v, want %v", c.situation, got, names)
		}
	}
}
