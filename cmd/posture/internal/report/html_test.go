package report

import (
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

func TestPathsBreakBetweenWords(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"Shop/OrdersOfToday/Function": "Shop/<wbr>Orders<wbr>Of<wbr>Today/<wbr>Function", "OrdersOfToday": "OrdersOfToday", "/a": "/a", "<b>/A&B": "&lt;b&gt;/<wbr>A&amp;B",
		"ec2:AssignPrivateIpAddresses": "ec2:<wbr>Assign<wbr>Private<wbr>Ip<wbr>Addresses", "Größe/ÜberAll": "Größe/<wbr>Über<wbr>All",
	} {
		if got := string(breakable(path)); got != want {
			t.Errorf("%s is written as %s, want %s", path, got, want)
		}
	}
}

// part is what a page has between two texts.
func part(t *testing.T, page, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, from)
	got, _, end := strings.Cut(rest, to)
	if !ok || !end {
		t.Fatalf("the page has no %s, or no %s after it", from, to)
	}
	return strings.ReplaceAll(got, "<wbr>", "")
}

func TestPageSaysWhatWasRead(t *testing.T) {
	t.Parallel()
	d := of(t, "", "")
	d.Posture.Stacks = []posture.Stack{{Name: "Shop", Path: "Prod/Shop", Account: "111122223333", Region: "eu-west-1"}, {Name: "S", Path: "S", Account: d.Posture.Stacks[0].Account, Region: d.Posture.Stacks[0].Region}}
	page := writing(t, d, "html")
	for _, want := range []string{`<th scope="row">Shop <code>Prod/Shop</code></th><td>111122223333</td><td>eu-west-1</td>`,
		`<th scope="row">S</th><td>the account it is deployed to</td><td>the region it is deployed to</td>`} {
		if got := part(t, page, "<details open>", "</details>"); !strings.Contains(got, want) {
			t.Errorf("the page lacks %s: %s", want, got)
		}
	}
	if writing(t, d, "html") != page {
		t.Error("the page is not the same when it is written again")
	}
	for range 10 {
		d.Posture.Stacks = append(d.Posture.Stacks, d.Posture.Stacks[0])
	}
	if page := writing(t, d, "html"); !strings.Contains(page, "<details>") {
		t.Error("many stacks are listed at once")
	}
}

// In the section of a function the findings of one rule are together, and what is acknowledged has its reason.
func TestSectionsHaveWhatIsFound(t *testing.T) {
	t.Parallel()
	d := of(t, "", send)
	finding := posture.Finding{Rule: "r", Severity: posture.Warning, Path: "S/R", Function: "S/F", Message: "one"}
	other, shared, acknowledged := finding, finding, finding
	other.Message, shared.Message, acknowledged.Message = "two", "three", "four"
	shared.Function = ""
	acknowledged.Acknowledged = &posture.Acknowledgement{Reason: "it is a test", Source: "CDK"}
	d.Report.Findings = []posture.Finding{finding, other, shared, acknowledged}
	d.Rules = []posture.Rule{{ID: "r", Title: "T", Why: "because", Fix: "thus"}}
	section := part(t, writing(t, d, "html"), `<section class="function"`, "</section>")
	for text, times := range map[string]int{"<dt>Why</dt>": 1, ": one<br>": 1, ": two<br>": 1, ": three (of no function alone)<dl>": 1, ": four<dl><dt>Reason</dt><dd>it is a test (CDK)</dd>": 1, "1 shared · 1 acknowledged": 1, "1 acknowledged": 1} {
		if got := strings.Count(section, text); got != times {
			t.Errorf("%q is there %d times, want %d:\n%s", text, got, times, section)
		}
	}
}

// The keyboard stops where something may scroll sideways, which is nothing of a function's section but its picture: browsers stop there by
// themselves if it does.
func TestKeyboardStopsAreFew(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 5} {
		if got := strings.Count(writing(t, many(t, n), "html"), "tabindex"); got != 3 {
			t.Errorf("a page of %d functions has %d stops beside its links, want 3", n, got)
		}
	}
}

// A picture is called by a few words, and described by more.
func TestPicturesAreNamed(t *testing.T) {
	t.Parallel()
	page := writing(t, of(t, "", send), "html")
	for _, want := range []string{`aria-labelledby="f1-t" aria-describedby="f1-d"`, `<title id="f1-t">The doors of S/F</title>`, `<desc id="f1-d">They may invoke it: `} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
