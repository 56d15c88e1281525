package link

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/iam/iamtest"
)

func init() {
	key := &fakeKey{arn: keyARN}
	document(
		documented{function: "KeyEncrypt", call: `KeyEncrypt("CARDS_KEY", key)`, link: KeyEncrypt("CARDS_KEY", key)},
		documented{function: "KeyDecrypt", call: `KeyDecrypt("CARDS_KEY", key, EncryptionContext(map[string]string{"tenant": "acme"}))`,
			link: KeyDecrypt("CARDS_KEY", key, EncryptionContext(map[string]string{"tenant": "acme"}))},
		documented{function: "KeyDataKey", call: `KeyDataKey("FILES_KEY", key)`, link: KeyDataKey("FILES_KEY", key)},
		documented{function: "KeySign", call: `KeySign("SIGNING_KEY", key, SigningAlgorithm("ECDSA_SHA_256"))`,
			link: KeySign("SIGNING_KEY", key, SigningAlgorithm("ECDSA_SHA_256"))},
		documented{function: "KeyVerify", call: `KeyVerify("SIGNING_KEY", key)`, link: KeyVerify("SIGNING_KEY", key)},
		documented{function: "KeyMAC", call: `KeyMAC("COOKIE_KEY", key, MACAlgorithm("HMAC_SHA_256"))`, link: KeyMAC("COOKIE_KEY", key, MACAlgorithm("HMAC_SHA_256"))},
		documented{function: "KeyVerifyMAC", call: `KeyVerifyMAC("COOKIE_KEY", key)`, link: KeyVerifyMAC("COOKIE_KEY", key)})
}

var china = Site{Partition: "aws-cn", Region: "cn-north-1", Account: "444455556666", URLSuffix: "amazonaws.com.cn"}

// opensDoors fails unless the link opens these statements, these other doors
// and nothing else, each time that it is asked.
func opensDoors(t *testing.T, situation string, l Link, at Site, statements string, want Doors) {
	t.Helper()
	for range 2 {
		doors, err := l.Open(at)
		if err != nil {
			t.Errorf("%s: %v", situation, err)
			return
		}
		if got, want := iamtest.Compact(t, iam.Document(doors.Statements...)["Statement"]), iamtest.Compact(t, json.RawMessage(statements)); got != want {
			t.Errorf("%s: statements:\n got %s\nwant %s", situation, got, want)
		}
		doors.Statements = nil
		if !reflect.DeepEqual(doors, want) {
			t.Errorf("%s: the other doors:\n got %+v\nwant %+v", situation, doors, want)
		}
	}
}

// isRefused fails unless the link is refused, with this error, and opens
// nothing.
func isRefused(t *testing.T, situation string, l Link, want string) {
	t.Helper()
	for range 2 {
		doors, err := l.Open(ireland)
		if got := text(err); got != want {
			t.Errorf("%s:\n got %q\nwant %q", situation, got, want)
		}
		opensNothing(t, situation, doors)
	}
}

func TestKeysOpenTheirDoors(t *testing.T) {
	key, unknown := &fakeKey{arn: keyARN}, &fakeKey{arn: token}
	tenant := EncryptionContext(map[string]string{"tenant": "acme"})
	for _, c := range []struct {
		situation  string
		link       Link
		key        *fakeKey
		at         Site
		action     string
		conditions string // beside that of a direct request
	}{
		{"encrypt", KeyEncrypt("KEY", key), key, ireland, "kms:Encrypt", ``},
		{"decrypt", KeyDecrypt("KEY", key), key, ireland, "kms:Decrypt", ``},
		{"data keys", KeyDataKey("KEY", key), key, ireland, "kms:GenerateDataKey", ``},
		{"sign", KeySign("KEY", key), key, ireland, "kms:Sign", ``},
		{"verify", KeyVerify("KEY", key), key, ireland, "kms:Verify", ``},
		{"make a code", KeyMAC("KEY", key), key, ireland, "kms:GenerateMac", ``},
		{"verify a code", KeyVerifyMAC("KEY", key), key, ireland, "kms:VerifyMac", ``},
		{"a key that CDK makes", KeyDecrypt("KEY", unknown), unknown, ireland, "kms:Decrypt", ``},
		{"another partition", KeyDecrypt("KEY", unknown), unknown, china, "kms:Decrypt", ``},
		{"encrypt in a context", KeyEncrypt("KEY", key, tenant), key, ireland, "kms:Encrypt",
			`"StringEquals": {"kms:EncryptionContext:tenant": "acme"}, "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["tenant", "aws-crypto-public-key"]},`},
		{"decrypt in a context", KeyDecrypt("KEY", key, tenant), key, ireland, "kms:Decrypt",
			`"StringEquals": {"kms:EncryptionContext:tenant": "acme"}, "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["tenant", "aws-crypto-public-key"]},`},
		{"data keys in a context", KeyDataKey("KEY", key, tenant), key, ireland, "kms:GenerateDataKey",
			`"StringEquals": {"kms:EncryptionContext:tenant": "acme"}, "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["tenant", "aws-crypto-public-key"]},`},
		{"several pairs, in the order of their names", KeyDecrypt("KEY", key, EncryptionContext(map[string]string{"z": "1", "a": "2", "m": token})), key, ireland, "kms:Decrypt",
			`"StringEquals": {"kms:EncryptionContext:a": "2", "kms:EncryptionContext:m": "` + token + `", "kms:EncryptionContext:z": "1"},
			"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["a", "m", "z", "aws-crypto-public-key"]},`},
		{"a value that looks like a pattern is none to StringEquals", KeyDecrypt("KEY", key, EncryptionContext(map[string]string{"a": "*?"})), key, ireland, "kms:Decrypt",
			`"StringEquals": {"kms:EncryptionContext:a": "*?"}, "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["a", "aws-crypto-public-key"]},`},
		{"sign by one algorithm", KeySign("KEY", key, SigningAlgorithm("ECDSA_SHA_256")), key, ireland, "kms:Sign", `"StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256"},`},
		{"verify by two", KeyVerify("KEY", key, SigningAlgorithm("RSASSA_PSS_SHA_256", "ML_DSA_SHAKE_256")), key, ireland, "kms:Verify",
			`"StringEquals": {"kms:SigningAlgorithm": ["RSASSA_PSS_SHA_256", "ML_DSA_SHAKE_256"]},`},
		{"make a code by one", KeyMAC("KEY", key, MACAlgorithm("HMAC_SHA_512")), key, ireland, "kms:GenerateMac", `"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_512"},`},
		{"verify a code by one", KeyVerifyMAC("KEY", key, MACAlgorithm("HMAC_SHA_512")), key, ireland, "kms:VerifyMac", `"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_512"},`},
	} {
		opensDoors(t, c.situation, c.link, c.at, `[{"Effect": "Allow", "Action": "`+c.action+`", "Resource": "`+c.key.arn+`",
			"Condition": {`+c.conditions+` "Null": {"kms:ViaService": "true"}}}]`,
			Doors{Variables: []Variable{{"KEY", c.key.arn, "key"}}, Endpoints: []string{"kms"}, Keys: []awskms.IKey{c.key}})
	}
}

// The function cannot give itself more of a key by way of a service, and the
// link of a service gives it nothing of the key itself.
func TestKeysAreForOneWayEach(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	for _, c := range []struct {
		situation string
		link      Link
		direct    bool
	}{
		{"a key", KeyDecrypt("A", key), true},
		{"a parameter", Parameter("A", "/a", EncryptedWith(key)), false},
		{"parameters by path", ParametersByPath("A", "/a", "all are ours", EncryptedWith(key)), false},
		{"a secret", Secret("A", &fakeSecret{arn: secretOfApp, full: secretOfApp, key: key}), false},
		{"a bucket", BucketReadWrite("A", &fakeBucket{key: key}), false},
		{"a table", TableReadWrite("A", &fakeTable{key: key}), false},
	} {
		doors, err := c.link.Open(ireland)
		if err != nil {
			t.Errorf("%s: %v", c.situation, err)
		}
		seen := false
		for _, s := range doors.Statements {
			if !strings.HasPrefix(s.Actions[0], "kms:") {
				continue
			}
			seen = true
			if through := len(s.Conditions["StringEquals"]["kms:ViaService"]) == 1; through == c.direct {
				t.Errorf("%s: through a service is %t: %+v", c.situation, through, s)
			}
			if alone := slices.Equal(s.Conditions["Null"]["kms:ViaService"], []string{"true"}); alone != c.direct {
				t.Errorf("%s: directly is %t: %+v", c.situation, alone, s)
			}
		}
		if !seen {
			t.Errorf("%s: no statement on the key", c.situation)
		}
	}
}

func TestBadKeys(t *testing.T) {
	key, alias := &fakeKey{arn: keyARN}, &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/cards"}
	const (
		at     = "key of variable KEY, for "
		nilKey = "the key is nil: give an awskms.IKey"
		nilOpt = "option 0 is nil: leave it out"
		asAnID = "the key arn:aws:kms:eu-west-1:111122223333:alias/cards is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup"
		noPair = "EncryptionContext has no pair: give one, such as tenant and its id, or leave the option out"
		policy = ": give it a name and a value of characters that a policy can hold, which are those up to U+00FF"
		signs  = "no algorithm is named: give some, such as ECDSA_SHA_256, or leave the option out"
		codes  = "no algorithm is named: give some, such as HMAC_SHA_256, or leave the option out"
		ecdsa  = " is malformed: write it as KMS does, such as ECDSA_SHA_256"
	)
	in := func(pairs map[string]string) Link { return KeyDecrypt("KEY", key, EncryptionContext(pairs)) }
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"a nil key to encrypt", KeyEncrypt("KEY", nil), at + "kms:Encrypt: " + nilKey},
		{"a nil key to decrypt", KeyDecrypt("KEY", nil), at + "kms:Decrypt: " + nilKey},
		{"a nil key for data keys", KeyDataKey("KEY", nil), at + "kms:GenerateDataKey: " + nilKey},
		{"a nil key to sign", KeySign("KEY", nil), at + "kms:Sign: " + nilKey},
		{"a nil key to verify", KeyVerify("KEY", nil), at + "kms:Verify: " + nilKey},
		{"a nil key for codes", KeyMAC("KEY", nil), at + "kms:GenerateMac: " + nilKey},
		{"a nil key to verify codes", KeyVerifyMAC("KEY", nil), at + "kms:VerifyMac: " + nilKey},
		{"a nil key of a type", KeyDecrypt("KEY", (*fakeKey)(nil)), at + "kms:Decrypt: " + nilKey},
		{"an alias", KeyDecrypt("KEY", alias), at + "kms:Decrypt: " + asAnID},
		{"a nil option", KeyDecrypt("KEY", key, nil), at + "kms:Decrypt: " + nilOpt},
		{"a nil option and an alias, told together", KeySign("KEY", alias, nil), at + "kms:Sign: " + nilOpt + "\n" + asAnID},
		{"a nil map", in(nil), at + "kms:Decrypt: " + noPair},
		{"an empty map", in(map[string]string{}), at + "kms:Decrypt: " + noPair},
		{"a pair without a name", in(map[string]string{"": "acme"}), at + `kms:Decrypt: EncryptionContext has the pair "", "acme"` + policy},
		{"a pair without a value", in(map[string]string{"tenant": ""}), at + `kms:Decrypt: EncryptionContext has the pair "tenant", ""` + policy},
		{"a name that no policy holds", in(map[string]string{"租户": "acme"}), at + `kms:Decrypt: EncryptionContext has the pair "租户", "acme"` + policy},
		{"a value that no policy holds", in(map[string]string{"tenant": "a\x00"}), at + `kms:Decrypt: EncryptionContext has the pair "tenant", "a\x00"` + policy},
		{"a name that is a token", in(map[string]string{token: "acme"}), at + `kms:Decrypt: EncryptionContext has the name "` + token + `", which is a token: IAM takes names that are known at synth`},
		{"a variable of IAM", in(map[string]string{"tenant": "${aws:username}"}), at + `kms:Decrypt: EncryptionContext has the value "${aws:username}", and ${ begins a variable in IAM: give another`},
		{"a variable of IAM beside a token", in(map[string]string{"tenant": token + "${aws:username}"}),
			at + `kms:Decrypt: EncryptionContext has the value "` + token + `${aws:username}", and ${ begins a variable in IAM: give another`},
		{"names that differ by case", in(map[string]string{"Tenant": "a", "tenant": "b"}), at + `kms:Decrypt: EncryptionContext has the names "Tenant" and "tenant", which are one to IAM: leave one out`},
		{"two wrong pairs, told together", in(map[string]string{"a": "", "b": ""}), at + `kms:Decrypt: EncryptionContext has the pair "a", ""` + policy + "\n" + `EncryptionContext has the pair "b", ""` + policy},
		{"two contexts", KeyDecrypt("KEY", key, EncryptionContext(map[string]string{"a": "1"}), EncryptionContext(map[string]string{"b": "2"})),
			at + "kms:Decrypt: kms:EncryptionContextKeys is required twice: give one option of each kind"},
		{"no algorithm to sign by", KeySign("KEY", key, SigningAlgorithm()), at + "kms:Sign: " + signs},
		{"no algorithm for codes", KeyMAC("KEY", key, MACAlgorithm()), at + "kms:GenerateMac: " + codes},
		{"an empty algorithm", KeySign("KEY", key, SigningAlgorithm("")), at + `kms:Sign: the algorithm ""` + ecdsa},
		{"a pattern", KeyVerify("KEY", key, SigningAlgorithm("RSASSA_PSS*")), at + `kms:Verify: the algorithm "RSASSA_PSS*"` + ecdsa},
		{"another spelling", KeyVerify("KEY", key, SigningAlgorithm("ecdsa-sha-256")), at + `kms:Verify: the algorithm "ecdsa-sha-256"` + ecdsa},
		{"a code's in another spelling", KeyVerifyMAC("KEY", key, MACAlgorithm("HS256?")), at + `kms:VerifyMac: the algorithm "HS256?" is malformed: write it as KMS does, such as HMAC_SHA_256`},
		{"two lists of algorithms", KeySign("KEY", key, SigningAlgorithm("ECDSA_SHA_256"), SigningAlgorithm("ECDSA_SHA_384")),
			at + "kms:Sign: kms:SigningAlgorithm is required twice: give one option of each kind"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}

// A caller's map is read when the link is made, and left as it was.
func TestEncryptionContextIsCopied(t *testing.T) {
	pairs := map[string]string{"tenant": "acme"}
	l := KeyDecrypt("KEY", &fakeKey{arn: keyARN}, EncryptionContext(pairs))
	pairs["tenant"] = "other"
	doors, err := l.Open(ireland)
	if err != nil {
		t.Fatal(err)
	}
	if got := doors.Statements[0].Conditions["StringEquals"]["kms:EncryptionContext:tenant"]; !slices.Equal(got, []string{"acme"}) {
		t.Errorf("got the tenant %v, want that of when the link was made", got)
	}
}

// What is at rest is under a customer key, or says why not: the same way
// whatever it is.
func TestCustomerKeys(t *testing.T) {
	key, alias := &fakeKey{arn: keyARN}, &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/cards"}
	const (
		unknown = "CDK knows no customer key of it: encrypt it with one, import it with its key, or add link.NoCustomerKey(reason)"
		both    = "it is under a customer key, and NoCustomerKey denies that: leave the option out"
		reason  = "NoCustomerKey needs a reason: say why no customer key is needed"
		asAnID  = "the key arn:aws:kms:eu-west-1:111122223333:alias/cards is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup"
	)
	for _, kind := range []struct {
		at              string
		kind, name, arn string
		link            func(key awskms.IKey, reasons ...string) Link
	}{
		{`secret "` + secretOfApp + `" of variable A: `, "secret", secretOfApp, secretOfApp, func(key awskms.IKey, reasons ...string) Link {
			var options []SecretOption
			for _, r := range reasons {
				options = append(options, NoCustomerKey(r))
			}
			return Secret("A", &fakeSecret{arn: secretOfApp, full: secretOfApp, key: key}, options...)
		}},
		{`secret "` + secretOfApp + `" of variable A: `, "secret", secretOfApp, secretOfApp, func(key awskms.IKey, reasons ...string) Link {
			var options []SecretOption
			for _, r := range reasons {
				options = append(options, NoCustomerKey(r))
			}
			return SecretARN("A", secretOfApp, key, options...)
		}},
		{`bucket "receipts" of variable A: `, "bucket", "receipts", "arn:aws:s3:::receipts", func(key awskms.IKey, reasons ...string) Link {
			var options []BucketOption
			for _, r := range reasons {
				options = append(options, NoCustomerKey(r))
			}
			return BucketReadWrite("A", &fakeBucket{key: key}, options...)
		}},
		{`table "orders" of variable A: `, "table", "orders", tableOrders, func(key awskms.IKey, reasons ...string) Link {
			var options []TableOption
			for _, r := range reasons {
				options = append(options, NoCustomerKey(r))
			}
			return TableReadWrite("A", &fakeTable{key: key}, options...)
		}},
	} {
		what := kind.kind + " " + kind.name
		isRefused(t, what+", no key", kind.link(nil), kind.at+unknown)
		isRefused(t, what+", a nil key of a type", kind.link((*fakeKey)(nil)), kind.at+unknown)
		isRefused(t, what+", no reason", kind.link(nil, ""), kind.at+reason)
		isRefused(t, what+", blanks for a reason", kind.link(nil, " \t\n"), kind.at+reason)
		isRefused(t, what+", a key and a reason", kind.link(key, "nothing personal"), kind.at+both)
		isRefused(t, what+", an alias", kind.link(alias), kind.at+asAnID)

		doors, err := kind.link(nil, "nothing personal").Open(ireland)
		if err != nil {
			t.Errorf("%s, a reason: %v", what, err)
		}
		if want := []Relaxation{{what + " is under no customer key", "nothing personal", kind.kind + "-key", kind.arn}}; !slices.Equal(doors.Relaxed, want) || doors.Keys != nil {
			t.Errorf("%s, a reason: recorded %v with the keys %v, want %v and none", what, doors.Relaxed, doors.Keys, want)
		}
		for _, s := range doors.Statements {
			if slices.ContainsFunc(s.Actions, func(a string) bool { return strings.HasPrefix(a, "kms:") }) {
				t.Errorf("%s, a reason: opens a key: %+v", what, s)
			}
		}

		doors, err = kind.link(key).Open(ireland)
		if err != nil {
			t.Errorf("%s, a key: %v", what, err)
		}
		if !slices.Equal(doors.Keys, []awskms.IKey{key}) || doors.Relaxed != nil {
			t.Errorf("%s, a key: got the keys %v and recorded %v, want that one and nothing", what, doors.Keys, doors.Relaxed)
		}
	}
}
