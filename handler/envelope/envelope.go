package envelope

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"github.com/securegofunction/cdk/handler/config"
)

// KMS is what is called of a *kms.Client: the first to encrypt, the second to
// decrypt.
type KMS interface {
	GenerateDataKey(context.Context, *kms.GenerateDataKeyInput, ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error)
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// Envelope encrypts under one KMS key. It is safe for concurrent use.
type Envelope struct {
	kms KMS
	key string
}

// New takes the key that link.KeyDataKey or link.KeyDecrypt linked.
func New(client KMS, key config.Key) *Envelope { return &Envelope{client, key.ARN} }

// Encrypt returns a message that holds the plaintext under a new data key. The
// pairs of the encryption context, of which there may be none, are in it in
// plain text.
func (e *Envelope) Encrypt(ctx context.Context, plaintext []byte, encryptionContext map[string]string) ([]byte, error) {
	if err := e.check(encryptionContext); err != nil {
		return nil, fmt.Errorf("envelope.Encrypt: %w", err)
	}
	out, err := e.kms.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &e.key, KeySpec: types.DataKeySpecAes256, EncryptionContext: encryptionContext})
	if err != nil {
		return nil, fmt.Errorf("envelope.Encrypt: %w", e.explain("kms:GenerateDataKey", "link.KeyDataKey", err))
	}
	defer clear(out.Plaintext)
	id := make([]byte, idLength)
	rand.Read(id) // never fails
	message, err := seal(id, plaintext, out.Plaintext, encryptionContext, dataKey{provider: provider, key: e.key, encrypted: out.CiphertextBlob})
	if err != nil {
		return nil, fmt.Errorf("envelope.Encrypt: %w", err)
	}
	return message, nil
}

// Decrypt returns the plaintext of a message that was encrypted under this key
// and with these pairs, no more and no fewer. An error returns none of it.
func (e *Envelope) Decrypt(ctx context.Context, message []byte, encryptionContext map[string]string) ([]byte, error) {
	if err := e.check(encryptionContext); err != nil {
		return nil, fmt.Errorf("envelope.Decrypt: %w", err)
	}
	h, frames, err := parse(message)
	if err != nil {
		return nil, fmt.Errorf("envelope.Decrypt: %w", err)
	}
	if !maps.Equal(h.context, encryptionContext) {
		return nil, fmt.Errorf("envelope.Decrypt: the message was encrypted with another encryption context: it differs in %s", strings.Join(difference(h.context, encryptionContext), ", "))
	}
	i := slices.IndexFunc(h.keys, func(k dataKey) bool { return k.provider == provider && k.key == e.key })
	if i < 0 {
		return nil, fmt.Errorf("envelope.Decrypt: the message is not under the key %s: link the one that it was encrypted with", e.key)
	}
	// With KeyId, KMS decrypts with this key or not at all.
	out, err := e.kms.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: h.keys[i].encrypted, KeyId: &e.key, EncryptionContext: encryptionContext})
	if err != nil {
		return nil, fmt.Errorf("envelope.Decrypt: %w", e.explain("kms:Decrypt", "link.KeyDecrypt", err))
	}
	defer clear(out.Plaintext)
	plaintext, err := h.open(frames, out.Plaintext)
	if err != nil {
		return nil, fmt.Errorf("envelope.Decrypt: %w", err)
	}
	return plaintext, nil
}

func (e *Envelope) check(encryptionContext map[string]string) error {
	switch {
	case e.kms == nil:
		return errors.New("the client is nil: give envelope.New a *kms.Client")
	case e.key == "":
		return errors.New("the key's ARN is empty: config.Load fills it from what the stack linked")
	}
	for name := range encryptionContext {
		if strings.HasPrefix(name, "aws-crypto-") {
			return fmt.Errorf("the encryption context has the name %q, and those that begin with aws-crypto- are the AWS Encryption SDK's: give another", name)
		}
	}
	return nil
}

func (e *Envelope) explain(action, link string, err error) error {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException" {
		return fmt.Errorf("%s is denied: %s allows it for this key, and with an EncryptionContext for exactly its pairs: %w", action, link, err)
	}
	return fmt.Errorf("%s of %s: %w", action, e.key, err)
}

// difference returns the names whose pairs are not in both maps.
func difference(a, b map[string]string) []string {
	var names []string
	for name, value := range a {
		if other, ok := b[name]; !ok || other != value {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
