package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const entry = "./apps/quickstart/handler"

// fetchCode takes the bootstrap out of the archive that was deployed. Where this host
// cannot run it, it builds the same entry for the host.
func (d *demo) fetchCode(ctx context.Context) (string, error) {
	bucket, key := d.deployed.codeBucket, d.deployed.wanted.Code.S3Key
	object, err := d.aws.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	if err != nil {
		return "", fmt.Errorf("get s3://%s/%s: %w", bucket, key, err)
	}
	defer object.Body.Close()
	archive, err := io.ReadAll(object.Body)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(archive)
	if have, want := base64.StdEncoding.EncodeToString(sum[:]), aws.ToString(d.deployed.function.CodeSha256); have != want {
		return "", fmt.Errorf("s3://%s/%s has SHA-256 %s; the function's code has %q", bucket, key, have, want)
	}
	d.deployed.binary = filepath.Join(d.work, "bootstrap")
	if err := extract(archive, "bootstrap", d.deployed.binary); err != nil {
		return "", err
	}
	report := fmt.Sprintf("s3://%s/%s\n%d bytes, SHA-256 as Lambda reports it: %x", bucket, key, len(archive), sum)
	if runtime.GOOS == "linux" {
		return report, nil
	}
	d.deployed.rebuilt = true
	if _, err := command(ctx, "go", "build", "-tags", "lambda.norpc", "-o", d.deployed.binary, entry); err != nil {
		return "", err
	}
	return report + fmt.Sprintf("\nThis host runs %s, Lambda runs linux: what runs next is %s built for this host, not the deployed binary.", runtime.GOOS, entry), nil
}

func extract(archive []byte, name, path string) error {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	in, err := r.Open(name)
	if err != nil {
		return fmt.Errorf("the function's code: %w", err)
	}
	defer in.Close()
	b, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o700)
}
