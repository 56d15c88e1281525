package objects

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/localaws"
)

var receipts = config.Bucket{Name: "orders-receipts", Prefix: "receipts/", KeyARN: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"}

func TestKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ situation, prefix, name, want, err string }{
		{"below the prefix", "receipts/", "2026/A-1003.json", "receipts/2026/A-1003.json", ""},
		{"without a prefix", "", "A-1003.json", "A-1003.json", ""},
		{"with characters that S3 takes", "receipts/", "a b!-_.*'()…ü", "receipts/a b!-_.*'()…ü", ""},
		{"with dots", "receipts/", "..a/b../...", "receipts/..a/b../...", ""},
		{"the prefix again", "receipts/", "receipts/1", "receipts/receipts/1", ""},
		{"as long as can be", "receipts/", strings.Repeat("x", 1015), "receipts/" + strings.Repeat("x", 1015), ""},
		{"too long", "receipts/", strings.Repeat("x", 1016), "", "makes a key of 1025 bytes: S3 takes 1024"},
		{"empty", "receipts/", "", "", "is empty: give a path"},
		{"out of the prefix", "receipts/", "../invoices/1", "", `has the part ".."`},
		{"out of it and back", "receipts/", "a/../../receipts/1", "", `has the part ".."`},
		{"out of it at the end", "receipts/", "a/..", "", `has the part ".."`},
		{"itself", "receipts/", ".", "", `has the part "."`},
		{"from the root", "receipts/", "/etc/passwd", "", `has the part ""`},
		{"a folder", "receipts/", "2026/", "", `has the part ""`},
		{"two slashes", "receipts/", "2026//1", "", `has the part ""`},
		{"a path of Windows", "receipts/", `..\invoices\1`, "", `has a \`},
		{"a line break", "receipts/", "a\nb", "", "has a control character"},
		{"a zero", "receipts/", "a\x00b", "", "has a control character"},
		{"no UTF-8", "receipts/", "a\xff", "", "is not UTF-8"},
	} {
		bucket := receipts
		bucket.Prefix = c.prefix
		got, err := Key(bucket, c.name)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %q, %v, want %q, %q", c.situation, got, err, c.want, c.err)
		}
		if in, err := Put(bucket, c.name, nil); (err == nil) != (c.err == "") || (in == nil) != (err != nil) || in != nil && *in.Key != c.want {
			t.Errorf("%s, to put: %v", c.situation, err)
		}
	}
	if _, err := Key(config.Bucket{}, "a"); err == nil || !strings.HasPrefix(err.Error(), "the bucket has no name: config.Load fills it") {
		t.Errorf("no bucket: got %v", err)
	}
}

func TestPut(t *testing.T) {
	t.Parallel()
	body := strings.NewReader("a receipt")
	in, err := Put(receipts, "1.json", body)
	if err != nil {
		t.Fatal(err)
	}
	if *in.Bucket != "orders-receipts" || *in.Key != "receipts/1.json" || in.Body != body || in.ChecksumAlgorithm != types.ChecksumAlgorithmSha256 ||
		in.ServerSideEncryption != types.ServerSideEncryptionAwsKms || *in.SSEKMSKeyId != receipts.KeyARN || !*in.BucketKeyEnabled {
		t.Errorf("got %+v", in)
	}
	// A request that names no encryption is the bucket's; one that does and
	// names no key would be refused by the link's policy.
	in, err = Put(config.Bucket{Name: "orders-receipts"}, "1.json", body)
	if err != nil || in.ServerSideEncryption != "" || in.SSEKMSKeyId != nil || in.BucketKeyEnabled != nil {
		t.Errorf("without a key: got %+v, %v", in, err)
	}
}

func TestS3(t *testing.T) {
	t.Parallel()
	sdk := localaws.Config(t)
	client := s3.NewFromConfig(sdk, func(o *s3.Options) { o.UsePathStyle = true })
	made, err := kms.NewFromConfig(sdk).CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	bucket := config.Bucket{Name: "orders-receipts", Prefix: "receipts/", KeyARN: *made.KeyMetadata.Arn}
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket.Name,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraintEuWest1}}); err != nil {
		t.Fatal(err)
	}
	in, err := Put(bucket, "1.json", strings.NewReader("a receipt"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket.Name, Key: aws.String("receipts/1.json"), ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	sum := sha256.Sum256([]byte("a receipt"))
	if err != nil || string(text) != "a receipt" || out.ServerSideEncryption != types.ServerSideEncryptionAwsKms || aws.ToString(out.SSEKMSKeyId) != bucket.KeyARN ||
		!aws.ToBool(out.BucketKeyEnabled) || aws.ToString(out.ChecksumSHA256) != base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("got %q, %v, %q under %q, bucket key %v, SHA-256 %q", text, err, out.ServerSideEncryption, aws.ToString(out.SSEKMSKeyId),
			aws.ToBool(out.BucketKeyEnabled), aws.ToString(out.ChecksumSHA256))
	}
}
