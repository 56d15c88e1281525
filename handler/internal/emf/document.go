package emf

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"
)

// rounds are the metrics in portions that a document takes.
func (s *set) rounds() iter.Seq[[]*metric] {
	return func(yield func([]*metric) bool) {
		left := s.metrics
		for len(left) > 0 {
			var round, later []*metric
			for _, m := range left {
				n := min(len(m.values), valuesLimit)
				round = append(round, &metric{m.name, m.unit, m.values[:n]})
				if n < len(m.values) {
					later = append(later, &metric{m.name, m.unit, m.values[n:]})
				}
			}
			for portion := range slices.Chunk(round, metricLimit) {
				if !yield(portion) {
					return
				}
			}
			left = later
		}
	}
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct {
	Name, Unit string
}

// writeDocuments writes one document, or more of them if one would be larger
// than a log event may be.
func (r *Recorder) writeDocuments(labels []Label, metrics []*metric) error {
	line, err := r.document(labels, metrics)
	if err != nil {
		return err
	}
	if half := len(metrics) / 2; len(line) > sizeLimit && half > 0 {
		if err := r.writeDocuments(labels, metrics[:half]); err != nil {
			return err
		}
		return r.writeDocuments(labels, metrics[half:])
	}
	_, err = r.settings.out.Write(line)
	return err
}

func (r *Recorder) document(labels []Label, metrics []*metric) ([]byte, error) {
	now := time.Now()
	keys := []string{functionName, service}
	root := map[string]any{
		// For Lambda, which reads level and timestamp of each line, and for
		// whoever looks for the invocation. The id is no dimension: it would make
		// a metric of its own for each invocation, and each is paid for.
		"timestamp":  now.UTC().Format("2006-01-02T15:04:05.000Z"),
		"level":      r.settings.level,
		"requestId":  r.requestID,
		functionName: r.settings.function,
		service:      r.settings.service,
	}
	for _, l := range labels {
		keys = append(keys, l.Name)
		root[l.Name] = l.Value
	}
	definitions := make([]definition, len(metrics))
	for i, m := range metrics {
		definitions[i] = definition{m.name, m.unit}
		root[m.name] = m.values
		if len(m.values) == 1 {
			root[m.name] = m.values[0]
		}
	}
	root["_aws"] = struct {
		Timestamp         int64
		CloudWatchMetrics []directive
	}{now.UnixMilli(), []directive{{r.settings.namespace, [][]string{keys}, definitions}}}
	line, err := json.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("encode metrics: %w", err)
	}
	return append(line, '\n'), nil
}
