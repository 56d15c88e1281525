package policy

import (
	"encoding/json"
	"testing"
)

// object reads JSON, for the tables.
func object(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestConditions(t *testing.T) {
	t.Parallel()
	one := func(key string, values ...Text) Context { return Context{Complete: true}.With(key, values...) }
	none, open := Context{Complete: true}, Context{}
	for _, c := range []struct {
		situation string
		condition string
		context   Context
		want      Answer
	}{
		// IAM guide, "Condition operators".
		{"a string", `{"StringEquals":{"k":"a"}}`, one("k", "a"), Yes},
		{"any of several", `{"StringEquals":{"k":["a","b"]}}`, one("k", "b"), Yes},
		{"case counts", `{"StringEquals":{"k":"a"}}`, one("k", "A"), No},
		{"a key's case does not", `{"StringEquals":{"AWS:PrincipalArn":"a"}}`, one("aws:principalarn", "a"), Yes},
		{"case does not count", `{"StringEqualsIgnoreCase":{"k":"a"}}`, one("k", "A"), Yes},
		{"an asterisk is one in StringEquals", `{"StringEquals":{"k":"a*"}}`, one("k", "ab"), No},
		{"the asterisk itself", `{"StringEquals":{"k":"a*"}}`, one("k", "a*"), Yes},
		{"wildcards", `{"StringLike":{"k":"t?.*"}}`, one("k", "t1.micro"), Yes},
		{"an absent key", `{"StringEquals":{"k":"a"}}`, none, No},
		{"an absent key, negated", `{"StringNotEquals":{"k":"a"}}`, none, Yes},
		{"an absent key, ARNs negated", `{"ArnNotLike":{"k":"a"}}`, none, Yes},
		{"none of several", `{"StringNotEquals":{"k":["a","b"]}}`, one("k", "b"), No},
		{"negated", `{"StringNotLike":{"k":"a*"}}`, one("k", "b"), Yes},
		{"two keys, one fails", `{"StringEquals":{"k":"a","l":"b"}}`, one("k", "a"), No},
		{"two operators, one fails", `{"StringEquals":{"k":"a"},"Bool":{"l":"true"}}`, one("k", "a"), No},
		{"if it exists, and it does not", `{"StringEqualsIfExists":{"k":"a"}}`, none, Yes},
		{"if it exists, and it does", `{"StringEqualsIfExists":{"k":"a"}}`, one("k", "b"), No},
		{"negated if it exists, and it does not", `{"StringNotEqualsIfExists":{"k":"a"}}`, none, Yes},
		{"instance types, without the key", `{"StringLikeIfExists":{"ec2:InstanceType":["t1.*","t2.*","m3.*"]}}`, none, Yes},
		{"any value, if one exists, and none does", `{"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"team"}}`, none, No},
		{"all values, if one exists, and none does", `{"ForAllValues:StringEqualsIfExists":{"aws:TagKeys":"team"}}`, none, Yes},
		{"null, absent", `{"Null":{"aws:TokenIssueTime":"true"}}`, none, Yes},
		{"null, present", `{"Null":{"aws:TokenIssueTime":"true"}}`, one("aws:tokenissuetime", "2026-01-01T00:00:00Z"), No},
		{"not null, present", `{"Null":{"k":"false"}}`, one("k", "a"), Yes},
		{"not null, written as a bool", `{"Null":{"k":false}}`, one("k", "a"), Yes},
		{"a bool", `{"Bool":{"aws:SecureTransport":"false"}}`, one("aws:securetransport", "true"), No},
		{"a bool by a variable", `{"Bool":{"aws:SecureTransport":"${aws:PrincipalTag/tls}"}}`, one("aws:securetransport", "true").With("aws:PrincipalTag/tls", "True"), Yes},
		{"a bool by a variable that is not known", `{"Bool":{"aws:SecureTransport":"${aws:PrincipalTag/tls}"}}`, open.With("aws:securetransport", "true"), CannotTell},
		{"a bool, absent", `{"Bool":{"aws:ViaAWSService":"false"}}`, none, No},
		{"a number", `{"NumericLessThanEquals":{"s3:max-keys":"10"}}`, one("s3:max-keys", "10"), Yes},
		{"ARNs are compared part by part", `{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:t"}}`, one("aws:sourcearn", "arn:aws:sns:eu-west-1:x:111122223333:t"), No},
		{"ARNs, by wildcards", `{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:111122223333:t*"}}`, one("aws:sourcearn", "arn:aws:sns:eu-west-1:111122223333:topic"), Yes},
		{"ARNs that are others", `{"ArnNotEquals":{"aws:SourceArn":"arn:aws:sns:*:111122223333:t*"}}`, one("aws:sourcearn", "arn:aws:sns:eu-west-1:111122223333:topic"), No},
		{"no less than", `{"NumericGreaterThanEquals":{"k":"2"}}`, one("k", "2"), Yes},
		{"another date", `{"DateNotEquals":{"k":"2020-01-01T00:00:00Z"}}`, one("k", "2020-01-01T00:00:00Z"), No},
		{"no later than", `{"DateLessThanEquals":{"k":"2020-01-01T00:00:00Z"}}`, one("k", "2020-01-01T00:00:00Z"), Yes},
		{"not null, absent", `{"Null":{"k":"false"}}`, none, No},
		{"a number, as one", `{"NumericLessThan":{"s3:max-keys":10}}`, one("s3:max-keys", "10"), No},
		{"numbers that are written otherwise", `{"NumericEquals":{"k":"1.0"}}`, one("k", "1"), Yes},
		{"no number", `{"NumericEquals":{"k":"1"}}`, one("k", "x"), No},
		{"greater", `{"NumericGreaterThan":{"k":"1"}}`, one("k", "2"), Yes},
		{"a date", `{"DateLessThan":{"aws:TokenIssueTime":"2020-01-01T00:00:01Z"}}`, one("aws:tokenissuetime", "2020-01-01T00:00:00Z"), Yes},
		{"a date, in seconds", `{"DateGreaterThanEquals":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`, one("aws:currenttime", "1577836800"), Yes},
		{"a date, its zone without a colon", `{"DateGreaterThan":{"k":"2020-01-01T00:00:00+0100"}}`, one("k", "2019-12-31T23:00:01Z"), Yes},
		{"no date", `{"DateEquals":{"k":"yesterday"}}`, one("k", "2020-01-01T00:00:00Z"), No},
		{"an address", `{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:DB8:1234:5678::/64"]}}`, one("aws:sourceip", "203.0.113.9"), Yes},
		{"an address of IPv6", `{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:DB8:1234:5678::/64"]}}`, one("aws:sourceip", "2001:db8:1234:5678::1"), Yes},
		{"an address without a prefix", `{"IpAddress":{"aws:SourceIp":"203.0.113.9"}}`, one("aws:sourceip", "203.0.113.9"), Yes},
		{"another address", `{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, one("aws:sourceip", "198.51.100.1"), Yes},
		{"an ARN", `{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:123456789012:topic"}}`, one("aws:sourcearn", "arn:aws:sns:eu-west-1:123456789012:topic"), Yes},
		{"bytes", `{"BinaryEquals":{"k":"QmluYXJ5"}}`, one("k", "QmluYXJ5"), Yes},

		// IAM guide, "Policies with multiple context keys or values".
		{"all of the request's values", `{"ForAllValues:StringEquals":{"dynamodb:Attributes":["ID","Message","Tags"]}}`, one("dynamodb:attributes", "Message", "Tags"), Yes},
		{"one value too many", `{"ForAllValues:StringEquals":{"dynamodb:Attributes":["ID","Message","Tags"]}}`, one("dynamodb:attributes", "Message", "UserName"), No},
		{"all of none", `{"ForAllValues:StringEquals":{"k":"a"}}`, none, Yes},
		{"any of the request's values", `{"ForAnyValue:StringEquals":{"dynamodb:Attributes":["ID","PostDateTime"]}}`, one("dynamodb:attributes", "Message", "ID"), Yes},
		{"none of the request's values", `{"ForAnyValue:StringEquals":{"dynamodb:Attributes":["ID","PostDateTime"]}}`, one("dynamodb:attributes", "Message"), No},
		{"any of none", `{"ForAnyValue:StringEquals":{"k":"a"}}`, none, No},
		{"any of none, negated", `{"ForAnyValue:StringNotEquals":{"k":"a"}}`, none, No},
		{"any that is not", `{"ForAnyValue:StringNotEquals":{"k":"a"}}`, one("k", "a", "b"), Yes},
		{"several without a set operator", `{"StringEquals":{"k":"a"}}`, one("k", "a", "b"), CannotTell},

		// What is not known.
		{"a key that is not known", `{"StringEquals":{"k":"a"}}`, open, CannotTell},
		{"a key that is not known, negated", `{"StringNotEquals":{"k":"a"}}`, open, CannotTell},
		{"a key that is not known, if it exists", `{"StringEqualsIfExists":{"k":"a"}}`, open, CannotTell},
		{"null of a key that is not known", `{"Null":{"k":"true"}}`, open, CannotTell},
		{"a value that is not known", `{"StringEquals":{"k":"a"}}`, one("k", param), CannotTell},
		{"a value that cannot be it", `{"StringLike":{"k":"sns.*"}}`, one("k", "sqs."+param), No},
		{"a number that is not known", `{"NumericEquals":{"k":"1"}}`, one("k", param), CannotTell},
		{"a number that is not known, negated", `{"NumericNotEquals":{"k":"1"}}`, one("k", param), CannotTell},
		{"an operator that is none", `{"StringMatches":{"k":"a"}}`, one("k", "a"), CannotTell},
		{"a set operator that is none", `{"ForSomeValues:StringEquals":{"k":"a"}}`, one("k", "a"), CannotTell},
	} {
		all, unreadable := conditions(object(t, c.condition))
		if unreadable != "" {
			t.Fatalf("%s: %s", c.situation, unreadable)
		}
		got := Yes
		for _, one := range all {
			got = And(got, one.holds("2012-10-17", c.context))
		}
		if got != c.want {
			t.Errorf("%s: %s: got %s, want %s", c.situation, c.condition, got, c.want)
		}
	}
}

// IAM guide, "Policy variables".
func TestVariables(t *testing.T) {
	t.Parallel()
	david := Context{Complete: true}.With("aws:username", "David")
	for _, c := range []struct {
		situation string
		version   Text
		pattern   Text
		resource  Text
		context   Context
		want      Answer
	}{
		{"the user's folder", "2012-10-17", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/David/x", david, Yes},
		{"another's folder", "2012-10-17", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/Eve/x", david, No},
		{"the key's case", "2012-10-17", "arn:aws:s3:::b/${AWS:UserName}/*", "arn:aws:s3:::b/David/x", david, Yes},
		{"no variables in the old version", "2008-10-17", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/David/x", david, No},
		{"the old version is the default", "", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/David/x", david, No},
		{"a variable without a value", "2012-10-17", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b//x", Context{Complete: true}, No},
		{"a default", "2012-10-17", "arn:aws:s3:::b/${aws:PrincipalTag/team, 'company-wide'}/*", "arn:aws:s3:::b/company-wide/x", Context{Complete: true}, Yes},
		{"a default that is not needed", "2012-10-17", "arn:aws:s3:::b/${aws:username, 'x'}/*", "arn:aws:s3:::b/David/x", david, Yes},
		{"an asterisk itself", "2012-10-17", "arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", david, No},
		{"a dollar sign itself", "2012-10-17", "arn:aws:s3:::b/${$}", "arn:aws:s3:::b/$", david, Yes},
		{"a value with a wildcard in it is no wildcard", "2012-10-17", "arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/x", david.With("aws:username", "*"), No},
		{"not known", "2012-10-17", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/David/x", Context{}, CannotTell},
		{"not known, and not there", "2012-10-17", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::c/David/x", Context{}, No},
		{"a symbol with a variable's signs in its name", "2012-10-17", Symbol(Anything, "Fn::ImportValue ${AWS::StackName}-Arn"), "arn:aws:s3:::b/x", david, CannotTell},
		{"a variable of a name that is not known", "2012-10-17", "arn:aws:s3:::${aws:PrincipalTag/" + Symbol(Anything, "Tag") + "}", "arn:aws:s3:::b/x", david, CannotTell},
		{"unclosed", "2012-10-17", "arn:aws:s3:::b/${aws:username", "arn:aws:s3:::b/${aws:username", david, Yes},
	} {
		s := &Statement{Effect: Allow, Actions: []Text{"*"}, Resources: []Text{c.pattern}}
		got := Evaluate(Policies{Identity: []*Document{{Version: c.version, Statements: []*Statement{s}}}},
			Request{Principal: Role("arn:aws:iam::111122223333:role/r"), Action: "s3:GetObject", Resource: c.resource, Context: c.context}).Answer
		if got != c.want {
			t.Errorf("%s: %s: got %s, want %s", c.situation, c.pattern, got, c.want)
		}
	}
}
