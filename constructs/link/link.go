package link

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/iam"
)

// Link is one thing that a function may reach.
type Link interface {
	// Open returns the doors that the link opens for a function at site, or
	// what is wrong with the link and how to mend it. It is called before
	// anything is made, and changes nothing.
	Open(at Site) (Doors, error)
}

// Site is where the function is. The strings are tokens, except in tests.
type Site struct {
	Partition, Region, Account string
}

// Doors are what a link opens. The zero value opens nothing.
type Doors struct {
	// Variables of the function's environment. They name things; a secret's
	// value is never among them.
	Variables []Variable
	// Statements of the function's run-time policy.
	Statements []Statement
	// Endpoints are the AWS services, such as "ssm", whose interface endpoint
	// the function has to reach where it runs in a VPC.
	Endpoints []string
	// Egress are addresses that the function may send to. One to everywhere
	// needs a reason in Relaxed.
	Egress []Egress
	// Keys that the statements name. They have to be in the function's region.
	Keys []awskms.IKey
	// Relaxed is recorded with the function, for those who review it.
	Relaxed []Relaxation
}

// Variable is one variable of a function's environment.
type Variable struct{ Name, Value string }

// Statement is a statement of an IAM policy.
type Statement = iam.Statement

// Conditions are the conditions of a Statement.
type Conditions = iam.Conditions

// Egress lets TCP out to a range of addresses.
type Egress struct {
	// CIDR is an IPv4 range.
	CIDR string
	Port int
	// Description is shown beside the rule in the console and in audits: up to
	// 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*
	Description string
}

// Relaxation is a protection that was given up, and why.
type Relaxation struct{ What, Reason string }
