package policy

import (
	"fmt"
	"strings"
	"testing"
)

// Principals and policies of the tables: A is account 111111111111, B is 222222222222.
const (
	roleA   = Text("arn:aws:iam::111111111111:role/app/orders")
	userA   = Text("arn:aws:iam::111111111111:user/carlossalazar")
	bucket  = Text("arn:aws:s3:::bucket")
	keyA    = Text("arn:aws:kms:eu-west-1:111111111111:key/k")
	queueOf = Text("arn:aws:sqs:eu-west-1:111111111111:orders")
	theirs  = Text("arn:aws:sqs:eu-west-1:222222222222:orders")
)

func document(t *testing.T, statements string) *Document {
	t.Helper()
	if statements == "" {
		return nil
	}
	return Parse("p", object(t, `{"Version":"2012-10-17","Statement":[`+statements+`]}`))
}

const (
	allowSend = `{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}`
	denySend  = `{"Effect":"Deny","Action":"sqs:SendMessage","Resource":"*"}`
	allowRead = `{"Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"*"}`
	allowAll  = `{"Effect":"Allow","Action":"*","Resource":"*"}`
)

// to is a statement of a resource's policy.
func to(effect, principal, action string, more ...string) string {
	return fmt.Sprintf(`{"Effect":%q,"Principal":%s,"Action":%q,"Resource":"*"%s}`, effect, principal, action, strings.Join(more, ""))
}

func aws(arn string) string { return `{"AWS":"` + arn + `"}` }

type situation struct {
	situation                            string
	identity, boundary, resource, filter string
	principal                            Principal
	action                               string
	on                                   Text
	context                              Context
	want                                 Answer
}

func (c situation) evaluate(t *testing.T) Decision {
	p := Policies{Boundary: document(t, c.boundary), Resource: document(t, c.resource)}
	if d := document(t, c.identity); d != nil {
		p.Identity = []*Document{d}
	}
	if d := document(t, c.filter); d != nil {
		p.Filters = []*Document{d}
	}
	context := c.context
	if context.Values == nil {
		context = Context{Complete: true}
	}
	return Evaluate(p, Request{Principal: c.principal, Action: c.action, Resource: c.on, Context: context})
}

func (c situation) check(t *testing.T) {
	t.Helper()
	if got := c.evaluate(t); got.Answer != c.want {
		t.Errorf("%s: got %s, want %s: %v", c.situation, got.Answer, c.want, got.Because)
	}
}

// IAM guide, "Policy evaluation for requests within a single account" and "How AWS enforcement code logic evaluates requests".
func TestWithinAnAccount(t *testing.T) {
	t.Parallel()
	role, session := Role(roleA), Principal{Type: "AWS", Value: roleA, Session: "s"}
	const byRole, bySession, byAccount, byAll = `{"AWS":"arn:aws:iam::111111111111:role/app/orders"}`,
		`{"AWS":"arn:aws:sts::111111111111:assumed-role/orders/s"}`, `{"AWS":"arn:aws:iam::111111111111:root"}`, `"*"`
	for _, c := range []situation{
		{situation: "nothing: an implicit deny", want: No},
		{situation: "the identity allows", identity: allowSend, want: Yes},
		{situation: "the identity allows another action", identity: allowRead, want: No},
		{situation: "an explicit deny of the identity", identity: allowSend + "," + denySend, want: No},
		{situation: "an explicit deny of the resource", identity: allowSend, resource: to("Deny", byAll, "sqs:SendMessage"), want: No},
		{situation: "an explicit deny of the boundary", identity: allowSend, boundary: allowAll + "," + denySend, want: No},
		{situation: "a boundary that allows", identity: allowSend, boundary: allowSend, want: Yes},
		{situation: "a boundary grants nothing", boundary: allowSend, want: No},
		{situation: "a boundary without it", identity: allowSend, boundary: allowRead, want: No},
		{situation: "the resource alone allows the role", resource: to("Allow", byRole, "sqs:SendMessage"), want: Yes},
		{situation: "the boundary holds what the resource allows the role", boundary: allowRead, resource: to("Allow", byRole, "sqs:SendMessage"), want: No},
		{situation: "the boundary does not hold what the resource allows the session", principal: session, boundary: allowRead,
			resource: to("Allow", bySession, "sqs:SendMessage"), want: Yes},
		{situation: "the session of another name", principal: Principal{Type: "AWS", Value: roleA, Session: "other"}, resource: to("Allow", bySession, "sqs:SendMessage"), want: No},
		{situation: "a session whose name is not known", resource: to("Allow", bySession, "sqs:SendMessage"), want: CannotTell},
		{situation: "the boundary does not hold what the resource allows a user", principal: Role(userA), boundary: allowRead,
			resource: to("Allow", aws(string(userA)), "sqs:SendMessage"), want: Yes},
		{situation: "an account is no grant by itself", resource: to("Allow", byAccount, "sqs:SendMessage"), want: No},
		{situation: "the resource allows everybody", resource: to("Allow", byAll, "sqs:SendMessage"), want: Yes},
		{situation: "everybody, as an AWS principal", resource: to("Allow", aws("*"), "sqs:SendMessage"), want: Yes},
		{situation: "everybody of an organization, another's", resource: to("Allow", byAll, "sqs:SendMessage", `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`),
			context: Context{Complete: true}.With("aws:PrincipalOrgID", "o-2"), want: No},
		{situation: "another role", resource: to("Allow", aws("arn:aws:iam::111111111111:role/other"), "sqs:SendMessage"), want: No},
		{situation: "an account by its number", resource: to("Deny", aws("111111111111"), "sqs:SendMessage"), identity: allowSend, want: No},
		{situation: "an endpoint's policy without it", identity: allowSend, filter: allowRead, want: No},
		{situation: "an endpoint's policy with it", identity: allowSend, filter: allowAll, want: Yes},

		// IAM guide, "NotAction", "NotResource", "NotPrincipal".
		{situation: "all but another action", identity: `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, want: Yes},
		{situation: "all but this action", identity: `{"Effect":"Allow","NotAction":"sqs:*","Resource":"*"}`, want: No},
		{situation: "denied but another action", identity: allowSend + `,{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}`, want: No},
		{situation: "denied but this action", identity: allowSend + `,{"Effect":"Deny","NotAction":"sqs:*","Resource":"*"}`, want: Yes},
		{situation: "all but another resource", identity: `{"Effect":"Allow","Action":"sqs:*","NotResource":"arn:aws:sqs:*:*:other"}`, want: Yes},
		{situation: "all but this resource", identity: `{"Effect":"Allow","Action":"sqs:*","NotResource":"arn:aws:sqs:*:*:orders"}`, want: No},
		{situation: "denied to all but this role and its account", identity: allowSend,
			resource: `{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111111111111:role/app/orders","arn:aws:iam::111111111111:root"]},"Action":"*","Resource":"*"}`, want: Yes},
		{situation: "denied to all but this role, its account not listed", identity: allowSend,
			resource: `{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111111111111:role/app/orders"},"Action":"*","Resource":"*"}`, want: CannotTell},
		{situation: "denied to all but another role and account", identity: allowSend,
			resource: `{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::222222222222:role/x","arn:aws:iam::222222222222:root"]},"Action":"*","Resource":"*"}`, want: No},

		{situation: "denied to all but this role and its account, with a boundary", identity: allowSend, boundary: allowAll,
			resource: `{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111111111111:role/app/orders","arn:aws:iam::111111111111:root"]},"Action":"*","Resource":"*"}`, want: No},

		// A session's ARN has the role's account, and not its path.
		{situation: "a session of another account", principal: session, resource: to("Allow", aws("arn:aws:sts::222222222222:assumed-role/orders/s"), "sqs:SendMessage"), want: No},
		{situation: "a session of another account, denied", principal: session, identity: allowSend,
			resource: to("Deny", aws("arn:aws:sts::222222222222:assumed-role/orders/s"), "sqs:SendMessage"), want: Yes},
		{situation: "a session of a role whose path is not known", principal: Principal{Type: "AWS", Value: "arn:aws:iam::111111111111:role" + Symbol(Anything, "Path") + "orders", Session: "s"},
			resource: to("Allow", bySession, "sqs:SendMessage"), want: CannotTell},
		{situation: "a user is no session", principal: Role(userA), resource: to("Allow", bySession, "sqs:SendMessage"), want: No},

		// What cannot be told, and what cannot be read.
		{situation: "a condition on a key that is not known", identity: `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"v"}}}`,
			context: Context{Values: map[string][]Text{}}, want: CannotTell},
		{situation: "a deny on a key that is not known", identity: allowSend + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"v"}}}`,
			context: Context{Values: map[string][]Text{}}, want: CannotTell},
		{situation: "a deny without conditions outweighs one that is not known", identity: `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"v"}}},` + denySend,
			context: Context{Values: map[string][]Text{}}, want: No},
		{situation: "an allow without conditions outweighs one that is not known", identity: allowSend + `,{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"v"}}}`,
			context: Context{Values: map[string][]Text{}}, want: Yes},
		{situation: "an effect that is none", identity: `{"Effect":"allow","Action":"*","Resource":"*"}`, want: CannotTell},
		{situation: "no action", identity: allowSend + `,{"Effect":"Deny","Resource":"*"}`, want: CannotTell},
		{situation: "a statement that is a string", identity: `"x"`, want: CannotTell},
		{situation: "an element that is none", identity: `{"Effect":"Allow","Action":"*","Resource":"*","Resources":"*"}`, want: CannotTell},
		{situation: "conditions that are a list", identity: `{"Effect":"Allow","Action":"*","Resource":"*","Condition":["x"]}`, want: CannotTell},
		{situation: "an element and its opposite", identity: `{"Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*"}`, want: CannotTell},
		{situation: "no actions at all", identity: `{"Effect":"Allow","Action":[],"Resource":"*"}`, want: No},
		{situation: "no resources at all", identity: `{"Effect":"Allow","Action":"*","Resource":[]}`, want: No},
	} {
		if c.principal.Type == "" {
			c.principal = role
		}
		c.action, c.on = "sqs:SendMessage", queueOf
		c.check(t)
	}
}

// IAM guide, "Cross-account policy evaluation logic", with its example of Carlos.
func TestAcrossAccounts(t *testing.T) {
	t.Parallel()
	const carlos = `{"Sid":"AllowS3ListRead","Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"},
		{"Sid":"AllowS3ProductionObjectActions","Effect":"Allow","Action":"s3:*Object*","Resource":"arn:aws:s3:::Production/*"},
		{"Sid":"DenyS3Logs","Effect":"Deny","Action":"s3:*","Resource":["arn:aws:s3:::*log*","arn:aws:s3:::*log*/*"]}`
	const production = `{"Effect":"Allow","Action":["s3:GetObject*","s3:PutObject*","s3:ReplicateObject","s3:RestoreObject"],
		"Principal":{"AWS":"arn:aws:iam::111111111111:user/carlossalazar"},"Resource":"arn:aws:s3:::Production/*"}`
	for _, c := range []struct {
		situation, identity, resource, action string
		on                                    Text
		want                                  Answer
	}{
		{"a log bucket, denied by his own policy", carlos, production, "s3:PutObject", "arn:aws:s3:::Production-logs/x", No},
		{"the production bucket, allowed by both", carlos, production, "s3:PutObject", "arn:aws:s3:::Production/x", Yes},
		{"to delete there, allowed by his alone", carlos, production, "s3:DeleteObject", "arn:aws:s3:::Production/x", No},
		{"allowed by the bucket alone", `{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}`, production, "s3:PutObject", "arn:aws:s3:::Production/x", No},
	} {
		d := Evaluate(Policies{Identity: []*Document{document(t, c.identity)}, Resource: document(t, c.resource)},
			Request{Principal: Role(userA), Action: c.action, Resource: c.on, ResourceAccount: "222222222222", Context: Context{Complete: true}})
		if d.Answer != c.want {
			t.Errorf("%s: got %s, want %s: %v", c.situation, d.Answer, c.want, d.Because)
		}
	}
	for _, c := range []situation{
		{situation: "both accounts allow", identity: allowSend, resource: to("Allow", aws("arn:aws:iam::111111111111:root"), "sqs:SendMessage"), on: theirs, want: Yes},
		{situation: "theirs does not", identity: allowSend, resource: to("Allow", aws("arn:aws:iam::333333333333:root"), "sqs:SendMessage"), on: theirs, want: No},
		{situation: "ours does not", resource: to("Allow", aws(string(roleA)), "sqs:SendMessage"), on: theirs, want: No},
		{situation: "our boundary does not", identity: allowSend, boundary: allowRead, resource: to("Allow", `"*"`, "sqs:SendMessage"), on: theirs, want: No},
		{situation: "their policy is not known", identity: allowSend, on: theirs, want: CannotTell},
		{situation: "their policy is not known, and ours does not", identity: allowRead, on: theirs, want: No},
		{situation: "whether it is another account is not known", identity: allowSend, on: "arn:aws:sqs:eu-west-1:" + account + ":orders", want: CannotTell},
		{situation: "whether it is another account is not known, and both allow", identity: allowSend, resource: to("Allow", `"*"`, "sqs:SendMessage"),
			on: "arn:aws:sqs:eu-west-1:" + account + ":orders", want: Yes},
	} {
		c.principal, c.action = Role(roleA), "sqs:SendMessage"
		c.check(t)
	}
}

// KMS guide, "Key policies" and "Default key policy"; IAM guide, on role trust policies.
func TestKeysAndRolesMustAllowThemselves(t *testing.T) {
	t.Parallel()
	const decrypt = `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}`
	const root = `{"AWS":"arn:aws:iam::111111111111:root"}`
	for _, c := range []situation{
		{situation: "the key leaves it to the account, and the role's policy allows", identity: decrypt, resource: to("Allow", root, "kms:*"), want: Yes},
		{situation: "the key leaves it to the account, and no policy allows", resource: to("Allow", root, "kms:*"), want: No},
		{situation: "the key leaves other actions to the account", identity: decrypt, resource: to("Allow", root, "kms:Encrypt"), want: No},
		{situation: "the key does not leave it to the account", identity: decrypt, resource: to("Allow", aws("arn:aws:iam::111111111111:role/admin"), "kms:*"), want: No},
		{situation: "the key allows the role", resource: to("Allow", aws(string(roleA)), "kms:Decrypt"), want: Yes},
		{situation: "the key allows the role, and its boundary does not", boundary: allowRead, resource: to("Allow", aws(string(roleA)), "kms:Decrypt"), want: No},
		{situation: "the key denies", identity: decrypt, resource: to("Allow", root, "kms:*") + "," + to("Deny", `"*"`, "kms:Decrypt"), want: No},
		{situation: "the key's policy is not known", identity: decrypt, want: CannotTell},
		{situation: "a key of another account allows ours", identity: decrypt, resource: to("Allow", root, "kms:*"), on: "arn:aws:kms:eu-west-1:222222222222:key/k", want: Yes},
		{situation: "a key of another account allows its own", identity: decrypt, resource: to("Allow", aws("arn:aws:iam::222222222222:root"), "kms:*"),
			on: "arn:aws:kms:eu-west-1:222222222222:key/k", want: No},
		{situation: "the action in capitals", action: "KMS:Decrypt", identity: decrypt, resource: to("Allow", aws("arn:aws:iam::111111111111:role/admin"), "kms:*"), want: No},
		{situation: "by a service alone, directly", identity: decrypt + `,{"Effect":"Deny","Action":"kms:*","Resource":"*","Condition":{"Null":{"kms:ViaService":"true"}}}`,
			resource: to("Allow", root, "kms:*"), want: No},
	} {
		c.principal = Role(roleA)
		if c.action == "" {
			c.action = "kms:Decrypt"
		}
		if c.on == "" {
			c.on = keyA
		}
		c.check(t)
	}
	assume := `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`
	for _, c := range []situation{
		{situation: "trusted by its ARN", resource: `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/app/orders"},"Action":"sts:AssumeRole"}`, want: Yes},
		{situation: "trusted with the account, and allowed", identity: assume, resource: `{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}`, want: Yes},
		{situation: "trusted with the account, and not allowed", resource: `{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}`, want: No},
		{situation: "allowed, and not trusted", identity: assume, resource: `{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`, want: No},
		{situation: "tags for the session, allowed and not trusted", action: "sts:TagSession", identity: allowAll,
			resource: `{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`, want: No},
		{situation: "Lambda, trusted", principal: Service("lambda.amazonaws.com"), resource: `{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`, want: Yes},
	} {
		if c.principal.Type == "" {
			c.principal = Role(roleA)
		}
		if c.on = "arn:aws:iam::111111111111:role/target"; c.action == "" {
			c.action = "sts:AssumeRole"
		}
		c.check(t)
	}
}

// What services may do for themselves: the statements without which alarms and logs fail silently.
func TestServices(t *testing.T) {
	t.Parallel()
	const alarms = `{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"*",
		"Condition":{"StringEquals":{"aws:SourceAccount":"111111111111"},"ArnLike":{"aws:SourceArn":"arn:aws:cloudwatch:*:111111111111:alarm:shop-*"}}}`
	from := func(alarm Text) Context {
		return Context{Complete: true}.With("aws:SourceAccount", "111111111111").With("aws:SourceArn", "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:"+alarm)
	}
	for _, c := range []situation{
		{situation: "an alarm of the stack", principal: Service("cloudwatch.amazonaws.com"), context: from("shop-errors"), want: Yes},
		{situation: "an alarm of another stack", principal: Service("cloudwatch.amazonaws.com"), context: from("other"), want: No},
		{situation: "an alarm whose name the stack's begins", principal: Service("cloudwatch.amazonaws.com"), context: from("shop-" + queueA), want: Yes},
		{situation: "another service", principal: Service("sns.amazonaws.com"), context: from("shop-errors"), want: No},
		{situation: "a role", principal: Role(roleA), context: from("shop-errors"), want: No},
		{situation: "nobody who signed in", principal: Everybody, context: from("shop-errors"), want: No},
	} {
		c.resource, c.action, c.on = alarms, "kms:GenerateDataKey", keyA
		c.check(t)
	}
	for _, c := range []situation{
		{situation: "a public object", principal: Everybody, resource: to("Allow", `"*"`, "s3:GetObject"), want: Yes},
		{situation: "an account's object", principal: Everybody, resource: to("Allow", aws("111111111111"), "s3:GetObject"), want: No},
		{situation: "a policy that allows all services' requests", principal: Service("logging.s3.amazonaws.com"), resource: to("Allow", `"*"`, "s3:*"), want: Yes},
		{situation: "TLS alone", principal: Everybody, resource: to("Allow", `"*"`, "s3:GetObject") + "," + to("Deny", `"*"`, "s3:*", `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`),
			context: Context{Complete: true}.With("aws:SecureTransport", "false"), want: No},
	} {
		c.action, c.on = "s3:GetObject", bucket+"/x"
		c.check(t)
	}
}

// A request may stand for many.
func TestRequestsWithWildcards(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation, identity, action string
		on                          Text
		want                        Answer
	}{
		{"all objects, all allowed", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`, "s3:GetObject", "arn:aws:s3:::b/*", Yes},
		{"all objects, some allowed", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/x/*"}`, "s3:GetObject", "arn:aws:s3:::b/*", CannotTell},
		{"all objects, those of another allowed", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::c/*"}`, "s3:GetObject", "arn:aws:s3:::b/*", No},
		{"all objects, some denied", `{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/x"}`, "s3:GetObject", "arn:aws:s3:::b/*", CannotTell},
		{"all actions, one allowed", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, "s3:*", "arn:aws:s3:::b/x", CannotTell},
		{"all actions of another service", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, "sqs:*", "arn:aws:sqs:a:b:c", No},
		{"all actions, all allowed", `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, "s3:*", "arn:aws:s3:::b/x", Yes},
	} {
		d := Evaluate(Policies{Identity: []*Document{document(t, c.identity)}}, Request{Principal: Role(roleA), Action: c.action, Resource: c.on})
		if d.Answer != c.want {
			t.Errorf("%s: got %s, want %s: %v", c.situation, d.Answer, c.want, d.Because)
		}
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		c         situation
		want      string
	}{
		{"allowed", situation{identity: allowRead + "," + allowSend}, "statement 2 of p allows it"},
		{"denied", situation{identity: allowSend + "," + denySend}, "statement 2 of p denies it"},
		{"not allowed", situation{identity: allowRead}, ""},
		{"a condition", situation{identity: `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"v"}}}`, context: Context{Values: map[string][]Text{}}},
			"statement 1 of p may allow it: the condition StringEquals k depends on the request"},
	} {
		c.c.principal, c.c.action, c.c.on = Role(roleA), "sqs:SendMessage", queueOf
		var got []string
		for _, r := range c.c.evaluate(t).Because {
			got = append(got, r.String())
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: got %q, want %q", c.situation, got, c.want)
		}
	}
}
