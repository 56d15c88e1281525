package golambda

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/iam"
)

// runTimePolicy is the managed policy of what the function's code may do. CDK
// would put grants into an inline policy, which every compliance pack refuses.
type runTimePolicy struct {
	resource   awsiam.CfnManagedPolicy
	statements []iam.Statement // that it holds
	lengths    map[string]int
	doors      *doors
	// document replaces what was planned on the first grant; most functions
	// have none.
	document awsiam.PolicyDocument
	// next makes one more policy, for grants that do not fit any more.
	next func() awsiam.CfnManagedPolicy
}

func (p *runTimePolicy) add(statement awsiam.PolicyStatement) *awsiam.AddToPrincipalPolicyResult {
	s := grantedStatement(statement.ToStatementJson())
	known := slices.ContainsFunc(p.statements, func(o iam.Statement) bool { return reflect.DeepEqual(o, s) })
	if !known && iam.Size(p.lengths, append(slices.Clip(p.statements), s)...) > policyLimit {
		p.resource, p.statements, p.document = p.next(), nil, nil
	}
	if p.document == nil {
		p.document = awsiam.PolicyDocument_FromJson(iam.Document(p.statements...))
		p.resource.SetPolicyDocument(p.document)
	}
	if !known {
		p.statements = append(slices.Clip(p.statements), s)
	}
	p.document.AddStatements(statement)
	p.doors.granted(s)
	return &awsiam.AddToPrincipalPolicyResult{StatementAdded: jsii.Bool(true), PolicyDependable: p.resource}
}

// ownRole is a CDK role whose grants go to the run-time policy, whoever
// grants: fn, fn.Function or an event source.
type ownRole struct {
	awsiam.Role
	runTime *runTimePolicy
}

func newOwnRole(scope constructs.Construct, boundary awsiam.IManagedPolicy, runTime *runTimePolicy) *ownRole {
	r := &ownRole{runTime: runTime}
	awsiam.NewRole_Override(r, scope, jsii.String("Role"), &awsiam.RoleProps{AssumedBy: lambdaService(), PermissionsBoundary: boundary})
	return r
}

// AddToPrincipalPolicy overrides CDK's. CDK calls it; Go code does not.
func (r *ownRole) AddToPrincipalPolicy(statement awsiam.PolicyStatement) *awsiam.AddToPrincipalPolicyResult {
	return r.runTime.add(statement)
}

// givenRole is the principal of a role that was made elsewhere. Without a
// run-time policy the role cannot be changed, and what is granted is told to
// whoever owns it.
type givenRole struct {
	role    awsiam.IRole
	runTime *runTimePolicy
	fn      constructs.Construct
	told    int
}

var _ awsiam.IPrincipal = (*givenRole)(nil)

func (g *givenRole) GrantPrincipal() awsiam.IPrincipal { return g }

func (g *givenRole) AssumeRoleAction() *string { return g.role.AssumeRoleAction() }

func (g *givenRole) PolicyFragment() awsiam.PrincipalPolicyFragment { return g.role.PolicyFragment() }

func (g *givenRole) PrincipalAccount() *string { return g.role.PrincipalAccount() }

func (g *givenRole) AddToPrincipalPolicy(statement awsiam.PolicyStatement) *awsiam.AddToPrincipalPolicyResult {
	if g.runTime != nil {
		return g.runTime.add(statement)
	}
	g.warn("grant", []any{statement.ToStatementJson()})
	// "Not added" would fail the synth of grants that need the identity side.
	return &awsiam.AddToPrincipalPolicyResult{StatementAdded: jsii.Bool(true), PolicyDependable: g.fn}
}

// tell warns with the statements that the role's owner has to add.
func (g *givenRole) tell(what string, statements []iam.Statement) {
	g.warn(what, iam.Document(statements...)["Statement"])
}

func (g *givenRole) warn(what string, statements any) {
	text, err := json.Marshal(awscdk.Stack_Of(g.fn).Resolve(statements))
	if err != nil {
		panic(err)
	}
	g.told++
	awscdk.Annotations_Of(g.fn).AddWarningV2(jsii.String(fmt.Sprintf("SecureGoFunction:role:%s:%d", what, g.told)), jsii.String(
		"the role is imported and cannot be changed here: its owner has to add, for "+what+", "+string(text)))
}

// immutable reports whether CDK was told, or decided because it is of another
// account, not to change the role. CDK has no property for it: it wraps such a
// role, and names the wrapped one.
func immutable(role awsiam.IRole) bool {
	if _, ofThisApp := role.(awsiam.Role); ofThisApp {
		return false
	}
	node := role.Node()
	id := *node.Id()
	return strings.HasPrefix(id, "ImmutableRole") || node.Scope().Node().TryFindChild(jsii.String("MutableRole"+id)) != nil
}

// attach makes a customer managed policy and attaches it to the role.
func attach(scope constructs.Construct, id, roleName string, statements []iam.Statement) awsiam.CfnManagedPolicy {
	return awsiam.NewCfnManagedPolicy(scope, jsii.String(id), &awsiam.CfnManagedPolicyProps{
		PolicyDocument: iam.Document(statements...), Roles: &[]any{roleName}})
}
