package handlertest

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/securegofunction/cdk/handler"
)

// Record is one line of the log.
type Record struct {
	Time    time.Time
	Level   slog.Level
	Message string
	// Attrs are the others of its members, decoded from JSON: numbers are
	// float64, groups and errors are map[string]any.
	Attrs map[string]any
}

// Metric is the values of one metric in one document.
type Metric struct {
	Namespace, Name, Unit string
	Dimensions            map[string]string
	Values                []float64
}

var levels = map[string]slog.Level{
	"TRACE": handler.LevelTrace, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo,
	"WARN": slog.LevelWarn, "ERROR": slog.LevelError, "FATAL": handler.LevelFatal,
}

// parse reads a line, which is a record, or metrics.
func parse(line string) (Record, []Metric, error) {
	members := map[string]any{}
	if err := json.Unmarshal([]byte(line), &members); err != nil {
		return Record{}, nil, fmt.Errorf("it is no JSON: %w", err)
	}
	if _, ok := members["_aws"]; ok {
		metrics, err := parseMetrics(line, members)
		return Record{}, metrics, err
	}
	text := func(name string) string {
		s, _ := members[name].(string)
		delete(members, name)
		return s
	}
	stamp, level, message := text("timestamp"), text("level"), text("message")
	r := Record{Message: message, Level: levels[level], Attrs: members}
	var err error
	r.Time, err = time.Parse(time.RFC3339, stamp)
	return r, nil, err
}

func parseMetrics(line string, members map[string]any) ([]Metric, error) {
	var document struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
	}
	if err := json.Unmarshal([]byte(line), &document); err != nil {
		return nil, err
	}
	metrics := []Metric{}
	for _, d := range document.AWS.CloudWatchMetrics {
		dimensions := map[string]string{}
		for _, set := range d.Dimensions {
			for _, name := range set {
				dimensions[name], _ = members[name].(string)
			}
		}
		for _, m := range d.Metrics {
			metrics = append(metrics, Metric{d.Namespace, m.Name, m.Unit, dimensions, numbers(members[m.Name])})
		}
	}
	return metrics, nil
}

func numbers(member any) []float64 {
	switch v := member.(type) {
	case float64:
		return []float64{v}
	case []any:
		all := make([]float64, 0, len(v))
		for _, n := range v {
			f, _ := n.(float64)
			all = append(all, f)
		}
		return all
	}
	return nil
}
