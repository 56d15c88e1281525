package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestTextIsWrittenAsFnSubDoes(t *testing.T) {
	t.Parallel()
	text := "arn:" + Symbol(Place, "AWS::Partition") + ":s3:::" + Symbol(Identity, "Bucket") + "/" + Wildcards("*") + Text("${aws:username}")
	const want = "arn:${AWS::Partition}:s3:::${Bucket}/*${aws:username}"
	if got := text.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	b, err := json.Marshal(text)
	if err != nil || string(b) != `"`+want+`"` {
		t.Errorf("as JSON: %s %v", b, err)
	}
	var back Text
	if err := json.Unmarshal([]byte(`"`+want+`"`), &back); err != nil || back.String() != want || len(back.Symbols()) != 2 {
		t.Errorf("read back: %s, symbols %v, %v", back, back.Symbols(), err)
	}
	if got := text.Symbols(); !slices.Equal(got, []string{"AWS::Partition", "Bucket", "*"}) {
		t.Errorf("symbols: %v", got)
	}
}

// A template could hold the characters that mark a symbol, and pass for a resource.
func TestLiteralsAreNoSymbols(t *testing.T) {
	t.Parallel()
	forged := Literal(string(Symbol(Identity, "Bucket")))
	if _, known := forged.Known(); !known || Equal(forged, Symbol(Identity, "Bucket")) == Yes {
		t.Errorf("%q passes for a symbol", string(forged))
	}
	if got := Symbol(Identity, "a\x02b").Symbols(); len(got) != 1 {
		t.Errorf("a name with the mark in it makes %v", got)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	arn := Text("arn:aws:sqs:") + region + ":" + account + ":" + queueA
	for _, c := range []struct {
		situation string
		text      Text
		separator string
		want      []Text
		ok        bool
	}{
		{"known", "a:b:c", ":", []Text{"a", "b", "c"}, true},
		{"an ARN", arn, ":", []Text{"arn", "aws", "sqs", region, account, queueA}, true},
		{"a parameter may hold one", "a:b" + param + ":c", ":", []Text{"a"}, false},
		{"a name may hold a hyphen", "a-" + queueA + "-b", "-", []Text{"a"}, false},
		{"none", "", ":", []Text{""}, true},
	} {
		if got, ok := c.text.Cut(c.separator); ok != c.ok || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q %v, want %q %v", c.situation, got, ok, c.want, c.ok)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	if And() != Yes || Or() != No || And(Yes, CannotTell) != CannotTell || And(CannotTell, No) != No || Or(No, CannotTell) != CannotTell ||
		Or(CannotTell, Yes) != Yes || Not(Yes) != No || Not(No) != Yes || Not(CannotTell) != CannotTell {
		t.Error("the answers do not combine as they should")
	}
	for _, a := range []Answer{No, CannotTell, Yes} {
		var back Answer
		if text, err := a.MarshalText(); err != nil || back.UnmarshalText(text) != nil || back != a {
			t.Errorf("%s is written as %s and read as %s", a, text, back)
		}
	}
	var a Answer
	if err := a.UnmarshalText([]byte("maybe")); err == nil {
		t.Error("maybe is read")
	}
}

// A symbol's name may hold anything: a condition's has a question mark.
func TestNamesOfSymbolsAreNoText(t *testing.T) {
	t.Parallel()
	symbol := Symbol(Anything, "Asked?a/b|*:c")
	if got := Wildcards("x" + symbol); got != "x"+symbol {
		t.Errorf("Wildcards changes %s to %q", symbol, got)
	}
	if got := Wildcards(symbol + "*"); got == symbol+"*" || !strings.HasPrefix(string(got), string(symbol)) {
		t.Errorf("Wildcards makes %q of %s*", got, symbol)
	}
	for _, c := range []struct {
		text, before, after Text
		ok                  bool
	}{
		{"a/b/c", "a/b", "c", true}, {"a/" + symbol, "a", symbol, true}, {symbol + "/b", symbol, "b", true}, {symbol, "", symbol, false}, {"", "", "", false},
		{"a:" + symbol + "x", "a", symbol + "x", true},
	} {
		if before, after, ok := c.text.CutLast("/:"); before != c.before || after != c.after || ok != c.ok {
			t.Errorf("%s: got %q %q %t", c.text, before, after, ok)
		}
	}
}
