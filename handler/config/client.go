package config

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
)

const (
	maxAttempts    = 3
	attemptTimeout = 3 * time.Second
	dialTimeout    = 1500 * time.Millisecond // a shut door does not answer at all
	longestBackoff = 500 * time.Millisecond
	longestAnswer  = 8 << 20
)

// client calls the actions of two services that are needed, in their JSON
// protocol (Smithy, "AWS JSON 1.1 protocol"). Signatures and the choice of what
// is tried again are the SDK's; its clients of the two services would add
// more to a handler than the handler is: see the package's documentation.
type client struct {
	getenv    func(string) string
	http      *http.Client
	signer    *v4.Signer
	retryable retry.IsErrorRetryables
	backoff   *retry.ExponentialJitterBackoff
}

func newClient(getenv func(string) string) *client {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &client{
		getenv: getenv,
		http: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         dialer.DialContext,
				TLSHandshakeTimeout: attemptTimeout,
				MaxConnsPerHost:     10,
				MaxIdleConnsPerHost: 10,
				// Connections do not outlive a read; their sessions do, which
				// saves the next handshake most of its work.
				TLSClientConfig: &tls.Config{ClientSessionCache: tls.NewLRUClientSessionCache(8)},
			},
			// A signed request goes to the host that it is signed for.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		signer:    v4.NewSigner(),
		retryable: retry.DefaultRetryables,
		backoff:   retry.NewExponentialJitterBackoff(longestBackoff),
	}
}

// call calls one action. Neither its error nor what it wraps holds a part of
// the answer but AWS's own code and message.
func (c *client) call(ctx context.Context, s service, action string, in, out any) error {
	body, _ := json.Marshal(in) // strings, bools and numbers
	for attempt := 1; ; attempt++ {
		err := c.attempt(ctx, s, action, body, out)
		if err == nil || attempt == maxAttempts || c.retryable.IsErrorRetryable(err) != aws.TrueTernary {
			return err
		}
		delay, _ := c.backoff.BackoffDelay(attempt, err) // never fails
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return err
		}
	}
}

func (c *client) attempt(ctx context.Context, s service, action string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	request, err := c.signed(ctx, s, action, body)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return unanswered(request.URL.Host, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	switch {
	case err != nil:
		return unanswered(request.URL.Host, err)
	case response.StatusCode != http.StatusOK:
		return newRefusal(response, text)
	case json.Unmarshal(text, out) != nil:
		return fmt.Errorf("got an answer from %s that is no JSON of %s: see that this is AWS's endpoint", request.URL.Host, action)
	}
	return nil
}

func (c *client) signed(ctx context.Context, s service, action string, body []byte) (*http.Request, error) {
	region := c.region()
	endpoint, err := s.endpoint(region, c.getenv)
	if err != nil {
		return nil, err
	}
	credentials := aws.Credentials{AccessKeyID: c.getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: c.getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: c.getenv("AWS_SESSION_TOKEN")}
	if !credentials.HasKeys() {
		return nil, errors.New("cannot be read without credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, as Lambda does; in tests give the values with config.With")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("cannot be read from the endpoint of %s: %w", s.id, err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", s.target+"."+action)
	request.Header.Set("User-Agent", "securegofunction")
	hash := sha256.Sum256(body)
	return request, c.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), s.id, region, time.Now())
}

func (c *client) region() string {
	if region := c.getenv("AWS_REGION"); region != "" {
		return region
	}
	return c.getenv("AWS_DEFAULT_REGION")
}

// unanswered is a call without an answer.
func unanswered(host string, err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("got no answer from %s: %w: in a VPC its interface endpoint is needed, which the link opens", host, err)
}

// refusal is AWS's error. It is a smithy.APIError, as the SDK's own are.
type refusal struct {
	smithy.GenericAPIError
	status int
}

// newRefusal reads an error (Smithy, "AWS JSON 1.1 protocol", "Operation error
// serialization").
func newRefusal(response *http.Response, text []byte) error {
	var said struct {
		Code    string `json:"__type"`
		Message string // or message
	}
	json.Unmarshal(text, &said) // a proxy's error is no JSON
	code := said.Code
	if header := response.Header.Get("X-Amzn-ErrorType"); header != "" {
		code = header
	}
	code, _, _ = strings.Cut(code, ":")
	if code = code[strings.LastIndex(code, "#")+1:]; code == "" {
		code = fmt.Sprintf("HTTP status %d", response.StatusCode)
	}
	return &refusal{smithy.GenericAPIError{Code: code, Message: said.Message}, response.StatusCode}
}

// HTTPStatusCode is what the SDK's retry rules ask for.
func (r *refusal) HTTPStatusCode() int { return r.status }

func (r *refusal) Error() string {
	if r.Message == "" {
		return r.Code
	}
	return r.Code + ": " + r.Message
}

// isOfRequest reports whether another request might be let through at once.
func (r *refusal) isOfRequest() bool { return r.status/100 == 4 && !r.isThrottle() }

func (r *refusal) isThrottle() bool {
	_, ok := retry.DefaultThrottleErrorCodes[r.Code]
	return ok
}

// isOfKey reports whether it is the KMS key that stands in the way. SSM and
// Secrets Manager say so in the message alone where KMS denies.
func (r *refusal) isOfKey() bool {
	switch r.Code {
	case "InvalidKeyId", "DecryptionFailure":
		return true
	}
	for _, sign := range []string{"kms:Decrypt", "ciphertext", "Access to KMS"} {
		if strings.Contains(r.Message, sign) {
			return true
		}
	}
	return false
}
