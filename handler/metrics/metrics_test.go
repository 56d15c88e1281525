package metrics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/securegofunction/cdk/handler/internal/emf"
	"github.com/securegofunction/cdk/handler/metrics"
)

// written is what an invocation that measures so writes.
func written(t *testing.T, measure func(context.Context)) string {
	t.Helper()
	var out bytes.Buffer
	s, err := emf.NewSettings("Shop", "orders", "local", "INFO", &out)
	if err != nil {
		t.Fatal(err)
	}
	r := s.NewRecorder("id")
	measure(emf.NewContext(t.Context(), r))
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestFigures(t *testing.T) {
	t.Parallel()
	method := metrics.NewDimension("Method", "card", "invoice")
	got := written(t, func(ctx context.Context) {
		metrics.Count(ctx, "Orders", 2)
		metrics.Count(ctx, "Orders", 3)
		metrics.Duration(ctx, "Payment", 1500*time.Microsecond)
		metrics.Duration(ctx, "Payment", time.Second)
		metrics.Gauge(ctx, "Size", 17, metrics.Bytes)
		metrics.Gauge(ctx, "Size", 17, metrics.Bytes)
		metrics.Count(ctx, "Paid", 1, method.Is("card"))
		metrics.Count(ctx, "Paid", 1, method.Is("alice@example.com"))
	})
	var lines []string
	for line := range strings.Lines(got) {
		var d map[string]any
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		definitions := d["_aws"].(map[string]any)["CloudWatchMetrics"].([]any)[0].(map[string]any)["Metrics"]
		lines = append(lines, fmt.Sprintln(definitions, d["Orders"], d["Payment"], d["Size"], d["Paid"], d["Method"]))
	}
	want := []string{
		"[map[Name:Orders Unit:Count] map[Name:Payment Unit:Milliseconds] map[Name:Size Unit:Bytes]] 5 [1.5 1000] [17 17] <nil> <nil>\n",
		"[map[Name:Paid Unit:Count]] <nil> <nil> <nil> 1 card\n",
		"[map[Name:Paid Unit:Count]] <nil> <nil> <nil> 1 other\n",
	}
	if fmt.Sprint(lines) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", lines, want)
	}
}

// Every unit that the package has is one of CloudWatch's.
func TestUnits(t *testing.T) {
	t.Parallel()
	for _, unit := range []metrics.Unit{
		metrics.None, metrics.Seconds, metrics.Milliseconds, metrics.Microseconds, metrics.Bytes, metrics.Kilobytes, metrics.Megabytes,
		metrics.Gigabytes, metrics.Percent, metrics.Counts, metrics.PerSecond,
	} {
		if got := written(t, func(ctx context.Context) { metrics.Gauge(ctx, "a", 1, unit) }); !strings.Contains(got, fmt.Sprintf(`"Unit":%q`, unit)) {
			t.Errorf("%s: wrote %s", unit, got)
		}
	}
}

func TestNewDimension(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		name      string
		values    []string
		want      string
	}{
		{"no values", "Method", nil, `metrics dimension "Method": it lists no values: name those that it can have`},
		{"too many values", "Customer", strings.Split(strings.Repeat("c,", 101), ",")[:101],
			`metrics dimension "Customer": it lists 101 values, and 100 are the most: each is a metric that is paid for; put what has many, such as ids, on the log`},
		{"no name", "", []string{"a"}, `metrics dimension "": name "" is blank`},
		{"a name that is taken", "requestId", []string{"a"}, `metrics dimension "requestId": name "requestId" is taken: the document of the metrics has a member of that name`},
		{"a blank value", "Method", []string{"card", ""}, `metrics dimension "Method": value "" is blank`},
		{"a value that is no ASCII", "Method", []string{"Überweisung"}, `metrics dimension "Method": value "Überweisung" holds 'Ü': CloudWatch takes printable ASCII`},
		{"a value too long", "Method", []string{strings.Repeat("a", 1025)}, `metrics dimension "Method": value "aaaaaaaaaaaaaaaaaaaa"… has 1025 characters, and CloudWatch takes 1024`},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if r := recover(); fmt.Sprint(r) != c.want {
					t.Errorf("got  %v\nwant %s", r, c.want)
				}
			}()
			metrics.NewDimension(c.name, c.values...)
		})
	}
}

// The caller's slice is his own.
func TestDimensionKeepsItsValues(t *testing.T) {
	t.Parallel()
	values := []string{"card"}
	d := metrics.NewDimension("Method", values...)
	values[0] = "changed"
	if got := written(t, func(ctx context.Context) { metrics.Count(ctx, "Paid", 1, d.Is("card")) }); !strings.Contains(got, `"Method":"card"`) {
		t.Errorf("got %s", got)
	}
}

func TestOutsideAnInvocation(t *testing.T) {
	var out bytes.Buffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	metrics.Count(context.Background(), "Orders", 1)
	if got := out.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, "metric=Orders") {
		t.Errorf("got %q", got)
	}
}
