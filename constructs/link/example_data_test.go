package link_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/constructs/link"
)

// These stand for constructs of CDK's, in examples that run without Node.
type (
	ourSecret struct{}
	ourBucket struct{}
	ourTable  struct{}
)

func (ourSecret) SecretArn() *string {
	arn := "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db-a1b2c3"
	return &arn
}

func (s ourSecret) SecretFullArn() *string { return s.SecretArn() }

func (ourSecret) EncryptionKey() awskms.IKey { return &ourKey{} }

func (ourBucket) BucketArn() *string {
	arn := "arn:aws:s3:::receipts"
	return &arn
}

func (ourBucket) BucketName() *string {
	name := "receipts"
	return &name
}

func (ourBucket) EncryptionKey() awskms.IKey { return &ourKey{} }

func (ourTable) TableArn() *string {
	arn := "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
	return &arn
}

func (ourTable) TableName() *string {
	name := "orders"
	return &name
}

func (ourTable) EncryptionKey() awskms.IKey { return &ourKey{} }

// show prints the variables of a link, and what it allows on what.
func show(l link.Link) {
	doors, err := l.Open(site)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(doors.Variables)
	for _, s := range doors.Statements {
		if s.Effect == "" {
			fmt.Println(s.Actions, s.Resources)
		}
	}
}

// Several parameters under one key.
func ExampleParameters() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Key"), nil)
	show(link.Parameters(map[string]string{
		"API_KEY": "/my_app/api_key",
		"DB_URL":  "/my_app/db_url",
	}, link.EncryptedWith(key)))
	// Output:
	// [{API_KEY /my_app/api_key parameter} {DB_URL /my_app/db_url parameter}]
	// [ssm:GetParameter ssm:GetParameters] [arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/api_key arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/db_url]
	// [kms:Decrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// A path is wider than names, so it takes a reason.
func ExampleParametersByPath() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Key"), nil)
	show(link.ParametersByPath("FLAGS", "/my_app/flags", "flags come and go without a deployment", link.EncryptedWith(key)))
	// Output:
	// [{FLAGS /my_app/flags parameters}]
	// [ssm:GetParametersByPath] [arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/flags arn:aws:ssm:eu-west-1:111122223333:parameter/my_app/flags/*]
	// [kms:Decrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// The handler gets one field of a secret that is a JSON object.
func ExampleSecret() {
	secret := ourSecret{} // awssecretsmanager.NewSecret(stack, jsii.String("Database"), &awssecretsmanager.SecretProps{EncryptionKey: key})
	show(link.Secret("DB_PASSWORD", secret, link.JSONField("password")))
	// Output:
	// [{DB_PASSWORD arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db-a1b2c3#password secret}]
	// [secretsmanager:GetSecretValue] [arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db-a1b2c3]
	// [kms:Decrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// A partial ARN lacks the six characters that Secrets Manager adds.
func ExampleSecretARN() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Key"), nil)
	show(link.SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db", key))
	// Output:
	// [{DB arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db secret}]
	// [secretsmanager:GetSecretValue] [arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db-??????]
	// [kms:Decrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// One part of a bucket, in which a missing object is not found, rather than
// access denied.
func ExampleBucketRead() {
	bucket := ourBucket{} // awss3.NewBucket(stack, jsii.String("Receipts"), &awss3.BucketProps{EncryptionKey: key})
	show(link.BucketRead("RECEIPTS", bucket, link.Prefix("invoices/"), link.AndList()))
	// Output:
	// [{RECEIPTS receipts bucket} {RECEIPTS_PREFIX invoices/ } {RECEIPTS_KEY arn:aws:kms:eu-west-1:111122223333:key/1234abcd }]
	// [s3:GetObject] [arn:aws:s3:::receipts/invoices/*]
	// [s3:ListBucket] [arn:aws:s3:::receipts]
	// [kms:Decrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// The key decrypts the parts of an upload, and nothing that the function could
// read.
func ExampleBucketWrite() {
	bucket := ourBucket{} // awss3.NewBucket(stack, jsii.String("Receipts"), &awss3.BucketProps{EncryptionKey: key})
	show(link.BucketWrite("RECEIPTS", bucket))
	// Output:
	// [{RECEIPTS receipts bucket} {RECEIPTS_KEY arn:aws:kms:eu-west-1:111122223333:key/1234abcd }]
	// [s3:PutObject s3:AbortMultipartUpload] [arn:aws:s3:::receipts/*]
	// [kms:Decrypt kms:GenerateDataKey] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// To delete has to be asked for.
func ExampleBucketReadWrite() {
	bucket := ourBucket{} // awss3.NewBucket(stack, jsii.String("Receipts"), &awss3.BucketProps{EncryptionKey: key})
	show(link.BucketReadWrite("RECEIPTS", bucket, link.AndDelete()))
	// Output:
	// [{RECEIPTS receipts bucket} {RECEIPTS_KEY arn:aws:kms:eu-west-1:111122223333:key/1234abcd }]
	// [s3:GetObject s3:PutObject s3:AbortMultipartUpload s3:DeleteObject] [arn:aws:s3:::receipts/*]
	// [kms:Decrypt kms:GenerateDataKey] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// Who only deletes needs no key.
func ExampleBucketDelete() {
	bucket := ourBucket{} // awss3.NewBucket(stack, jsii.String("Receipts"), &awss3.BucketProps{EncryptionKey: key})
	show(link.BucketDelete("RECEIPTS", bucket, link.Prefix("drafts/")))
	// Output:
	// [{RECEIPTS receipts bucket} {RECEIPTS_PREFIX drafts/ }]
	// [s3:DeleteObject] [arn:aws:s3:::receipts/drafts/*]
}

// An index is named, and a scan is asked for.
func ExampleTableRead() {
	table := ourTable{} // awsdynamodb.NewTableV2(stack, jsii.String("Orders"), ...)
	show(link.TableRead("ORDERS", table, link.Index("by-customer")))
	// Output:
	// [{ORDERS orders table}]
	// [dynamodb:GetItem dynamodb:BatchGetItem dynamodb:ConditionCheckItem dynamodb:Query] [arn:aws:dynamodb:eu-west-1:111122223333:table/orders]
	// [dynamodb:Query] [arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-customer]
	// [kms:Decrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// Who writes gets no values back.
func ExampleTableWrite() {
	table := ourTable{} // awsdynamodb.NewTableV2(stack, jsii.String("Orders"), ...)
	doors, err := link.TableWrite("ORDERS", table).Open(site)
	fmt.Println(doors.Statements[0].Actions, err)
	fmt.Println(doors.Statements[0].Conditions)
	// Output:
	// [dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:BatchWriteItem] <nil>
	// map[StringEqualsIfExists:map[dynamodb:ReturnValues:[NONE]]]
}

func ExampleTableReadWrite() {
	table := ourTable{} // awsdynamodb.NewTableV2(stack, jsii.String("Orders"), ...)
	doors, err := link.TableReadWrite("ORDERS", table).Open(site)
	fmt.Println(doors.Variables, doors.Gateways, err)
	// Output:
	// [{ORDERS orders table}] [dynamodb] <nil>
}

// Whatever is under no customer key says why.
func ExampleNoCustomerKey() {
	bucket := unencrypted{} // awss3.NewBucket(stack, jsii.String("Site"), nil)
	_, err := link.BucketRead("SITE", bucket).Open(site)
	fmt.Println(err)

	doors, err := link.BucketRead("SITE", bucket, link.NoCustomerKey("the pages are public")).Open(site)
	fmt.Println(doors.Relaxed[0].What, err)
	// Output:
	// bucket "receipts" of variable SITE: CDK knows no customer key of it: encrypt it with one, import it with its key, or add link.NoCustomerKey(reason)
	// bucket receipts is under no customer key <nil>
}

type unencrypted struct{ ourBucket }

func (unencrypted) EncryptionKey() awskms.IKey { return nil }

// A function that takes in card numbers and cannot read them again.
func ExampleKeyEncrypt() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Cards"), nil)
	show(link.KeyEncrypt("CARDS_KEY", key))
	// Output:
	// [{CARDS_KEY arn:aws:kms:eu-west-1:111122223333:key/1234abcd key}]
	// [kms:Encrypt] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

// Only what was encrypted for one tenant.
func ExampleKeyDecrypt() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Cards"), nil)
	doors, err := link.KeyDecrypt("CARDS_KEY", key, link.EncryptionContext(map[string]string{"tenant": "acme"})).Open(site)
	fmt.Println(doors.Statements[0].Actions, doors.Statements[0].Conditions["StringEquals"], err)
	// Output:
	// [kms:Decrypt] map[kms:EncryptionContext:tenant:[acme]] <nil>
}

func ExampleKeyDataKey() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Files"), nil)
	show(link.KeyDataKey("FILES_KEY", key))
	// Output:
	// [{FILES_KEY arn:aws:kms:eu-west-1:111122223333:key/1234abcd key}]
	// [kms:GenerateDataKey] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

func ExampleKeySign() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Signing"), &awskms.KeyProps{KeySpec: awskms.KeySpec_ECC_NIST_P256, KeyUsage: awskms.KeyUsage_SIGN_VERIFY})
	doors, err := link.KeySign("SIGNING_KEY", key, link.SigningAlgorithm("ECDSA_SHA_256")).Open(site)
	fmt.Println(doors.Statements[0].Actions, doors.Statements[0].Conditions["StringEquals"], err)
	// Output:
	// [kms:Sign] map[kms:SigningAlgorithm:[ECDSA_SHA_256]] <nil>
}

func ExampleKeyVerify() {
	key := &ourKey{} // awskms.Key_FromKeyArn(stack, jsii.String("Signing"), ...)
	show(link.KeyVerify("SIGNING_KEY", key))
	// Output:
	// [{SIGNING_KEY arn:aws:kms:eu-west-1:111122223333:key/1234abcd key}]
	// [kms:Verify] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}

func ExampleKeyMAC() {
	key := &ourKey{} // awskms.NewKey(stack, jsii.String("Cookies"), &awskms.KeyProps{KeySpec: awskms.KeySpec_HMAC_256, KeyUsage: awskms.KeyUsage_GENERATE_VERIFY_MAC})
	doors, err := link.KeyMAC("COOKIE_KEY", key, link.MACAlgorithm("HMAC_SHA_256")).Open(site)
	fmt.Println(doors.Statements[0].Actions, doors.Statements[0].Conditions["StringEquals"], err)
	// Output:
	// [kms:GenerateMac] map[kms:MacAlgorithm:[HMAC_SHA_256]] <nil>
}

func ExampleKeyVerifyMAC() {
	key := &ourKey{} // awskms.Key_FromKeyArn(stack, jsii.String("Cookies"), ...)
	show(link.KeyVerifyMAC("COOKIE_KEY", key))
	// Output:
	// [{COOKIE_KEY arn:aws:kms:eu-west-1:111122223333:key/1234abcd key}]
	// [kms:VerifyMac] [arn:aws:kms:eu-west-1:111122223333:key/1234abcd]
}
