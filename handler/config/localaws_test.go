package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	sdksecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sdkssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/securegofunction/cdk/handler/internal/localaws"
)

func TestLoadFromALocalAWS(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	endpoint := *cfg.BaseEndpoint
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

// What the stack links by a variable alone is what the SDK's clients take.
func TestQueueOfALocalAWS(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	queues := sqs.NewFromConfig(cfg)
	made, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: sdk.String(fmt.Sprintf("config_test_%d", time.Now().UnixNano()))})
	if err != nil {
		t.Fatal(err)
	}
	type Config struct {
		Jobs Queue `link:"JOBS"`
	}
	got := mustLoad[Config](t, (&fakeAWS{url: *cfg.BaseEndpoint}).lambda(map[string]string{"JOBS": *made.QueueUrl}))
	if _, err := queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &got.Jobs.URL, MessageBody: sdk.String("A1")}); err != nil {
		t.Fatal(err)
	}
	received, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: made.QueueUrl})
	if err != nil || len(received.Messages) != 1 || *received.Messages[0].Body != "A1" {
		t.Errorf("received %+v, %v", received, err)
	}
}
