package runtimeapi

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// api is the four calls of the Runtime API for one process.
type api struct {
	arn       string
	ready     chan struct{} // closed at the first call of next
	asked     sync.Once
	initError chan error
	waiting   chan *invocation // taken from by the process's call of next

	mu      sync.Mutex
	current *invocation
}

type invocation struct {
	id       string
	trace    string
	payload  []byte
	deadline time.Time
	answer   chan answer // holds one, so that the process never waits for the caller
}

type answer struct {
	payload []byte
	err     error
}

func newAPI(arn string) *api {
	return &api{arn: arn, ready: make(chan struct{}), initError: make(chan error, 1), waiting: make(chan *invocation)}
}

func newInvocation(payload []byte, deadline time.Time) *invocation {
	var r [28]byte
	rand.Read(r[:])                             // never fails
	r[6], r[8] = r[6]&0x0f|0x40, r[8]&0x3f|0x80 // RFC 9562 section 5.4, version 4
	return &invocation{
		id:       fmt.Sprintf("%x-%x-%x-%x-%x", r[:4], r[4:6], r[6:8], r[8:10], r[10:16]),
		trace:    fmt.Sprintf("Root=1-%08x-%x;Sampled=0", time.Now().Unix(), r[16:28]), // X-Ray guide, "Tracing header"
		payload:  payload,
		deadline: deadline,
		answer:   make(chan answer, 1),
	}
}

func (a *api) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", a.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", a.invocationError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", a.initializationError)
	return mux
}

func (a *api) next(w http.ResponseWriter, r *http.Request) {
	a.asked.Do(func() { close(a.ready) })
	select {
	case <-r.Context().Done():
	case inv := <-a.waiting:
		a.mu.Lock()
		a.current = inv
		a.mu.Unlock()
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", a.arn)
		h.Set("Lambda-Runtime-Trace-Id", inv.trace)
		w.Write(inv.payload)
	}
}

func (a *api) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "InternalError", err.Error())
		return
	}
	// aws-lambda-go reports an error that it meets while it sends the answer in trailers.
	if kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); kind != "" {
		report, _ := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
		a.finish(w, r, answer{err: functionError(report, kind)})
		return
	}
	a.finish(w, r, answer{payload: body})
}

func (a *api) invocationError(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "InternalError", err.Error())
		return
	}
	a.finish(w, r, answer{err: functionError(body, r.Header.Get("Lambda-Runtime-Function-Error-Type"))})
}

// finish hands the answer over before the process hears that it was accepted, so that a
// process that exits right after has been heard.
func (a *api) finish(w http.ResponseWriter, r *http.Request, result answer) {
	a.mu.Lock()
	inv := a.current
	if inv == nil || inv.id != r.PathValue("id") {
		a.mu.Unlock()
		refuse(w, http.StatusBadRequest, "InvalidRequestID", fmt.Sprintf("invocation %q is not the current one", r.PathValue("id")))
		return
	}
	a.current = nil
	a.mu.Unlock()
	inv.answer <- result
	accept(w)
}

func (a *api) initializationError(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "InternalError", err.Error())
		return
	}
	select {
	case a.initError <- functionError(body, r.Header.Get("Lambda-Runtime-Function-Error-Type")):
		accept(w)
	default:
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "an initialization error was reported already")
	}
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(FunctionError{Type: kind, Message: message})
}
