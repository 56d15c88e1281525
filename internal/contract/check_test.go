package contract

import (
	"reflect"
	"strings"
	"testing"
)

type text string

func (text) LinkKinds() []Kind { return []Kind{Text} }

type orders struct {
	APIKey   secret `link:"API_KEY"`
	Receipts bucket `link:"RECEIPTS,optional"`
	Theme    text   `link:"THEME,optional"`
}

func TestCheck(t *testing.T) {
	t.Parallel()
	fields, err := Fields(reflect.TypeFor[orders]())
	if err != nil {
		t.Fatal(err)
	}
	apiKey := Variable{"API_KEY", Parameter}
	for _, c := range []struct {
		situation string
		variables []Variable
		want      []string
	}{
		{"each field has its link", []Variable{apiKey, {"RECEIPTS", Bucket}, {"RECEIPTS_PREFIX", ""}, {"RECEIPTS_KEY", Text}, {"THEME", ""}}, nil},
		{"a secret in place of a parameter", []Variable{{"API_KEY", Secret}}, nil},
		{"optional fields have none", []Variable{apiKey}, nil},
		{"a plain setting is read by nobody", []Variable{apiKey, {"LOG_FORMAT", Text}, {"COLOUR", ""}}, nil},
		{"a link is missing", nil, []string{
			`orders.APIKey (contract.secret) reads the variable API_KEY, which nothing writes: add a link of kind parameter or secret with that name, or tag the field link:"API_KEY,optional"`}},
		{"a link of another kind", []Variable{apiKey, {"RECEIPTS", Table}}, []string{
			`orders.Receipts (contract.bucket) reads the variable RECEIPTS as bucket, and the stack writes it as table: make the field a config.Table, or link a bucket`}},
		{"a plain setting in place of a link", []Variable{{"API_KEY", ""}}, []string{
			`orders.APIKey (contract.secret) reads the variable API_KEY as parameter or secret, and the stack writes it as text: make the field a config.Text, or link a parameter or secret`}},
		{"a link in place of a plain setting", []Variable{apiKey, {"THEME", Parameter}}, []string{
			`orders.Theme (contract.text) reads the variable THEME as text, and the stack writes it as parameter: make the field a config.Secret, string, number, bool, time.Duration or struct, or link a text`}},
		{"a link that nobody reads", []Variable{apiKey, {"DB", Postgres}}, []string{
			`the variable DB (postgres) is read by no field: add a config.Postgres tagged link:"DB", or leave the link out`}},
		{"a link of a kind that is a team's own", []Variable{apiKey, {"MAIL", "mailbox"}}, []string{
			`the variable MAIL (mailbox) is read by no field: add a field that takes mailbox tagged link:"MAIL"`}},
		{"all at once", []Variable{{"RECEIPTS", Queue}, {"DB", Postgres}}, []string{"orders.APIKey", "orders.Receipts", "the variable DB"}},
	} {
		var got []string
		if err := Check(fields, c.variables); err != nil {
			got = strings.Split(err.Error(), "\n")
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("%s:\n got %s\nwant %s", c.situation, got[i], want)
			}
		}
	}
}

func TestEachKindHasAField(t *testing.T) {
	t.Parallel()
	for _, k := range []Kind{Parameter, Parameters, Secret, Bucket, Table, Queue, Topic, Bus, Stream, StateMachine, Function, Key,
		Postgres, MySQL, Valkey, File, Address, URL, Text} {
		if !strings.HasPrefix(fieldFor(k), "config.") {
			t.Errorf("%s: a mistake would say %q", k, fieldFor(k))
		}
	}
}
