// Package mistake is how a constructor stops on bad input: once, with the
// construct's path first and all mistakes of its props together.
package mistake

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// Stop panics with err, if there is one, under the path of the construct that
// was to be made. The path is read from Node on failure only.
func Stop(scope constructs.Construct, id string, err error) {
	if err != nil {
		panic(Error{Path: path(scope, id), Err: err})
	}
}

// Refused puts what CDK panics with under the construct's path: defer it. A
// fault of the program stays what it is.
func Refused(scope constructs.Construct, id string) {
	switch r := recover().(type) {
	case nil:
	case Error, runtime.Error:
		panic(r)
	default:
		Stop(scope, id, fmt.Errorf("CDK refuses it: %v", r))
	}
}

// Error is what a constructor panics with.
type Error struct {
	// Path is the construct's path in the app.
	Path string
	// Err is one mistake, or all of them joined.
	Err error
}

func (e Error) Error() string {
	all := each(e.Err)
	if len(all) == 1 {
		return e.Path + ": " + all[0].Error()
	}
	text := e.Path + ": " + strconv.Itoa(len(all)) + " mistakes"
	for _, err := range all {
		text += "\n  - " + strings.ReplaceAll(err.Error(), "\n", "\n    ")
	}
	return text
}

// each takes joined errors apart.
func each(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, each(e)...)
	}
	return all
}

func (e Error) Unwrap() error { return e.Err }

func path(scope constructs.Construct, id string) string {
	if scope == nil {
		return id
	}
	if parent := *scope.Node().Path(); parent != "" {
		return parent + "/" + id
	}
	return id
}

// NewConstruct makes c a construct of its own. It is the first thing that is
// made, so an id that is taken leaves nothing behind.
func NewConstruct(c constructs.Construct, scope constructs.Construct, id string) {
	defer func() {
		if r := recover(); r != nil {
			err := fmt.Errorf("%v", r)
			if strings.Contains(err.Error(), "already a Construct with name") {
				err = fmt.Errorf("the id %q is taken in this scope: give each construct an id of its own", id)
			}
			Stop(scope, id, err)
		}
	}()
	constructs.NewConstruct_Override(c, scope, jsii.String(id))
}

// ID checks where a construct is to be made.
func ID(scope constructs.Construct, id string) error {
	switch {
	case scope == nil:
		return errors.New("scope is nil: give the stack or construct that this belongs to")
	case id == "":
		return errors.New("id is empty: give one that is unique in its scope")
	case pseudo.IsToken(id):
		return fmt.Errorf("id %q is a token: a construct's id has to be known at synth", id)
	}
	return nil
}

// RemovalPolicy checks the policies that a key or a log group can have.
func RemovalPolicy(p awscdk.RemovalPolicy) error {
	switch p {
	case "", awscdk.RemovalPolicy_RETAIN, awscdk.RemovalPolicy_DESTROY:
		return nil
	}
	return fmt.Errorf("removal policy %q: give RETAIN or DESTROY", p)
}
