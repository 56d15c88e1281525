package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsReadIsNotOverwritten(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if r := invoke(t, dir, "warning.json", "--format", "json", "--output", "old.json"); r.status != 0 {
		t.Fatalf("%+v", r)
	}
	if err := os.Symlink("warning.json", filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"cdk.out/manifest.json":   `{"artifacts":{"S":{"type":"aws:cloudformation:stack","properties":{"templateFile":"S.template.json"}}}}`,
		"cdk.out/S.template.json": `{"Resources":{}}`,
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for situation, args := range map[string]string{
		"a cdk.out's template": "cdk.out --output cdk.out/S.template.json",
		"a cdk.out's manifest": "--output cdk.out/manifest.json",
		"the template":         "warning.json --output warning.json",
		"by another path":      "warning.json --output ./empty.out/../warning.json",
		"by a link":            "warning.json --output link.json",
		"the baseline":         "warning.json --baseline old.json --output old.json",
	} {
		name := strings.Fields(args)[len(strings.Fields(args))-1]
		before, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		r := invoke(t, dir, strings.Fields(args)...)
		if after, _ := os.ReadFile(filepath.Join(dir, name)); r.status != 2 || !strings.Contains(r.errs, "posture: --output: "+name+" is what is read: give another file") || string(after) != string(before) {
			t.Errorf("%s: %+v", situation, r)
		}
	}
}

func TestAnOutputIsWholeOrAsItWas(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell to limit the size of a file")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t)
	page := filepath.Join(dir, "page.html")
	if err := os.WriteFile(page, []byte("the page of before"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := wait(t, dir, "", exec.Command(sh, "-c", `ulimit -f 1; exec "$0" warning.json --format html --output page.html`, self))
	if text, _ := os.ReadFile(page); r.status != 2 || !strings.Contains(r.errs, "posture: --output: write ") || string(text) != "the page of before" {
		t.Errorf("a file that cannot be written to its end: %+v, and the file is %.40q", r, text)
	}
	if err := os.Symlink("page.html", filepath.Join(dir, "link.html")); err != nil {
		t.Fatal(err)
	}
	if r := invoke(t, dir, "warning.json", "--format", "html", "--output", "link.html"); r.status != 0 {
		t.Errorf("%+v", r)
	}
	info, err := os.Stat(page)
	if text, _ := os.ReadFile(page); err != nil || info.Mode().Perm() != 0o600 || !strings.HasSuffix(string(text), "</html>\n") {
		t.Errorf("through a link, the file is %v: %.40q", info, text)
	}
	if r := invoke(t, dir, "warning.json", "--output", "/dev/stdout"); r.status != 0 || !strings.Contains(r.out, "WARNING log-retention") {
		t.Errorf("what is no file: %+v", r)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.partial")); err != nil || len(left) > 0 {
		t.Errorf("%q are left behind", left)
	}
}
