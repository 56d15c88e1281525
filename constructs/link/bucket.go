package link

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
)

// Bucket is what the links of buckets ask of one. Any awss3.IBucket is one.
type Bucket interface {
	BucketArn() *string
	BucketName() *string
	// EncryptionKey is nil if there is no customer key, or CDK knows of none.
	EncryptionKey() awskms.IKey
}

// BucketRead lets the function read objects of an S3 bucket. The variable holds
// the bucket's name; NAME_PREFIX and NAME_KEY go with it where there is a
// prefix or a customer key.
//
// To S3 an object that does not exist is access denied (403), as long as the
// function may not list the bucket: with AndList it is not found (404).
//
// This and the other links of buckets refuse what does not come over TLS. The
// function may use the bucket's customer key through S3, for this bucket only,
// with S3 Bucket Keys or without. Import a bucket that is under one with
// awss3.Bucket_FromBucketAttributes and its EncryptionKey. For one that is
// under none, say so with NoCustomerKey.
func BucketRead(variable string, from Bucket, options ...BucketOption) Link {
	return newBucket(bucketAccess{stored: stored{variable: variable}, reads: true}, from, options)
}

// BucketWrite lets the function write objects, in one part or in several, and
// not read them. Writing replaces an object of the same key; with versions on,
// the bucket keeps what was replaced. The variables are those of BucketRead.
//
// The bucket encrypts what is written. A request that asks for another key, or
// brings its own, is denied.
func BucketWrite(variable string, from Bucket, options ...BucketOption) Link {
	return newBucket(bucketAccess{stored: stored{variable: variable}, writes: true}, from, options)
}

// BucketReadWrite is BucketRead and BucketWrite. It does not delete: for that
// there is AndDelete.
func BucketReadWrite(variable string, from Bucket, options ...BucketOption) Link {
	return newBucket(bucketAccess{stored: stored{variable: variable}, reads: true, writes: true}, from, options)
}

// BucketDelete lets the function delete objects, and neither read nor write
// them. It deletes no versions: in a bucket that keeps them, what was deleted
// can be brought back. It needs no key. The variables are those of BucketRead,
// but for NAME_KEY.
func BucketDelete(variable string, from Bucket, options ...BucketOption) Link {
	return newBucket(bucketAccess{stored: stored{variable: variable}, deletes: true}, from, options)
}

// BucketOption says more of a link of a bucket.
type BucketOption interface{ bucket(*bucketAccess) }

// Prefix opens only the objects whose keys begin with it, such as "invoices/".
// It ends with a slash, or it would also open what merely begins alike.
// Defaults to all objects.
func Prefix(prefix string) BucketOption {
	return bucketOption(func(b *bucketAccess) {
		switch {
		case b.prefix != "":
			b.mistakes = append(b.mistakes, fmt.Errorf("Prefix is given twice, as %q and %q: add a link for each", b.prefix, prefix))
		case prefix == "":
			b.mistakes = append(b.mistakes, errors.New("Prefix is empty: give one such as invoices/, or leave the option out to open all objects"))
		case strings.HasPrefix(prefix, "/"):
			b.mistakes = append(b.mistakes, fmt.Errorf("Prefix %q begins with a slash, and keys of objects do not: give one such as invoices/", prefix))
		case !strings.HasSuffix(prefix, "/"):
			b.mistakes = append(b.mistakes, fmt.Errorf("Prefix %q does not end with a slash, and would open whatever begins so: give %q", prefix, prefix+"/"))
		case patternOfPolicy(prefix):
			b.mistakes = append(b.mistakes, fmt.Errorf("Prefix %q has a *, a ? or a ${, by which IAM would match other keys: give one without", prefix))
		}
		b.prefix = prefix
	})
}

// AndList lets the function also list the keys of objects, below the prefix if
// there is one. An object that does not exist is then not found (404) and no
// longer access denied (403).
func AndList() BucketOption { return bucketOption(func(b *bucketAccess) { b.lists = true }) }

// AndDelete lets the function also delete objects, as BucketDelete does.
func AndDelete() BucketOption { return bucketOption(func(b *bucketAccess) { b.deletes = true }) }

type bucketOption func(*bucketAccess)

func (set bucketOption) bucket(b *bucketAccess) { set(b) }

type bucketAccess struct {
	stored
	name, arn, prefix             string
	reads, writes, deletes, lists bool
}

func newBucket(b bucketAccess, from Bucket, options []BucketOption) Link {
	if absent(from) {
		b.mistakes = append(b.mistakes, errors.New("the bucket is nil: give an awss3.IBucket"))
	} else {
		b.name, b.arn = *from.BucketName(), *from.BucketArn()
		b.under(from.EncryptionKey())
	}
	wrong := apply(options, func(o BucketOption) { o.bucket(&b) }) // which may add to the mistakes
	b.mistakes = append(b.mistakes, wrong...)
	return b
}

// Open implements Link.
func (b bucketAccess) Open(at Site) (Doors, error) {
	usesKey := b.reads || b.writes
	if err := b.check(usesKey); err != nil {
		return Doors{}, fmt.Errorf("bucket %q of variable %s: %w", b.name, b.variable, err)
	}
	doors := Doors{
		Variables:  []Variable{{b.variable, b.name, contract.Bucket}},
		Statements: b.allowed(),
		Gateways:   []string{"s3"},
		Relaxed:    b.relaxed("bucket", b.name, b.arn),
	}
	if b.prefix != "" {
		doors.Variables = append(doors.Variables, Variable{Name: b.variable + contract.PrefixSuffix, Value: b.prefix})
	}
	if b.key != nil && usesKey {
		doors.Variables = append(doors.Variables, Variable{Name: b.variable + contract.KeySuffix, Value: keyring.ARN(b.key)})
		// The context is the object's ARN, and the bucket's with an S3 Bucket
		// Key (S3 guide, "Using server-side encryption with AWS KMS keys",
		// "Encryption context").
		useKey(&doors, b.key, at, "s3", Conditions{"StringLike": {"kms:EncryptionContext:aws:s3:arn": {b.arn, b.objects()}}}, b.keyActions()...)
	}
	if b.writes {
		doors.Statements = append(doors.Statements, b.otherEncryption()...)
	}
	doors.Statements = append(doors.Statements, withoutTLS("s3", b.arn, b.arn+"/*"))
	return doors, nil
}

func (b bucketAccess) objects() string { return b.arn + "/" + b.prefix + "*" }

func (b bucketAccess) allowed() []Statement {
	var actions []string
	if b.reads {
		actions = append(actions, "s3:GetObject")
	}
	if b.writes {
		actions = append(actions, "s3:PutObject", "s3:AbortMultipartUpload")
	}
	if b.deletes {
		actions = append(actions, "s3:DeleteObject")
	}
	statements := []Statement{{Actions: actions, Resources: []string{b.objects()}}}
	if b.lists {
		list := Statement{Actions: []string{"s3:ListBucket"}, Resources: []string{b.arn}}
		if b.prefix != "" {
			// Of an object that does not exist, S3 takes the key for the
			// prefix (ceph/ceph#68577, which does as S3 does).
			list.Conditions = Conditions{"StringLike": {"s3:prefix": {b.prefix + "*"}}}
		}
		statements = append(statements, list)
	}
	return statements
}

func (b bucketAccess) keyActions() []string {
	if b.writes {
		// S3 decrypts the parts of an upload before it joins them (S3 guide,
		// "Multipart upload API and permissions").
		return []string{"kms:Decrypt", "kms:GenerateDataKey"}
	}
	return []string{"kms:Decrypt"}
}

// otherEncryption denies writes that ask for another encryption than the
// bucket's. One that asks for none passes: policies are asked before the
// bucket's default is applied (S3 guide, "Amazon S3 default encryption for S3
// buckets").
func (b bucketAccess) otherEncryption() []Statement {
	const (
		algorithm = "s3:x-amz-server-side-encryption"
		key       = "s3:x-amz-server-side-encryption-aws-kms-key-id"
		ownKey    = "s3:x-amz-server-side-encryption-customer-algorithm"
	)
	deny := func(when Conditions) Statement {
		return Statement{Effect: iam.Deny, Actions: []string{"s3:PutObject"}, Resources: []string{b.arn + "/*"}, Conditions: when}
	}
	// A key that the request brings along (SSE-C) is known to nobody else.
	denied := []Statement{deny(Conditions{"Null": {ownKey: {"false"}}})}
	if b.key == nil {
		return append(denied, deny(Conditions{"Null": {key: {"false"}}}))
	}
	return append(denied,
		deny(Conditions{"Null": {key: {"false"}}, "StringNotEquals": {key: {keyring.ARN(b.key)}}}),
		// AES256 names no key, and aws:kms that names none is aws/s3 (S3 guide,
		// "Specifying server-side encryption with AWS KMS").
		deny(Conditions{"Null": {algorithm: {"false"}, key: {"true"}}}))
}

// withoutTLS denies whatever is asked of the resources in plain text.
func withoutTLS(service string, resources ...string) Statement {
	return Statement{Effect: iam.Deny, Actions: []string{service + ":*"}, Resources: resources,
		Conditions: Conditions{"Bool": {"aws:SecureTransport": {"false"}}}}
}
