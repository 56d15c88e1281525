package emf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Settings are what all metrics of a function share.
type Settings struct {
	namespace, service, function string
	level                        string
	out                          io.Writer
}

// NewSettings checks what the metrics go under. level is put on each document:
// Lambda takes a line without one for INFO, and a function whose level is above
// that would lose its metrics (Lambda guide, "Log-level filtering").
func NewSettings(namespace, service, function, level string, out io.Writer) (Settings, error) {
	err := errors.Join(checkNamespace(namespace), CheckValue(service), CheckValue(function))
	return Settings{namespace, service, function, level, out}, err
}

// Label is a dimension of one metric with its value.
type Label struct{ Name, Value string }

// Recorder collects the metrics of one invocation. It is safe for concurrent
// use.
type Recorder struct {
	settings  Settings
	requestID string

	mu      sync.Mutex
	sets    []*set // in the order of their first metric
	wrong   []error
	flushed bool
}

// set is the metrics that have the same dimensions. They share documents, and
// no others may: a document has one value for a dimension.
type set struct {
	labels  []Label
	metrics []*metric
}

type metric struct {
	name, unit string
	values     []float64
}

// mistakes are remembered up to this many: a loop makes the same one often.
const mistakes = 20

// NewRecorder is for the invocation of that id.
func (s Settings) NewRecorder(requestID string) *Recorder {
	return &Recorder{settings: s, requestID: requestID}
}

type contextKey struct{}

// NewContext carries the recorder.
func NewContext(ctx context.Context, r *Recorder) context.Context {
	return context.WithValue(ctx, contextKey{}, r)
}

// FromContext returns nil outside an invocation.
func FromContext(ctx context.Context) *Recorder {
	r, _ := ctx.Value(contextKey{}).(*Recorder)
	return r
}

// Sum adds to the one value that the metric has. The labels are the recorder's
// from then on.
func (r *Recorder) Sum(name string, v float64, unit string, labels []Label) {
	r.add(name, v, unit, labels, true)
}

// Keep adds one more value to the metric. The labels are the recorder's from
// then on.
func (r *Recorder) Keep(name string, v float64, unit string, labels []Label) {
	r.add(name, v, unit, labels, false)
}

func (r *Recorder) add(name string, v float64, unit string, labels []Label, sum bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.put(name, v, unit, labels, sum); err != nil && len(r.wrong) < mistakes {
		r.wrong = append(r.wrong, fmt.Errorf("metric %.40q: %w", name, err))
	}
	if r.flushed { // by a goroutine that outlives the invocation
		r.write()
	}
}

func (r *Recorder) put(name string, v float64, unit string, labels []Label, sum bool) error {
	slices.SortFunc(labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	s := r.setOf(labels)
	m := s.metricOf(name)
	if m == nil {
		if err := checkNew(name, labels); err != nil {
			return err
		}
		m = &metric{name: name, unit: unit}
	}
	if m.unit != unit {
		return fmt.Errorf("it is in %s and in %s: give each unit a metric of its own", m.unit, unit)
	}
	if sum && len(m.values) == 1 {
		v += m.values[0]
	}
	if err := checkFigure(v, unit); err != nil {
		return err
	}
	if sum && len(m.values) == 1 {
		m.values[0] = v
		return nil
	}
	m.values = append(m.values, v)
	if len(m.values) == 1 {
		if len(s.metrics) == 0 {
			r.sets = append(r.sets, s)
		}
		s.metrics = append(s.metrics, m)
	}
	return nil
}

func (r *Recorder) setOf(labels []Label) *set {
	for _, s := range r.sets {
		if slices.Equal(s.labels, labels) {
			return s
		}
	}
	return &set{labels: labels}
}

func (s *set) metricOf(name string) *metric {
	for _, m := range s.metrics {
		if m.name == name {
			return m
		}
	}
	return nil
}

// Flush writes what has been collected, and from then on each metric as it
// comes. The error names the metrics that were refused.
func (r *Recorder) Flush() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flushed = true
	return r.write()
}

func (r *Recorder) write() error {
	wrong := r.wrong
	for _, s := range r.sets {
		for metrics := range s.rounds() {
			wrong = append(wrong, r.writeDocuments(s.labels, metrics))
		}
	}
	r.sets, r.wrong = nil, nil
	return errors.Join(wrong...)
}
