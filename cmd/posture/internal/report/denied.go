package report

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// deniedAgain says whether the function's code may certainly not do what a statement allows, as Lambda itself may: to make its network
// interfaces, for one.
func (d *Document) deniedAgain(f *posture.Function, p posture.Permission) bool {
	asked := statementOf{f.Path, p.Policy, p.Statement}
	answer, ok := d.denied[asked]
	if !ok {
		answer = d.decideDenied(f, p)
		d.denied[asked] = answer
	}
	return answer
}

// denial says in a few words why a statement that is denied again is no use to the function's code.
func denial(f *posture.Function, p posture.Permission) string {
	if forLambda(f, p) {
		return "for Lambda alone, not for its own code"
	}
	return "denied by another statement"
}

// denialInFull says the same in a table.
func denialInFull(f *posture.Function, p posture.Permission) string {
	switch {
	case !forLambda(f, p):
		return "but a statement below denies it"
	case slices.Equal(services(p), []string{"ec2"}):
		return "Lambda needs it to make the function's network interfaces; a statement below denies it to the function's own code"
	}
	return "Lambda itself may; a statement below denies it to the function's own code"
}

// forLambda says whether what denies a statement is for the function's own code alone, which Lambda itself is not (Lambda guide, "Using source
// function ARN to control function access behavior").
func forLambda(f *posture.Function, p posture.Permission) bool {
	return slices.ContainsFunc(f.May, func(q posture.Permission) bool {
		return q.Effect == "Deny" && shares(p, q) && slices.ContainsFunc(q.Conditions, func(c posture.Condition) bool {
			return strings.EqualFold(c.Key, "lambda:SourceFunctionArn")
		})
	})
}

// statementOf names one statement of a function.
type statementOf struct {
	function, policy string
	statement        int
}

// decideDenied asks the engine only where a statement that denies is there.
func (d *Document) decideDenied(f *posture.Function, p posture.Permission) bool {
	denies := slices.ContainsFunc(f.May, func(q posture.Permission) bool { return q.Effect == "Deny" && shares(p, q) })
	if !denies || len(p.Actions) == 0 || len(p.Resources) == 0 {
		return false
	}
	for _, action := range p.Actions {
		for _, resource := range p.Resources {
			decision, err := d.Posture.Decide(f, action.String(), resource.String())
			if err != nil || decision.Answer != posture.No {
				return false
			}
		}
	}
	return true
}

// shares says whether two statements name an action both, or the second a pattern of the first's service.
func shares(p, q posture.Permission) bool {
	return slices.ContainsFunc(q.Actions, func(a posture.Text) bool {
		if slices.Contains(p.Actions, a) {
			return true
		}
		service, name, _ := strings.Cut(a.String(), ":")
		return strings.ContainsAny(service, "*?$") || strings.ContainsAny(name, "*?$") && slices.Contains(services(p), strings.ToLower(service))
	})
}
