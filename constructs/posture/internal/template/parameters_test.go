package template

import (
	"fmt"
	"strings"
	"testing"
)

func TestParameters(t *testing.T) {
	t.Parallel()
	a, err := Parse("stack", []byte(`{"Parameters":{"A":{"Type":"String","NoEcho":true,"Default":"x"},"B":{"Type":"String","NoEcho":"true"},"C":{"Type":"Number","Default":3},"D":7},
		"Resources":{"R":{"Type":"T","Properties":{"V":{"Ref":"A"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range a.Stacks[0].Parameters() {
		got = append(got, fmt.Sprintf("%s=%s/%v", p.ID, p.Default, p.NoEcho))
	}
	if want := "A=x/true B=/true C=3/false D=/false"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
	hidden := a.Hidden()
	if symbols := a.Stacks[0].Resource("R").Text("V").Symbols(); len(symbols) != 1 || !hidden[symbols[0]] || len(hidden) != 2 {
		t.Errorf("the symbol %q is not among %v", symbols, hidden)
	}
}
