package link

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/keyring"
)

// NoCustomerKey declares that a secret, bucket, table, queue, topic or stream is
// under no customer key, and says why. It is then encrypted by a key of AWS's,
// whose policy and rotation are not yours and which you cannot take away, such
// as aws/secretsmanager or SSE-S3. The reason is recorded in the template's
// metadata.
//
// It has to be declared because CDK cannot tell: an imported construct that
// knows no key may be under one, and the function would then be denied.
func NoCustomerKey(reason string) KeyOption { return noCustomerKey{reason} }

// KeyOption is an option of the links of secrets, buckets and tables alike, and
// of others that are under a key.
type KeyOption interface {
	SecretOption
	BucketOption
	TableOption
	stored(*stored)
}

type noCustomerKey struct{ reason string }

func (n noCustomerKey) secret(s *secret) { n.stored(&s.stored) }

func (n noCustomerKey) bucket(b *bucketAccess) { n.stored(&b.stored) }

func (n noCustomerKey) table(t *tableAccess) { n.stored(&t.stored) }

func (n noCustomerKey) stored(s *stored) {
	if strings.TrimSpace(n.reason) == "" {
		s.mistakes = append(s.mistakes, errors.New("NoCustomerKey needs a reason: say why no customer key is needed"))
	}
	s.noKey = n.reason
}

// stored is what the links of data at rest share: the variable, and the key
// that the data is under or why there is none.
type stored struct {
	variable string
	key      awskms.IKey
	noKey    string
	mistakes []error
}

// under sets the key, which is nil if CDK knows none.
func (s *stored) under(key awskms.IKey) {
	if !absent(key) {
		s.key = key
	}
}

// check joins the mistakes with those of the key. Only what uses the key has to
// know it.
func (s stored) check(usesKey bool) error {
	wrong := slices.Clone(s.mistakes)
	switch {
	case s.key != nil && s.noKey != "":
		wrong = append(wrong, errors.New("it is under a customer key, and NoCustomerKey denies that: leave the option out"))
	case usesKey && s.key != nil:
		wrong = append(wrong, keyring.Check(s.key, ""))
	case usesKey && s.noKey == "" && len(s.mistakes) == 0:
		wrong = append(wrong, errors.New("CDK knows no customer key of it: encrypt it with one, import it with its key, or add link.NoCustomerKey(reason)"))
	}
	return errors.Join(wrong...)
}

// relaxed records that there is no key of a bucket, say, where that was declared.
func (s stored) relaxed(kind, name, arn string) []Relaxation {
	if s.noKey == "" {
		return nil
	}
	return []Relaxation{{What: kind + " " + name + " is under no customer key", Reason: s.noKey, Rule: kind + "-key", Of: arn}}
}
