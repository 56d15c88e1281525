package link

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// KeyEncrypt lets the function encrypt up to 4 KB with a KMS key, and not
// decrypt. The variable holds the key's ARN.
//
// This and the other links of keys are for code that calls KMS itself: they do
// not hold for what a service such as S3 asks of the key for the function,
// which the links of those services open.
func KeyEncrypt(variable string, key awskms.IKey, options ...EncryptionOption) Link {
	return newKeyUse(variable, "kms:Encrypt", key, options)
}

// KeyDecrypt lets the function decrypt with a KMS key what KeyEncrypt or
// KeyDataKey encrypted. The variable holds the key's ARN.
func KeyDecrypt(variable string, key awskms.IKey, options ...EncryptionOption) Link {
	return newKeyUse(variable, "kms:Decrypt", key, options)
}

// KeyDataKey lets the function make data keys under a KMS key, to encrypt more
// than 4 KB (envelope encryption). Whoever reads the data needs KeyDecrypt: a
// function that only writes cannot read what it wrote. The variable holds the
// key's ARN.
func KeyDataKey(variable string, key awskms.IKey, options ...EncryptionOption) Link {
	return newKeyUse(variable, "kms:GenerateDataKey", key, options)
}

// KeySign lets the function sign with an asymmetric KMS key. The variable
// holds the key's ARN.
func KeySign(variable string, key awskms.IKey, options ...SigningOption) Link {
	return newKeyUse(variable, "kms:Sign", key, options)
}

// KeyVerify lets the function have KMS verify signatures of an asymmetric key.
// The variable holds the key's ARN.
func KeyVerify(variable string, key awskms.IKey, options ...SigningOption) Link {
	return newKeyUse(variable, "kms:Verify", key, options)
}

// KeyMAC lets the function make message authentication codes with an HMAC KMS
// key. The variable holds the key's ARN.
func KeyMAC(variable string, key awskms.IKey, options ...MACOption) Link {
	return newKeyUse(variable, "kms:GenerateMac", key, options)
}

// KeyVerifyMAC lets the function have KMS verify message authentication codes
// of an HMAC key. The variable holds the key's ARN.
func KeyVerifyMAC(variable string, key awskms.IKey, options ...MACOption) Link {
	return newKeyUse(variable, "kms:VerifyMac", key, options)
}

// Options of the links of keys. Each kind of key has its own, since KMS takes
// an encryption context with symmetric keys only, and algorithms with the
// others (KMS guide, "Encryption context").
type (
	// EncryptionOption says more of KeyEncrypt, KeyDecrypt and KeyDataKey.
	EncryptionOption func(*keyUse)
	// SigningOption says more of KeySign and KeyVerify.
	SigningOption func(*keyUse)
	// MACOption says more of KeyMAC and KeyVerifyMAC.
	MACOption func(*keyUse)
)

// EncryptionContext binds the link to an encryption context: each request has
// to name all of these pairs and no other. Defaults to whatever context the
// function names. KMS logs it in plain text, so it holds no secret.
//
// The pair aws-crypto-public-key, which the AWS Encryption SDK adds when it
// signs, may go with them.
func EncryptionContext(pairs map[string]string) EncryptionOption {
	return func(k *keyUse) {
		if err := checkContext(pairs); err != nil {
			k.mistakes = append(k.mistakes, err)
			return
		}
		names := slices.Sorted(maps.Keys(pairs))
		for _, name := range names {
			k.require("StringEquals", "kms:EncryptionContext:"+name, pairs[name])
		}
		// The names in condition keys have no case, and those here do (KMS
		// guide, "kms:EncryptionContextKeys").
		k.require("ForAllValues:StringEquals", "kms:EncryptionContextKeys", append(names, "aws-crypto-public-key")...)
	}
}

// SigningAlgorithm allows these algorithms only, such as ECDSA_SHA_256.
// Defaults to those that the key has.
func SigningAlgorithm(names ...string) SigningOption {
	return func(k *keyUse) { k.algorithms("SigningAlgorithm", "ECDSA_SHA_256", names) }
}

// MACAlgorithm allows these algorithms only, such as HMAC_SHA_256. Defaults to
// the one that the key has.
func MACAlgorithm(names ...string) MACOption {
	return func(k *keyUse) { k.algorithms("MacAlgorithm", "HMAC_SHA_256", names) }
}

type keyUse struct {
	variable, action string
	key              awskms.IKey
	conditions       Conditions
	mistakes         []error
}

func newKeyUse[O ~func(*keyUse)](variable, action string, key awskms.IKey, options []O) Link {
	k := keyUse{variable: variable, action: action, key: key}
	if absent(key) {
		k.key = nil
		k.mistakes = append(k.mistakes, errors.New("the key is nil: give an awskms.IKey"))
	}
	// A request that a service makes for the function has kms:ViaService, and
	// one of its own has none (KMS guide, "kms:ViaService").
	k.require("Null", "kms:ViaService", "true")
	for i, option := range options {
		if option == nil {
			k.mistakes = append(k.mistakes, fmt.Errorf("option %d is nil: leave it out", i))
			continue
		}
		option(&k)
	}
	return k
}

func (k *keyUse) require(operator, key string, values ...string) {
	if k.conditions == nil {
		k.conditions = Conditions{}
	}
	if k.conditions[operator] == nil {
		k.conditions[operator] = map[string][]string{}
	}
	if k.conditions[operator][key] != nil {
		k.mistakes = append(k.mistakes, fmt.Errorf("%s is required twice: give one option of each kind", key))
	}
	k.conditions[operator][key] = values
}

var algorithmName = regexp.MustCompile(`^[A-Z0-9]+(_[A-Z0-9]+)+$`)

func (k *keyUse) algorithms(kind, example string, names []string) {
	if len(names) == 0 {
		k.mistakes = append(k.mistakes, fmt.Errorf("no algorithm is named: give some, such as %s, or leave the option out", example))
		return
	}
	for _, name := range names {
		if !algorithmName.MatchString(name) {
			k.mistakes = append(k.mistakes, fmt.Errorf("the algorithm %q is malformed: write it as KMS does, such as %s", name, example))
		}
	}
	k.require("StringEquals", "kms:"+kind, names...)
}

// Open implements Link.
func (k keyUse) Open(Site) (Doors, error) {
	if err := errors.Join(append(k.mistakes, keyring.Check(k.key, ""))...); err != nil {
		return Doors{}, fmt.Errorf("key of variable %s, for %s: %w", k.variable, k.action, err)
	}
	arn := keyring.ARN(k.key)
	return Doors{
		Variables:  []Variable{{k.variable, arn, contract.Key}},
		Statements: []Statement{{Actions: []string{k.action}, Resources: []string{arn}, Conditions: k.conditions}},
		Endpoints:  []string{"kms"},
		Keys:       []awskms.IKey{k.key},
	}, nil
}

// inPolicy is what the text of a policy can hold (IAM API reference,
// CreatePolicy, "PolicyDocument").
var inPolicy = regexp.MustCompile(`^[\t\n\r\x{20}-\x{FF}]+$`)

func checkContext(pairs map[string]string) error {
	if len(pairs) == 0 {
		return errors.New("EncryptionContext has no pair: give one, such as tenant and its id, or leave the option out")
	}
	var wrong []error
	told := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		value := pairs[name]
		switch {
		case pseudo.IsToken(name):
			wrong = append(wrong, fmt.Errorf("EncryptionContext has the name %q, which is a token: IAM takes names that are known at synth", name))
		case !inPolicy.MatchString(name), !inPolicy.MatchString(value):
			wrong = append(wrong, fmt.Errorf("EncryptionContext has the pair %q, %q: give it a name and a value of characters that a policy can hold, which are those up to U+00FF", name, value))
		case variableOfPolicy(value):
			wrong = append(wrong, fmt.Errorf("EncryptionContext has the value %q, and ${ begins a variable in IAM: give another", value))
		}
		if other, taken := told[strings.ToLower(name)]; taken {
			wrong = append(wrong, fmt.Errorf("EncryptionContext has the names %q and %q, which are one to IAM: leave one out", other, name))
		}
		told[strings.ToLower(name)] = name
	}
	return errors.Join(wrong...)
}

// patternOfPolicy reports whether IAM would match more by s than s itself.
func patternOfPolicy(s string) bool { return strings.ContainsAny(s, "*?") || variableOfPolicy(s) }

// variableOfPolicy reports whether IAM would read a variable in s, beside CDK's
// tokens, which are gone by then.
func variableOfPolicy(s string) bool {
	return strings.Contains(strings.ReplaceAll(s, "${Token[", ""), "${")
}

// useKey opens the door of a key: the actions, by way of one service that the
// function calls, for what the encryption context names. In kms:ViaService the
// names of services end in amazonaws.com in every partition (KMS guide,
// "kms:ViaService").
func useKey(doors *Doors, key awskms.IKey, at Site, service string, context Conditions, actions ...string) {
	if context["StringEquals"] == nil {
		context["StringEquals"] = map[string][]string{}
	}
	context["StringEquals"]["kms:ViaService"] = []string{service + "." + at.Region + ".amazonaws.com"}
	doors.Keys = append(doors.Keys, key)
	doors.Statements = append(doors.Statements, Statement{Actions: actions, Resources: []string{keyring.ARN(key)}, Conditions: context})
}

// apply hands each option to set, and returns the mistake of those that are
// nil.
func apply[O comparable](options []O, set func(O)) (mistakes []error) {
	var none O
	for i, option := range options {
		if option == none {
			mistakes = append(mistakes, fmt.Errorf("option %d is nil: leave it out", i))
			continue
		}
		set(option)
	}
	return mistakes
}

// absent reports whether a construct is nil, or a nil pointer in an interface.
func absent(construct any) bool {
	v := reflect.ValueOf(construct)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}
