package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
)

type holder struct {
	Key     Secret
	Pointer *Secret
	Slice   []Secret
	Map     map[string]Secret
	Any     any
	Below   Parameters
	hidden  Secret
	deep    *holder
}

type xmlHolder struct{ Key Secret }

func newHolder() holder {
	s := NewSecret(canary)
	inner := &holder{Key: s, hidden: s}
	return holder{s, &s, []Secret{s}, map[string]Secret{"a": s}, s, Parameters{"a": s}, s, inner}
}

func leaks(said string) bool {
	return strings.Contains(said, canary) || strings.Contains(said, fmt.Sprintf("%x", canary)) || strings.Contains(said, fmt.Sprintf("%X", canary))
}

func TestSecretIsRedactedByFmt(t *testing.T) {
	t.Parallel()
	s, h := NewSecret(canary), newHolder()
	for _, flags := range []string{"", "+", "#", "-", " ", "0", "20", "+.3", "#+20.2"} {
		for _, verb := range "vsqxXdTpbcoOUeEfFgGtwz!" {
			format := "%" + flags + string(verb)
			for situation, value := range map[string]any{"a secret": s, "its pointer": &s, "a struct": h, "a struct's pointer": &h, "a slice": []any{s, h}, "a map": map[string]any{"a": s, "b": &h}} {
				if said := fmt.Sprintf(format, value); leaks(said) {
					t.Errorf("%s of %s: %s", format, situation, said)
				}
			}
		}
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if said := fmt.Sprintf(format, s); said != redacted {
			t.Errorf("%s: got %s, want %s", format, said, redacted)
		}
	}
	if said := fmt.Sprint(s) + fmt.Sprintln(h) + fmt.Errorf("key %v: %w", s, errors.New("no")).Error() + s.String(); leaks(said) {
		t.Errorf("got %s", said)
	}
}

func TestSecretIsRedactedByEncoders(t *testing.T) {
	t.Parallel()
	h := newHolder()
	text, err := json.Marshal(h)
	if err != nil || leaks(string(text)) || !strings.Contains(string(text), `"Key":"[redacted]"`) || !strings.Contains(string(text), `"Map":{"a":"[redacted]"}`) {
		t.Errorf("json: %s, %v", text, err)
	}
	if text, err := xml.Marshal(xmlHolder{h.Key}); err != nil || leaks(string(text)) || !strings.Contains(string(text), redacted) {
		t.Errorf("xml: %s, %v", text, err)
	}
	// YAML, TOML and others ask for this.
	if text, err := h.Key.MarshalText(); err != nil || string(text) != redacted {
		t.Errorf("text: %s, %v", text, err)
	}
	var page bytes.Buffer
	if err := template.Must(template.New("").Parse(`{{.Key}} {{.Pointer}} {{printf "%s" .Key}}`)).Execute(&page, h); err != nil || leaks(page.String()) {
		t.Errorf("template: %s, %v", &page, err)
	}
}

func TestSecretIsRedactedBySlog(t *testing.T) {
	t.Parallel()
	s, h := NewSecret(canary), newHolder()
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		log := slog.New(handler)
		log.Info("value", "secret", s, "pointer", &s, "struct", h, "structs", &h, "any", []any{s, h}, slog.Group("group", "secret", s), "error", fmt.Errorf("no: %v", s))
		log.With("secret", s).WithGroup("g").Info("with", slog.Any("secret", h))
		if said := out.String(); leaks(said) || !strings.Contains(said, redacted) {
			t.Errorf("%T: %s", handler, said)
		}
		out.Reset()
	}
	if got := s.LogValue().String(); got != redacted {
		t.Errorf("a handler that resolves it: %s", got)
	}
}

// A panic's text is the runtime's, so a process has to panic.
func TestSecretIsRedactedByPanics(t *testing.T) {
	t.Parallel()
	const situation = "SECUREGOFUNCTION_TEST_PANIC"
	panics := map[string]func(){
		"secret":  func() { panic(NewSecret(canary)) },
		"pointer": func() { s := NewSecret(canary); panic(&s) },
		"struct":  func() { panic(newHolder()) },
		"error":   func() { panic(fmt.Errorf("no: %v", newHolder())) },
	}
	if do := panics[os.Getenv(situation)]; do != nil {
		do()
	}
	for name := range panics {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSecretIsRedactedByPanics$")
		cmd.Env = append(os.Environ(), situation+"="+name)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "panic: ") || leaks(string(out)) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	if got := NewSecret(canary).Reveal(); got != canary {
		t.Errorf("got %q", got)
	}
	if got := (Secret{}).Reveal(); got != "" || fmt.Sprint(Secret{}) != redacted {
		t.Errorf("the zero value: got %q, printed %v", got, Secret{})
	}
	if !reflect.DeepEqual(NewSecret("a"), NewSecret("a")) || reflect.DeepEqual(NewSecret("a"), NewSecret("b")) {
		t.Error("tests cannot compare configs with reflect.DeepEqual")
	}
	if reflect.TypeFor[Secret]().Comparable() {
		t.Error("secrets can be compared with ==")
	}
}

func TestSecretIsReadFromJSON(t *testing.T) {
	t.Parallel()
	var got struct{ Password Secret }
	if err := json.Unmarshal([]byte(`{"password": "p\u0040w"}`), &got); err != nil || got.Password.Reveal() != "p@w" {
		t.Errorf("got %q, %v", got.Password.Reveal(), err)
	}
	if err := json.Unmarshal([]byte(`{"password": 12345}`), &got); err == nil || strings.Contains(err.Error(), "12345") {
		t.Errorf("a number: got %v", err)
	}
}
