// Package envelope encrypts data under a KMS key that the stack linked: with a
// data key of its own for each message, which goes with the message, encrypted
// by KMS (KMS guide, "Envelope encryption").
//
//	kms := kms.NewFromConfig(sdk)
//	message, err := envelope.New(kms, cfg.Key).Encrypt(ctx, plaintext, map[string]string{"tenant": tenant})
//
// Whoever writes needs link.KeyDataKey, and whoever reads link.KeyDecrypt: a
// function with the first alone cannot read what it wrote.
//
// # Format
//
// Messages are those of the AWS Encryption SDK: message format 2 with the
// algorithm suite 0x0478, AES-256-GCM with HKDF-SHA-512 and key commitment and
// without a signature (AWS Encryption SDK guide, "Message format reference",
// "Supported algorithm suites"). By its specification the SDKs of version 2 and
// later, in any language, read them with a KMS keyring; that was tried with the
// one for Go. What they write with this suite is read here. It is not their
// default, which also signs, for readers that writers do not trust; here the
// policy of the key tells the two apart.
//
// The encryption context is in plain text in the message and in CloudTrail, and
// holds no secret. It is bound to the data: Decrypt is told the same pairs, and
// KMS and AES-GCM check them. EncryptionContext of the two links holds a
// function to one.
//
// Key commitment means that a message has one plaintext alone, whoever made it.
// All frames are verified before Decrypt returns a byte.
//
// # Why not the AWS Encryption SDK for Go
//
// Its version 0.4.0, which is generated from Dafny, brings six modules and the
// DynamoDB client, and adds 5.2 MB to a function of 9.0 MB (linux/arm64, with
// the KMS client in both). Tink for Go with AWS KMS adds 4.9 MB and has a format
// of its own. This package adds less than 0.1 MB, with what the standard
// library has. Tests read messages that the SDK wrote, and write the same bytes;
// the SDK read messages that were written here.
//
// # What it does not do
//
// Data keys are not cached: each message is a call to KMS, of some milliseconds
// and at its price. A cached data key would outlive a change of the key's
// policy. Messages are in memory as a whole; to encrypt large objects in S3, let
// S3 do it. Messages with a signature, without frames, without commitment or
// under a key of another region that is related (multi-Region keys) are refused.
package envelope
