package policy

import "fmt"

// Answer is the truth as far as the template tells it. Its zero value is No.
type Answer int8

const (
	// No holds whatever the unknown parts turn out to be.
	No Answer = iota
	// CannotTell depends on a part that is known only when the template is deployed, or when the request is made.
	CannotTell
	// Yes holds whatever the unknown parts turn out to be.
	Yes
)

var answers = [...]string{No: "no", CannotTell: "cannot tell", Yes: "yes"}

func (a Answer) String() string { return answers[a] }

// MarshalText writes "yes", "no" or "cannot tell".
func (a Answer) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (a *Answer) UnmarshalText(text []byte) error {
	for i, s := range answers {
		if s == string(text) {
			*a = Answer(i)
			return nil
		}
	}
	return fmt.Errorf("answer %q is not yes, no or cannot tell", text)
}

// And is Yes if all are.
func And(answers ...Answer) Answer {
	least := Yes
	for _, a := range answers {
		least = min(least, a)
	}
	return least
}

// Or is Yes if one is.
func Or(answers ...Answer) Answer {
	most := No
	for _, a := range answers {
		most = max(most, a)
	}
	return most
}

// Not turns Yes and No, and leaves CannotTell.
func Not(a Answer) Answer { return Yes - a }

func known(b bool) Answer {
	if b {
		return Yes
	}
	return No
}
