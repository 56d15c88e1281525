package golambda

import (
	"fmt"
	"reflect"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/internal/contract"
)

// checkConfig compares what the handler reads with what the stack gives it.
func checkConfig(config any, plain map[string]string, variables []link.Variable) error {
	if config == nil {
		return nil
	}
	read := reflect.TypeOf(config)
	if read.Kind() == reflect.Pointer {
		read = read.Elem()
	}
	fields, err := contract.Fields(read)
	if err != nil {
		return fmt.Errorf("props.Config: %w", err)
	}
	var given []contract.Variable
	for _, v := range variables {
		given = append(given, contract.Variable{Name: v.Name, Kind: v.Kind})
	}
	for name := range plain {
		given = append(given, contract.Variable{Name: name, Kind: contract.Text})
	}
	if err := contract.Check(fields, given); err != nil {
		return fmt.Errorf("props.Config: %w", err)
	}
	return nil
}
