package posture

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/securegofunction/cdk/internal/policy"
)

// actions are those of the services that functions commonly call (Service Authorization Reference, "Actions defined by" of each, as of September
// 2026).
//
//go:embed actions.txt
var actionsText string

var actions = func() map[string][]string {
	all := map[string][]string{}
	for line := range strings.Lines(actionsText) {
		names := strings.Fields(line)
		all[names[0]] = names[1:]
	}
	return all
}()

var actionForm = regexp.MustCompile(`^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$`)

// checkAction says what is wrong with an action that somebody asks about. Nobody may do what is no action, so that a slip of the pen would pass
// for a proof. A name that is near to none may be newer than the list.
func checkAction(action string) error {
	if !actionForm.MatchString(action) {
		return fmt.Errorf("action %q is not of the form service:Action", action)
	}
	service, name, _ := strings.Cut(action, ":")
	known := actions[strings.ToLower(service)]
	if len(known) == 0 || slices.ContainsFunc(known, func(k string) bool { return policy.MatchesAction(policy.Text(name), policy.Text(k)) == Yes }) {
		return nil
	}
	for _, k := range known {
		if levenshtein.Distance(strings.ToLower(name), strings.ToLower(k), nil) <= 2 {
			return fmt.Errorf("%s has no action %q: did you mean %s:%s?", service, name, service, k)
		}
	}
	return nil
}

// checkResource says what is wrong with a resource that somebody asks about: what is no ARN is allowed to nobody, and neither is one of another
// service.
func checkResource(action, written string, resource Text) error {
	switch {
	case resource.Is("*"):
		return nil
	case policy.Like("arn:*", resource) == No:
		return fmt.Errorf("resource %q is no ARN: give one, such as ${Receipts.Arn}/*, or *", written)
	}
	of, _, _ := strings.Cut(strings.ToLower(action), ":")
	service, _ := policy.ARNPart(resource, 2)
	if known, told := service.Known(); told && ofOwn[of] && ofOwn[known] && known != of {
		return fmt.Errorf("%s is no action on a resource of %s, which %q is", action, known, written)
	}
	return nil
}

// ofOwn are services whose actions are on resources of their own alone.
var ofOwn = map[string]bool{"dynamodb": true, "events": true, "kinesis": true, "kms": true, "lambda": true, "logs": true, "rds-db": true, "s3": true, "secretsmanager": true,
	"sns": true, "sqs": true, "states": true}
