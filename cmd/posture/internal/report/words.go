package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture"
)

// own is where the stack of a function is deployed, which ARNs need not repeat.
type own struct{ region, account string }

func (d *Document) ownOf(f *posture.Function) own {
	for _, s := range d.Posture.Stacks {
		if s.Name == f.Stack {
			return own{s.Region.String(), s.Account.String()}
		}
	}
	return own{}
}

// brief leaves the partition out of an ARN, and the region and account where they are the stack's own: sqs:Orders of
// arn:aws:sqs:eu-west-1:111122223333:Orders.
func (o own) brief(arn posture.Text) string {
	s := visible(arn.String())
	parts := splitARN(s)
	if parts == nil {
		return s
	}
	service, region, account, resource := parts[2], parts[3], parts[4], parts[5]
	if (region == "" || region == o.region || region == "${AWS::Region}") && (account == "" || account == o.account || account == "${AWS::AccountId}") {
		return service + ":" + resource
	}
	return strings.Join([]string{service, region, account, resource}, ":")
}

// splitARN returns the six parts of an ARN, or nil. A colon of ${AWS::Region} is none of an ARN's.
func splitARN(s string) []string {
	if !strings.HasPrefix(s, "arn:") {
		return nil
	}
	var parts []string
	start, inside := 0, false
	for i := 0; i < len(s) && len(parts) < 5; i++ {
		switch {
		case strings.HasPrefix(s[i:], "${"):
			inside = true
		case s[i] == '}':
			inside = false
		case s[i] == ':' && !inside:
			parts, start = append(parts, s[start:i]), i+1
		}
	}
	if len(parts) < 5 {
		return nil
	}
	return append(parts, s[start:])
}

var (
	symbols   = regexp.MustCompile(`\$\{([^{}]*)\}`)
	generated = regexp.MustCompile(`^(.+?)[0-9A-F]{8}$`)
)

// plain writes symbols as a person would call them: Orders of ${Orders1ED1B7CF.QueueName}. It is for pictures: two resources may read the same.
func plain(s string) string {
	return symbols.ReplaceAllStringFunc(s, func(symbol string) string {
		name := symbol[2 : len(symbol)-1]
		if after, ok := strings.CutPrefix(name, "AWS::"); ok {
			return after
		}
		name = name[strings.LastIndexByte(name, '/')+1:]
		name, attribute, _ := strings.Cut(name, ".")
		if m := generated.FindStringSubmatch(name); m != nil {
			name = m[1]
		}
		if strings.HasPrefix(attribute, "Endpoint.") {
			return name + " " + strings.TrimPrefix(attribute, "Endpoint.")
		}
		return name
	})
}

// line is one line of a list of actions or resources, with what it leaves out.
func either(these, allBut []string) []string {
	if len(allBut) > 0 {
		return []string{"all but " + strings.Join(allBut, ", ")}
	}
	return these
}

func written(all []posture.Text) []string {
	var lines []string
	for _, t := range all {
		lines = append(lines, visible(t.String()))
	}
	return lines
}

func (o own) briefs(all []posture.Text) []string {
	var lines []string
	for _, t := range all {
		lines = append(lines, o.brief(t))
	}
	return lines
}

func actions(p posture.Permission) []string {
	if p.Unknown != "" && len(p.Actions)+len(p.NotActions) == 0 {
		return []string{"anything: " + visible(p.Unknown)}
	}
	return either(written(p.Actions), written(p.NotActions))
}

func (o own) resources(p posture.Permission) []string {
	return either(o.briefs(p.Resources), o.briefs(p.NotResources))
}

func (o own) conditions(p posture.Permission) []string {
	var lines []string
	for _, c := range p.Conditions {
		lines = append(lines, fmt.Sprintf("%s %s %s", visible(c.Key), visible(c.Operator), strings.Join(o.briefs(c.Values), " or ")))
	}
	if p.Maybe {
		lines = append(lines, "a condition of the template holds")
	}
	return lines
}

func by(p posture.Permission) string {
	path := visible(strings.TrimSuffix(p.Policy, "/Resource"))
	if p.Statement == 0 {
		return path
	}
	return fmt.Sprintf("%s, statement %d", path, p.Statement)
}

// anything is what an action that names no service is of.
const anything = "anything"

// services are those of the actions: "logs" of logs:PutLogEvents, and anything of an action that none names.
func services(p posture.Permission) []string {
	if len(p.NotActions) > 0 || len(p.Actions) == 0 {
		return []string{anything}
	}
	var all []string
	for _, a := range p.Actions {
		service, _, ok := strings.Cut(visible(a.String()), ":")
		if !ok || strings.ContainsAny(service, "*?$") {
			service = anything
		}
		all = append(all, strings.ToLower(service))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// who says who an invoker is.
func (o own) who(i posture.Invoker) string {
	switch {
	case i.Kind == "url" && i.Auth.Is("AWS_IAM"):
		return "whoever IAM lets, by URL"
	case i.Kind == "url":
		return "anybody on the internet, by URL"
	case i.Who.Is("*"):
		return "everybody"
	case i.Kind == "permission":
		return o.holder(i.Who)
	}
	return o.brief(i.Who)
}

var accountID = regexp.MustCompile(`^\d{12}$`)

// holder says whose account a principal is, or is of: another one is said where the function's own is known.
func (o own) holder(who posture.Text) string {
	s := visible(who.String())
	id, all := s, accountID.MatchString(s)
	if parts := splitARN(s); parts != nil {
		id, all = parts[4], parts[5] == "root"
	}
	switch other := o.another(id); {
	case other && all:
		return "another account: " + id
	case other:
		return "another account: " + o.brief(who)
	case all:
		return "the account " + id
	}
	return o.brief(who)
}

// another says whether an account is certainly not the function's own.
func (o own) another(id string) bool {
	return accountID.MatchString(id) && accountID.MatchString(o.account) && id != o.account
}

// heldTo says what an invoker is held to.
func (o own) heldTo(i posture.Invoker) []string {
	var lines []string
	for _, c := range []struct {
		what  string
		value posture.Text
	}{{"source ", i.SourceARN}, {"account ", i.SourceAccount}, {"organization ", i.Organization}, {"authentication ", i.Auth}} {
		what := c.what
		if c.what == "account " && o.another(c.value.String()) {
			what = "another account "
		}
		if c.value != "" {
			lines = append(lines, what+o.brief(c.value))
		}
	}
	return lines
}

func days(n int) string {
	switch n {
	case -1:
		return "not known"
	case 0:
		return "for ever"
	}
	return number(n, "day")
}

func known(n int, unit string) string {
	if n < 0 {
		return "not known"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// owner is a construct's path, or what it is called where it is in no template.
func (o own) owner(path string, called posture.Text) string {
	return cmp.Or(visible(path), o.brief(called))
}
