package config

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeAWS answers the three actions as AWS does, and counts the calls.
type fakeAWS struct {
	t   testing.TB
	url string

	mu         sync.Mutex
	parameters map[string]string
	secrets    map[string]string
	refuse     func(action, name string) (code, message string) // by name, "" lets it through
	status     func(call int) int                               // before anything else, 0 lets it through
	hold       chan struct{}                                    // answers wait for it
	delay      time.Duration                                    // before each answer
	calls      []string                                         // action and what was asked
}

func newFakeAWS(t testing.TB) *fakeAWS {
	f := &fakeAWS{t: t, parameters: map[string]string{}, secrets: map[string]string{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// put sets a parameter, or a secret where the name is its ARN.
func (f *fakeAWS) put(name, value string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if strings.HasPrefix(name, "arn:aws:secretsmanager:") {
		f.secrets[name] = value
	} else {
		f.parameters[name] = value
	}
}

func (f *fakeAWS) set(change func(f *fakeAWS)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// called returns the calls since it was called last, sorted.
func (f *fakeAWS) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = nil
	slices.Sort(calls)
	return calls
}

func (f *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Names                     []string
		Path, SecretId, NextToken string
		WithDecryption, Recursive bool
		MaxResults                int
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		f.t.Errorf("the request is no JSON: %v", err)
	}
	service, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	signed := r.Header.Get("Authorization")
	if r.Method != "POST" || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || !strings.HasPrefix(signed, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") ||
		!strings.Contains(signed, map[string]string{"AmazonSSM": "/eu-west-1/ssm/", "secretsmanager": "/eu-west-1/secretsmanager/"}[service]) ||
		r.Header.Get("X-Amz-Security-Token") != "token" {
		f.t.Errorf("%s %s is not signed as AWS wants it: %v", r.Method, action, r.Header)
	}
	f.mu.Lock()
	f.calls = append(f.calls, strings.TrimSpace(fmt.Sprintf("%s %s%s%s %s", action, strings.Join(in.Names, " "), in.Path, in.SecretId, in.NextToken)))
	call, hold, delay := len(f.calls), f.hold, f.delay
	f.mu.Unlock()
	time.Sleep(delay)
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.status != nil {
		if status := f.status(call); status != 0 {
			w.Header().Set("Location", f.url+"/elsewhere")
			w.WriteHeader(status)
			io.WriteString(w, "<html>sk-canary</html>")
			return
		}
	}
	refuse := func(code, message string) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"message":%q}`, code, message)
	}
	for _, name := range append(in.Names, in.Path, in.SecretId) {
		if f.refuse == nil || name == "" {
			continue
		}
		if code, message := f.refuse(action, name); code != "" {
			refuse(code, message)
			return
		}
	}
	switch action {
	case "GetParameters":
		if len(in.Names) > 10 || !in.WithDecryption {
			refuse("ValidationException", "1 validation error detected")
			return
		}
		found, invalid := []map[string]any{}, []string{}
		for _, name := range slices.Backward(in.Names) { // AWS promises no order
			short := name[strings.LastIndex(name, ":parameter")+1:]
			short = strings.TrimPrefix(short, "parameter")
			if value, ok := f.parameters[short]; ok {
				found = append(found, map[string]any{"Name": short, "ARN": "arn:aws:ssm:eu-west-1:111122223333:parameter" + short, "Value": value, "Version": 1, "LastModifiedDate": 1.7e9})
			} else {
				invalid = append(invalid, name)
			}
		}
		json.NewEncoder(w).Encode(map[string]any{"Parameters": found, "InvalidParameters": invalid})
	case "GetParametersByPath":
		if !in.WithDecryption || !in.Recursive || in.MaxResults != 10 {
			f.t.Errorf("GetParametersByPath was asked with %+v", in)
		}
		var names []string
		for _, name := range slices.Sorted(maps.Keys(f.parameters)) {
			if strings.HasPrefix(name, strings.TrimSuffix(in.Path, "/")+"/") {
				names = append(names, name)
			}
		}
		page := 0
		fmt.Sscan(in.NextToken, &page)
		names = names[min(page*10, len(names)):]
		out := map[string]any{}
		if len(names) > 10 {
			names, out["NextToken"] = names[:10], fmt.Sprint(page+1)
		}
		found := []map[string]any{}
		for _, name := range names {
			found = append(found, map[string]any{"Name": name, "Value": f.parameters[name]})
		}
		out["Parameters"] = found
		json.NewEncoder(w).Encode(out)
	case "GetSecretValue":
		value, ok := f.secrets[in.SecretId]
		switch {
		case !ok:
			refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
		case strings.HasPrefix(value, "binary:"):
			json.NewEncoder(w).Encode(map[string]any{"SecretBinary": []byte(value[7:])})
		default:
			json.NewEncoder(w).Encode(map[string]any{"SecretString": value})
		}
	default:
		f.t.Errorf("AWS was called for %s, which no link allows", action)
	}
}

// environment is what Lambda gives a function, and vars.
func (f *fakeAWS) getenv(vars map[string]string) func(string) string {
	all := map[string]string{"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token", "AWS_ENDPOINT_URL": f.url}
	maps.Copy(all, vars)
	return func(name string) string { return all[name] }
}

// lambdaWith is a function with variables of its own, and a clock that a test moves.
type lambdaWith struct {
	*loader
	mu    sync.Mutex
	later time.Duration
}

func (f *fakeAWS) lambda(vars map[string]string) *lambdaWith {
	l := &lambdaWith{}
	l.loader = &loader{
		lookup: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		fetch:  newClient(f.getenv(nil)).fetch,
		now: func() time.Time {
			l.mu.Lock()
			defer l.mu.Unlock()
			return time.Now().Add(l.later)
		},
	}
	return l
}

// pass lets time pass, as it does while Lambda has frozen the process.
func (l *lambdaWith) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.later += d
}

func mustLoad[T any](t testing.TB, l *lambdaWith) *T {
	t.Helper()
	config, err := load[T](t.Context(), l.loader, nil)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// settled waits until no read is under way.
func settled[T any](t testing.TB, l *lambdaWith) {
	t.Helper()
	found, ok := l.entries.Load(reflect.TypeFor[T]())
	if !ok {
		t.Fatal("nothing was loaded")
	}
	e := found.(*entry)
	e.mu.Lock()
	f := e.current
	e.mu.Unlock()
	if f == nil {
		return
	}
	select {
	case <-f.done:
	case <-time.After(5 * time.Second):
		t.Fatal("a read does not end")
	}
}
