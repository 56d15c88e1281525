package policy

import (
	"encoding/json"
	"testing"
)

// FuzzEvaluate reads any JSON as a policy: it never panics, a further Deny never opens anything, a further Allow never shuts anything, and a
// key that becomes known never turns a Yes or a No.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{allowSend, denySend, to("Allow", `"*"`, "sqs:*"), to("Deny", `{"AWS":["111111111111","A"]}`, "*"),
		`{"Effect":"Allow","NotAction":"s3:*","NotResource":"arn:aws:sqs:*:*:x","NotPrincipal":{"Service":"x"},"Condition":{"ForAllValues:StringLikeIfExists":{"k":["${aws:username, 'x'}","*"]}}}`,
		`{"Effect":"Deny","Action":"sqs:?e*","Resource":"arn:aws:sqs:${aws:PrincipalTag/t}:*","Condition":{"Null":{"k":"true"},"IpAddress":{"k":"::/0"},"DateLessThan":{"k":1}}}`} {
		f.Add(`{"Version":"2012-10-17","Statement":[`+seed+`]}`, "sqs:SendMessage", string(queueOf), "v")
	}
	f.Fuzz(func(t *testing.T, text, action, resource, value string) {
		var v any
		if len(text) > 4096 || len(resource) > 256 || json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		d := Parse("p", v)
		r := Request{Principal: Role(roleA), Action: action, Resource: Literal(resource)}
		ask := func(documents ...*Document) Answer {
			Evaluate(Policies{Resource: d, Boundary: d, Filters: []*Document{d}, Identity: documents}, r)
			return Evaluate(Policies{Identity: documents}, r).Answer
		}
		before := ask(d)
		all := func(effect string) *Document {
			return &Document{Statements: []*Statement{{Effect: effect, Actions: []Text{"*"}, Resources: []Text{"*"}}}}
		}
		if got := ask(d, all(Deny)); got != No {
			t.Errorf("a Deny for all leaves %s", got)
		}
		if got := ask(d, all(Allow)); got < before {
			t.Errorf("an Allow for all makes %s of %s", got, before)
		}
		if some := (&Document{Statements: []*Statement{{Effect: Deny, Actions: []Text{"sqs:*"}, Resources: []Text{Literal(value) + "*"}}}}); ask(d, some) > before {
			t.Errorf("a Deny opens: %s becomes %s", before, ask(d, some))
		}
		if before == CannotTell {
			return
		}
		for _, context := range []Context{{Complete: true}, Context{Complete: true}.With("k", Literal(value)).With("aws:username", Literal(value)), Context{}.With("k", "a", Literal(value))} {
			r.Context = context
			if got := ask(d); got != before && got != CannotTell {
				t.Errorf("%s becomes %s when the request is known: %v", before, got, context)
			}
		}
	})
}

// FuzzText reads any text.
func FuzzText(f *testing.F) {
	f.Add("arn:${AWS::Region}:${Queue}", ":")
	f.Add("\x01\x02\x01r\x02", "\x01")
	f.Fuzz(func(t *testing.T, s, separator string) {
		if separator == "" || len(s) > 4096 {
			return
		}
		for _, text := range []Text{Literal(s), Text(s), Literal(s) + Symbol(Identity, separator)} {
			_ = text.String()
			_, _ = text.Cut(separator)
			_, _ = ARNPart(text, 5)
			if Equal(text, text) != Yes {
				t.Errorf("%q is not itself", text)
			}
			if Like("*", text) != Yes || MatchesResource(text, "x") == Yes && len(tokens(text, true)) == 0 {
				t.Errorf("%q is not matched by all", text)
			}
			var back Text
			if b, err := text.MarshalText(); err != nil || back.UnmarshalText(b) != nil {
				t.Errorf("%q cannot be written and read", text)
			}
		}
	})
}
