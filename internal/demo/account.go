package main

import (
	"fmt"
	"net/url"
	"os"
	"strings"
)

const region = "us-east-1"

// leaveAccount makes sure that neither this process nor a child of it can reach the
// caller's AWS account, and returns the local AWS that the caller gave in
// AWS_ENDPOINT_URL, if any.
func leaveAccount() (given string, err error) {
	if given, err = localEndpoint(os.Getenv("AWS_ENDPOINT_URL")); err != nil {
		return "", err
	}
	for _, kv := range os.Environ() {
		// profiles, tokens, single services' endpoints,
		// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, CDK_DEFAULT_ACCOUNT
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "CDK_") {
			os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID":           "test",
		"AWS_SECRET_ACCESS_KEY":       "test",
		"AWS_REGION":                  region,
		"AWS_DEFAULT_REGION":          region,
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED":   "true",
		"CDK_DISABLE_CLI_TELEMETRY":   "true",
		"CDK_S3_FORCE_PATH_STYLE":     "1", // a bucket's own host name does not resolve here
		"CI":                          "true",
		"NODE_NO_WARNINGS":            "1", // they would push an error out of the last lines
	} {
		os.Setenv(name, value)
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} { // a proxy would look for its own localhost
		os.Setenv(name, strings.TrimPrefix(os.Getenv(name)+",localhost,127.0.0.1", ","))
	}
	return given, nil
}

func localEndpoint(given string) (string, error) {
	if given == "" {
		return "", nil
	}
	u, err := url.Parse(given)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("AWS_ENDPOINT_URL %q: want a URL such as http://localhost:4566", given)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for _, domain := range []string{"amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "aws.dev"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return "", fmt.Errorf("AWS_ENDPOINT_URL %q is AWS itself; the demo runs on a local AWS only, unset it or give another address", given)
		}
	}
	if host == "127.0.0.1" { // moto takes a template's address for a bucket's own host name unless it says localhost
		u.Host = strings.Replace(u.Host, "127.0.0.1", "localhost", 1)
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}
