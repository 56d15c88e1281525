package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/securegofunction/cdk/internal/runtimeapi"
)

const invocations = 2 // the second finds a process that has answered before

func (d *demo) runFunction(ctx context.Context) (string, error) {
	var logs bytes.Buffer
	answer, err := d.invoke(ctx, &logs)
	if err != nil {
		return "", fmt.Errorf("%s", d.redact(err.Error()))
	}
	if err := d.check(answer, logs.String()); err != nil {
		return "", err
	}
	return fmt.Sprintf("answer %s\nlogs   %s", answer, strings.ReplaceAll(strings.TrimSpace(logs.String()), "\n", "\n       ")), nil
}

// invoke runs the binary with the environment that the Lambda API reported. Credentials
// and endpoint are what Lambda and the network would provide, and the log settings what
// Lambda makes of LoggingConfig; those come from the template, as moto does not report
// them.
func (d *demo) invoke(ctx context.Context, logs *bytes.Buffer) ([]byte, error) {
	env := maps.Clone(d.deployed.function.Environment.Variables)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"} {
		env[name] = os.Getenv(name)
	}
	if logging := d.deployed.wanted.LoggingConfig; logging != nil {
		env["AWS_LAMBDA_LOG_FORMAT"], env["AWS_LAMBDA_LOG_LEVEL"] = logging.LogFormat, logging.ApplicationLogLevel
	}
	p, err := runtimeapi.Start(ctx, runtimeapi.Function{
		Bootstrap: d.deployed.binary,
		ARN:       aws.ToString(d.deployed.function.FunctionArn),
		Env:       env,
		Timeout:   time.Duration(aws.ToInt32(d.deployed.function.Timeout)) * time.Second,
		Logs:      logs,
	})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	var answer []byte
	for range invocations {
		next, err := p.Invoke(ctx, []byte("{}"))
		if err != nil {
			return nil, err
		}
		if answer != nil && !bytes.Equal(answer, next) {
			return nil, fmt.Errorf("the invocations answered differently: %s, then %s", answer, next)
		}
		answer = next
	}
	return answer, nil
}

// check holds the answer against what was stored: the lengths are right only if the
// handler has had the decrypted values.
func (d *demo) check(answer []byte, logs string) error {
	for _, s := range d.secrets {
		if strings.Contains(string(answer)+logs, s.value) {
			return fmt.Errorf("the value of %s is in the function's answer or logs", s.name)
		}
	}
	var lengths map[string]int
	if err := json.Unmarshal(answer, &lengths); err != nil {
		return fmt.Errorf("answer %s: %w", answer, err)
	}
	for _, s := range d.secrets {
		if have, ok := lengths[s.field]; !ok || have != len(s.value) {
			return fmt.Errorf("answer %s: want for %s the length %d", answer, s.name, len(s.value))
		}
	}
	return nil
}

// redact keeps a value out of the demo's own output where the function has leaked one.
func (d *demo) redact(text string) string {
	for _, s := range d.secrets {
		text = strings.ReplaceAll(text, s.value, "[value of "+s.name+"]")
	}
	return text
}
