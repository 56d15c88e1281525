package config

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/aws/smithy-go"

	"github.com/securegofunction/cdk/internal/contract"
)

// fetch reads all sources, side by side, in as few calls as the APIs allow.
func (c *client) fetch(ctx context.Context, sources []source) map[source]answer {
	// A connection that is kept would be dead after a freeze, and its age is
	// not seen: the clock of IdleConnTimeout stands still meanwhile.
	defer c.http.CloseIdleConnections()
	f := fetching{client: c, answers: map[source]answer{}}
	var names []string
	for _, s := range sources {
		switch s.kind {
		case contract.Parameter:
			names = append(names, s.name)
		case contract.Parameters:
			f.running.Go(func() { f.put(s, c.below(ctx, s.name)) })
		case contract.Secret:
			f.running.Go(func() { f.put(s, c.secret(ctx, s.name)) })
		}
	}
	for batch := range slices.Chunk(names, batchSize) {
		f.running.Go(func() { f.parameters(ctx, batch) })
	}
	f.running.Wait()
	return f.answers
}

// batchSize is the most that one call takes (Systems Manager API reference,
// GetParameters and GetParametersByPath).
const batchSize = 10

type fetching struct {
	client  *client
	running sync.WaitGroup
	mu      sync.Mutex
	answers map[source]answer
}

func (f *fetching) put(s source, a answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[s] = a
}

type parameter struct{ Name, ARN, Value string }

// parameters reads one batch. AWS refuses a whole batch for one name, and its
// message tells only one: then each is read alone, to name the field.
func (f *fetching) parameters(ctx context.Context, names []string) {
	found, err := f.client.parameters(ctx, names)
	if refused := (*refusal)(nil); len(names) > 1 && errors.As(err, &refused) && refused.isOfRequest() {
		for _, name := range names {
			f.running.Go(func() { f.parameters(ctx, []string{name}) })
		}
		return
	}
	for _, name := range names {
		a := answer{err: err}
		if err == nil {
			i := slices.IndexFunc(found, func(p parameter) bool { return p.Name == name || p.ARN == name })
			if i < 0 { // InvalidParameters has it
				a.err = &refusal{GenericAPIError: smithy.GenericAPIError{Code: "ParameterNotFound"}}
			} else {
				a.value = found[i].Value
			}
		}
		f.put(source{contract.Parameter, name}, a)
	}
}

func (c *client) parameters(ctx context.Context, names []string) ([]parameter, error) {
	var out struct{ Parameters []parameter }
	err := c.call(ctx, ssm, "GetParameters", struct {
		Names          []string
		WithDecryption bool
	}{names, true}, &out)
	return out.Parameters, err
}

// below reads the parameters under a path, page by page.
func (c *client) below(ctx context.Context, path string) answer {
	found := Parameters{}
	in := struct {
		Path           string
		Recursive      bool
		WithDecryption bool
		MaxResults     int
		NextToken      string `json:",omitempty"`
	}{path, true, true, batchSize, ""}
	for {
		var out struct {
			Parameters []parameter
			NextToken  string
		}
		if err := c.call(ctx, ssm, "GetParametersByPath", in, &out); err != nil {
			return answer{err: err}
		}
		for _, p := range out.Parameters {
			found[strings.TrimPrefix(strings.TrimPrefix(p.Name, path), "/")] = NewSecret(p.Value)
		}
		if out.NextToken == "" { // a page may be empty and have another after it
			return answer{below: found}
		}
		in.NextToken = out.NextToken
	}
}

// secret reads one secret. BatchGetSecretValue would read twenty in a call, and
// needs an allowance of its own that IAM takes for * alone (Service
// Authorization Reference, "AWS Secrets Manager"): link.Secret names one ARN.
func (c *client) secret(ctx context.Context, arn string) answer {
	var out struct {
		SecretString *string
		SecretBinary []byte
	}
	if err := c.call(ctx, secretsManager, "GetSecretValue", struct{ SecretId string }{arn}, &out); err != nil {
		return answer{err: err}
	}
	if out.SecretString != nil {
		return answer{value: *out.SecretString}
	}
	return answer{value: string(out.SecretBinary)}
}
