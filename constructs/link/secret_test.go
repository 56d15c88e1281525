package link

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
)

const secretOfApp = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db-a1B2c3"

// fakeSecret is a secret that needs no Node. One without full was imported by
// its name.
type fakeSecret struct {
	arn, full string
	key       awskms.IKey
}

func (s *fakeSecret) SecretArn() *string { return &s.arn }

func (s *fakeSecret) SecretFullArn() *string {
	if s.full == "" {
		return nil
	}
	return &s.full
}

func (s *fakeSecret) EncryptionKey() awskms.IKey { return s.key }

func init() {
	key := &fakeKey{arn: keyARN}
	document(
		documented{function: "Secret", call: `Secret("DB_PASSWORD", secret, JSONField("password"))`,
			link: Secret("DB_PASSWORD", &fakeSecret{arn: secretOfApp, full: secretOfApp, key: key}, JSONField("password"))},
		documented{function: "SecretARN", call: `SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db", key)`,
			link: SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db", key),
			wide: map[string]string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db-??????": "a partial ARN lacks the six characters that Secrets Manager " +
				"adds to the name (Secrets Manager guide, \"Permissions policy examples\"); the complete ARN has no wildcard"}})
}

func TestSecretsOpenTheirDoors(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	const (
		partial = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db"
		chinese = "arn:aws-cn:secretsmanager:cn-north-1:444455556666:secret:db-a1b2c3"
	)
	for _, c := range []struct {
		situation          string
		link               Link
		at                 Site
		arn, value         string
		resource, operator string
	}{
		{"a secret of the app", Secret("DB", &fakeSecret{arn: token, full: token, key: key}), ireland, token, token, token, "StringEquals"},
		{"imported by its complete ARN", Secret("DB", &fakeSecret{arn: secretOfApp, full: secretOfApp, key: key}), ireland, secretOfApp, secretOfApp, secretOfApp, "StringEquals"},
		{"imported by its name", Secret("DB", &fakeSecret{arn: partial, key: key}), ireland, partial, partial, partial + "-??????", "StringLike"},
		{"imported by a name that is a token", Secret("DB", &fakeSecret{arn: token, key: key}), ireland, token, token, token + "-??????", "StringLike"},
		{"another partition", Secret("DB", &fakeSecret{arn: chinese, full: chinese, key: key}), china, chinese, chinese, chinese, "StringEquals"},
		{"one field", Secret("DB", &fakeSecret{arn: secretOfApp, full: secretOfApp, key: key}, JSONField("password")), ireland,
			secretOfApp, secretOfApp + "#password", secretOfApp, "StringEquals"},
		{"one field of one that is imported by its name", Secret("DB", &fakeSecret{arn: partial, key: key}, JSONField("password")), ireland,
			partial, partial + "#password", partial + "-??????", "StringLike"},
		{"by a complete ARN", SecretARN("DB", secretOfApp, key), ireland, secretOfApp, secretOfApp, secretOfApp, "StringEquals"},
		{"by a partial ARN", SecretARN("DB", partial, key), ireland, partial, partial, partial + "-??????", "StringLike"},
		{"by a partial ARN whose name ends in a hyphen and five", SecretARN("DB", partial+"-a1b2c", key), ireland, partial + "-a1b2c", partial + "-a1b2c", partial + "-a1b2c-??????", "StringLike"},
		{"by a partial ARN whose name ends in a hyphen and seven", SecretARN("DB", partial+"-a1b2c3d", key), ireland, partial + "-a1b2c3d", partial + "-a1b2c3d", partial + "-a1b2c3d-??????", "StringLike"},
		{"by a partial ARN whose name ends in a hyphen and six of which one is a sign", SecretARN("DB", partial+"-a1b2c.", key), ireland,
			partial + "-a1b2c.", partial + "-a1b2c.", partial + "-a1b2c.-??????", "StringLike"},
		{"by an ARN that is a token", SecretARN("DB", token, key), ireland, token, token, token, "StringEquals"},
		{"by a partial ARN in the account of a token", SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:"+token+":secret:db", key), ireland,
			"arn:aws:secretsmanager:eu-west-1:" + token + ":secret:db", "arn:aws:secretsmanager:eu-west-1:" + token + ":secret:db",
			"arn:aws:secretsmanager:eu-west-1:" + token + ":secret:db-??????", "StringLike"},
		{"by a complete ARN in the account of a token", SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:"+token+":secret:db-a1b2c3", key), ireland,
			"arn:aws:secretsmanager:eu-west-1:" + token + ":secret:db-a1b2c3", "arn:aws:secretsmanager:eu-west-1:" + token + ":secret:db-a1b2c3",
			"arn:aws:secretsmanager:eu-west-1:" + token + ":secret:db-a1b2c3", "StringEquals"},
		{"by an ARN, one field", SecretARN("DB", secretOfApp, key, JSONField("a.b#c")), ireland, secretOfApp, secretOfApp + "#a.b#c", secretOfApp, "StringEquals"},
		{"by an ARN of another partition", SecretARN("DB", chinese, key), china, chinese, chinese, chinese, "StringEquals"},
	} {
		conditions := `"StringEquals": {"kms:ViaService": "secretsmanager.` + c.at.Region + `.amazonaws.com", "kms:EncryptionContext:SecretARN": "` + c.resource + `"}`
		if c.operator == "StringLike" {
			conditions = `"StringEquals": {"kms:ViaService": "secretsmanager.` + c.at.Region + `.amazonaws.com"}, "StringLike": {"kms:EncryptionContext:SecretARN": "` + c.resource + `"}`
		}
		opensDoors(t, c.situation, c.link, c.at, `[
			{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "`+c.resource+`"},
			{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "`+keyARN+`", "Condition": {`+conditions+`}}]`,
			Doors{Variables: []Variable{{"DB", c.value, "secret"}}, Endpoints: []string{"secretsmanager"}, Keys: []awskms.IKey{key}})
	}
	opensDoors(t, "under no customer key", Secret("DB", &fakeSecret{arn: secretOfApp, full: secretOfApp}, NoCustomerKey("one account")), ireland,
		`[{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "`+secretOfApp+`"}]`,
		Doors{Variables: []Variable{{"DB", secretOfApp, "secret"}}, Endpoints: []string{"secretsmanager"},
			Relaxed: []Relaxation{{"secret " + secretOfApp + " is under no customer key", "one account", "secret-key", secretOfApp}}})
}

func TestBadSecrets(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	known := &fakeSecret{arn: secretOfApp, full: secretOfApp, key: key}
	var none SecretConstruct
	const (
		at        = `secret "` + secretOfApp + `" of variable DB: `
		nilSecret = `secret "" of variable DB: the secret is nil: give an awssecretsmanager.ISecret, or an ARN to link.SecretARN`
		malformed = "the ARN is malformed: give one such as arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db-a1b2c3"
		noField   = "JSONField has no name: give the field's, such as password, or leave the option out"
	)
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"nil", Secret("DB", nil), nilSecret},
		{"a nil interface", Secret("DB", none), nilSecret},
		{"a nil pointer", Secret("DB", (*fakeSecret)(nil)), nilSecret},
		{"a nil option", Secret("DB", known, nil), at + "option 0 is nil: leave it out"},
		{"a nil option by an ARN", SecretARN("DB", secretOfApp, key, JSONField("a"), nil), at + "option 1 is nil: leave it out"},
		{"a field without a name", Secret("DB", known, JSONField("")), at + noField},
		{"blanks for a field", Secret("DB", known, JSONField(" \t")), at + noField},
		{"two fields", Secret("DB", known, JSONField("user"), JSONField("password")), at + `JSONField is given twice, as "user" and "password": add a link for each`},
		{"all at once", Secret("DB", nil, JSONField(""), nil), nilSecret + "\n" + noField + "\noption 1 is nil: leave it out"},
		{"no ARN", SecretARN("DB", "", key), `secret "" of variable DB: ` + malformed},
		{"a name", SecretARN("DB", "my_app/db", key), `secret "my_app/db" of variable DB: ` + malformed},
		{"the ARN of something else", SecretARN("DB", keyARN, key), `secret "` + keyARN + `" of variable DB: ` + malformed},
		{"an ARN without a name", SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:", key),
			`secret "arn:aws:secretsmanager:eu-west-1:111122223333:secret:" of variable DB: ` + malformed},
		{"a wildcard", SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/*", key),
			`secret "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/*" of variable DB: ` + malformed},
		{"question marks", SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????", key),
			`secret "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????" of variable DB: ` + malformed},
		{"every region", SecretARN("DB", "arn:aws:secretsmanager:*:111122223333:secret:db-a1b2c3", key),
			`secret "arn:aws:secretsmanager:*:111122223333:secret:db-a1b2c3" of variable DB: ` + malformed},
		{"a wildcard beside a token", SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:"+token+":secret:*", key),
			`secret "arn:aws:secretsmanager:eu-west-1:` + token + `:secret:*" of variable DB: ` + malformed},
		{"a variable of IAM beside a token", SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:"+token+":secret:${aws:username}", key),
			`secret "arn:aws:secretsmanager:eu-west-1:` + token + `:secret:${aws:username}" of variable DB: ` + malformed},
		{"a field within the ARN", SecretARN("DB", secretOfApp+"#password", key), `secret "` + secretOfApp + `#password" of variable DB: ` + malformed},
		{"a line break at the end", SecretARN("DB", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db\n", key),
			`secret "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db\n" of variable DB: ` + malformed},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}
