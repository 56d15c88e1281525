package test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/apps/quickstart"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var assetHash = regexp.MustCompile(`[0-9a-f]{64}`)

func TestQuickstartGolden(t *testing.T) {
	app := newApp(t)
	quickstart.NewStack(app, "quickstart", &quickstart.StackProps{Entry: "../apps/quickstart/handler"})
	var template map[string]any
	if err := json.Unmarshal([]byte(synthStack(t, app, "quickstart").bytes), &template); err != nil {
		t.Fatal(err)
	}
	// What CDK adds for its own use, and its version, are not ours to review.
	delete(template, "Parameters")
	delete(template, "Rules")
	for _, r := range template["Resources"].(map[string]any) {
		delete(r.(map[string]any), "Metadata")
	}
	got, err := json.MarshalIndent(template, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(assetHash.ReplaceAll(got, []byte("HASH")), '\n')
	const golden = "testdata/quickstart.template.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the template is not that of %s; `go test ./test -run Golden -update` shows the change as a diff", golden)
	}
}

// CDK's own validation is off in the other tests, since it costs seconds. It
// is read when Node starts, so it takes a process of its own.
func TestCDKsOwnValidation(t *testing.T) {
	for flaw, want := range map[string]bool{"": false, "a VPC id that is none": true} {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		app := exec.Command(self)
		app.Env = append(os.Environ(), "SECUREGOFUNCTION_TEST_AS=validated", "SECUREGOFUNCTION_TEST_FLAW="+flaw, "CDK_VALIDATION=true")
		text, err := app.CombinedOutput()
		if found := strings.Contains(string(text), "CloudFormation-Validate::"); found != want {
			t.Errorf("flaw %q: found something: %t, %v\n%s", flaw, found, err, text)
		}
	}
}

// validatedApp is what TestCDKsOwnValidation runs.
func validatedApp() {
	defer jsii.Close()
	context := flags()
	app := awscdk.NewApp(&awscdk.AppProps{Context: &context})
	stack := quickstart.NewStack(app, "quickstart", &quickstart.StackProps{Entry: "../apps/quickstart/handler"})
	if os.Getenv("SECUREGOFUNCTION_TEST_FLAW") != "" {
		awsec2.NewCfnSecurityGroup(stack, jsii.String("Flaw"), &awsec2.CfnSecurityGroupProps{GroupDescription: jsii.String("flaw"), VpcId: jsii.String("vpc-1")})
	}
	app.Synth(nil)
}

func TestQuickstartIsImportable(t *testing.T) {
	app := newApp(t)
	stack := quickstart.NewStack(app, "S", &quickstart.StackProps{Entry: "../apps/quickstart/handler", Architecture: "amd64", AlarmEmails: []string{"oncall@example.com"}})
	if *stack.StackName() != "S" {
		t.Errorf("the stack is called %s", *stack.StackName())
	}
	s := synthStack(t, app, "S")
	same(t, "architecture", s.at("Quickstart/Function").Properties["Architectures"], `["x86_64"]`)
	for _, w := range s.warnings {
		t.Errorf("warning: %s", w)
	}
	// A sample leaves nothing behind.
	for path, r := range s.resources {
		if r.DeletionPolicy == "Retain" {
			t.Errorf("%s stays when the stack goes", path)
		}
	}
}
