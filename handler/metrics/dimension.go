package metrics

import (
	"errors"
	"fmt"
	"slices"

	"github.com/securegofunction/cdk/handler/internal/emf"
)

// Other is the value of a dimension that was given one which is not listed.
const Other = "other"

// most values that a dimension may list.
const mostValues = 100

// Dimension splits a metric, by values that are known beforehand. Declare it
// once, in a variable of the package.
type Dimension struct {
	name   string
	values []string
}

// NewDimension is a dimension of that name which has these values, up to 100, or
// [Other]. It panics if CloudWatch would refuse one of them: names are those of
// [Count], and a value is 1 to 1024 characters of printable ASCII.
func NewDimension(name string, values ...string) Dimension {
	wrong := []error{emf.CheckName(name)}
	for _, v := range values {
		wrong = append(wrong, emf.CheckValue(v))
	}
	switch n := len(values); {
	case n == 0:
		wrong = append(wrong, errors.New("it lists no values: name those that it can have"))
	case n > mostValues:
		wrong = append(wrong, fmt.Errorf("it lists %d values, and %d are the most: each is a metric that is paid for; put what has many, such as ids, on the log", n, mostValues))
	}
	if err := errors.Join(wrong...); err != nil {
		panic(fmt.Errorf("metrics dimension %q: %w", name, err))
	}
	return Dimension{name, slices.Clone(values)}
}

// Is a label for the value, for [Other] if the dimension does not list it: a
// value that somebody else chooses makes no metric of its own.
func (d Dimension) Is(value string) Label {
	if !slices.Contains(d.values, value) {
		value = Other
	}
	return Label{emf.Label{Name: d.name, Value: value}}
}

// Label is a value of a Dimension.
type Label struct{ label emf.Label }
