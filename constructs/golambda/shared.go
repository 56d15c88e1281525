package golambda

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"github.com/securegofunction/cdk/internal/keyring"
)

// shared is what the functions of a stack under one key have in common. A
// stack holds 500 resources, and a topic or queue for each function would be a
// place more to look at and to subscribe to.
type shared struct {
	stack  *keyring.Stack
	key    awskms.IKey
	keyARN string
	suffix string

	ownQueue awssqs.Queue
}

type sharedID struct {
	stack awscdk.Stack
	key   awskms.IKey // nil: the stack's own
}

var allShared = map[sharedID]*shared{}

// sharedOf returns the shared part for a function of the stack.
func sharedOf(stack *keyring.Stack, key awskms.IKey, removal awscdk.RemovalPolicy) *shared {
	if stack.Owns(key) { // given as another function's Key
		key = nil
	}
	id := sharedID{stack.Stack, key}
	if key == nil {
		// Asked each time, since one function's wish to retain is enough.
		key = stack.Key(removal)
	}
	s, ok := allShared[id]
	if !ok {
		stack.AdmitLogs(key)
		s = &shared{stack: stack, key: key, keyARN: keyring.ARN(key), suffix: stack.Suffix(key)}
		allShared[id] = s
	}
	return s
}
