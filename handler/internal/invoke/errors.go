package invoke

import "fmt"

// A tree of errors is written down to this depth, and to this many errors: one
// that unwraps to itself ends too.
const (
	deepest  = 16
	mostErrs = 64
)

// appendError writes an error with what it wraps:
//
//	{"type":"*fmt.wrapError","message":"read: EOF","causes":[{"type":"*errors.errorString","message":"EOF"}]}
func appendError(b []byte, err error) []byte {
	left := mostErrs
	return appendTree(b, err, 0, &left)
}

func appendTree(b []byte, err error, depth int, left *int) []byte {
	*left--
	value := any(err)
	if p, ok := value.(panicValue); ok {
		value = p.value
	}
	b = append(b, '{')
	b = appendField(b, "type", fmt.Sprintf("%T", value))
	b = appendField(b, "message", err.Error())
	causes := causesOf(err)
	if len(causes) == 0 || depth == deepest || *left == 0 {
		return append(b, '}')
	}
	b = append(appendKey(b, "causes"), '[')
	for i, cause := range causes {
		if *left == 0 {
			break
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTree(b, cause, depth+1, left)
	}
	return append(b, "]}"...)
}

// causesOf is what errors.Is would look at next.
func causesOf(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if cause := e.Unwrap(); cause != nil {
			return []error{cause}
		}
	case interface{ Unwrap() []error }:
		var causes []error
		for _, cause := range e.Unwrap() {
			if cause != nil {
				causes = append(causes, cause)
			}
		}
		return causes
	}
	return nil
}
