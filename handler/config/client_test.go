package config

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdksecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	sdkssm "github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/securegofunction/cdk/internal/contract"
)

// What is sent is what the SDK's clients send.
func TestRequestsAreTheSDKs(t *testing.T) {
	t.Parallel()
	type sent struct {
		path, contentType, target, signed string
		body                              any
	}
	var got []sent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		s := sent{r.URL.Path, r.Header.Get("Content-Type"), r.Header.Get("X-Amz-Target"), r.Header.Get("X-Amz-Security-Token"), nil}
		if err := json.Unmarshal(text, &s.body); err != nil {
			t.Error(err)
		}
		_, scope, _ := strings.Cut(strings.Split(r.Header.Get("Authorization"), ",")[0], "AKIDEXAMPLE/")
		s.signed += scope
		got = append(got, s)
		io.WriteString(w, `{}`)
	}))
	defer server.Close()
	theirs := sdk.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "token")}
	ours := newClient((&fakeAWS{url: server.URL}).getenv(nil))

	if _, err := sdkssm.NewFromConfig(theirs).GetParameters(t.Context(), &sdkssm.GetParametersInput{Names: []string{"/a", "/b"}, WithDecryption: sdk.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	if _, err := sdkssm.NewFromConfig(theirs).GetParametersByPath(t.Context(), &sdkssm.GetParametersByPathInput{Path: sdk.String("/a"), Recursive: sdk.Bool(true), WithDecryption: sdk.Bool(true), MaxResults: sdk.Int32(10)}); err != nil {
		t.Fatal(err)
	}
	if _, err := sdksecrets.NewFromConfig(theirs).GetSecretValue(t.Context(), &sdksecrets.GetSecretValueInput{SecretId: sdk.String(secretARN)}); err != nil {
		t.Fatal(err)
	}
	if _, err := ours.parameters(t.Context(), []string{"/a", "/b"}); err != nil {
		t.Fatal(err)
	}
	if a := ours.below(t.Context(), "/a"); a.err != nil {
		t.Fatal(a.err)
	}
	if a := ours.secret(t.Context(), secretARN); a.err != nil {
		t.Fatal(a.err)
	}
	if len(got) != 6 {
		t.Fatalf("%d requests, want 6", len(got))
	}
	for i, want := range got[:3] {
		if !reflect.DeepEqual(got[i+3], want) {
			t.Errorf("sent\n%+v\nand the SDK\n%+v", got[i+3], want)
		}
	}
}

// Each service is called where the SDK calls it.
func TestEndpointsAreTheSDKs(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"eu-west-1", "us-east-1", "ap-southeast-5", "mx-central-1", "cn-north-1", "us-gov-west-1", "us-gov-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1"} {
		for _, fips := range []bool{false, true} {
			env := map[string]string{}
			if fips {
				env["AWS_USE_FIPS_ENDPOINT"] = "true"
			}
			getenv := func(name string) string { return env[name] }
			want, err := sdkssm.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), sdkssm.EndpointParameters{Region: &region, UseFIPS: &fips, UseDualStack: sdk.Bool(false)})
			if got, e := ssm.endpoint(region, getenv); err == nil && (e != nil || got != want.URI.String()) {
				t.Errorf("ssm in %s, FIPS %v: %s, %v, want %s", region, fips, got, e, &want.URI)
			}
			wanted, err := sdksecrets.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), sdksecrets.EndpointParameters{Region: &region, UseFIPS: &fips, UseDualStack: sdk.Bool(false)})
			if got, e := secretsManager.endpoint(region, getenv); err == nil && (e != nil || got != wanted.URI.String()) {
				t.Errorf("secretsmanager in %s, FIPS %v: %s, %v, want %s", region, fips, got, e, &wanted.URI)
			}
		}
	}
}

func TestEndpointsThatAreSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		env       map[string]string
		want      string
	}{
		{"of all services", map[string]string{"AWS_ENDPOINT_URL": "http://localhost:4566"}, "http://localhost:4566"},
		{"of the service", map[string]string{"AWS_ENDPOINT_URL": "http://localhost:4566", "AWS_ENDPOINT_URL_SSM": "https://ssm.internal"}, "https://ssm.internal"},
		{"of another service", map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": "https://sm.internal"}, "https://ssm.eu-west-1.amazonaws.com"},
		{"ignored", map[string]string{"AWS_ENDPOINT_URL": "http://localhost:4566", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "https://ssm.eu-west-1.amazonaws.com"},
	} {
		if got, err := ssm.endpoint("eu-west-1", func(name string) string { return c.env[name] }); got != c.want || err != nil {
			t.Errorf("%s: got %s, %v, want %s", c.situation, got, err, c.want)
		}
	}
	for _, region := range []string{"", "eu-west-1.evil.com/", "EU"} {
		if got, err := ssm.endpoint(region, none); err == nil || !strings.Contains(err.Error(), "cannot be read without a region: AWS_REGION is ") {
			t.Errorf("region %q: got %s, %v", region, got, err)
		}
	}
}

func TestCallsAreTriedAgain(t *testing.T) {
	t.Parallel()
	sequence := func(codes ...int) func(int) int { return func(call int) int { return append(codes, 0, 0, 0)[call-1] } }
	for _, c := range []struct {
		situation string
		status    func(int) int
		calls     int
		want      string
	}{
		{"at once", sequence(), 1, ""},
		{"a fault of AWS", sequence(500), 2, ""},
		{"two faults", sequence(503, 502), 3, ""},
		{"three faults", sequence(500, 503, 504), 3, `was refused, HTTP status 504`},
		{"a proxy refuses", sequence(403), 1, `was refused, HTTP status 403`},
		{"elsewhere", sequence(307), 1, `was refused, HTTP status 307`},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			aws := newFakeAWS(t)
			aws.put("/app/key", canary)
			aws.status = c.status
			type Config struct {
				APIKey Secret `link:"API_KEY"`
			}
			_, err := load[Config](t.Context(), aws.lambda(map[string]string{"API_KEY": "/app/key"}).loader, nil)
			if calls := aws.called(); len(calls) != c.calls {
				t.Errorf("calls %q, want %d", calls, c.calls)
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary")) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestCallsThatAreNotAnswered(t *testing.T) {
	t.Parallel()
	notJSON := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>"+canary) }))
	t.Cleanup(notJSON.Close)
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, `{"Parameters":[{"Value":"`+canary)
	}))
	t.Cleanup(cut.Close)
	untrusted := httptest.NewUnstartedServer(nil)
	untrusted.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		situation string
		env       map[string]string
		want      string
	}{
		{"nobody listens", map[string]string{"AWS_ENDPOINT_URL": gone.URL}, "got no answer from 127.0.0.1:"},
		{"the name does not exist", map[string]string{"AWS_ENDPOINT_URL": "https://ssm.eu-west-1.invalid"}, "got no answer from ssm.eu-west-1.invalid: dial tcp: lookup"},
		{"the answer is cut off", map[string]string{"AWS_ENDPOINT_URL": cut.URL}, "unexpected EOF"},
		{"the certificate is not trusted", map[string]string{"AWS_ENDPOINT_URL": untrusted.URL}, "failed to verify certificate"},
		{"something else answers", map[string]string{"AWS_ENDPOINT_URL": notJSON.URL}, "that is no JSON of GetParameters: see that this is AWS's endpoint"},
		{"the endpoint is no URL", map[string]string{"AWS_ENDPOINT_URL": "http://a b"}, "cannot be read from the endpoint of ssm: "},
		{"no credentials", map[string]string{"AWS_ACCESS_KEY_ID": ""}, "cannot be read without credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, as Lambda does; in tests give the values with config.With"},
		{"no region", map[string]string{"AWS_ENDPOINT_URL": "", "AWS_REGION": ""}, `cannot be read without a region: AWS_REGION is "", and Lambda sets it`},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			_, err := newClient((&fakeAWS{url: "http://127.0.0.1:1"}).getenv(c.env)).parameters(t.Context(), []string{"/app/key"})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "no answer") && !strings.HasSuffix(err.Error(), ": in a VPC its interface endpoint is needed, which the link opens") {
				t.Errorf("no fix: %v", err)
			}
		})
	}
}

// AWS says what is wrong in one of these forms.
func TestErrorsOfAWS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ situation, header, body, want string }{
		{"in the body", "", `{"__type":"AccessDeniedException","Message":"no"}`, "AccessDeniedException: no"},
		{"with its namespace", "", `{"__type":"com.amazonaws.ssm#InvalidKeyId","message":"no"}`, "InvalidKeyId: no"},
		{"with a URL", "", `{"__type":"ThrottlingException:http://internal.amazon.com/coral/"}`, "ThrottlingException"},
		{"in a header", "com.amazonaws.ssm#ThrottlingException:http://internal.amazon.com/coral/", `{"message":"slow"}`, "ThrottlingException: slow"},
		{"not at all", "", `<html>`, "HTTP status 400"},
	} {
		if got := newRefusal(&http.Response{StatusCode: 400, Header: http.Header{"X-Amzn-Errortype": {c.header}}}, []byte(c.body)).Error(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}

func TestTheRegionOfOtherTools(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]map[string]string{"eu-west-1": {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1": {"AWS_DEFAULT_REGION": "us-east-1"}, "": {}} {
		if got := newClient(func(name string) string { return env[name] }).region(); got != want {
			t.Errorf("%v: got %q, want %q", env, got, want)
		}
	}
}

// No connection outlives a read: after a freeze it would be dead.
func TestConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	aws := newFakeAWS(t)
	aws.put("/app/key", canary)
	states := make(chan http.ConnState, 100)
	server := httptest.NewUnstartedServer(aws)
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) { states <- s }
	server.Start()
	defer server.Close()
	aws.url = server.URL

	answers := newClient(aws.getenv(nil)).fetch(t.Context(), []source{{contract.Parameter, "/app/key"}})
	if a := answers[source{contract.Parameter, "/app/key"}]; a.err != nil || a.value != canary {
		t.Fatalf("got %+v", a)
	}
	for {
		select {
		case s := <-states:
			if s == http.StateClosed {
				return
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the connection is still open")
		}
	}
}
