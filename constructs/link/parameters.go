package link

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Parameters is a Parameter for each variable and the name that it holds. The
// options hold for all of them.
func Parameters(names map[string]string, options ...ParameterOption) Link {
	var p parameters
	for _, variable := range slices.Sorted(maps.Keys(names)) {
		p = append(p, Parameter(variable, names[variable], options...))
	}
	return p
}

type parameters []Link

// Open implements Link.
func (p parameters) Open(at Site) (Doors, error) {
	if len(p) == 0 {
		return Doors{}, errors.New("link.Parameters names no parameter: give variables and the names that they hold, or leave the link out")
	}
	var (
		all   = Doors{Endpoints: []string{"ssm"}}
		wrong []error
	)
	for _, l := range p {
		doors, err := l.Open(at)
		wrong = append(wrong, err)
		all.Variables = append(all.Variables, doors.Variables...)
		all.Statements = append(all.Statements, doors.Statements...)
		all.Relaxed = append(all.Relaxed, doors.Relaxed...)
		for _, key := range doors.Keys {
			if !slices.Contains(all.Keys, key) {
				all.Keys = append(all.Keys, key)
			}
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return Doors{}, err
	}
	all.Statements = iam.Merge(all.Statements)
	return all, nil
}

// ParametersByPath lets the function read every SSM parameter below a path,
// such as "/my_app", which is the value of the variable.
//
// Prefer Parameter or Parameters, which name each. A path also opens what
// somebody puts below it later, on all levels, and a deny on one parameter
// below does not hold against it (Systems Manager guide, "Restricting access to
// Parameter Store parameters using IAM policies"). So it takes a reason, which
// is recorded in the template's metadata.
//
// The options are those of Parameter, for all parameters below; a path that is
// a token has to begin with a slash.
func ParametersByPath(variable, path, reason string, options ...ParameterOption) Link {
	p := newParameter(parameter{variable: variable, name: path}, options).(parameter)
	return parametersByPath{p, reason}
}

type parametersByPath struct {
	parameter
	reason string
}

// Open implements Link.
func (p parametersByPath) Open(at Site) (Doors, error) {
	wrong := append(slices.Clone(p.mistakes), p.checkPath(), p.checkProtection(), keyring.Check(p.key, ""))
	if strings.TrimSpace(p.reason) == "" {
		wrong = append(wrong, errors.New("it needs a reason, since it also opens what is put there later: say why, or name each parameter with link.Parameters"))
	}
	if err := errors.Join(wrong...); err != nil {
		return Doors{}, fmt.Errorf("parameters below %q of variable %s: %w", p.name, p.variable, err)
	}
	arn := "arn:" + at.Partition + ":ssm:" + at.Region + ":" + at.Account + ":parameter" + p.name
	doors := Doors{
		Variables:  []Variable{{p.variable, p.name, contract.Parameters}},
		Statements: []Statement{{Actions: []string{"ssm:GetParametersByPath"}, Resources: []string{arn, arn + "/*"}}},
		Endpoints:  []string{"ssm"},
		Relaxed:    []Relaxation{{What: "every parameter below " + p.name + ", and what is put there later", Reason: p.reason}},
	}
	if p.key == nil {
		doors.Relaxed = append(doors.Relaxed, Relaxation{What: "the parameters below " + p.name + " are not encrypted", Reason: p.plain})
		return doors, nil
	}
	useKey(&doors, p.key, at, "ssm", Conditions{"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": {arn + "/*"}}}, "kms:Decrypt")
	return doors, nil
}

// Systems Manager API reference, GetParametersByPath, "Path". The path /
// alone would be every parameter of the account.
var wellFormedPath = regexp.MustCompile(`^(/[A-Za-z0-9_.-]+)+$`)

func (p parametersByPath) checkPath() error {
	switch {
	case p.form == simple:
		return errors.New("a path begins with a slash: leave link.SimpleName() out")
	case pseudo.IsToken(p.name) && !patternOfPolicy(p.name):
		return nil
	case !wellFormedPath.MatchString(p.name):
		return errors.New("the path is malformed: use letters, digits and _.- in parts with a / in front of each, such as /my_app")
	}
	return checkParameterName("path", p.name)
}
