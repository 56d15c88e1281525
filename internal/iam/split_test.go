package iam

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const limit = 600

func resources(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("arn:aws:s3:::bucket-number-%03d", i))
	}
	return all
}

func TestSplitKeepsEachPolicyShort(t *testing.T) {
	t.Parallel()
	contexts := Statement{Actions: []string{"kms:Decrypt"}, Resources: []string{"key"}, Conditions: Conditions{"StringEquals": {"kms:ViaService": {"s3"}, "kms:EncryptionContext:aws:s3:arn": resources(30)}}}
	for _, c := range []struct {
		situation  string
		statements []Statement
		policies   int
	}{
		{"nothing", nil, 0},
		{"one that fits", []Statement{read("a")}, 1},
		{"two that fit together", []Statement{read("a"), decrypt("k", "a")}, 1},
		{"many that do not", []Statement{{Actions: []string{"x"}, Resources: resources(10)}, {Actions: []string{"y"}, Resources: resources(10)}, {Actions: []string{"z"}, Resources: resources(1)}}, 2},
		{"one too long for one policy, by its resources", []Statement{{Actions: []string{"s3:GetObject"}, Resources: resources(40)}}, 4},
		{"one too long, by a condition", []Statement{contexts}, 4},
	} {
		policies := Split(limit, nil, c.statements)
		if len(policies) != c.policies {
			t.Errorf("%s: %d policies, want %d", c.situation, len(policies), c.policies)
		}
		var together []Statement
		for i, p := range policies {
			if n := Size(nil, p...); n > limit {
				t.Errorf("%s: policy %d has %d characters", c.situation, i, n)
			}
			together = append(together, p...)
		}
		// What is allowed is what was: no more, no less, each once.
		if got, want := pairs(together), pairs(c.statements); !slices.Equal(got, want) {
			t.Errorf("%s: allows\n%s\nwant\n%s", c.situation, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if again := Split(limit, nil, c.statements); !reflect.DeepEqual(again, policies) {
			t.Errorf("%s: the second time is another", c.situation)
		}
	}
}

// pairs lists every action, resource and combination of condition values.
func pairs(statements []Statement) (all []string) {
	for _, s := range statements {
		for _, r := range s.Resources {
			combined := []string{s.Effect + strings.Join(s.Actions, ",") + " " + r}
			for _, op := range []string{"StringEquals", "StringNotEquals"} {
				for _, key := range []string{"kms:ViaService", "kms:EncryptionContext:aws:s3:arn", "kms:EncryptionContext:PARAMETER_ARN", "k"} {
					values := s.Conditions[op][key]
					if len(values) == 0 {
						continue
					}
					if op == "StringNotEquals" {
						values = []string{strings.Join(values, "&")}
					}
					var more []string
					for _, c := range combined {
						for _, v := range values {
							more = append(more, c+" "+op+v)
						}
					}
					combined = more
				}
			}
			all = append(all, combined...)
		}
	}
	slices.Sort(all)
	return all
}

// "None of these" divided would be "any of these": it stays whole.
func TestSplitNeverDividesWhatIsNoOr(t *testing.T) {
	t.Parallel()
	whole := Statement{Effect: Deny, Actions: []string{"x"}, Resources: []string{"r"}, Conditions: Conditions{"StringNotEquals": {"k": resources(40)}}}
	if policies := Split(limit, nil, []Statement{read("a"), whole, read("b")}); len(policies) != 3 || len(policies[1]) != 1 || !reflect.DeepEqual(policies[1][0], whole) {
		t.Errorf("got %v", policies)
	}
}

func TestSplitLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	in := []Statement{{Actions: []string{"s3:GetObject"}, Resources: resources(40)}, read("a")}
	before := text(t, in)
	policies := Split(limit, nil, in)
	policies[0][0].Resources = append(policies[0][0].Resources, "other")
	if after := text(t, in); after != before {
		t.Errorf("input changed:\n was %s\n now %s", before, after)
	}
}

func TestSizeOfTokens(t *testing.T) {
	t.Parallel()
	const token = "${Token[AWS.Region.4]}"
	plain, unknown := Size(nil, read("")), Size(nil, read(token))
	if unknown-plain != 128 {
		t.Errorf("a token counts as %d characters, want 128", unknown-plain)
	}
	if known := Size(map[string]int{token: 14}, read(token)); known-plain != 14 {
		t.Errorf("a token of 14 characters counts as %d", known-plain)
	}
	if twice := Size(map[string]int{token: 14}, read(token+"-"+token)); twice-plain != 29 {
		t.Errorf("two of them and a dash count as %d", twice-plain)
	}
}

func TestNotActions(t *testing.T) {
	t.Parallel()
	s := Statement{Effect: Deny, NotActions: []string{"logs:*", "xray:*"}, Resources: []string{"*"}}
	if got, want := text(t, []Statement{s}), `[{"Effect":"Deny","NotAction":["logs:*","xray:*"],"Resource":"*"}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	other := Statement{Effect: Deny, NotActions: []string{"logs:*"}, Resources: []string{"r"}}
	if merged := Merge([]Statement{s, other}); len(merged) != 2 {
		t.Errorf("statements about other actions were joined: %v", merged)
	}
}
