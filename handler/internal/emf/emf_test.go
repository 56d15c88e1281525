package emf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func recorder(t testing.TB, out *bytes.Buffer) *Recorder {
	t.Helper()
	s, err := NewSettings("Shop", "orders", "Shop-OrdersF4A1", "INFO", out)
	if err != nil {
		t.Fatal(err)
	}
	return s.NewRecorder("79b4f56e-95b1-4643-9700-2807f4e68189")
}

// documents are what was written, each of which is valid.
func documents(t *testing.T, out *bytes.Buffer) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(out.String()) {
		if err := validate([]byte(line)); err != nil {
			t.Fatalf("%v: %.500s", err, line)
		}
		m := map[string]any{}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func TestDocument(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := recorder(t, &out)
	r.Sum("Orders", 1, "Count", nil)
	r.Keep("Payment", 12.5, "Milliseconds", nil)
	r.Sum("Orders", 2, "Count", nil)
	r.Keep("Payment", 7, "Milliseconds", nil)
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}

	got := documents(t, &out)
	if len(got) != 1 {
		t.Fatalf("%d documents, want one: %s", len(got), out.String())
	}
	stamp := got[0]["_aws"].(map[string]any)["Timestamp"].(float64)
	if age := time.Since(time.UnixMilli(int64(stamp))); age < -time.Second || age > time.Minute {
		t.Errorf("timestamp is %v old", age)
	}
	if s, err := time.Parse(time.RFC3339, got[0]["timestamp"].(string)); err != nil || s.UnixMilli() != int64(stamp) {
		t.Errorf("Lambda's timestamp %v (%v) is not CloudWatch's %v", got[0]["timestamp"], err, stamp)
	}
	want := fmt.Sprintf(`{"FunctionName":"Shop-OrdersF4A1","Orders":3,"Payment":[12.5,7],"Service":"orders",`+
		`"_aws":{"Timestamp":%.0f,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[["FunctionName","Service"]],`+
		`"Metrics":[{"Name":"Orders","Unit":"Count"},{"Name":"Payment","Unit":"Milliseconds"}]}]},`+
		`"level":"INFO","requestId":"79b4f56e-95b1-4643-9700-2807f4e68189","timestamp":%q}`+"\n", stamp, got[0]["timestamp"])
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestNothingToWrite(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := recorder(t, &out).Flush(); err != nil || out.Len() != 0 {
		t.Errorf("got %v, %q", err, out.String())
	}
}

// Other dimensions need another document, which has one value for each.
func TestDimensions(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := recorder(t, &out)
	card, invoice := Label{"Method", "card"}, Label{"Method", "invoice"}
	eu := Label{"Market", "eu"}
	r.Sum("Paid", 1, "Count", nil)
	r.Sum("Paid", 2, "Count", []Label{card, eu})
	r.Sum("Paid", 3, "Count", []Label{eu, card})
	r.Sum("Paid", 4, "Count", []Label{invoice, eu})
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range documents(t, &out) {
		keys := d["_aws"].(map[string]any)["CloudWatchMetrics"].([]any)[0].(map[string]any)["Dimensions"]
		got = append(got, fmt.Sprintln(keys, d["Method"], d["Market"], d["Paid"]))
	}
	want := []string{
		"[[FunctionName Service]] <nil> <nil> 1\n",
		"[[FunctionName Service Market Method]] card eu 5\n",
		"[[FunctionName Service Market Method]] invoice eu 4\n",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		metrics   int
		values    int
		name      string // of which the metric's number is the end
		documents int
	}{
		{"as many metrics as a document takes", 100, 1, "m", 1},
		{"one more", 101, 1, "m", 2},
		{"as many values as a metric takes", 1, 100, "m", 1},
		{"one more", 1, 101, "m", 2},
		{"many of both", 201, 201, "m", 9},
		{"longest names, in six bytes for each character", 100, 100, strings.Repeat("<", 250), 2},
	} {
		var out bytes.Buffer
		r := recorder(t, &out)
		for v := range c.values {
			for m := range c.metrics {
				r.Keep(fmt.Sprint(c.name, m), float64(v)+1/3.0, "None", nil)
			}
		}
		if err := r.Flush(); err != nil {
			t.Errorf("%s: %v", c.situation, err)
		}
		got := documents(t, &out)
		if len(got) != c.documents {
			t.Errorf("%s: %d documents, want %d", c.situation, len(got), c.documents)
		}
		values := 0
		for _, d := range got {
			for name, v := range d {
				if !strings.HasPrefix(name, c.name) {
					continue
				}
				if array, ok := v.([]any); ok {
					values += len(array)
				} else {
					values++
				}
			}
		}
		if values != c.metrics*c.values {
			t.Errorf("%s: %d values, want %d", c.situation, values, c.metrics*c.values)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	many := make([]Label, 29)
	for i := range many {
		many[i] = Label{fmt.Sprint("d", i), "v"}
	}
	for _, c := range []struct {
		situation string
		name      string
		value     float64
		unit      string
		labels    []Label
		want      string
	}{
		{"no name", "", 1, "Count", nil, `metric "": name "" is blank`},
		{"blanks", " \t", 1, "Count", nil, `metric " \t": name " \t" is blank`},
		{"a colon first", ":a", 1, "Count", nil, `metric ":a": name ":a" starts with a colon, which CloudWatch refuses`},
		{"no ASCII", "Größe", 1, "Count", nil, `metric "Größe": name "Größe" holds 'ö': CloudWatch takes printable ASCII`},
		{"a control character", "a\nb", 1, "Count", nil, `metric "a\nb": name "a\nb" holds '\n': CloudWatch takes printable ASCII`},
		{"too long", strings.Repeat("a", 256), 1, "Count", nil, `metric "` + strings.Repeat("a", 40) + `": name "aaaaaaaaaaaaaaaaaaaa"… has 256 characters, and CloudWatch takes 255`},
		{"metadata's name", "_aws", 1, "Count", nil, `metric "_aws": name "_aws" is taken: the document of the metrics has a member of that name`},
		{"a dimension's name", "Service", 1, "Count", nil, `metric "Service": name "Service" is taken: the document of the metrics has a member of that name`},
		{"not a number", "a", math.NaN(), "Count", nil, `metric "a": value NaN: CloudWatch takes numbers between -2^360 and 2^360`},
		{"infinite", "a", math.Inf(-1), "Count", nil, `metric "a": value -Inf: CloudWatch takes numbers between -2^360 and 2^360`},
		{"too large", "a", 1e109, "Count", nil, `metric "a": value 1e+109: CloudWatch takes numbers between -2^360 and 2^360`},
		{"an unknown unit", "a", 1, "Hours", nil, `metric "a": unit "Hours" is none of CloudWatch's: use a constant of package metrics`},
		{"too many dimensions", "a", 1, "Count", many, `metric "a": it has 31 dimensions, and CloudWatch takes 30`},
		{"a dimension twice", "a", 1, "Count", []Label{{"d", "1"}, {"d", "2"}}, `metric "a": dimension "d" is given twice`},
		{"an empty dimension", "a", 1, "Count", []Label{{}}, `metric "a": a dimension is empty: make it with metrics.NewDimension`},
		{"its own dimension", "a", 1, "Count", []Label{{"a", "1"}}, `metric "a": a dimension of it has the same name, and they would share a member of the document`},
	} {
		t.Run(c.situation, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := recorder(t, &out)
			r.Sum("good", 1, "Count", nil)
			r.Keep(c.name, c.value, c.unit, c.labels)
			err := r.Flush()
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if got := documents(t, &out); len(got) != 1 || got[0]["good"] != 1.0 {
				t.Errorf("the other metric is not there alone: %s", out.String())
			}
			if err := r.Flush(); err != nil {
				t.Errorf("the error comes again: %v", err)
			}
		})
	}
}

func TestTwoUnits(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := recorder(t, &out)
	r.Keep("size", 1, "Bytes", nil)
	r.Keep("size", 1, "Kilobytes", nil)
	const want = `metric "size": it is in Bytes and in Kilobytes: give each unit a metric of its own`
	if err := r.Flush(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got := documents(t, &out); len(got) != 1 || got[0]["size"] != 1.0 {
		t.Errorf("the first is not there alone: %s", out.String())
	}
}

func TestTheSameMistakeOften(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := recorder(t, &out)
	for range 1000 {
		r.Sum("", 1, "Count", nil)
	}
	if got := strings.Count(r.Flush().Error(), "\n") + 1; got != mistakes {
		t.Errorf("%d lines, want %d", got, mistakes)
	}
}

// A goroutine that outlives its invocation loses nothing.
func TestAfterTheInvocation(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := recorder(t, &out)
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	r.Sum("late", 1, "Count", nil)
	r.Sum("late", 2, "Count", nil)
	if got := documents(t, &out); len(got) != 2 || got[0]["late"] != 1.0 || got[1]["late"] != 2.0 {
		t.Errorf("got %s", out.String())
	}
}

func TestWriteFails(t *testing.T) {
	t.Parallel()
	s, err := NewSettings("Shop", "orders", "orders", "INFO", broken{})
	if err != nil {
		t.Fatal(err)
	}
	r := s.NewRecorder("")
	r.Sum("Orders", 1, "Count", nil)
	if err := r.Flush(); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

var errBroken = errors.New("broken pipe")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestSideBySide(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := recorder(t, &out)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for range 50 {
				r.Sum("Orders", 1, "Count", nil)
				r.Keep("Size", float64(i), "Bytes", nil)
			}
		})
	}
	wg.Wait()
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	sizes := 0
	for _, d := range documents(t, &out) {
		sizes += len(d["Size"].([]any))
		if n, ok := d["Orders"]; ok && n != 1000.0 {
			t.Errorf("%v orders, want 1000", n)
		}
	}
	if sizes != 1000 {
		t.Errorf("%d sizes, want 1000", sizes)
	}
}

func BenchmarkCount(b *testing.B) {
	var out bytes.Buffer
	r := recorder(b, &out)
	b.ReportAllocs()
	for b.Loop() {
		r.Sum("Orders", 1, "Count", nil)
	}
}

func BenchmarkInvocation(b *testing.B) {
	var out bytes.Buffer
	s := recorder(b, &out).settings
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		r := s.NewRecorder("79b4f56e-95b1-4643-9700-2807f4e68189")
		r.Sum("Orders", 1, "Count", nil)
		r.Keep("Payment", 12.5, "Milliseconds", nil)
		if err := r.Flush(); err != nil {
			b.Fatal(err)
		}
	}
}
