package policy

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Symbols of the tests.
var (
	region  = Symbol(Place, "AWS::Region")
	account = Symbol(Place, "AWS::AccountId")
	queueA  = Symbol(Identity, "A.QueueName")
	queueB  = Symbol(Identity, "B.QueueName")
	tableA  = Symbol(Identity, "A")
	thing   = Symbol(Whole, "Thing.Arn")
	other   = Symbol(Whole, "Other.Arn")
	param   = Symbol(Anything, "Param")
)

func sqs(name Text) Text { return "arn:aws:sqs:" + region + ":" + account + ":" + name }

func TestMatchesResource(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation     string
		pattern, text Text
		want          Answer
	}{
		// IAM guide, "Resource": the asterisk stands for slashes too.
		{"an object at the end of the path", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/test/object.jpg", Yes},
		{"an object two folders in", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/2/test/3/object.jpg", Yes},
		{"a name of slashes", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1///test///object.jpg", Yes},
		{"a name that begins with a slash", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket//test/object.jpg", Yes},
		{"a name that ends with a slash", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/test/", Yes},
		{"no folder of that name", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1-test/object.jpg", No},
		{"nothing before the folder", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/test/object.jpg", No},
		{"a file of the folder's name", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/2/test.jpg", No},
		{"an asterisk that ends a part reaches across colons", "arn:aws:sqs:*", "arn:aws:sqs:eu-west-1:111122223333:orders", Yes},
		{"whether one within a part does is not documented", "arn:aws:lambda:eu-west-1:111122223333:function:a*z", "arn:aws:lambda:eu-west-1:111122223333:function:a:z", Yes},
		{"one within a part of the beginning", "arn:aws:s*s:eu-west-1:111122223333:orders", "arn:aws:sqs:x:sns:eu-west-1:111122223333:orders", CannotTell},
		{"case counts", "arn:aws:sqs:eu-west-1:111122223333:Orders", "arn:aws:sqs:eu-west-1:111122223333:orders", No},
		{"one character", "arn:aws:sqs:eu-west-1:111122223333:order?", "arn:aws:sqs:eu-west-1:111122223333:orders", Yes},
		{"one character is not two", "arn:aws:sqs:eu-west-1:111122223333:orde?", "arn:aws:sqs:eu-west-1:111122223333:orders", No},
		{"one character is not none", "arn:aws:sqs:eu-west-1:111122223333:orders?", "arn:aws:sqs:eu-west-1:111122223333:orders", No},

		{"the same token", sqs(queueA), sqs(queueA), Yes},
		{"the tokens of two resources", sqs(queueA), sqs(queueB), No},
		{"the tokens of two resources, then a path", "arn:aws:s3:::" + queueA + "/*", "arn:aws:s3:::" + queueB + "/x", No},
		{"one token begins the other's text", "arn:aws:s3:::" + queueA + "*", "arn:aws:s3:::" + queueB, CannotTell},
		{"a token and a name", sqs(queueA), sqs("orders"), CannotTell},
		{"a name and a token", sqs("orders"), sqs(queueA), CannotTell},
		{"a token holds no colon", sqs(queueA), sqs("orders:x"), No},
		{"a token in another service", sqs(queueA), "arn:aws:sns:" + region + ":" + account + ":" + queueA, No},
		{"another account, known", "arn:aws:sqs:eu-west-1:111122223333:" + queueA, "arn:aws:sqs:eu-west-1:444455556666:" + queueA, No},
		{"an account that is not known", "arn:aws:sqs:eu-west-1:" + account + ":orders", "arn:aws:sqs:eu-west-1:444455556666:orders", CannotTell},
		{"a region has no slash", "arn:aws:sqs:" + region + ":1:x", "arn:aws:sqs:a/b:1:x", No},
		{"a parameter may be anything", param, "arn:aws:sqs:eu-west-1:111122223333:orders", CannotTell},
		{"a parameter at the end", "arn:aws:s3:::b/" + param, "arn:aws:s3:::c/x", No},
		{"the same parameter", "arn:aws:s3:::" + param + "/*", "arn:aws:s3:::" + param + "/x", Yes},
		{"all, of a token", "*", thing, Yes},
		{"an ARN whose form is not known", "arn:aws:sqs:*", thing, CannotTell},
		{"two ARNs whose form is not known", thing, other, No},
		{"two attributes of one resource", queueA, tableA, CannotTell},
		{"a wildcard over a token", "arn:aws:sqs:*:*:*", sqs(queueA), Yes},
		{"a question mark is no token", "arn:aws:sqs:" + region + ":" + account + ":?", sqs(queueA), CannotTell},
	} {
		if got := MatchesResource(c.pattern, c.text); got != c.want {
			t.Errorf("%s: %s of %s: got %s, want %s", c.situation, c.pattern, c.text, got, c.want)
		}
	}
}

func TestLikeARN(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation     string
		pattern, text Text
		want          Answer
	}{
		// IAM guide, "Condition operators", ARN: where StringLike matches and ArnLike does not.
		{"a wildcard reaches to the next colon", "arn:aws:someservice:*:111122223333:finance/*", "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", No},
		{"each part", "arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:topic", Yes},
		{"the resource's own part holds colons", "arn:aws:cloudwatch:*:*:alarm:a-*", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a-b", Yes},
		{"another part", "arn:aws:sns:eu-*:111122223333:*", "arn:aws:sns:us-east-1:111122223333:topic", No},
		{"fewer parts than an ARN has", "arn:aws:sns:*", "arn:aws:sns:eu-west-1:111122223333:topic", CannotTell},
		{"a prefix that the stack's name gives", "arn:aws:logs:*:*:log-group:shop-*", "arn:aws:logs:eu-west-1:111122223333:log-group:shop-" + queueA, Yes},
		{"a wildcard before a part that may hold colons", "arn:aws:*:" + Symbol(Anything, "P"), "arn:aws:sns:eu-west-1:" + Symbol(Anything, "P"), CannotTell},
		{"a wildcard after it", Symbol(Whole, "B") + "/*/x", Symbol(Whole, "B") + "/a/x", Yes},
		{"no ARN", "arn:aws:sns:*:*:*", "orders", No},
	} {
		if got := LikeARN(c.pattern, c.text); got != c.want {
			t.Errorf("%s: %s of %s: got %s, want %s", c.situation, c.pattern, c.text, got, c.want)
		}
	}
	if got := Like("arn:aws:someservice:*:111122223333:finance/*", "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"); got != Yes {
		t.Errorf("StringLike across colons: got %s, want yes", got)
	}
}

func TestMatchesAction(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, action Text
		want            Answer
	}{
		{"s3:GetObject", "s3:GetObject", Yes},
		{"S3:getobject", "s3:GetObject", Yes}, // IAM guide, "Action": neither prefix nor action is case sensitive
		{"iam:*AccessKey*", "iam:CreateAccessKey", Yes},
		{"iam:*AccessKey*", "iam:CreateUser", No},
		{"s3:Get*", "s3:PutObject", No},
		{"*", "s3:PutObject", Yes},
		{"s3:*", "s3-object-lambda:Get", No},
		{param, "s3:PutObject", CannotTell},
		{"s3:" + param, "sqs:SendMessage", No},
	} {
		if got := MatchesAction(c.pattern, c.action); got != c.want {
			t.Errorf("%s of %s: got %s, want %s", c.pattern, c.action, got, c.want)
		}
	}
}

// values are what a symbol may turn out to be. Those of two resources differ.
var values = map[Text][]string{
	region: {"r", "eu-1"}, account: {"1", "r"}, queueA: {"a", "ab-", "x"}, queueB: {"b", "ab", "y"}, param: {"", "a", ":", "a/b:", "*"},
	thing: {"arn:a:/", "a:b"}, other: {"arn:b:/", "b:"},
}

// Whatever the symbols turn out to be, Yes and No hold: checked on short texts with every value.
func TestMatchHoldsForAllValues(t *testing.T) {
	t.Parallel()
	symbols := []Text{region, account, queueA, queueB, param, thing, other}
	r := rand.New(rand.NewPCG(1, 2))
	random := func(wildcards bool) Text {
		var out Text
		for range r.IntN(5) {
			switch n := r.IntN(10); {
			case n < 5:
				out += symbols[r.IntN(len(symbols))]
			case n < 7 && wildcards:
				out += Text("*?"[r.IntN(2)])
			default:
				out += Text("ab:/-1"[r.IntN(6)])
			}
		}
		return out
	}
	counts := map[Answer]int{}
	for range 8_000 {
		pattern, text := random(true), random(false)
		how, name := match, "match"
		if r.IntN(3) == 0 {
			how, name = matchARN, "matchARN"
		}
		got := how(tokens(pattern, true), tokens(text, false))
		counts[got]++
		for range 6 {
			var pairs []string
			written := []string{}
			for _, s := range symbols {
				v := values[s][r.IntN(len(values[s]))]
				pairs = append(pairs, string(s), v)
				written = append(written, fmt.Sprintf("%s=%q", s, v))
			}
			// A symbol's value holds no wildcard: what a template joins into a policy is read as such, so none is tried there.
			if strings.Contains(strings.Join(pairs, ""), "*") && strings.Contains(string(pattern), string(param)) {
				continue
			}
			replace := strings.NewReplacer(pairs...)
			concrete := how(tokens(Text(replace.Replace(string(pattern))), true), tokens(Text(replace.Replace(string(text))), false))
			if got != CannotTell && concrete != CannotTell && concrete != got {
				t.Fatalf("%s(%q, %q) is %s, but %s with %s", name, pattern, text, got, concrete, strings.Join(written, " "))
			}
		}
	}
	for a, n := range counts {
		if n < 100 {
			t.Errorf("%s came up %d times: the texts do not test it", a, n)
		}
	}
	if len(counts) != 3 {
		t.Errorf("only %v came up", counts)
	}
}
