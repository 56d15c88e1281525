package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/securegofunction/cdk/internal/contract"
)

// Each kind of link has the type that a mistake in the stack tells of.
func TestEachKindHasItsType(t *testing.T) {
	t.Parallel()
	type config struct {
		Parameters   Parameters   `link:"PARAMETERS"`
		Bucket       Bucket       `link:"BUCKET"`
		Table        Table        `link:"TABLE"`
		Queue        Queue        `link:"QUEUE"`
		Topic        Topic        `link:"TOPIC"`
		Bus          Bus          `link:"BUS"`
		Stream       Stream       `link:"STREAM"`
		StateMachine StateMachine `link:"STATE_MACHINE"`
		Function     Function     `link:"FUNCTION"`
		Key          Key          `link:"KEY"`
		Postgres     Postgres     `link:"POSTGRES"`
		MySQL        MySQL        `link:"MYSQL"`
		Valkey       Valkey       `link:"VALKEY"`
		File         File         `link:"FILE"`
		Address      Address      `link:"ADDRESS"`
		URL          URL          `link:"URL"`
	}
	fields, err := contract.Fields(reflect.TypeFor[config]())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		err := contract.Check(nil, []contract.Variable{{Name: f.Variable, Kind: f.Takes[0]}})
		if len(f.Takes) != 1 || err == nil || !strings.Contains(err.Error(), "add a "+f.Type+" tagged") {
			t.Errorf("%s takes %v: %v", f.Type, f.Takes, err)
		}
	}
	if got := (Secret{}).LinkKinds(); !reflect.DeepEqual(got, contract.Values) {
		t.Errorf("a Secret takes %v", got)
	}
}

func none(string) string { return "" }

func TestNamed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 300)
	for _, c := range []struct {
		into   link
		sound  map[string]any // value to what it is
		wrong  string         // of all values in wrongs
		wrongs []string
	}{
		{new(Text), map[string]any{"": Text(""), "dark blue": Text("dark blue")}, "", nil},
		{new(Bucket), map[string]any{"orders-receipts": Bucket{Name: "orders-receipts"}, "a.b": Bucket{Name: "a.b"}}, "is no bucket's name: 3 to 63 lower-case letters, digits and .-",
			[]string{"ab", "Receipts", "a_b_c", "arn:aws:s3:::receipts", "a/b/c", long, "rec eipts", "receipts\n"}},
		{new(Table), map[string]any{"Orders_1.a-b": Table{"Orders_1.a-b"}}, "is no DynamoDB table's name: 3 to 255 letters, digits and _.-", []string{"ab", "a b c", "arn:aws:dynamodb:eu-west-1:111122223333:table/x", long}},
		{new(Queue), map[string]any{
			"https://sqs.eu-west-1.amazonaws.com/111122223333/orders.fifo": Queue{"https://sqs.eu-west-1.amazonaws.com/111122223333/orders.fifo"},
			"http://localhost:4566/000000000000/orders":                    Queue{"http://localhost:4566/000000000000/orders"}},
			"is no SQS queue's URL: https://sqs.region.amazonaws.com/account/name",
			[]string{"orders", "https://sqs.eu-west-1.amazonaws.com", "https://sqs.eu-west-1.amazonaws.com/orders", "https://a:b@host/1/orders", "ftp://host/1/orders", "https:///1/orders", "https://host/1/orders?x=1", "https://host/1/", "https://host/1/a#b", "%"}},
		{new(Topic), map[string]any{"arn:aws-cn:sns:cn-north-1:111122223333:orders.fifo": Topic{"arn:aws-cn:sns:cn-north-1:111122223333:orders.fifo"}}, "is no SNS topic's ARN: arn:aws:sns:region:account:name",
			[]string{"orders", "arn:aws:sns:eu-west-1:111122223333:", "arn:aws:sqs:eu-west-1:111122223333:orders", "arn:aws:sns::111122223333:orders", "arn:aws:sns:eu-west-1:1111:orders", "arn:aws:sns:eu-west-1:111122223333:or ders", "arn::sns:eu-west-1:111122223333:orders"}},
		{new(Bus), map[string]any{"default": Bus{"default"}, "aws.partner/x": Bus{"aws.partner/x"}}, "is no event bus's name: up to 256 letters, digits and /_.-", []string{"a b", "arn:aws:events:eu-west-1:111122223333:event-bus/x", long}},
		{new(Stream), map[string]any{"orders": Stream{"orders"}}, "is no Kinesis stream's name: up to 128 letters, digits and _.-", []string{"a/b", long}},
		{new(StateMachine), map[string]any{"arn:aws:states:eu-west-1:111122223333:stateMachine:orders": StateMachine{"arn:aws:states:eu-west-1:111122223333:stateMachine:orders"}},
			"is no state machine's ARN: arn:aws:states:region:account:stateMachine:name", []string{"orders", "arn:aws:states:eu-west-1:111122223333:stateMachine:", "arn:aws:states:eu-west-1:111122223333:execution:orders:1"}},
		{new(Function), map[string]any{"arn:aws:lambda:eu-west-1:111122223333:function:orders:live": Function{"arn:aws:lambda:eu-west-1:111122223333:function:orders:live"}},
			"is no Lambda function's ARN: arn:aws:lambda:region:account:function:name", []string{"orders", "arn:aws:lambda:eu-west-1:111122223333:layer:orders"}},
		{new(Key), map[string]any{keyARN: Key{keyARN}}, "is no KMS key's ARN: arn:aws:kms:region:account:key/id", []string{"1234abcd", "alias/orders", "arn:aws:kms:eu-west-1:111122223333:alias/orders", "arn:aws:kms:eu-west-1:111122223333:key/"}},
		{new(File), map[string]any{"/mnt/orders": File{"/mnt/orders"}}, "is no folder of a file system: /mnt/name", []string{"/mnt/", "/tmp/orders", "orders", "/mnt/a/b", "/mnt/a b"}},
		{new(Postgres), map[string]any{
			"postgres://orders@db.eu-west-1.rds.amazonaws.com:5432/shop?sslmode=verify-full": Postgres{"db.eu-west-1.rds.amazonaws.com", 5432, "orders", "shop"},
			"postgres://orders%40corp@[fd00::1]:6432/shop%20one?sslmode=verify-full":         Postgres{"fd00::1", 6432, "orders@corp", "shop one"}},
			"is no database without a password and with verified TLS: postgres://user@host:port/database?sslmode=verify-full",
			[]string{"postgres://orders:pw@db:5432/shop?sslmode=verify-full", "postgres://orders@db:5432/shop", "postgres://orders@db:5432/shop?sslmode=require", "postgres://orders@db:5432/shop?sslmode=verify-full&sslmode=disable",
				"postgres://orders@db/shop?sslmode=verify-full", "postgres://db:5432/shop?sslmode=verify-full", "postgres://orders@db:5432?sslmode=verify-full", "postgres://orders@db:0/shop?sslmode=verify-full",
				"postgres://orders@db:65536/shop?sslmode=verify-full", "postgres://orders@db:5432/a/b?sslmode=verify-full", "mysql://orders@db:5432/shop?tls=verify-full", "postgres:orders@db", "%", "postgres://orders@:5432/shop?sslmode=verify-full",
				"postgres://orders:@db:5432/shop?sslmode=verify-full", "postgres://orders@db:5432/shop?sslmode=verify-full#x", "postgres://orders@d%20b:5432/shop?sslmode=verify-full"}},
		{new(MySQL), map[string]any{"mysql://orders@db:3306/shop?tls=verify-full": MySQL{"db", 3306, "orders", "shop"}},
			"is no database without a password and with verified TLS: mysql://user@host:port/database?tls=verify-full", []string{"mysql://orders@db:3306/shop", "mysql://orders@db:3306/shop?tls=skip-verify", "mysql://orders:pw@db:3306/shop?tls=verify-full", "postgres://orders@db:3306/shop?tls=verify-full"}},
		{new(Valkey), map[string]any{"rediss://orders@cache.x.euw1.cache.amazonaws.com:6379?cache=sessions-1": Valkey{"cache.x.euw1.cache.amazonaws.com", 6379, "orders", "sessions-1"}},
			"is no cache without a password and with TLS: rediss://user@host:port?cache=name",
			[]string{"redis://orders@h:6379?cache=s", "rediss://orders:pw@h:6379?cache=s", "rediss://orders@h:6379", "rediss://orders@h?cache=s", "rediss://h:6379?cache=s", "rediss://orders@h:6379/0?cache=s", "rediss://orders@h:6379?cache=s&x=1", "rediss://orders@h:6379?cache="}},
		{new(Address), map[string]any{"db.internal:5432": Address{"db.internal", 5432}, "[fd00::1]:80": Address{"fd00::1", 80}, "10.0.0.1:65535": Address{"10.0.0.1", 65535}},
			"is no address: host:port", []string{"db.internal", "db:port", "db:0", "db:-1", "db:+5", "db:65536", ":5432", "https://db:1", "a b:1", "db:0x10"}},
		{new(URL), map[string]any{"https://api.stripe.com": URL{"api.stripe.com"}, "https://api.internal:8443": URL{"api.internal:8443"}, "https://10.0.0.1": URL{"10.0.0.1"}, "https://[fd00::1]:8443": URL{"[fd00::1]:8443"}},
			"is no host that is reached by TLS: https://host", []string{"http://api.stripe.com", "api.stripe.com", "https://", "https://api.stripe.com/v1", "https://user:pw@api.stripe.com", "https://api.stripe.com?x=1", "https://api.stripe.com:0", "https://fd00::1", "https://a b"}},
	} {
		kind := reflect.TypeOf(c.into).Elem()
		for value, want := range c.sound {
			into := reflect.New(kind).Interface().(link)
			if err := into.read(value, none); err != nil || reflect.ValueOf(into).Elem().Interface() != want {
				t.Errorf("%v of %q: got %+v, %v", kind, value, into, err)
			}
		}
		for _, value := range c.wrongs {
			into := reflect.New(kind).Interface().(link)
			if err := into.read(value, none); err == nil || err.Error() != c.wrong {
				t.Errorf("%v of %q: got %+v, %v, want %q", kind, value, into, err, c.wrong)
			}
		}
		if into := reflect.New(kind).Interface().(link); len(c.wrongs) > 0 && into.read("", none) == nil {
			t.Errorf("%v takes nothing", kind)
		}
	}
}

func TestBucketWithItsPrefixAndKey(t *testing.T) {
	t.Parallel()
	var b Bucket
	env := map[string]string{"_PREFIX": "2025/ä b/", "_KEY": keyARN}
	if err := b.read("receipts", func(suffix string) string { return env[suffix] }); err != nil || b != (Bucket{"receipts", "2025/ä b/", keyARN}) {
		t.Errorf("got %+v, %v", b, err)
	}
	env["_KEY"] = canary
	if err := b.read("receipts", func(suffix string) string { return env[suffix] }); err == nil || strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), "_KEY variable is no KMS key's ARN") {
		t.Errorf("a key that is none: got %v", err)
	}
}

func TestAddressAndURLAreWhatTheVariableHeld(t *testing.T) {
	t.Parallel()
	if got := (Address{"fd00::1", 80}).String(); got != "[fd00::1]:80" {
		t.Errorf("got %s", got)
	}
	if got := (URL{"api.stripe.com"}).String(); got != "https://api.stripe.com" {
		t.Errorf("got %s", got)
	}
}

// No value makes a parser panic, or is quoted by its error.
func FuzzNamed(f *testing.F) {
	for _, seed := range []string{"", "orders-receipts", "https://sqs.eu-west-1.amazonaws.com/111122223333/orders", keyARN, "arn:aws:sns:eu-west-1:111122223333:orders", "/mnt/orders",
		"postgres://orders@db:5432/shop?sslmode=verify-full", "mysql://orders@db:3306/shop?tls=verify-full", "rediss://orders@h:6379?cache=s", "db:5432", "https://api.stripe.com", "postgres://%zz@[::1%25en0]:1/", "\x00:1"} {
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, value, with string) {
		for _, into := range []link{new(Text), new(Bucket), new(Table), new(Queue), new(Topic), new(Bus), new(Stream), new(StateMachine), new(Function), new(Key), new(File), new(Postgres), new(MySQL), new(Valkey), new(Address), new(URL)} {
			err := into.read(value, func(string) string { return with })
			if err != nil && len(value) > 12 && strings.Contains(err.Error(), value) && !strings.Contains(examples, value) {
				t.Errorf("%T quotes %q: %v", into, value, err)
			}
			if err != nil {
				continue
			}
			switch v := into.(type) { // what was read leads back to the variable
			case *Address:
				var again Address
				if again.read(v.String(), none) != nil || again != *v {
					t.Errorf("%q is %+v, and that is %+v", value, *v, again)
				}
			case *URL:
				if v.String() != value {
					t.Errorf("%q is %+v", value, *v)
				}
			case *Postgres:
				if v.Host == "" || v.User == "" || v.Database == "" || v.Port < 1 || v.Port > 65535 || !strings.Contains(value, "verify-full") {
					t.Errorf("%q is %+v", value, *v)
				}
			}
		}
	})
}

// examples are in the errors' own text.
const examples = "arn:aws:sns:region:account:name https://sqs.region.amazonaws.com/account/name postgres://user@host:port/database?sslmode=verify-full lower-case letters, digits"

func FuzzRefer(f *testing.F) {
	for _, seed := range []string{"", "/app/key", "key", "a/b", "//", "/", "arn:aws:ssm:eu-west-1:111122223333:parameter/app/key", secretARN, secretARN + "#password", secretARN + "#", "#a", canary + "=="} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, value string, path bool) {
		r, err := refer(value, path)
		switch {
		case err != nil && len(value) > 12 && strings.Contains(err.Error(), value):
			t.Errorf("%q is quoted: %v", value, err)
		case err == nil && (r.name == "" || r.kind == ""):
			t.Errorf("%q names nothing: %+v", value, r)
		case err == nil && r.name != value && r.name+"#"+r.field != value:
			t.Errorf("%q is %+v", value, r)
		}
	})
}

func TestRefer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value string
		path  bool
		want  string // "" where it is refused
	}{
		{"/app/key", false, `parameter "/app/key"`},
		{"key", false, "the parameter that it names"},
		{"arn:aws:ssm:eu-west-1:111122223333:parameter/app/key", false, `parameter "arn:aws:ssm:eu-west-1:111122223333:parameter/app/key"`},
		{secretARN, false, `secret "` + secretARN + `"`},
		{secretARN + "#a#b", false, `field "a#b" of secret "` + secretARN + `"`},
		{secretARN + "#", false, ""},
		{"a/b", false, ""}, {"/", false, ""}, {"//a", false, ""}, {"/a/", false, ""}, {"/a b", false, ""}, {"", false, ""}, {"/app/key#field", false, ""},
		{"arn:aws:s3:::bucket", false, ""}, {"/" + strings.Repeat("a", 1011), false, ""},
		{"/app", true, `path "/app"`}, {"app", true, ""}, {"/app/", true, ""}, {secretARN, true, ""},
	} {
		r, err := refer(c.value, c.path)
		if (err == nil) != (c.want != "") || err == nil && r.String() != c.want {
			t.Errorf("%q (a path: %v): got %v, %v, want %q", c.value, c.path, r, err, c.want)
		}
	}
}
