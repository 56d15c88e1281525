package policy

import "testing"

func TestOutline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		text      Text
		want      string
	}{
		{"all is known", "arn:aws:s3:::b/*", "arn:aws:s3:::b/*"},
		{"a part is not", "arn:" + Symbol(Place, "AWS::Partition") + ":s3:::b", "arn:?:s3:::b"},
		{"what a symbol is called does not show", Symbol(Anything, "a condition|*"), "?"},
		{"nothing", "", ""},
	} {
		if got := c.text.Outline("?"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}
