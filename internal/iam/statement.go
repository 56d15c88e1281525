package iam

// Effects of a statement. The zero value of Statement.Effect means Allow.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Statement is one statement of an IAM policy.
type Statement struct {
	// Effect is Allow or Deny. Defaults to Allow.
	Effect string
	// Principal is set in resource and key policies only: a principal type
	// ("Service", "AWS") and its value.
	Principal map[string]string
	Actions   []string
	// NotActions take the place of Actions: the statement is about all but
	// these. In a Deny only.
	NotActions []string
	Resources  []string
	// Conditions are by operator, then by condition key: all must hold, and
	// any value of a key will do.
	Conditions Conditions
}

// Conditions are by operator ("StringEquals"), then by condition key.
type Conditions map[string]map[string][]string

// JSON returns the statement in the form of IAM's JSON policy language.
func (s Statement) JSON() map[string]any {
	effect := s.Effect
	if effect == "" {
		effect = Allow
	}
	out := map[string]any{"Effect": effect, "Resource": oneOrMany(s.Resources)}
	if len(s.NotActions) > 0 {
		out["NotAction"] = oneOrMany(s.NotActions)
	} else {
		out["Action"] = oneOrMany(s.Actions)
	}
	if len(s.Principal) > 0 {
		principal := map[string]any{}
		for kind, value := range s.Principal {
			principal[kind] = value
		}
		out["Principal"] = principal
	}
	if len(s.Conditions) > 0 {
		conditions := map[string]any{}
		for operator, keys := range s.Conditions {
			values := map[string]any{}
			for key, value := range keys {
				values[key] = oneOrMany(value)
			}
			conditions[operator] = values
		}
		out["Condition"] = conditions
	}
	return out
}

// Document returns a whole policy of the statements, in their order.
func Document(statements ...Statement) map[string]any {
	rendered := make([]any, len(statements))
	for i, s := range statements {
		rendered[i] = s.JSON()
	}
	return map[string]any{"Version": "2012-10-17", "Statement": rendered}
}

// oneOrMany renders a list of one as a string, as CDK does.
func oneOrMany(values []string) any {
	if len(values) == 1 {
		return values[0]
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}
