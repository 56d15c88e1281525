package link

import "testing"

type fakeStateMachine struct{}

const stateMachineARN = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders"

func (*fakeStateMachine) StateMachineArn() *string { return ptr(stateMachineARN) }

func init() {
	document(
		documented{function: "StateMachineStart", call: `StateMachineStart("ORDERS", stateMachine)`, link: StateMachineStart("ORDERS", &fakeStateMachine{})},
		documented{function: "StateMachineStartSync", call: `StateMachineStartSync("ORDERS", stateMachine)`, link: StateMachineStartSync("ORDERS", &fakeStateMachine{})})
}

func TestStateMachineStart(t *testing.T) {
	t.Parallel()
	allows := func(action string) string {
		return `[{"Effect": "Allow", "Action": "` + action + `", "Resource": "` + stateMachineARN + `"}]`
	}
	variables := []Variable{{"ORDERS", stateMachineARN, "statemachine"}}
	opensDoors(t, "start", StateMachineStart("ORDERS", &fakeStateMachine{}), ireland, allows("states:StartExecution"), Doors{Variables: variables, Endpoints: []string{"states"}})
	opensDoors(t, "start and wait", StateMachineStartSync("ORDERS", &fakeStateMachine{}), ireland, allows("states:StartSyncExecution"), Doors{Variables: variables, Endpoints: []string{"sync-states"}})
	const none = "state machine of variable ORDERS: the state machine is nil: give an awsstepfunctions.IStateMachine"
	isRefused(t, "a nil state machine", StateMachineStart("ORDERS", nil), none)
	isRefused(t, "a nil pointer", StateMachineStartSync("ORDERS", (*fakeStateMachine)(nil)), none)
}
