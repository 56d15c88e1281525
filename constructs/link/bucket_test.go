package link

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"github.com/securegofunction/cdk/internal/iam"
)

var _ Bucket = awss3.IBucket(nil)

// fakeBucket is a bucket that needs no Node. It is named receipts unless it
// has another name.
type fakeBucket struct {
	name, arn string
	key       awskms.IKey
}

func (b *fakeBucket) BucketName() *string { return or(b.name, "receipts") }

func (b *fakeBucket) BucketArn() *string { return or(b.arn, "arn:aws:s3:::receipts") }

func (b *fakeBucket) EncryptionKey() awskms.IKey { return b.key }

func or(value, otherwise string) *string {
	if value == "" {
		return &otherwise
	}
	return &value
}

func init() {
	under := &fakeBucket{key: &fakeKey{arn: keyARN}}
	const why = "objects are named when the function runs, so IAM knows them by a pattern (Service Authorization Reference, \"Amazon S3\")"
	all, invoices := map[string]string{"arn:aws:s3:::receipts/*": why}, map[string]string{"arn:aws:s3:::receipts/invoices/*": why}
	document(
		documented{function: "BucketRead", call: `BucketRead("RECEIPTS", bucket, Prefix("invoices/"), AndList())`,
			link: BucketRead("RECEIPTS", under, Prefix("invoices/"), AndList()), wide: invoices},
		documented{function: "BucketWrite", call: `BucketWrite("RECEIPTS", bucket)`, link: BucketWrite("RECEIPTS", under), wide: all},
		documented{function: "BucketReadWrite", call: `BucketReadWrite("RECEIPTS", bucket, AndDelete(), NoCustomerKey("receipts are public"))`,
			link: BucketReadWrite("RECEIPTS", &fakeBucket{}, AndDelete(), NoCustomerKey("receipts are public")), wide: all},
		documented{function: "BucketDelete", call: `BucketDelete("RECEIPTS", bucket)`, link: BucketDelete("RECEIPTS", under), wide: all})
}

func TestBucketsOpenTheirDoors(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	under, plain := &fakeBucket{key: key}, &fakeBucket{}
	open := NoCustomerKey("receipts are public")
	const arn = "arn:aws:s3:::receipts"
	allows := func(actions, resource string) string {
		return `{"Effect": "Allow", "Action": ` + actions + `, "Resource": "` + resource + `"}, `
	}
	listsBelow := func(prefix string) string {
		return `{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "` + arn + `", "Condition": {"StringLike": {"s3:prefix": "` + prefix + `*"}}}, `
	}
	through := func(region, actions, arn, objects string) string {
		return `{"Effect": "Allow", "Action": ` + actions + `, "Resource": "` + keyARN + `", "Condition": {
			"StringEquals": {"kms:ViaService": "s3.` + region + `.amazonaws.com"}, "StringLike": {"kms:EncryptionContext:aws:s3:arn": ["` + arn + `", "` + objects + `"]}}}, `
	}
	denies := func(arn, condition string) string {
		return `{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "` + arn + `/*", "Condition": ` + condition + `}, `
	}
	const (
		ownKey   = `{"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}`
		anyKey   = `{"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"}}`
		otherKey = `{"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"}, "StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "` + keyARN + `"}}`
		noKey    = `{"Null": {"s3:x-amz-server-side-encryption": "false", "s3:x-amz-server-side-encryption-aws-kms-key-id": "true"}}`

		get, put, both = `"s3:GetObject"`, `["s3:PutObject", "s3:AbortMultipartUpload"]`, `["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]`
		decrypt, write = `"kms:Decrypt"`, `["kms:Decrypt", "kms:GenerateDataKey"]`
	)
	overTLS := func(arn string) string {
		return `{"Effect": "Deny", "Action": "s3:*", "Resource": ["` + arn + `", "` + arn + `/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`
	}
	encrypted := func(arn string) string { return denies(arn, ownKey) + denies(arn, otherKey) + denies(arn, noKey) }
	var (
		name      = []Variable{{"DOCS", "receipts", "bucket"}}
		withKey   = []Variable{{"DOCS", "receipts", "bucket"}, {Name: "DOCS_KEY", Value: keyARN}}
		below     = []Variable{{"DOCS", "receipts", "bucket"}, {Name: "DOCS_PREFIX", Value: "invoices/"}, {Name: "DOCS_KEY", Value: keyARN}}
		belowOnly = []Variable{{"DOCS", "receipts", "bucket"}, {Name: "DOCS_PREFIX", Value: "invoices/"}}
		keys      = []awskms.IKey{key}
		relaxed   = []Relaxation{{"bucket receipts is under no customer key", "receipts are public", "bucket-key", "arn:aws:s3:::receipts"}}
	)
	for _, c := range []struct {
		situation  string
		link       Link
		at         Site
		statements string
		variables  []Variable
		keys       []awskms.IKey
		relaxed    []Relaxation
	}{
		{"read", BucketRead("DOCS", under), ireland,
			allows(get, arn+"/*") + through("eu-west-1", decrypt, arn, arn+"/*") + overTLS(arn), withKey, keys, nil},
		{"read below a prefix", BucketRead("DOCS", under, Prefix("invoices/")), ireland,
			allows(get, arn+"/invoices/*") + through("eu-west-1", decrypt, arn, arn+"/invoices/*") + overTLS(arn), below, keys, nil},
		{"read without a customer key", BucketRead("DOCS", plain, open), ireland,
			allows(get, arn+"/*") + overTLS(arn), name, nil, relaxed},
		{"read and list", BucketRead("DOCS", plain, open, AndList()), ireland,
			allows(get, arn+"/*") + allows(`"s3:ListBucket"`, arn) + overTLS(arn), name, nil, relaxed},
		{"read and list below a prefix, whatever comes first", BucketRead("DOCS", plain, AndList(), Prefix("invoices/"), open), ireland,
			allows(get, arn+"/invoices/*") + listsBelow("invoices/") + overTLS(arn), belowOnly, nil, relaxed},
		{"read, then delete", BucketRead("DOCS", plain, open, AndDelete()), ireland,
			allows(`["s3:GetObject", "s3:DeleteObject"]`, arn+"/*") + overTLS(arn), name, nil, relaxed},
		{"write", BucketWrite("DOCS", under), ireland,
			allows(put, arn+"/*") + through("eu-west-1", write, arn, arn+"/*") + encrypted(arn) + overTLS(arn), withKey, keys, nil},
		{"write below a prefix", BucketWrite("DOCS", under, Prefix("invoices/")), ireland,
			allows(put, arn+"/invoices/*") + through("eu-west-1", write, arn, arn+"/invoices/*") + encrypted(arn) + overTLS(arn), below, keys, nil},
		{"write without a customer key", BucketWrite("DOCS", plain, open), ireland,
			allows(put, arn+"/*") + denies(arn, ownKey) + denies(arn, anyKey) + overTLS(arn), name, nil, relaxed},
		{"read and write", BucketReadWrite("DOCS", under), ireland,
			allows(both, arn+"/*") + through("eu-west-1", write, arn, arn+"/*") + encrypted(arn) + overTLS(arn), withKey, keys, nil},
		{"read, write, list and delete", BucketReadWrite("DOCS", under, AndList(), AndDelete()), ireland,
			allows(`["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"]`, arn+"/*") + allows(`"s3:ListBucket"`, arn) +
				through("eu-west-1", write, arn, arn+"/*") + encrypted(arn) + overTLS(arn), withKey, keys, nil},
		{"delete, which takes no key", BucketDelete("DOCS", under), ireland,
			allows(`"s3:DeleteObject"`, arn+"/*") + overTLS(arn), name, nil, nil},
		{"delete below a prefix, where CDK knows no key", BucketDelete("DOCS", plain, Prefix("invoices/"), AndList()), ireland,
			allows(`"s3:DeleteObject"`, arn+"/invoices/*") + listsBelow("invoices/") + overTLS(arn), belowOnly, nil, nil},
		{"delete, where it is declared that there is none", BucketDelete("DOCS", plain, open), ireland,
			allows(`"s3:DeleteObject"`, arn+"/*") + overTLS(arn), name, nil, relaxed},
		{"delete, under an alias", BucketDelete("DOCS", &fakeBucket{key: &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/docs"}}), ireland,
			allows(`"s3:DeleteObject"`, arn+"/*") + overTLS(arn), name, nil, nil},
		{"a bucket of the app", BucketReadWrite("DOCS", &fakeBucket{name: token, arn: "${Token[TOKEN.2]}", key: key}), ireland,
			allows(both, "${Token[TOKEN.2]}/*") + through("eu-west-1", write, "${Token[TOKEN.2]}", "${Token[TOKEN.2]}/*") + encrypted("${Token[TOKEN.2]}") + overTLS("${Token[TOKEN.2]}"),
			[]Variable{{"DOCS", token, "bucket"}, {Name: "DOCS_KEY", Value: keyARN}}, keys, nil},
		{"a prefix with a token", BucketRead("DOCS", plain, open, Prefix(token+"/")), ireland,
			allows(get, arn+"/"+token+"/*") + overTLS(arn), []Variable{{"DOCS", "receipts", "bucket"}, {Name: "DOCS_PREFIX", Value: token + "/"}}, nil, relaxed},
		{"another partition", BucketRead("DOCS", &fakeBucket{arn: "arn:aws-cn:s3:::receipts", key: key}), china,
			allows(get, "arn:aws-cn:s3:::receipts/*") + through("cn-north-1", decrypt, "arn:aws-cn:s3:::receipts", "arn:aws-cn:s3:::receipts/*") + overTLS("arn:aws-cn:s3:::receipts"),
			withKey, keys, nil},
	} {
		opensDoors(t, c.situation, c.link, c.at, `[`+c.statements+`]`,
			Doors{Variables: c.variables, Gateways: []string{"s3"}, Keys: c.keys, Relaxed: c.relaxed})
	}
}

// denied reports whether a request is denied by the statements, as IAM decides
// it: a negated operator holds where the key is missing.
func denied(t *testing.T, statements []Statement, action string, request map[string]string) bool {
	t.Helper()
	for _, s := range statements {
		if s.Effect != iam.Deny || !slices.ContainsFunc(s.Actions, func(a string) bool { return a == action || a == strings.Split(action, ":")[0]+":*" }) {
			continue
		}
		holds := true
		for operator, keys := range s.Conditions {
			for key, values := range keys {
				value, present := request[key]
				switch operator {
				case "Null":
					holds = holds && (values[0] == "true") == !present
				case "StringNotEquals":
					holds = holds && (!present || !slices.Contains(values, value))
				case "Bool":
					holds = holds && present && slices.Contains(values, value)
				default:
					t.Fatalf("the operator %s is not known here", operator)
				}
			}
		}
		if holds {
			return true
		}
	}
	return false
}

// What the function writes is encrypted as the bucket says, or not written.
func TestBucketsDenyOtherEncryption(t *testing.T) {
	t.Parallel()
	const (
		algorithm = "s3:x-amz-server-side-encryption"
		keyID     = "s3:x-amz-server-side-encryption-aws-kms-key-id"
		ownKey    = "s3:x-amz-server-side-encryption-customer-algorithm"
		other     = "arn:aws:kms:eu-west-1:999999999999:key/2"
	)
	under := bucketAccess{stored: stored{key: &fakeKey{arn: keyARN}}, writes: true}
	plain := bucketAccess{stored: stored{noKey: "public"}, writes: true}
	for _, c := range []struct {
		situation          string
		request            map[string]string
		denied, deniedOfNo bool // under a customer key, and under none
	}{
		{"asks for none, which is the bucket's", nil, false, false},
		{"asks for the bucket's key", map[string]string{algorithm: "aws:kms", keyID: keyARN}, false, true},
		{"asks for the bucket's key, twice over", map[string]string{algorithm: "aws:kms:dsse", keyID: keyARN}, false, true},
		{"asks for another key", map[string]string{algorithm: "aws:kms", keyID: other}, true, true},
		{"asks for a key without an algorithm", map[string]string{keyID: other}, true, true},
		{"asks for aws/s3", map[string]string{algorithm: "aws:kms"}, true, false},
		{"asks for S3's own", map[string]string{algorithm: "AES256"}, true, false},
		{"brings a key along", map[string]string{ownKey: "AES256"}, true, true},
	} {
		if got := denied(t, under.otherEncryption(), "s3:PutObject", c.request); got != c.denied {
			t.Errorf("under a customer key, a request that %s: denied is %t, want %t", c.situation, got, c.denied)
		}
		if got := denied(t, plain.otherEncryption(), "s3:PutObject", c.request); got != c.deniedOfNo {
			t.Errorf("under no customer key, a request that %s: denied is %t, want %t", c.situation, got, c.deniedOfNo)
		}
	}
}

func TestBucketsAndTablesDenyPlainText(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	b, table := &fakeBucket{key: key}, &fakeTable{key: key}
	for situation, l := range map[string]Link{
		"read a bucket": BucketRead("A", b), "write a bucket": BucketWrite("A", b), "read and write a bucket": BucketReadWrite("A", b), "delete of a bucket": BucketDelete("A", b),
		"read a table": TableRead("A", table), "write a table": TableWrite("A", table), "read and write a table": TableReadWrite("A", table),
	} {
		doors, err := l.Open(ireland)
		if err != nil {
			t.Errorf("%s: %v", situation, err)
		}
		for _, s := range doors.Statements {
			if s.Effect == iam.Deny || strings.HasPrefix(s.Actions[0], "kms:") {
				continue
			}
			for _, action := range s.Actions {
				if !denied(t, doors.Statements, action, map[string]string{"aws:SecureTransport": "false"}) {
					t.Errorf("%s: %s in plain text passes", situation, action)
				}
				if denied(t, doors.Statements, action, map[string]string{"aws:SecureTransport": "true"}) {
					t.Errorf("%s: %s over TLS is denied", situation, action)
				}
			}
		}
	}
}

// Reading opens nothing that changes the bucket, and writing nothing that shows
// what is in it.
func TestBucketsAreReadAndWrittenApart(t *testing.T) {
	b := &fakeBucket{key: &fakeKey{arn: keyARN}}
	for _, c := range []struct {
		situation string
		link      Link
		want      []string
	}{
		{"read", BucketRead("A", b), []string{"s3:GetObject", "kms:Decrypt"}},
		{"write", BucketWrite("A", b), []string{"s3:PutObject", "s3:AbortMultipartUpload", "kms:Decrypt", "kms:GenerateDataKey"}},
		{"delete", BucketDelete("A", b), []string{"s3:DeleteObject"}},
	} {
		doors, err := c.link.Open(ireland)
		if err != nil {
			t.Errorf("%s: %v", c.situation, err)
		}
		for _, s := range doors.Statements {
			for _, action := range s.Actions {
				if s.Effect != iam.Deny && !slices.Contains(c.want, action) {
					t.Errorf("%s: allows %s", c.situation, action)
				}
			}
		}
	}
}

func TestBadBuckets(t *testing.T) {
	under := &fakeBucket{key: &fakeKey{arn: keyARN}}
	var none awss3.IBucket
	const (
		at        = `bucket "receipts" of variable DOCS: `
		nilBucket = `bucket "" of variable DOCS: the bucket is nil: give an awss3.IBucket`
	)
	read := func(options ...BucketOption) Link { return BucketRead("DOCS", under, options...) }
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"nil to read", BucketRead("DOCS", nil), nilBucket},
		{"nil to write", BucketWrite("DOCS", nil), nilBucket},
		{"nil to read and write", BucketReadWrite("DOCS", nil), nilBucket},
		{"nil to delete", BucketDelete("DOCS", nil), nilBucket},
		{"a nil bucket of CDK's", BucketRead("DOCS", none), nilBucket},
		{"a nil pointer", BucketRead("DOCS", (*fakeBucket)(nil)), nilBucket},
		{"a nil option", read(AndList(), nil), at + "option 1 is nil: leave it out"},
		{"an empty prefix", read(Prefix("")), at + "Prefix is empty: give one such as invoices/, or leave the option out to open all objects"},
		{"a slash in front", read(Prefix("/invoices/")), at + `Prefix "/invoices/" begins with a slash, and keys of objects do not: give one such as invoices/`},
		{"a slash alone", read(Prefix("/")), at + `Prefix "/" begins with a slash, and keys of objects do not: give one such as invoices/`},
		{"no slash at the end", read(Prefix("invoices")), at + `Prefix "invoices" does not end with a slash, and would open whatever begins so: give "invoices/"`},
		{"a token without a slash at the end", read(Prefix(token)), at + `Prefix "` + token + `" does not end with a slash, and would open whatever begins so: give "` + token + `/"`},
		{"an asterisk", read(Prefix("invoices*/")), at + `Prefix "invoices*/" has a *, a ? or a ${, by which IAM would match other keys: give one without`},
		{"a question mark", read(Prefix("20??/")), at + `Prefix "20??/" has a *, a ? or a ${, by which IAM would match other keys: give one without`},
		{"a variable of IAM", read(Prefix("${aws:username}/")), at + `Prefix "${aws:username}/" has a *, a ? or a ${, by which IAM would match other keys: give one without`},
		{"a variable of IAM beside a token", read(Prefix(token + "/${aws:username}/")),
			at + `Prefix "` + token + `/${aws:username}/" has a *, a ? or a ${, by which IAM would match other keys: give one without`},
		{"two prefixes", read(Prefix("a/"), Prefix("b/")), at + `Prefix is given twice, as "a/" and "b/": add a link for each`},
		{"all at once", BucketDelete("DOCS", nil, Prefix(""), nil),
			nilBucket + "\nPrefix is empty: give one such as invoices/, or leave the option out to open all objects\noption 1 is nil: leave it out"},
		{"a key and NoCustomerKey, though a delete takes none", BucketDelete("DOCS", under, NoCustomerKey("public")),
			at + "it is under a customer key, and NoCustomerKey denies that: leave the option out"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}
