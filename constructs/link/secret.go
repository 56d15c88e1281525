package link

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// SecretConstruct is what Secret asks of a secret. Any
// awssecretsmanager.ISecret is one.
type SecretConstruct interface {
	SecretArn() *string
	// SecretFullArn is nil if the six characters that Secrets Manager adds to
	// the name are not known.
	SecretFullArn() *string
	// EncryptionKey is nil if there is no customer key, or CDK knows of none.
	EncryptionKey() awskms.IKey
}

// Secret lets the function read one secret of Secrets Manager. The variable
// holds its ARN; the secret itself is in no template and no environment.
//
// A secret of the app, or one that was imported by its complete ARN, is named
// exactly. One that was imported by its name is named but for the six
// characters that Secrets Manager adds: another secret which is made under the
// same name after it was deleted can be read too.
//
// The function may decrypt with the secret's customer key, through Secrets
// Manager, this secret only. Import a secret that is under one with
// awssecretsmanager.Secret_FromSecretAttributes and its EncryptionKey. For one
// that is under none, say so with NoCustomerKey.
//
// Secrets are read one by one: BatchGetSecretValue would have to be allowed on
// every secret of the account.
func Secret(variable string, from SecretConstruct, options ...SecretOption) Link {
	s := secret{stored: stored{variable: variable}}
	if absent(from) {
		s.mistakes = append(s.mistakes, errors.New("the secret is nil: give an awssecretsmanager.ISecret, or an ARN to link.SecretARN"))
		return s.with(options)
	}
	s.arn, s.partial = *from.SecretArn(), from.SecretFullArn() == nil
	s.under(from.EncryptionKey())
	return s.with(options)
}

// SecretARN is Secret for one that is known by its ARN only. key is the
// customer key that it is under, or nil with NoCustomerKey.
//
// The ARN is complete, with the hyphen and the six characters at its end, or
// partial, with the name alone. One that ends in a token is taken to be
// complete, and so is a partial one whose name happens to end in a hyphen and
// six letters or digits: give the complete ARN of those, or the function is
// denied.
func SecretARN(variable, arn string, key awskms.IKey, options ...SecretOption) Link {
	s := secret{stored: stored{variable: variable}, arn: arn}
	s.under(key)
	tokenAtEnd := strings.HasSuffix(arn, "]}")
	s.partial = !tokenAtEnd && !completeARN.MatchString(arn)
	if (!pseudo.IsToken(arn) || patternOfPolicy(arn)) && !secretARN.MatchString(arn) {
		s.mistakes = append(s.mistakes, errors.New("the ARN is malformed: give one such as arn:aws:secretsmanager:eu-west-1:111122223333:secret:my_app/db-a1b2c3"))
	}
	return s.with(options)
}

// SecretOption says more of a secret.
type SecretOption interface{ secret(*secret) }

// JSONField says that the handler wants one field of a secret that is a JSON
// object, such as "password". IAM knows no fields: the function may read the
// whole secret.
func JSONField(name string) SecretOption {
	return secretOption(func(s *secret) {
		switch {
		case strings.TrimSpace(name) == "":
			s.mistakes = append(s.mistakes, errors.New("JSONField has no name: give the field's, such as password, or leave the option out"))
		case s.field != "":
			s.mistakes = append(s.mistakes, fmt.Errorf("JSONField is given twice, as %q and %q: add a link for each", s.field, name))
		}
		s.field = name
	})
}

type secretOption func(*secret)

func (set secretOption) secret(s *secret) { set(s) }

var (
	// Secrets Manager API reference, CreateSecret, "Name".
	secretARN = regexp.MustCompile(`^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$`)
	// Secrets Manager guide, "Permissions reference", resources.
	completeARN = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)
)

type secret struct {
	stored
	arn, field string
	partial    bool
}

func (s secret) with(options []SecretOption) Link {
	wrong := apply(options, func(o SecretOption) { o.secret(&s) }) // which may add to the mistakes
	s.mistakes = append(s.mistakes, wrong...)
	return s
}

// Open implements Link.
func (s secret) Open(at Site) (Doors, error) {
	if err := s.check(true); err != nil {
		return Doors{}, fmt.Errorf("secret %q of variable %s: %w", s.arn, s.variable, err)
	}
	value, resource, operator := s.arn, s.arn, "StringEquals"
	if s.field != "" {
		value += contract.FieldSeparator + s.field
	}
	if s.partial {
		// Six question marks and no asterisk, which would also match the
		// names that begin so (Secrets Manager guide, "Permissions policy
		// examples").
		resource, operator = s.arn+"-??????", "StringLike"
	}
	doors := Doors{
		Variables: []Variable{{s.variable, value, contract.Secret}},
		// No BatchGetSecretValue, which knows no resource to name (Service
		// Authorization Reference, "AWS Secrets Manager").
		Statements: []Statement{{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: []string{resource}}},
		Endpoints:  []string{"secretsmanager"},
		Relaxed:    s.relaxed("secret", s.arn, s.arn),
	}
	if s.key != nil {
		// Secrets Manager guide, "Secret encryption and decryption".
		useKey(&doors, s.key, at, "secretsmanager", Conditions{operator: {"kms:EncryptionContext:SecretARN": {resource}}}, "kms:Decrypt")
	}
	return doors, nil
}
