// Package objects names and writes objects of a bucket that the stack linked, as
// the link allows it: below its prefix and under its key.
//
//	in, err := objects.Put(cfg.Receipts, order.ID+".json", bytes.NewReader(receipt))
//	...
//	_, err = client.PutObject(ctx, in) // a *s3.Client, or the upload of its transfer manager
//
// A key that is made of what somebody sent stays below the prefix as a path, and
// not for S3 alone: IAM and S3 take keys for plain text, where receipts/../x is
// below receipts/, and whatever copies objects to files does not.
//
// What it does not do: an object of the same key is replaced, unless IfNoneMatch
// of the input is "*". The link allows one bucket; that its name is still yours
// is not checked, for which ExpectedBucketOwner of the input is there.
package objects
