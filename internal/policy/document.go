package policy

// Document is one policy.
type Document struct {
	// Name is how reasons call it.
	Name string
	// Version is "2012-10-17" or the older one, in which there are no variables.
	Version    Text
	Statements []*Statement
	// Unknown says why the content is not in the template: it may then allow and deny anything.
	Unknown string
	// OnlyAllows says of unknown content that it denies nothing.
	OnlyAllows bool
}

// Statement is one statement of a policy. Of each pair with Not, one is nil.
type Statement struct {
	Sid                       Text
	Effect                    string // Allow or Deny
	Principals, NotPrincipals []Principal
	Actions, NotActions       []Text
	Resources, NotResources   []Text
	Conditions                []Condition
	// Maybe says that the statement is there under a condition of the template alone.
	Maybe bool
	// Again says that it is of the same statement of the template as the one before.
	Again bool
	// Unreadable says why the statement could not be read: it may then allow and deny anything.
	Unreadable string
}

// Number is the place, from 1, that the i-th statement has in the template.
func (d *Document) Number(i int) int {
	n := 0
	for _, s := range d.Statements[:i+1] {
		if !s.Again {
			n++
		}
	}
	return n
}

// Effects of a statement.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Condition is one key of one operator: any value of Values will do.
type Condition struct {
	Operator string
	Key      string
	Values   []Text
}

// Principal is who a statement is about, or who asks.
type Principal struct {
	// Type is AWS, Service, Federated, CanonicalUser, or * for everybody.
	Type  string
	Value Text
	// Session is the role session's name, of a role that asks.
	Session Text
}

// Everybody is the principal *, which one who has not signed in matches too.
var Everybody = Principal{Type: "*", Value: "*"}

// Role is the principal of a request that a role makes.
func Role(arn Text) Principal { return Principal{Type: "AWS", Value: arn} }

// Service is the principal of a request that a service makes for itself.
func Service(name Text) Principal { return Principal{Type: "Service", Value: name} }

func (p Principal) String() string {
	if p.Type == "*" {
		return "*"
	}
	return p.Type + " " + p.Value.String()
}
