package objects

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/securegofunction/cdk/handler/config"
)

// Key is the key of an object: the link's prefix and a name below it, such as
// 2026/A-1003.json. It refuses a name that is no plain path.
func Key(bucket config.Bucket, name string) (string, error) {
	key := bucket.Prefix + name
	var wrong string
	switch {
	case bucket.Name == "":
		return "", errors.New("the bucket has no name: config.Load fills it from what the stack linked")
	case name == "":
		wrong = "is empty: give a path such as 2026/A-1003.json"
	case !utf8.ValidString(name):
		wrong = "is not UTF-8"
	case strings.ContainsFunc(name, unicode.IsControl):
		wrong = "has a control character"
	case strings.Contains(name, `\`):
		wrong = `has a \, which is a / to some: give one of the two`
	case len(key) > 1024: // S3 guide, "Naming Amazon S3 objects"
		wrong = fmt.Sprintf("makes a key of %d bytes: S3 takes 1024", len(key))
	}
	for part := range strings.SplitSeq(name, "/") {
		if wrong == "" && (part == "" || part == "." || part == "..") {
			wrong = fmt.Sprintf("has the part %q, with which it is another path to some: give parts with names, divided by one / each", part)
		}
	}
	if wrong != "" {
		return "", fmt.Errorf("name %q of an object in bucket %s, below prefix %q, %s", name, bucket.Name, bucket.Prefix, wrong)
	}
	return key, nil
}

// Put returns what PutObject takes to write the body under a name: the link's
// bucket, prefix and key, and a SHA-256 that S3 checks and keeps. Where the link
// has no key, the bucket's own encryption holds.
func Put(bucket config.Bucket, name string, body io.Reader) (*s3.PutObjectInput, error) {
	key, err := Key(bucket, name)
	if err != nil {
		return nil, fmt.Errorf("objects.Put: %w", err)
	}
	in := &s3.PutObjectInput{Bucket: &bucket.Name, Key: &key, Body: body, ChecksumAlgorithm: types.ChecksumAlgorithmSha256}
	if bucket.KeyARN != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &bucket.KeyARN
		// Spares a call to KMS for each object (S3 guide, "Reducing the cost of
		// SSE-KMS with Amazon S3 Bucket Keys"). The link allows both contexts.
		in.BucketKeyEnabled = aws.Bool(true)
	}
	return in, nil
}
