package policy

import "testing"

// What a template leaves open must never pass for a policy that says nothing.
func TestParseOfWhatTheTemplateLeavesOpen(t *testing.T) {
	t.Parallel()
	statement := func(effect string) map[string]any {
		return map[string]any{"Effect": effect, "Action": "sqs:SendMessage", "Resource": "*"}
	}
	policy := func(statements ...any) map[string]any {
		return map[string]any{"Version": "2012-10-17", "Statement": statements}
	}
	for _, c := range []struct {
		situation string
		v         any
		want      Answer
	}{
		{"one statement, not in a list", map[string]any{"Statement": statement("Allow")}, Yes},
		{"none", policy(), No},
		{"a policy that is not known", Unknown{"Param"}, CannotTell},
		{"a policy that is a string", Text("{"), CannotTell},
		{"a policy as a string of JSON", Text(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}`), Yes},
		{"a denial as a string of JSON", Text(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sqs:*","Resource":"` + queueOf + `"}]}`), No},
		{"JSON with a part that is not known", Text(`{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"`) + Symbol(Anything, `A "of" \`) + `"}}`, CannotTell},
		{"JSON with a part that may be any JSON", Text(`{"Statement":`) + Symbol(Anything, "S") + `}`, CannotTell},
		{"JSON that forges a symbol", Text(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"\u00010\u0002"}}`), CannotTell},
		{"a policy that is missing", nil, CannotTell},
		{"statements that are not known", map[string]any{"Statement": Unknown{"Param"}}, CannotTell},
		{"a statement that is not known", policy(statement("Allow"), Unknown{"Param"}), CannotTell},
		{"a statement under a condition", policy(Either{"C", statement("Allow"), Absent{}}), CannotTell},
		{"a deny under a condition", policy(statement("Allow"), Either{"C", statement("Deny"), Absent{}}), CannotTell},
		{"another deny besides", policy(statement("Allow"), statement("Deny"), Either{"C", statement("Deny"), Absent{}}), No},
		{"a policy under a condition", Either{"C", policy(statement("Allow")), policy()}, CannotTell},
		{"policies of two versions under a condition", Either{"C",
			map[string]any{"Version": "2012-10-17", "Statement": map[string]any{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:sqs:eu-west-1:111111111111:${aws:PrincipalTag/q}"}},
			map[string]any{"Statement": statement("Allow")}}, CannotTell},
		{"principals that a condition decides", policy(map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*",
			"Principal": Either{"C", map[string]any{"Service": "x.amazonaws.com"}, map[string]any{"AWS": roleA}}}), CannotTell},
		{"a list of statements under a condition", map[string]any{"Statement": Either{"C", []any{statement("Allow")}, []any{}}}, CannotTell},
		{"an effect that is not known", policy(map[string]any{"Effect": Unknown{"E"}, "Action": "*", "Resource": "*"}), CannotTell},
		{"an action that is not known", policy(map[string]any{"Effect": "Allow", "Action": Unknown{"A"}, "Resource": "*"}), CannotTell},
		{"a resource that a condition decides", policy(map[string]any{"Effect": "Allow", "Action": "*", "Resource": Either{"C", Text("*"), Text("arn:aws:s3:::b")}}), CannotTell},
		{"a resource of a list that a condition decides", policy(map[string]any{"Effect": "Allow", "Action": "*", "Resource": []any{Either{"C", Text("*"), Absent{}}}}), CannotTell},
		{"conditions that are not known", policy(map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": Unknown{"C"}}), CannotTell},
		{"a condition's keys that are not known", policy(map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": map[string]any{"StringEquals": Unknown{"C"}}}), CannotTell},
		{"an account's number, as a number", policy(map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": 111111111111.0}}}), Yes},
	} {
		d := Evaluate(Policies{Identity: []*Document{Parse("p", c.v)}}, Request{Principal: Role(roleA), Action: "sqs:SendMessage", Resource: queueOf,
			Context: Context{Complete: true}.With("aws:PrincipalAccount", "111111111111")})
		if d.Answer != c.want {
			t.Errorf("%s: got %s, want %s: %v", c.situation, d.Answer, c.want, d.Because)
		}
	}
}

func TestAlternativesAreBounded(t *testing.T) {
	t.Parallel()
	many := func(value string) []any {
		var all []any
		for range 12 {
			all = append(all, Either{"C", Text(value), Absent{}}, Either{"C", Text("x"), Text("y")})
		}
		return all
	}
	d := Parse("p", map[string]any{"Statement": []any{
		map[string]any{"Effect": Either{"C", "Allow", "Deny"}, "Action": many("sqs:SendMessage"), "Resource": many("*")},
		map[string]any{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}}})
	if n := len(d.Statements); n > 33 || d.Number(n-1) != 2 {
		t.Errorf("got %d statements, of which the last is number %d", n, d.Number(n-1))
	}
	if got := Evaluate(Policies{Identity: []*Document{d}}, Request{Principal: Role(roleA), Action: "sqs:SendMessage", Resource: queueOf}); got.Answer != CannotTell {
		t.Errorf("got %s", got.Answer)
	}
}
