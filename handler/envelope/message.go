package envelope

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// The format is that of the AWS Encryption SDK's specification, in
// awslabs/aws-encryption-sdk-specification: data-format/message-header.md,
// message-body.md, message-body-aad.md and client-apis/key-derivation.md.
const (
	version  = 2
	suite    = 0x0478
	provider = "aws-kms"
	framed   = 2

	frameLength  = 4096 // the SDKs' default
	idLength     = 32
	commitLength = 32
	keyLength    = 32
	ivLength     = 12
	tagLength    = 16
	last         = math.MaxUint32 // the sequence number that precedes the last frame
)

var errForged = errors.New("the message was changed, or encrypted under another data key")

// header is what precedes the frames.
type header struct {
	id         []byte
	context    map[string]string
	keys       []dataKey
	frame      uint32 // length of all frames but the last
	commitment []byte
	body, tag  []byte // all of the above, and what authenticates it
}

// dataKey is a message's data key as one provider encrypted it.
type dataKey struct {
	provider, key string
	encrypted     []byte
}

// seal writes a message. The id makes its key another one, whatever the data
// key is, so that an IV can be a frame's number.
func seal(id, plaintext, key []byte, context map[string]string, encrypted dataKey) ([]byte, error) {
	gcm, commitment, err := derive(key, id)
	if err != nil {
		return nil, err
	}
	frames := len(plaintext)/frameLength + 1
	if uint64(frames) >= last {
		return nil, fmt.Errorf("the plaintext has %d bytes, which is too long for a message", len(plaintext))
	}

	w := writer{buffer: make([]byte, 0, 1024+len(plaintext)+frames*40)}
	w.buffer = append(w.buffer, version)
	w.uint16(suite)
	w.buffer = append(w.buffer, id...)
	w.context(context)
	w.uint16(1)
	w.field(encrypted.provider)
	w.field(encrypted.key)
	w.field(string(encrypted.encrypted))
	w.buffer = append(w.buffer, framed)
	w.uint32(frameLength)
	w.buffer = append(w.buffer, commitment...)
	if w.err != nil {
		return nil, w.err
	}
	w.buffer = gcm.Seal(w.buffer, make([]byte, ivLength), nil, w.buffer)

	for sequence := uint32(1); ; sequence++ {
		content, final := plaintext, len(plaintext) <= frameLength
		if !final {
			content = plaintext[:frameLength]
		}
		plaintext = plaintext[len(content):]
		if final {
			w.uint32(last)
		}
		w.uint32(sequence)
		iv := binary.BigEndian.AppendUint32(make([]byte, ivLength-4), sequence)
		w.buffer = append(w.buffer, iv...)
		if final {
			w.uint32(uint32(len(content)))
		}
		w.buffer = gcm.Seal(w.buffer, iv, content, frameData(id, final, sequence, len(content)))
		if final {
			return w.buffer, nil
		}
	}
}

// parse takes the header off. What it returns is not authenticated.
func parse(message []byte) (*header, reader, error) {
	r := reader{rest: message}
	if v := r.bytes(1); r.err == nil && v[0] != version {
		return nil, r, fmt.Errorf("it is no message of the AWS Encryption SDK in format %d: its first byte is %d", version, v[0])
	}
	if s := r.uint16(); r.err == nil && s != suite {
		return nil, r, fmt.Errorf("the message has the algorithm suite 0x%04X: encrypt with 0x%04X, AES-256-GCM with HKDF-SHA-512 and key commitment, without a signature", s, suite)
	}
	h := &header{id: r.bytes(idLength), context: r.context()}
	for range r.uint16() {
		k := dataKey{provider: string(r.field()), key: string(r.field()), encrypted: r.field()}
		if r.err != nil {
			break
		}
		h.keys = append(h.keys, k)
	}
	if content := r.bytes(1); r.err == nil && content[0] != framed {
		return nil, r, errors.New("the message has no frames: encrypt with the SDK's default frame length")
	}
	h.frame = r.uint32()
	h.commitment = r.bytes(commitLength)
	h.body = message[:len(message)-len(r.rest)]
	h.tag = r.bytes(tagLength)
	if r.err != nil {
		return nil, r, r.err
	}
	return h, r, nil
}

// open authenticates the header and the frames, and returns what is in them.
func (h *header) open(r reader, key []byte) ([]byte, error) {
	gcm, commitment, err := derive(key, h.id)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(commitment, h.commitment) != 1 {
		return nil, errForged
	}
	if _, err := gcm.Open(nil, make([]byte, ivLength), h.tag, h.body); err != nil {
		return nil, errForged
	}
	plaintext := make([]byte, 0, len(r.rest))
	for want := uint32(1); ; want++ {
		sequence, length := r.uint32(), h.frame
		final := sequence == last
		if final {
			sequence = r.uint32()
		}
		iv := r.bytes(ivLength)
		if final {
			length = r.uint32()
		}
		content := r.bytes(uint64(length) + tagLength)
		if r.err != nil {
			return nil, r.err
		}
		if sequence != want || length > h.frame {
			return nil, errForged
		}
		plaintext, err = gcm.Open(plaintext, iv, content, frameData(h.id, final, sequence, int(length)))
		if err != nil {
			return nil, errForged
		}
		if final {
			break
		}
	}
	if len(r.rest) > 0 {
		return nil, errForged
	}
	return plaintext, nil
}

// derive makes the key of one message from its data key, and what commits the
// message to it.
func derive(key, id []byte) (gcm cipher.AEAD, commitment []byte, err error) {
	if len(key) != keyLength {
		return nil, nil, fmt.Errorf("KMS returned a data key of %d bytes, not %d", len(key), keyLength)
	}
	secret, err := hkdf.Extract(sha512.New, key, id)
	if err != nil {
		return nil, nil, err
	}
	defer clear(secret)
	derived, err := hkdf.Expand(sha512.New, secret, string(binary.BigEndian.AppendUint16(nil, suite))+"DERIVEKEY", keyLength)
	if err != nil {
		return nil, nil, err
	}
	defer clear(derived)
	commitment, err = hkdf.Expand(sha512.New, secret, "COMMITKEY", commitLength)
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, nil, err
	}
	gcm, err = cipher.NewGCM(block)
	return gcm, commitment, err
}

// frameData is authenticated with a frame: its place and whether it is the last.
func frameData(id []byte, final bool, sequence uint32, length int) []byte {
	content := "AWSKMSEncryptionClient Frame"
	if final {
		content = "AWSKMSEncryptionClient Final Frame"
	}
	data := append(bytes.Clone(id), content...)
	data = binary.BigEndian.AppendUint32(data, sequence)
	return binary.BigEndian.AppendUint64(data, uint64(length))
}

// writer appends numbers and fields, and keeps the first error.
type writer struct {
	buffer []byte
	err    error
}

func (w *writer) uint16(n uint16) { w.buffer = binary.BigEndian.AppendUint16(w.buffer, n) }
func (w *writer) uint32(n uint32) { w.buffer = binary.BigEndian.AppendUint32(w.buffer, n) }

func (w *writer) length(n int, of string) {
	if n > math.MaxUint16 && w.err == nil {
		w.err = fmt.Errorf("%s has %d bytes: a message holds %d", of, n, math.MaxUint16)
	}
	w.uint16(uint16(n))
}

func (w *writer) field(s string) {
	w.length(len(s), "a field of the header")
	w.buffer = append(w.buffer, s...)
}

// context writes the pairs by name, and nothing but a length where there are
// none.
func (w *writer) context(pairs map[string]string) {
	if len(pairs) == 0 {
		w.uint16(0)
		return
	}
	length := 2
	for name, value := range pairs {
		length += 4 + len(name) + len(value)
	}
	w.length(length, "the encryption context")
	w.uint16(uint16(len(pairs)))
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		w.field(name)
		w.field(pairs[name])
	}
}

// reader reads what writer wrote, and keeps that it was too short.
type reader struct {
	rest []byte
	err  error
}

var errShort = errors.New("the message is cut off")

func (r *reader) bytes(n uint64) []byte {
	if uint64(len(r.rest)) < n {
		r.rest, r.err = nil, errShort
	}
	if r.err != nil {
		return make([]byte, min(n, 8)) // so that numbers can be read from it
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) uint16() uint16 { return binary.BigEndian.Uint16(r.bytes(2)) }
func (r *reader) uint32() uint32 { return binary.BigEndian.Uint32(r.bytes(4)) }
func (r *reader) field() []byte  { return r.bytes(uint64(r.uint16())) }

func (r *reader) context() map[string]string {
	pairs := reader{rest: r.field(), err: r.err}
	if r.err != nil || len(pairs.rest) == 0 {
		return nil
	}
	context := map[string]string{}
	for range pairs.uint16() {
		name := string(pairs.field())
		value := string(pairs.field())
		if _, twice := context[name]; twice || pairs.err != nil {
			r.err = errForged
			return nil
		}
		context[name] = value
	}
	if len(pairs.rest) > 0 {
		r.err = errForged
	}
	return context
}
