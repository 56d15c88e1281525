package link

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Bus is what links ask of an EventBridge bus. Any awsevents.IEventBus is one.
type Bus interface {
	EventBusArn() *string
	EventBusName() *string
}

// EventsPut lets the function put events onto an EventBridge bus, as the
// sources given and as no other: whoever reads the bus may trust the source. At
// least one is required. The variable holds the bus's name. For the account's
// default bus, give awsevents.EventBus_FromEventBusName with "default".
//
// A bus under a customer key is encrypted by EventBridge as itself: the function
// needs no key (EventBridge guide, "Authorizing EventBridge to use a customer
// managed key").
func EventsPut(variable string, to Bus, sources ...string) Link {
	return eventsPut{variable, to, slices.Clone(sources)}
}

type eventsPut struct {
	variable string
	bus      Bus
	sources  []string
}

// Open implements Link.
func (e eventsPut) Open(Site) (Doors, error) {
	if absent(e.bus) {
		return Doors{}, fmt.Errorf("bus of variable %s: the bus is nil: give an awsevents.IEventBus", e.variable)
	}
	name := *e.bus.EventBusName()
	if err := e.checkSources(); err != nil {
		return Doors{}, fmt.Errorf("bus %q of variable %s: %w", name, e.variable, err)
	}
	return Doors{
		Variables: []Variable{{e.variable, name, contract.Bus}},
		// EventBridge guide, "Permissions for event buses in Amazon
		// EventBridge": of each event its own source counts.
		Statements: []Statement{{Actions: []string{"events:PutEvents"}, Resources: []string{*e.bus.EventBusArn()},
			Conditions: Conditions{"StringEquals": {"events:source": e.sources}}}},
		Endpoints: []string{"events"},
	}, nil
}

// checkSources: EventBridge API reference, PutEventsRequestEntry, and
// EventBridge guide, "Events".
func (e eventsPut) checkSources() error {
	var wrong []error
	if len(e.sources) == 0 {
		wrong = append(wrong, errors.New("it has no source: give the source that the function's events are from, such as my_app.orders"))
	}
	for i, source := range e.sources {
		switch {
		case pseudo.IsToken(source):
		case strings.TrimSpace(source) == "":
			wrong = append(wrong, fmt.Errorf("source %d is empty: give one such as my_app.orders", i))
		case strings.HasPrefix(source, "aws."):
			wrong = append(wrong, fmt.Errorf("source %q: those that begin with aws. are reserved; give it another", source))
		case strings.ContainsAny(source, "*?") || variableOfPolicy(source):
			wrong = append(wrong, fmt.Errorf("source %q has a *, a ? or a ${: give each source by its whole name", source))
		}
		if slices.Contains(e.sources[:i], source) {
			wrong = append(wrong, fmt.Errorf("source %q is given twice: leave one out", source))
		}
	}
	return errors.Join(wrong...)
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
