package objects_test

import (
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/objects"
)

// The link's bucket, as config.Load fills it.
var receipts = config.Bucket{Name: "orders-receipts", Prefix: "receipts/", KeyARN: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"}

// The input goes to PutObject of a *s3.Client.
func ExamplePut() {
	in, err := objects.Put(receipts, "2026/A-1003.json", strings.NewReader("{}"))
	if err != nil {
		panic(err)
	}
	fmt.Println(*in.Bucket, *in.Key)
	fmt.Println(in.ServerSideEncryption, *in.SSEKMSKeyId)
	// Output:
	// orders-receipts receipts/2026/A-1003.json
	// aws:kms arn:aws:kms:eu-west-1:111122223333:key/1234abcd
}

// What somebody sent does not leave the prefix.
func ExampleKey() {
	_, err := objects.Key(receipts, "../invoices/1.json")
	fmt.Println(err)
	// Output:
	// name "../invoices/1.json" of an object in bucket orders-receipts, below prefix "receipts/", has the part "..", with which it is another path to some: give parts with names, divided by one / each
}
