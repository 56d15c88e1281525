package envelope

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"github.com/securegofunction/cdk/handler/config"
	"github.com/securegofunction/cdk/handler/internal/localaws"
)

var (
	ours   = config.Key{ARN: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
	theirs = config.Key{ARN: "arn:aws:kms:eu-west-1:111122223333:key/00000000-12ab-34cd-56ef-1234567890ab"}
	tenant = map[string]string{"tenant": "a", "purpose": "receipts", "empty": ""}
)

// fakeKMS knows data keys by what they are encrypted as, the key and the
// context, and no others.
type fakeKMS struct {
	made int
	keys map[string][]byte
	err  error
}

func (f *fakeKMS) GenerateDataKey(_ context.Context, in *kms.GenerateDataKeyInput, _ ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	if f.err != nil {
		return nil, f.err
	}
	if in.KeySpec != types.DataKeySpecAes256 {
		return nil, fmt.Errorf("key spec %q", in.KeySpec)
	}
	f.made++
	encrypted := fmt.Sprintf("encrypted %d", f.made)
	key := bytes.Repeat([]byte{byte(f.made)}, 32)
	f.know(*in.KeyId, encrypted, in.EncryptionContext, key)
	return &kms.GenerateDataKeyOutput{KeyId: in.KeyId, CiphertextBlob: []byte(encrypted), Plaintext: bytes.Clone(key)}, nil
}

func (f *fakeKMS) Decrypt(_ context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	if f.err != nil {
		return nil, f.err
	}
	key, ok := f.keys[name(*in.KeyId, string(in.CiphertextBlob), in.EncryptionContext)]
	if !ok {
		return nil, &types.InvalidCiphertextException{}
	}
	return &kms.DecryptOutput{KeyId: in.KeyId, Plaintext: bytes.Clone(key)}, nil
}

func (f *fakeKMS) know(key, encrypted string, context map[string]string, plain []byte) {
	if f.keys == nil {
		f.keys = map[string][]byte{}
	}
	f.keys[name(key, encrypted, context)] = plain
}

func name(key, encrypted string, context map[string]string) string {
	return fmt.Sprintf("%s %q %v", key, encrypted, context)
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 1, frameLength - 1, frameLength, frameLength + 1, 3 * frameLength, 1_000_003} {
		for _, pairs := range []map[string]string{nil, {}, tenant} {
			e := New(&fakeKMS{}, ours)
			plaintext := bytes.Repeat([]byte("plain"), length/5+1)[:length]
			message, err := e.Encrypt(t.Context(), plaintext, pairs)
			if err != nil {
				t.Fatalf("%d bytes, context %v: %v", length, pairs, err)
			}
			if length > 10 && bytes.Contains(message, plaintext[:10]) {
				t.Errorf("%d bytes: the message holds plaintext", length)
			}
			got, err := e.Decrypt(t.Context(), message, pairs)
			if err != nil || !bytes.Equal(got, plaintext) {
				t.Errorf("%d bytes, context %v: got %d bytes, %v", length, pairs, len(got), err)
			}
		}
	}
}

func TestEachMessageIsAnother(t *testing.T) {
	t.Parallel()
	client := &fakeKMS{}
	e := New(client, ours)
	first, err1 := e.Encrypt(t.Context(), []byte("the same"), tenant)
	second, err2 := e.Encrypt(t.Context(), []byte("the same"), tenant)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if client.made != 2 || bytes.Equal(first[len(first)-24:], second[len(second)-24:]) {
		t.Errorf("%d data keys for two messages", client.made)
	}
	// A data key that came twice would still not be used twice.
	h1, _, _ := parse(first)
	client.made = 0
	third, err := e.Encrypt(t.Context(), []byte("the same"), tenant)
	if h3, _, _ := parse(third); err != nil || bytes.Equal(h1.id, h3.id) || bytes.Equal(h1.commitment, h3.commitment) {
		t.Errorf("two messages have one id, %v", err)
	}
}

// The messages in testdata were written by the AWS Encryption SDK for Go 0.4.0
// with the suite of this package. It read messages of this package as well.
func TestMessagesOfTheSDK(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/aws-encryption-sdk-go-0.4.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var messages []struct {
		Situation        string
		Length           int
		Context          map[string]string
		Key              string
		EncryptedDataKey string
		DataKey          string
		Message          []byte
	}
	if err := json.Unmarshal(text, &messages); err != nil || len(messages) != 4 {
		t.Fatal(len(messages), err)
	}
	for _, m := range messages {
		client := &fakeKMS{}
		encrypted, err1 := hex.DecodeString(m.EncryptedDataKey)
		key, err2 := hex.DecodeString(m.DataKey)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		client.know(m.Key, string(encrypted), m.Context, key)
		got, err := New(client, config.Key{ARN: m.Key}).Decrypt(t.Context(), m.Message, m.Context)
		if err != nil || !bytes.Equal(got, bytes.Repeat([]byte("x"), m.Length)) {
			t.Errorf("%s: got %d bytes, %v", m.Situation, len(got), err)
		}

		// Under the same data key and id, this package writes the same bytes.
		h, _, err := parse(m.Message)
		if err != nil {
			t.Fatal(err)
		}
		again, err := seal(h.id, bytes.Repeat([]byte("x"), m.Length), key, m.Context, h.keys[0])
		if err != nil || !bytes.Equal(again, m.Message) {
			t.Errorf("%s: another message is written for the same plaintext, %v", m.Situation, err)
		}
	}
}

// Whatever is changed in a message, Decrypt returns an error and no plaintext.
func TestChangedMessages(t *testing.T) {
	t.Parallel()
	client := &fakeKMS{}
	e := New(client, ours)
	plaintext := bytes.Repeat([]byte("plain"), 1000)
	message, err := e.Encrypt(t.Context(), plaintext, tenant)
	if err != nil {
		t.Fatal(err)
	}
	h, frames, err := parse(message)
	if err != nil {
		t.Fatal(err)
	}
	body := len(message) - len(frames.rest)
	refused := func(situation string, changed []byte) {
		t.Helper()
		if got, err := e.Decrypt(t.Context(), changed, tenant); err == nil || got != nil {
			t.Errorf("%s: got %d bytes, %v", situation, len(got), err)
		}
	}
	for i := range message {
		if i > body+64 && i < len(message)-200 && i%97 != 0 { // the middle of the frames is all alike
			continue
		}
		changed := bytes.Clone(message)
		changed[i] ^= 1
		refused(fmt.Sprintf("bit 0 of byte %d of %d", i, len(message)), changed)
		refused(fmt.Sprintf("cut off at %d of %d", i, len(message)), message[:i])
	}
	refused("a byte after the end", append(bytes.Clone(message), 0))
	refused("twice", append(bytes.Clone(message), message...))
	first := 4 + ivLength + frameLength + tagLength
	refused("without the first frame", append(bytes.Clone(message[:body]), message[body+first:]...))
	refused("the first frame alone", message[:body+first])
	refused("the first frame twice", append(bytes.Clone(message[:body+first]), message[body:]...))

	// The frames of another message under the same data key.
	other, err := seal(make([]byte, idLength), plaintext, bytes.Repeat([]byte{1}, 32), tenant, h.keys[0])
	if err != nil {
		t.Fatal(err)
	}
	refused("the frames of another message", append(bytes.Clone(message[:body]), other[body:]...))

	// A header that commits to another data key, and a frame that is longer than
	// the header says, from one who has the data key.
	gcm, _, err := derive(bytes.Repeat([]byte{1}, 32), h.id)
	if err != nil {
		t.Fatal(err)
	}
	uncommitted := bytes.Clone(message[:body-tagLength])
	uncommitted[len(uncommitted)-1] ^= 1
	uncommitted = gcm.Seal(uncommitted, make([]byte, ivLength), nil, uncommitted)
	refused("another commitment", append(uncommitted, message[body:]...))
	w := writer{buffer: bytes.Clone(message[:body])}
	w.uint32(last)
	w.uint32(1)
	w.buffer = append(w.buffer, make([]byte, ivLength)...)
	w.uint32(frameLength + 1)
	refused("a frame that is too long", gcm.Seal(w.buffer, make([]byte, ivLength), make([]byte, frameLength+1), frameData(h.id, true, 1, frameLength+1)))

	// Another data key, as of a KMS that was told to decrypt something else.
	client.know(ours.ARN, "encrypted 1", tenant, bytes.Repeat([]byte{2}, 32))
	if _, err := e.Decrypt(t.Context(), message, tenant); !errors.Is(err, errForged) {
		t.Errorf("another data key: %v", err)
	}
	client.know(ours.ARN, "encrypted 1", tenant, make([]byte, 16))
	if _, err := e.Decrypt(t.Context(), message, tenant); err == nil || !strings.Contains(err.Error(), "a data key of 16 bytes, not 32") {
		t.Errorf("a short data key: %v", err)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	e := New(&fakeKMS{}, ours)
	message, err := e.Encrypt(t.Context(), []byte("plain"), tenant)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(m map[string]string)) map[string]string {
		m := maps.Clone(tenant)
		change(m)
		return m
	}
	changed := func(at int, to ...byte) []byte {
		m := bytes.Clone(message)
		copy(m[at:], to)
		return m
	}
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "User: ... is not authorized to perform: kms:Decrypt"}
	disabled := &types.DisabledException{}
	contentType := bytes.LastIndex(message, []byte{framed, 0, 0, frameLength >> 8, 0})
	for _, c := range []struct {
		situation string
		client    KMS
		key       config.Key
		message   []byte // encrypts where there is none
		context   map[string]string
		want      string
	}{
		{"no key", &fakeKMS{}, config.Key{}, nil, nil, "envelope.Encrypt: the key's ARN is empty: config.Load fills it"},
		{"no key to read", &fakeKMS{}, config.Key{}, message, tenant, "envelope.Decrypt: the key's ARN is empty"},
		{"no client", nil, ours, nil, nil, "envelope.Encrypt: the client is nil: give envelope.New a *kms.Client"},
		{"a reserved name", &fakeKMS{}, ours, nil, map[string]string{"aws-crypto-public-key": "x"}, `envelope.Encrypt: the encryption context has the name "aws-crypto-public-key"`},
		{"a context that is too long", &fakeKMS{}, ours, nil, map[string]string{"a": strings.Repeat("x", 65535)}, "envelope.Encrypt: the encryption context has 65542 bytes: a message holds 65535"},
		{"may not encrypt", &fakeKMS{err: denied}, ours, nil, tenant, "envelope.Encrypt: kms:GenerateDataKey is denied: link.KeyDataKey allows it for this key, and with an EncryptionContext for exactly its pairs"},
		{"may not decrypt", &fakeKMS{err: denied}, ours, message, tenant, "envelope.Decrypt: kms:Decrypt is denied: link.KeyDecrypt allows it"},
		{"a key that is disabled", &fakeKMS{err: disabled}, ours, nil, tenant, "envelope.Encrypt: kms:GenerateDataKey of " + ours.ARN + ": DisabledException"},
		{"another value", &fakeKMS{}, ours, message, with(func(m map[string]string) { m["tenant"] = "b" }), "envelope.Decrypt: the message was encrypted with another encryption context: it differs in tenant"},
		{"a pair less and one more", &fakeKMS{}, ours, message, with(func(m map[string]string) { delete(m, "empty"); m["zone"] = "" }), "envelope.Decrypt: the message was encrypted with another encryption context: it differs in empty, zone"},
		{"no context", &fakeKMS{}, ours, message, nil, "envelope.Decrypt: the message was encrypted with another encryption context"},
		{"another key", &fakeKMS{}, theirs, message, tenant, "envelope.Decrypt: the message is not under the key " + theirs.ARN},
		{"another KMS", &fakeKMS{}, ours, message, tenant, "envelope.Decrypt: kms:Decrypt of " + ours.ARN + ": InvalidCiphertextException"},
		{"no message", &fakeKMS{}, ours, []byte{}, tenant, "envelope.Decrypt: the message is cut off"},
		{"something else", &fakeKMS{}, ours, []byte(`{"json":true}`), tenant, "envelope.Decrypt: it is no message of the AWS Encryption SDK in format 2: its first byte is 123"},
		{"format 1", &fakeKMS{}, ours, changed(0, 1), tenant, "envelope.Decrypt: it is no message of the AWS Encryption SDK in format 2: its first byte is 1"},
		{"signed", &fakeKMS{}, ours, changed(1, 0x05, 0x78), tenant, "envelope.Decrypt: the message has the algorithm suite 0x0578: encrypt with 0x0478"},
		{"without frames", &fakeKMS{}, ours, changed(contentType, 1), tenant, "envelope.Decrypt: the message has no frames"},
	} {
		e := New(c.client, c.key)
		var got []byte
		var err error
		if c.message == nil {
			got, err = e.Encrypt(t.Context(), []byte("plain"), c.context)
		} else {
			got, err = e.Decrypt(t.Context(), c.message, c.context)
		}
		if got != nil || err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got  %v\nwant %s", c.situation, err, c.want)
		}
	}
}

func FuzzDecrypt(f *testing.F) {
	client := &fakeKMS{}
	e := New(client, ours)
	key := bytes.Repeat([]byte{1}, 32)
	client.know(ours.ARN, "encrypted", tenant, key)
	message, err := seal(make([]byte, idLength), []byte("plain"), key, tenant, dataKey{provider, ours.ARN, []byte("encrypted")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(message)
	f.Add(message[:40])
	f.Fuzz(func(t *testing.T, changed []byte) {
		got, err := e.Decrypt(t.Context(), changed, tenant)
		if err == nil && !bytes.Equal(changed, message) {
			t.Errorf("got %q of another message", got)
		}
	})
}

// BenchmarkEncrypt leaves out the call to KMS.
func BenchmarkEncrypt(b *testing.B) {
	e := New(&fakeKMS{}, ours)
	plaintext := make([]byte, 1_000_000)
	b.SetBytes(int64(len(plaintext)))
	for b.Loop() {
		if _, err := e.Encrypt(b.Context(), plaintext, tenant); err != nil {
			b.Fatal(err)
		}
	}
}

func TestKMS(t *testing.T) {
	t.Parallel()
	client := kms.NewFromConfig(localaws.Config(t))
	made, err := client.CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	key := config.Key{ARN: *made.KeyMetadata.Arn}
	e := New(client, key)
	plaintext := bytes.Repeat([]byte("plain"), 2000)
	message, err := e.Encrypt(t.Context(), plaintext, tenant)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.Decrypt(t.Context(), message, tenant); err != nil || !bytes.Equal(got, plaintext) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}

	// KMS holds the data key to the context, whatever the header says.
	h, _, err := parse(message)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: h.keys[0].encrypted, KeyId: &key.ARN, EncryptionContext: map[string]string{"tenant": "b"}}); err == nil {
		t.Error("KMS decrypts the data key for another context")
	}
	gone := config.Key{ARN: key.ARN[:len(key.ARN)-12] + "000000000000"}
	if _, err := New(client, gone).Encrypt(t.Context(), plaintext, tenant); err == nil || !strings.Contains(err.Error(), "NotFoundException") {
		t.Errorf("a key that does not exist: %v", err)
	}
}
