package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/securegofunction/cdk/constructs/posture"
)

func TestLocalEndpoint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ situation, given, want, err string }{
		{"none", "", "", ""},
		{"a local AWS", "http://localhost:4566/", "http://localhost:4566", ""},
		{"by address", "http://127.0.0.1:5000", "http://localhost:5000", ""},
		{"in another container", "http://localstack:4566", "http://localstack:4566", ""},
		{"AWS", "https://ssm.us-east-1.amazonaws.com", "", "is AWS itself"},
		{"AWS, written otherwise", "https://SSM.us-east-1.AmazonAWS.com.:443", "", "is AWS itself"},
		{"AWS in China", "https://ssm.cn-north-1.amazonaws.com.cn", "", "is AWS itself"},
		{"AWS over IPv6", "https://ssm.us-east-1.api.aws", "", "is AWS itself"},
		{"no URL", "localhost:4566", "", "want a URL such as"},
	} {
		got, err := localEndpoint(c.given)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %q, %v, want %q, %q", c.situation, got, err, c.want, c.err)
		}
	}
}

func TestLeaveAccount(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "token", "AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_ENDPOINT_URL": "http://localhost:4566",
		"AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "CDK_DEFAULT_ACCOUNT": "111122223333",
		"AWS_CONFIG_FILE": "/home/me/.aws/config", "NO_PROXY": "intranet", "no_proxy": "",
	} {
		t.Setenv(name, value)
	}
	for _, name := range []string{
		"AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED",
		"CDK_DISABLE_CLI_TELEMETRY", "CDK_S3_FORCE_PATH_STYLE", "CI", "NODE_NO_WARNINGS",
	} {
		t.Setenv(name, "restored after the test")
	}
	given, err := leaveAccount()
	if err != nil || given != "http://localhost:4566" {
		t.Fatalf("got %q, %v", given, err)
	}
	for name, want := range map[string]string{
		"AWS_PROFILE": "", "AWS_SESSION_TOKEN": "", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": "",
		"AWS_ENDPOINT_URL_S3": "", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "", "CDK_DEFAULT_ACCOUNT": "", "AWS_CONFIG_FILE": os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
		"NO_PROXY": "intranet,localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1",
	} {
		if got := os.Getenv(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestPreflightNamesAllThatIsMissing(t *testing.T) {
	bin := t.TempDir()
	for name, says := range map[string]string{"old": "v18.20.1", "mute": "hello", "good": "good version go1.26.8 linux/amd64"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\necho '"+says+"'\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	t.Chdir(t.TempDir())
	if _, err := preflight(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no cdk.json") {
		t.Errorf("another folder: got %v", err)
	}
	if err := os.WriteFile("cdk.json", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(name string) tool { return tool{name, "--version", 20, 0, "https://example.com"} }
	_, err := preflight(t.Context(), []tool{at("old"), at("mute"), at("absent-tool")})
	want := `old 18.20.1 is too old; install 20.0 or later from https://example.com
mute --version says "hello", which holds no version; install it from https://example.com
absent-tool is not on the PATH; install it from https://example.com`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	report, err := preflight(t.Context(), []tool{{"good", "version", 1, 21, ""}})
	if err != nil || report != "good 1.26.8" {
		t.Errorf("all there: got %q, %v", report, err)
	}
}

func TestResolveCodeBucket(t *testing.T) {
	t.Parallel()
	const stackID = "arn:aws:cloudformation:us-east-1:123456789012:stack/quickstart/0"
	for _, c := range []struct{ situation, property, want, err string }{
		{"a name", `"bucket"`, "bucket", ""},
		{"as the CDK writes it", `{"Fn::Sub": "cdk-assets-${AWS::AccountId}-${AWS::Region}"}`, "cdk-assets-123456789012-us-east-1", ""},
		{"of another resource", `{"Fn::Sub": "${Bucket}"}`, "", "holds more than pseudo parameters"},
		{"a reference", `{"Ref": "Bucket"}`, "", "neither a string nor an Fn::Sub"},
	} {
		var property any
		if err := json.Unmarshal([]byte(c.property), &property); err != nil {
			t.Fatal(err)
		}
		got, err := resolve(property, stackID)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %q, %v, want %q, %q", c.situation, got, err, c.want, c.err)
		}
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, err := w.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("binary"))
	w.Close()

	path := filepath.Join(t.TempDir(), "bootstrap")
	if err := extract(archive.Bytes(), "bootstrap", path); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "binary" {
		t.Errorf("got %q", b)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, want an executable of the owner", info.Mode())
	}
	if err := extract(archive.Bytes(), "other", path); err == nil {
		t.Error("a file that is not in the archive: got no error")
	}
}

func TestCheckAnswer(t *testing.T) {
	t.Parallel()
	d := &demo{secrets: []secret{{"APIKey", "/my_app/api_key", "canary"}}}
	for _, c := range []struct{ situation, answer, logs, err string }{
		{"all is well", `{"APIKey":6}`, "read", ""},
		{"the value is answered", `{"APIKey":6,"Shown":"canary"}`, "", "the value of /my_app/api_key is in"},
		{"the value is logged", `{"APIKey":6}`, "got canary", "the value of /my_app/api_key is in"},
		{"it was not decrypted", `{"APIKey":99}`, "", "length 6"},
		{"no answer for a variable", `{}`, "", "want for /my_app/api_key"},
	} {
		err := d.check([]byte(c.answer), c.logs)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %v, want %q", c.situation, err, c.err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error tells the value: %v", c.situation, err)
		}
	}
	if got := d.redact("failed with canary"); strings.Contains(got, "canary") {
		t.Errorf("redacted: %s", got)
	}
}

func TestVerdictNamesWhatTheLocalAWSDropped(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "server.log")
	warning := "UserWarning: Tried to parse %s but it's not supported by moto's CloudFormation implementation\n"
	if err := os.WriteFile(log, []byte(strings.ReplaceAll(warning, "%s", "AWS::SQS::QueuePolicy")+strings.ReplaceAll(warning, "%s", "AWS::S3::BucketPolicy")), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &demo{local: &localAWS{log: log}}
	if err := json.Unmarshal([]byte(`{"Resources": {"A": {"Type": "AWS::SQS::QueuePolicy"}, "B": {"Type": "AWS::SQS::QueuePolicy"}, "C": {"Type": "AWS::SQS::Queue"}}}`), &d.deployed.template); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"Architectures": ["arm64"], "TracingConfig": {"Mode": "Active"}, "VpcConfig": {"SubnetIds": ["subnet-1"]}}`), &d.deployed.wanted); err != nil {
		t.Fatal(err)
	}
	d.deployed.function.Architectures = []types.Architecture{types.ArchitectureX8664}
	d.deployed.function.VpcConfig = &types.VpcConfigResponse{SubnetIds: []string{"subnet-1"}}

	report, err := d.verdict(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, not, _ := strings.Cut(report, "Not proved here")
	for _, want := range []string{"does not report: architecture, tracing.", "left out without an error: 2 AWS::SQS::QueuePolicy."} {
		if !strings.Contains(not, want) {
			t.Errorf("%q is missing from %s", want, not)
		}
	}
}

func TestAFailedCommandShowsItsLastLines(t *testing.T) {
	t.Parallel()
	_, err := command(t.Context(), "sh", "-c", "seq 100; exit 3")
	if err == nil || !strings.Contains(err.Error(), "exit status 3\n76\n") || !strings.HasSuffix(err.Error(), "\n100") {
		t.Errorf("got %v, want exit status 3 and the lines 76 to 100", err)
	}
}

// The golden template is what the demo deploys. What it may not is told where it may.
func TestAllowed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../test/testdata/quickstart.template.json")
	if err != nil {
		t.Fatal(err)
	}
	for situation, c := range map[string]struct{ old, new, want string }{
		"as it is":           {"", "", ""},
		"another parameter":  {"/my_app/api_key", "/my_app/*", "may it ssm:GetParameters on"},
		"another action":     {`"ssm:GetParameters"`, `"ssm:*"`, "may it ssm:PutParameter on"},
		"everybody reached":  {`"Description": "HTTPS to the interface endpoint of ssm"`, `"Description": "", "CidrIp": "10.0.0.0/8"`, "reaches 10.0.0.0/8:443"},
		"a parameter beside": {`:parameter/my_app/api_key"`, `:parameter/their_app/key"`, "a statement of it names "},
		"somebody invokes":   {`"Resources": {`, `"Resources": {"P": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Fn::GetAtt": ["QuickstartFunctionDEACF8F4", "Arn"]}, "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}},`, "sns.amazonaws.com may invoke it"},
		"a function no more": {"AWS::Lambda::Function", "AWS::Lambda::Gone", "no function is called"},
	} {
		changed := string(text)
		if c.old != "" {
			changed = strings.ReplaceAll(changed, c.old, c.new)
			if changed == string(text) {
				t.Fatalf("%s: the template has no %s", situation, c.old)
			}
		}
		p, err := posture.FromJSON("quickstart", []byte(changed))
		if err != nil {
			t.Fatal(err)
		}
		report, err := allowed(p)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || err == nil && report == "" {
			t.Errorf("%s: got %q, %v, want ...%s...", situation, report, err, c.want)
		}
	}
}
