package link

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Parameter lets the function read one SSM parameter by its name, which is the
// value of the variable. The secret itself is in no template and no
// environment: the function reads and decrypts it at run time.
//
// The name is "/app/key" or "key", or a token; a token's form has to be told
// with FullyQualifiedName or SimpleName. CloudFormation cannot make a
// SecureString, so an operator puts the value:
//
//	aws ssm put-parameter --type SecureString --key-id <key> --name /app/key --value ...
//
// A parameter is taken to be a SecureString, and needs EncryptedWith. One that
// holds no secret is declared so with Plain.
func Parameter(variable, name string, options ...ParameterOption) Link {
	return newParameter(parameter{variable: variable, name: name}, options)
}

// ParameterFrom is Parameter for a parameter that CDK knows: one of the app,
// or one imported with its FromXAttributes functions.
func ParameterFrom(variable string, from awsssm.IParameter, options ...ParameterOption) Link {
	p := parameter{variable: variable}
	if from == nil {
		p.mistakes = append(p.mistakes, errors.New("the parameter is nil: give an awsssm.IParameter, or a name to link.Parameter"))
	} else {
		p.name, p.arn = *from.ParameterName(), *from.ParameterArn()
	}
	return newParameter(p, options)
}

// ParameterOption says more of a parameter.
type ParameterOption func(*parameter)

// EncryptedWith names the customer key that the SecureString is under. The
// function may decrypt with it, through SSM, this parameter only. The AWS
// managed key aws/ssm is not a choice: every principal of the account may
// decrypt with it (KMS guide, "AWS managed keys").
func EncryptedWith(key awskms.IKey) ParameterOption {
	return func(p *parameter) {
		if key == nil {
			p.mistakes = append(p.mistakes, errors.New("EncryptedWith was given a nil key: give the customer key that the SecureString is under"))
		}
		p.key = key
	}
}

// Plain declares that the parameter is no SecureString because its value is no
// secret, and says why. The reason is recorded in the template's metadata.
func Plain(reason string) ParameterOption {
	return func(p *parameter) {
		if strings.TrimSpace(reason) == "" {
			p.mistakes = append(p.mistakes, errors.New("Plain needs a reason: say why the value is no secret"))
		}
		p.plain = reason
	}
}

// FullyQualifiedName tells that a name given as a token begins with a slash.
func FullyQualifiedName() ParameterOption { return func(p *parameter) { p.form = qualified } }

// SimpleName tells that a name given as a token has no slash.
func SimpleName() ParameterOption { return func(p *parameter) { p.form = simple } }

type form int

const (
	untold form = iota
	qualified
	simple
)

type parameter struct {
	variable, name, arn string
	form                form
	key                 awskms.IKey
	plain               string
	mistakes            []error
}

func newParameter(p parameter, options []ParameterOption) Link {
	for i, option := range options {
		if option == nil {
			p.mistakes = append(p.mistakes, fmt.Errorf("option %d is nil: leave it out", i))
			continue
		}
		option(&p)
	}
	return p
}

// Open implements Link.
func (p parameter) Open(at Site) (Doors, error) {
	resource, err := p.resource()
	if err := errors.Join(append(p.mistakes, err, p.checkProtection(), keyring.Check(p.key, ""))...); err != nil {
		return Doors{}, fmt.Errorf("parameter %q of variable %s: %w", p.name, p.variable, err)
	}
	arn := p.arn
	if arn == "" {
		arn = "arn:" + at.Partition + ":ssm:" + at.Region + ":" + at.Account + ":parameter" + resource
	}
	doors := Doors{
		Variables: []Variable{{p.variable, p.name, contract.Parameter}},
		// No DescribeParameters, which lists every parameter of the account,
		// and no GetParameterHistory, which returns values long rotated.
		Statements: []Statement{{Actions: []string{"ssm:GetParameter", "ssm:GetParameters"}, Resources: []string{arn}}},
		Endpoints:  []string{"ssm"},
	}
	if p.key == nil {
		doors.Relaxed = []Relaxation{{What: "parameter " + p.name + " is not encrypted", Reason: p.plain}}
		return doors, nil
	}
	// SSM passes the parameter's ARN as encryption context (Systems Manager
	// guide, "AWS KMS encryption for SecureString parameters").
	useKey(&doors, p.key, at, "ssm", Conditions{"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": {arn}}}, "kms:Decrypt")
	return doors, nil
}

func (p parameter) checkProtection() error {
	switch {
	case len(p.mistakes) > 0:
		return nil
	case p.key == nil && p.plain == "":
		return errors.New("it has no key: add link.EncryptedWith(key), or link.Plain(reason) if it holds no secret")
	case p.key != nil && p.plain != "":
		return errors.New("it is both EncryptedWith a key and Plain: keep one")
	}
	return nil
}

var (
	wellFormed = regexp.MustCompile(`^(/[A-Za-z0-9_.-]+)+$|^[A-Za-z0-9_.-]+$`)
	reserved   = regexp.MustCompile(`(?i)^/?(aws|ssm)`)
)

// resource returns the end of the ARN: "/app/x" is parameter/app/x, and "x" is
// parameter/x.
func (p parameter) resource() (string, error) {
	switch {
	case p.arn != "" || len(p.mistakes) > 0:
		return "", nil
	case pseudo.IsToken(p.name) && p.form == untold:
		return "", errors.New("the name is a token, and the ARN depends on its form: add link.FullyQualifiedName() if it begins with a slash, link.SimpleName() if it has none")
	case pseudo.IsToken(p.name) && patternOfPolicy(p.name):
		return "", errors.New("IAM would read the name as a pattern: leave out *, ? and ${}")
	case pseudo.IsToken(p.name) && p.form == simple:
		return "/" + p.name, nil
	case pseudo.IsToken(p.name):
		return p.name, nil
	// Systems Manager API reference, PutParameter, "Name".
	case !wellFormed.MatchString(p.name):
		return "", errors.New("the name is malformed: use letters, digits and _.- in parts divided by /, with a / in front if there is one anywhere, such as /my_app/api_key")
	case strings.HasPrefix(p.name, "/"):
		return p.name, checkParameterName("name", p.name)
	}
	return "/" + p.name, checkParameterName("name", p.name)
}

// checkParameterName checks what holds of names and of paths.
func checkParameterName(what, name string) error {
	switch {
	case reserved.MatchString(name):
		return fmt.Errorf("%ss that begin with aws or ssm are reserved: give it another", what)
	case strings.Count(name, "/") > 15:
		return fmt.Errorf("the %s has more than 15 levels", what)
	case len(name) > 950:
		return fmt.Errorf("the %s has %d characters: SSM counts the ARN in front of it too and takes 1011 in all; keep to 950", what, len(name))
	}
	return nil
}
