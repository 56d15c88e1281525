// Package localaws gives tests a local AWS: the one that AWS_ENDPOINT_URL names,
// or moto, which is started for the test.
package localaws

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Config returns what the SDK's clients take to call a local AWS. Without
// AWS_ENDPOINT_URL and without SECUREGOFUNCTION_LOCAL_AWS, a folder with
// moto_ext.py, the test is skipped.
func Config(t *testing.T) aws.Config {
	t.Helper()
	endpoint := os.Getenv("AWS_ENDPOINT_URL")
	if endpoint == "" {
		endpoint = start(t)
	}
	return aws.Config{Region: "eu-west-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")}
}

func start(t *testing.T) string {
	t.Helper()
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
	ended := make(chan struct{})
	go func() {
		cmd.Wait() // its status says nothing: it is killed
		close(ended)
	}()
	t.Cleanup(func() { <-ended })
	endpoint := "http://localhost:" + port // by this name, as moto's buckets have it
	for limit := time.After(time.Minute); ; {
		if response, err := http.Get(endpoint + "/moto-api/"); err == nil {
			response.Body.Close()
			return endpoint
		}
		select {
		case <-ended:
			t.Fatalf("moto ended:\n%s", log.String())
		case <-limit:
			t.Fatal("moto does not answer within a minute")
		case <-time.After(100 * time.Millisecond):
		}
	}
}
