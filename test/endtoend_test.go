package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/apps/quickstart"
)

// TestEndToEnd deploys the quickstart to a local AWS.
func TestEndToEnd(t *testing.T) {
	assembly := func(architecture string) func(awscdk.App) {
		return func(app awscdk.App) {
			quickstart.NewStack(app, "quickstart", &quickstart.StackProps{Entry: "../apps/quickstart/handler", Architecture: architecture})
		}
	}
	said := deployed(t, localAWS(t), "readback.sh", assembly("arm64"), assembly("amd64"))
	// What the AWS APIs say, and not what the template says.
	for what, c := range map[string]struct {
		pattern string
		n       int
	}{
		"open egress or ingress":             {`"CidrIp": "0\.0\.0\.0/0"`, 0},
		"groups that are closed by the rule": {`"CidrIp": "255\.255\.255\.255/32"`, 2},
		"policies on the function's role":    {`"PolicyArn": "[^"]*:policy/[^"]*Quickstart[^"]*"`, 3},
		"keys that rotate":                   {`"KeyRotationEnabled": true`, 2},
		"log groups kept for a year":         {`"retentionInDays": 365`, 2},
		"log groups under a key":             {`"kmsKeyId": "arn:aws:kms:`, 2},
		"alarms":                             {`"notBreaching"`, 6},
		"the API key's name":                 {`"API_KEY": "/my_app/api_key"`, 1},
		"the queue's retention":              {`"MessageRetentionPeriod": "1209600"`, 1},
		"the queue's and the topic's key":    {`"KmsMasterKeyId": "arn:aws:kms:`, 2},
		"where failed events go":             {`"TargetArn": "arn:aws:sqs:`, 1},
	} {
		if n := len(regexp.MustCompile(c.pattern).FindAll(said, -1)); n != c.n {
			t.Errorf("%s: %d in what was read back, not %d", what, n, c.n)
		}
	}
	if t.Failed() {
		t.Logf("%s", said)
	}
}

// localAWS returns the folder of the local AWS, which has to be named.
func localAWS(t *testing.T) (folder string) {
	t.Helper()
	folder = os.Getenv("SECUREGOFUNCTION_LOCAL_AWS")
	if folder == "" {
		t.Skip("SECUREGOFUNCTION_LOCAL_AWS names no folder with a local AWS: deploy.sh, readback.sh and moto_ext.py")
	}
	return folder
}

// deployed deploys an app to the local AWS: bootstrap, deploy, no diff, update,
// no diff, destroy, nothing left. It returns what the AWS APIs said after the
// first deployment, as the program prints it: the rig's readback.sh, or one of
// localaws.
func deployed(t *testing.T, rig, readback string, first, updated func(awscdk.App)) (said []byte) {
	t.Helper()
	here := t.TempDir()
	if err := os.CopyFS(here, os.DirFS("localaws")); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(rig, "deploy.sh"), filepath.Join(here, "deploy.sh"))
	copyFile(t, filepath.Join(rig, "moto_ext.py"), filepath.Join(here, "rig.py"))
	if readback == "readback.sh" {
		copyFile(t, filepath.Join(rig, readback), filepath.Join(here, "readback.sh"))
	} else {
		copyFile(t, filepath.Join("localaws", readback), filepath.Join(here, "readback.sh"))
	}
	assembly := func(name string, build func(awscdk.App)) string {
		context := flags()
		app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(filepath.Join(here, name)), Context: &context})
		build(app)
		return *app.Synth(nil).Directory()
	}
	cdk, err := filepath.Abs("../node_modules/.bin/cdk")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(here, "said")
	deploy := exec.Command("bash", filepath.Join(here, "deploy.sh"), assembly("first", first), assembly("updated", updated))
	deploy.Env = append(os.Environ(), "CDK="+cdk, "READBACK="+file)
	out, err := deploy.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "server errors") {
		t.Error("the local AWS had errors")
	}
	said, err = os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o700); err != nil {
		t.Fatal(err)
	}
}
