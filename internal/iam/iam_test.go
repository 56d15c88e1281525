package iam

import (
	"encoding/json"
	"testing"
)

func text(t *testing.T, statements []Statement) string {
	t.Helper()
	b, err := json.Marshal(Document(statements...)["Statement"])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(resource string) Statement {
	return Statement{Actions: []string{"ssm:GetParameter", "ssm:GetParameters"}, Resources: []string{resource}}
}

func decrypt(key, arn string) Statement {
	return Statement{Actions: []string{"kms:Decrypt"}, Resources: []string{key}, Conditions: Conditions{
		"StringEquals": {"kms:ViaService": {"ssm"}, "kms:EncryptionContext:PARAMETER_ARN": {arn}}}}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	deny := read("a")
	deny.Effect = Deny
	negated := func(v string) Statement {
		return Statement{Actions: []string{"x"}, Resources: []string{"r"}, Conditions: Conditions{"StringNotEquals": {"k": {v}}}}
	}
	for _, c := range []struct {
		situation string
		in        []Statement
		want      string
	}{
		{"nothing", nil, `[]`},
		{"the same twice", []Statement{read("a"), read("a")},
			`[{"Action":["ssm:GetParameter","ssm:GetParameters"],"Effect":"Allow","Resource":"a"}]`},
		{"other resources", []Statement{read("a"), read("b"), read("a")},
			`[{"Action":["ssm:GetParameter","ssm:GetParameters"],"Effect":"Allow","Resource":["a","b"]}]`},
		{"one condition differs on the same key", []Statement{decrypt("k", "a"), decrypt("k", "b")},
			`[{"Action":"kms:Decrypt","Condition":{"StringEquals":{"kms:EncryptionContext:PARAMETER_ARN":["a","b"],"kms:ViaService":"ssm"}},"Effect":"Allow","Resource":"k"}]`},
		{"resource and condition differ: joining would allow each key every parameter", []Statement{decrypt("k", "a"), decrypt("l", "b")},
			`[{"Action":"kms:Decrypt","Condition":{"StringEquals":{"kms:EncryptionContext:PARAMETER_ARN":"a","kms:ViaService":"ssm"}},"Effect":"Allow","Resource":"k"},` +
				`{"Action":"kms:Decrypt","Condition":{"StringEquals":{"kms:EncryptionContext:PARAMETER_ARN":"b","kms:ViaService":"ssm"}},"Effect":"Allow","Resource":"l"}]`},
		{"allow and deny", []Statement{read("a"), deny},
			`[{"Action":["ssm:GetParameter","ssm:GetParameters"],"Effect":"Allow","Resource":"a"},{"Action":["ssm:GetParameter","ssm:GetParameters"],"Effect":"Deny","Resource":"a"}]`},
		{"one has a condition that the other lacks", []Statement{decrypt("k", "a"), {Actions: []string{"kms:Decrypt"}, Resources: []string{"k"}}},
			`[{"Action":"kms:Decrypt","Condition":{"StringEquals":{"kms:EncryptionContext:PARAMETER_ARN":"a","kms:ViaService":"ssm"}},"Effect":"Allow","Resource":"k"},` +
				`{"Action":"kms:Decrypt","Effect":"Allow","Resource":"k"}]`},
		{"negated conditions: a longer list would allow less", []Statement{negated("a"), negated("b")},
			`[{"Action":"x","Condition":{"StringNotEquals":{"k":"a"}},"Effect":"Allow","Resource":"r"},{"Action":"x","Condition":{"StringNotEquals":{"k":"b"}},"Effect":"Allow","Resource":"r"}]`},
	} {
		if got := text(t, Merge(c.in)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.situation, got, c.want)
		}
	}
}

func TestMergeLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	in := []Statement{decrypt("k", "a"), decrypt("k", "b"), read("a"), read("b")}
	before := text(t, in)
	Merge(in)
	if after := text(t, in); after != before {
		t.Errorf("input changed:\n was %s\n now %s", before, after)
	}
}

func TestPrincipal(t *testing.T) {
	t.Parallel()
	s := Statement{Principal: map[string]string{"Service": "logs.amazonaws.com"}, Actions: []string{"kms:Encrypt"}, Resources: []string{"*"}}
	if got, want := text(t, []Statement{s}), `[{"Action":"kms:Encrypt","Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Resource":"*"}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
