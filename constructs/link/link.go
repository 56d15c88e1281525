package link

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/iam"
)

// Link is one thing that a function may reach, or that may invoke it.
type Link interface {
	// Open returns the doors that the link opens for a function at site, or
	// what is wrong with the link and how to mend it. It is called before
	// anything is made, and changes nothing.
	Open(at Site) (Doors, error)
}

// Site is where the function is, and what a link has to know of it. The
// strings are tokens, except in tests.
type Site struct {
	Partition, Region, Account string
	// URLSuffix is what the host names of AWS's services end in, such as
	// amazonaws.com.
	URLSuffix string
	// Timeout of the function.
	Timeout time.Duration
}

// Doors are what a link opens. The zero value opens nothing.
type Doors struct {
	// Variables of the function's environment. They name things; a secret's
	// value is never among them.
	Variables []Variable
	// Statements of the function's run-time policy.
	Statements []Statement
	// Endpoints are the AWS services, such as "ssm", whose interface endpoint
	// the function has to reach where it runs in a VPC. The endpoint admits
	// the link's statements on that service.
	Endpoints []string
	// Gateways are "s3" and "dynamodb", whose gateway endpoint the function
	// has to reach where it runs in a VPC.
	Gateways []string
	// Names are the host names, beside those of Endpoints and Gateways, that
	// the function looks up: a network that filters names lets these through.
	// A leading "*." stands for every name below.
	Names []string
	// Egress is what the function may send to.
	Egress []Egress
	// Keys that the statements name. They have to be in the function's region.
	Keys []awskms.IKey
	// Mount is a file system that the function has to mount. A function has
	// one at most.
	Mount *Mount
	// Triggers send events to the function.
	Triggers []Trigger
	// Relaxed is recorded with the function, for those who review it.
	Relaxed []Relaxation
}

// Variable is one variable of a function's environment.
type Variable struct {
	Name, Value string
	// Kind says what the value names, for handlers that read it through
	// config.Load. Defaults to text.
	Kind Kind
}

// Kind of a variable.
type Kind = contract.Kind

// Statement is a statement of an IAM policy.
type Statement = iam.Statement

// Conditions are the conditions of a Statement.
type Conditions = iam.Conditions

// Egress lets TCP out to one peer: a range of addresses, a prefix list or a
// security group.
type Egress struct {
	// CIDR is an IPv4 range. One to everywhere needs a reason in Relaxed, or
	// Names on a network that filters them.
	CIDR string
	// PrefixList is the id of a prefix list.
	PrefixList string
	// Group is the id of a security group, which lets the function in by a
	// rule of its own.
	Group string
	Port  int
	// PortToken takes the place of Port where only the deployment knows it.
	PortToken *float64
	// Description is shown beside the rule in the console and in audits: up to
	// 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*
	Description string
	// Outside says that the addresses of PrefixList are outside the VPC and
	// reached through a NAT. Of a CIDR that shows by itself.
	Outside bool
}

// Mount is an EFS access point that the function mounts.
type Mount struct {
	// AccessPointARN of the file system's access point.
	AccessPointARN string
	// Path is the folder below /mnt/ where it is mounted.
	Path string
	// After has to exist before the function: the mount targets.
	After []constructs.IDependable
}

// Trigger is something that invokes the function, with the permission that it
// needs for that.
type Trigger struct {
	// ID of the construct that holds its resources, below the function.
	ID string
	// Make makes the resources in scope, once the function is made.
	Make func(scope constructs.Construct, fn awslambda.Function)
}

// Relaxation is a protection that was given up, and why.
type Relaxation struct {
	What, Reason string
	// Rule is that of package posture whose finding the reason answers, such as
	// "queue-key". Defaults to none: what is found stays open.
	Rule string
	// Of is what that finding is about: the name or ARN of a resource, a
	// construct's path, or one of the finding's About. Defaults to the function.
	Of string
}
