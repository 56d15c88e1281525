package runtimeapi

import (
	"encoding/json"
	"fmt"
)

// FunctionError is an error or a panic of the handler, as its process reported it.
type FunctionError struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (e *FunctionError) Error() string {
	return fmt.Sprintf("function error %s: %s", e.Type, e.Message)
}

func functionError(report []byte, kind string) *FunctionError {
	e := &FunctionError{}
	if json.Unmarshal(report, e) != nil {
		e.Message = string(report) // the body's form is up to the runtime
	}
	if e.Type == "" {
		e.Type = kind
	}
	return e
}

// ProcessError is a process that exited, hung or was ended instead of answering.
type ProcessError struct {
	Reason string
	Logs   string // the end of what it wrote to stdout and stderr
	Err    error  // *exec.ExitError, context.DeadlineExceeded, context.Canceled; nil after exit status 0
}

func (e *ProcessError) Error() string {
	if e.Logs == "" {
		return e.Reason + "; it wrote no logs"
	}
	return fmt.Sprintf("%s; its logs end:\n%s", e.Reason, e.Logs)
}

func (e *ProcessError) Unwrap() error { return e.Err }
