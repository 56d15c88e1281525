package config

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdksecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	sdkssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// localAWS returns the address of a local AWS, and starts one where only a
// folder with moto_ext.py is named.
func localAWS(t *testing.T) string {
	t.Helper()
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		return endpoint
	}
	folder := os.Getenv("SECUREGOFUNCTION_LOCAL_AWS")
	if folder == "" {
		t.Skip("neither AWS_ENDPOINT_URL names a local AWS nor SECUREGOFUNCTION_LOCAL_AWS a folder with moto_ext.py")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	var log bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "python3", filepath.Join(folder, "moto_ext.py"), "-H", "127.0.0.1", "-p", port) // ends with the test
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Wait() }) // its status says nothing: it is killed
	endpoint := "http://localhost:" + port
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if response, err := http.Get(endpoint + "/moto-api/"); err == nil {
			response.Body.Close()
			return endpoint
		}
		if time.Now().After(end) {
			t.Fatal("moto does not answer within a minute")
		}
	}
}

func TestLoadFromALocalAWS(t *testing.T) {
	t.Parallel()
	endpoint := localAWS(t)
	cfg := sdk.Config{Region: "eu-west-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "token")}
	parameters, secrets := sdkssm.NewFromConfig(cfg), sdksecrets.NewFromConfig(cfg)
	run := fmt.Sprintf("/config_test_%d", time.Now().UnixNano())
	put := func(name, value string) {
		t.Helper()
		if _, err := parameters.PutParameter(t.Context(), &sdkssm.PutParameterInput{Name: sdk.String(run + name), Value: &value, Type: types.ParameterTypeSecureString, Overwrite: sdk.Bool(true)}); err != nil {
			t.Fatal(err)
		}
	}
	vars := map[string]string{"API_KEY": run + "/key", "MISSING": run + "/missing", "FLAGS": run + "/flags"}
	put("/key", "first")
	for i := range 12 {
		put(fmt.Sprintf("/many/%02d", i), fmt.Sprint(i))
		put(fmt.Sprintf("/flags/a/%02d", i), fmt.Sprint(i))
		vars[fmt.Sprintf("P%02d", i)] = fmt.Sprintf("%s/many/%02d", run, i)
	}
	secret, err := secrets.CreateSecret(t.Context(), &sdksecrets.CreateSecretInput{Name: sdk.String(run[1:]), SecretString: sdk.String(`{"password":"first","port":5432}`)})
	if err != nil {
		t.Fatal(err)
	}
	vars["DB_PASSWORD"], vars["DB_PORT"] = *secret.ARN+"#password", *secret.ARN+"#port"

	type Config struct {
		APIKey   Secret     `link:"API_KEY"`
		Missing  Secret     `link:"MISSING,optional"`
		Flags    Parameters `link:"FLAGS"`
		Password Secret     `link:"DB_PASSWORD"`
		Port     int        `link:"DB_PORT"`
		Many     struct {
			P00 int `link:"P00"`
			P01 int `link:"P01"`
			P02 int `link:"P02"`
			P03 int `link:"P03"`
			P04 int `link:"P04"`
			P05 int `link:"P05"`
			P06 int `link:"P06"`
			P07 int `link:"P07"`
			P08 int `link:"P08"`
			P09 int `link:"P09"`
			P10 int `link:"P10"`
			P11 int `link:"P11"`
		}
	}
	l := (&fakeAWS{url: endpoint}).lambda(vars)
	got := mustLoad[Config](t, l)
	if got.APIKey.Reveal() != "first" || got.Missing.Reveal() != "" || len(got.Flags) != 12 || got.Flags["a/11"].Reveal() != "11" ||
		got.Password.Reveal() != "first" || got.Port != 5432 || got.Many.P00 != 0 || got.Many.P01 != 1 || got.Many.P11 != 11 {
		t.Errorf("got %+v", got)
	}

	put("/key", "second")
	if _, err := secrets.PutSecretValue(t.Context(), &sdksecrets.PutSecretValueInput{SecretId: secret.ARN, SecretString: sdk.String(`{"password":"second","port":5432}`)}); err != nil {
		t.Fatal(err)
	}
	l.pass(DefaultFreshFor)
	if got := mustLoad[Config](t, l); got.APIKey.Reveal() != "first" {
		t.Errorf("the call that begins the read: got %q", got.APIKey.Reveal())
	}
	settled[Config](t, l)
	if got := mustLoad[Config](t, l); got.APIKey.Reveal() != "second" || got.Password.Reveal() != "second" {
		t.Errorf("after the secrets were rotated: got %q and %q", got.APIKey.Reveal(), got.Password.Reveal())
	}

	type Wrong struct {
		Missing Secret `link:"MISSING"`
		Secret  Secret `link:"SECRET"`
	}
	vars["SECRET"] = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:missing-AbCdEf"
	_, err = load[Wrong](t.Context(), (&fakeAWS{url: endpoint}).lambda(vars).loader, nil)
	for _, want := range []string{`Wrong.Missing: variable MISSING: parameter "` + run + `/missing" does not exist`, `Wrong.Secret: variable SECRET: secret "` + vars["SECRET"] + `" does not exist`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
