package link

import (
	"fmt"

	"github.com/securegofunction/cdk/internal/contract"
)

// StateMachine is what links ask of a Step Functions state machine. Any
// awsstepfunctions.IStateMachine is one.
type StateMachine interface{ StateMachineArn() *string }

// StateMachineStart lets the function start executions of a state machine,
// standard or express, and not look at them or stop them. The variable holds
// the state machine's ARN.
//
// A state machine under a customer key uses it as its own role, so the function
// gets none (aws-cdk-lib's StateMachine gives those who start it none either).
func StateMachineStart(variable string, machine StateMachine) Link {
	return stateMachineStart{variable, machine, "states:StartExecution", "states"}
}

// StateMachineStartSync lets the function start executions of an express state
// machine and wait for what comes of them. The variable is that of
// StateMachineStart. To Step Functions it is a permission of its own, at an
// endpoint of its own; a standard state machine refuses it.
func StateMachineStartSync(variable string, machine StateMachine) Link {
	return stateMachineStart{variable, machine, "states:StartSyncExecution", "sync-states"}
}

type stateMachineStart struct {
	variable         string
	machine          StateMachine
	action, endpoint string
}

// Open implements Link.
func (s stateMachineStart) Open(Site) (Doors, error) {
	if absent(s.machine) {
		return Doors{}, fmt.Errorf("state machine of variable %s: the state machine is nil: give an awsstepfunctions.IStateMachine", s.variable)
	}
	arn := *s.machine.StateMachineArn()
	return Doors{
		Variables:  []Variable{{s.variable, arn, contract.StateMachine}},
		Statements: []Statement{{Actions: []string{s.action}, Resources: []string{arn}}},
		Endpoints:  []string{s.endpoint},
	}, nil
}
