package report

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/securegofunction/cdk/constructs/posture"
)

// The overview of a terminal of 120 columns loses nothing.
func TestTheOverviewFits(t *testing.T) {
	t.Parallel()
	long := of(t, "", send, functionURL("NONE"))
	long.Posture.Functions[0].Path = strings.Repeat("Ä/stage/of/the/", 20) + strings.Repeat("Function", 20)
	long.Destinations[long.Posture.Functions[0].Path] = []string{"0.0.0.0/0 on all ports", "a.very.long.name.of.a.host.that.has.no.space.or.slash.in.it.example.com", "ssm", "kms"}
	for situation, c := range map[string]struct {
		document *Document
		lines    int // at least, with the headings
	}{
		"one function":  {many(t, 1), 2},
		"three":         {many(t, 3), 4},
		"long names":    {long, 10},
		"hostile names": {hostileDocument(t), 3},
		"short names":   {tiny(t), 2},
		"none":          {New("none", &posture.Posture{}, posture.Report{}, nil), 1},
	} {
		table := writing(t, c.document, "table")
		_, table, _ = strings.Cut(table, "\n\n")
		table, _, _ = strings.Cut(table, "\n\n")
		lines := strings.Split(strings.TrimRight(table, "\n"), "\n")
		if len(lines) < c.lines {
			t.Errorf("%s: %d lines:\n%s", situation, len(lines), table)
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > 120 {
				t.Errorf("%s: %d columns: %s", situation, n, line)
			}
		}
		for _, line := range lines[1:] {
			if at := strings.Index(lines[0], "ERRORS"); utf8.RuneCountInString(line) > at && []rune(line)[at] == ' ' {
				t.Errorf("%s: the numbers are not below their headings:\n%s", situation, table)
			}
		}
		for _, f := range c.document.Posture.Functions {
			b := c.document.briefOf(f)
			for i, want := range []string{b.Path, b.Calls, b.Reaches, b.InvokedBy} {
				got := ""
				for _, row := range c.document.overview()[1:] {
					got += row[i]
				}
				if squeeze := strings.NewReplacer(" ", ""); !strings.Contains(squeeze.Replace(got), squeeze.Replace(want)) {
					t.Errorf("%s: %q is lost of %q", situation, want, got)
				}
			}
		}
	}
	if got := len(tiny(t).overview()); got != 2 {
		t.Errorf("what fits is on %d lines", got)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"sqs, s3", []string{"sqs, s3"}},
		{"sqs, s3, kms", []string{"sqs, s3,", "kms"}},
		{"sqs, s3aa b", []string{"sqs,", "s3aa b"}},
		{"exactly8 more", []string{"exactly8", "more"}},
		{"Shop/Orders/F", []string{"Shop/", "Orders/F"}},
		{"ÄÄÄÄÄÄÄÄÄÄ", []string{"ÄÄÄÄÄÄÄÄ", "ÄÄ"}},
		{"a      b", []string{"a      b"}},
	} {
		var got []string
		for rest := c.text; rest != ""; {
			line := ""
			line, rest = cut(rest, 8)
			got = append(got, line)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q is cut to %q, want %q", c.text, got, c.want)
		}
	}
}
