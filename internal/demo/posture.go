package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// allowed reads from the template what the local AWS does not enforce: what the function
// may do, where it gets to, and who may invoke it.
func (d *demo) allowed(context.Context) (string, error) {
	p, err := posture.Read(d.cdk.assembly)
	if err != nil {
		return "", err
	}
	return allowed(p)
}

func allowed(p *posture.Posture) (string, error) {
	const (
		name      = "Quickstart"
		parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
	)
	var wrong failures
	own := []string{parameter + "/my_app/api_key", parameter + "/my_app/db_password"}
	for _, arn := range own {
		p.May(&wrong, name, "ssm:GetParameters", arn)
		p.MayNot(&wrong, name, "ssm:PutParameter", arn)
	}
	p.MayNot(&wrong, name, "ssm:GetParameters", parameter+"/my_app/other")
	p.MayNot(&wrong, name, "ssm:GetParametersByPath", parameter+"/my_app")
	p.MayNot(&wrong, name, "secretsmanager:*", "*")
	p.MayNot(&wrong, name, "s3:*", "*")
	p.ReachesOnly(&wrong, name, "ssm")
	f, err := p.Function(name)
	if err != nil {
		return "", err
	}
	for _, i := range f.InvokedBy {
		wrong.Errorf("%s may invoke it", i.Who)
	}
	// A name beside these two is in none of its statements.
	for _, s := range f.May {
		for _, resource := range s.Resources {
			if arn := resource.String(); strings.Contains(arn, ":ssm:") && !slices.Contains(own, arn) {
				wrong.Errorf("a statement of it names %s", arn)
			}
		}
	}
	if len(wrong) > 0 {
		return "", errors.New(strings.Join(wrong, "\n"))
	}
	return "may get /my_app/api_key and /my_app/db_password, and no other parameter\nreaches the endpoint of ssm, and nothing else\nnobody is let in to invoke it", nil
}

// failures are what posture's assertions find.
type failures []string

func (*failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }
