package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "other-functions-data",
		Title:    "The function has access to what is another's",
		Severity: Warning,
		Why:      "A fault of this function gives away the other's parameters and secrets, and reads or forges its logs.",
		Fix:      "Name the function's own parameters, secrets and log group. Where both need one, name it for both.",
		Source:   "Systems Manager guide, \"Restricting access to Parameter Store parameters using IAM policies\"; IAM guide, \"Security best practices in IAM\"",
		Controls: Controls{NIST80053: []string{"AC-3", "AC-6"}, Checkov: []string{"CKV_AWS_107"}},
		check:    otherFunctionsData,
	})
}

var (
	readsSecrets = []string{"ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory", "secretsmanager:GetSecretValue"}
	usesLogs     = []string{"logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery", "logs:StartLiveTail", "logs:PutLogEvents", "logs:DeleteLogStream", "logs:DeleteLogGroup"}
)

// datum is a parameter, a secret or a log group that functions are given by its name.
type datum struct {
	arn    Text
	logs   bool
	owners []identity
}

func (d datum) of(i identity) bool {
	return slices.ContainsFunc(d.owners, func(o identity) bool { return o.role == i.role })
}

func (d datum) String() string {
	if len(d.owners) == 1 {
		return fmt.Sprintf("%s of %s", d.arn, d.owners[0].names())
	}
	return d.arn.String()
}

func otherFunctionsData(p *Posture) []Finding {
	allowances := p.allowances()
	data := p.data(allowances)
	var all []Finding
	for _, a := range allowances {
		if a.administers() || a.statement.NotResources != nil {
			continue
		}
		secrets, logs := a.allowed(readsSecrets), a.allowed(usesLogs)
		if len(secrets)+len(logs) == 0 {
			continue
		}
		var others []datum
		for _, resource := range a.statement.Resources {
			begin, _, _ := strings.Cut(string(resource), "*")
			for _, d := range data {
				actions := secrets
				if d.logs {
					actions = logs
				}
				if len(actions) == 0 || d.of(a.identity) || !strings.HasPrefix(string(d.arn), begin) || policy.MatchesResource(resource, d.arn) != Yes ||
					a.held(actions[0].String(), d.arn) {
					continue
				}
				others = append(others, d)
			}
		}
		if len(others) == 0 {
			continue
		}
		actions, more := secrets, ""
		if others[0].logs {
			actions = logs
		}
		if n := len(others) - 1; n > 0 {
			more = fmt.Sprintf(", and %d more", n)
		}
		found := a.finding("allows %s on %s%s", some(actions), others[0], more)
		for _, d := range others {
			found.About = append(found.About, d.arn)
		}
		all = append(all, found)
	}
	return once(all)
}

// allowed returns those of the actions that the statement allows.
func (a allowance) allowed(actions []string) []Text {
	var all []Text
	for _, action := range actions {
		if a.allows(action) {
			all = append(all, Text(action))
		}
	}
	return all
}

// data are the parameters and secrets that statements name, and the functions' log groups.
func (p *Posture) data(allowances []allowance) []datum {
	var all []datum
	place := map[Text]int{}
	add := func(arn Text, logs bool, owner identity) {
		i, ok := place[arn]
		if !ok {
			i = len(all)
			place[arn] = i
			all = append(all, datum{arn: arn, logs: logs})
		}
		if !all[i].of(owner) {
			all[i].owners = append(all[i].owners, owner)
		}
	}
	for _, a := range allowances {
		if a.statement.NotActions != nil || a.allowed(readsSecrets) == nil {
			continue
		}
		for _, r := range a.statement.Resources {
			if !pattern(Text(strings.TrimSuffix(string(r), "-??????"))) {
				add(r, false, a.identity)
			}
		}
	}
	for _, i := range p.identities() {
		for _, f := range i.functions {
			if logs := f.Protection.Logs; logs.resource != nil {
				add(logs.resource.ARN(), true, i)
			} else {
				s := f.resource.Stack
				add("arn:"+s.Partition+":logs:"+s.Region+":"+s.Account+":log-group:"+logs.Group+":*", true, i)
			}
		}
	}
	return all
}
