package link

import (
	"context"
	"testing"

	"github.com/securegofunction/cdk/handler/config"
)

// load reads the variable IT as one type, by kind. A parameter's and a secret's
// value come from AWS: of those the handler half tests that it reads the
// references.
var load = map[Kind]func(context.Context) error{
	"bucket": one[struct {
		V config.Bucket `link:"IT"`
	}],
	"table": one[struct {
		V config.Table `link:"IT"`
	}],
	"queue": one[struct {
		V config.Queue `link:"IT"`
	}],
	"topic": one[struct {
		V config.Topic `link:"IT"`
	}],
	"bus": one[struct {
		V config.Bus `link:"IT"`
	}],
	"stream": one[struct {
		V config.Stream `link:"IT"`
	}],
	"statemachine": one[struct {
		V config.StateMachine `link:"IT"`
	}],
	"function": one[struct {
		V config.Function `link:"IT"`
	}],
	"key": one[struct {
		V config.Key `link:"IT"`
	}],
	"postgres": one[struct {
		V config.Postgres `link:"IT"`
	}],
	"mysql": one[struct {
		V config.MySQL `link:"IT"`
	}],
	"valkey": one[struct {
		V config.Valkey `link:"IT"`
	}],
	"file": one[struct {
		V config.File `link:"IT"`
	}],
	"address": one[struct {
		V config.Address `link:"IT"`
	}],
	"url": one[struct {
		V config.URL `link:"IT"`
	}],
}

func one[T any](ctx context.Context) error {
	_, err := config.Load[T](ctx)
	return err
}

// What a link writes, the handler half reads.
func TestHandlersReadWhatLinksWrite(t *testing.T) {
	read := map[Kind]bool{}
	for _, d := range table {
		doors, err := d.link.Open(ireland)
		if err != nil {
			t.Errorf("%s: %v", d.call, err)
			continue
		}
		for i, v := range doors.Variables {
			if kindOf(v) == "text" || v.Kind == "parameter" || v.Kind == "parameters" || v.Kind == "secret" {
				continue
			}
			t.Setenv("IT", v.Value)
			for _, suffix := range []string{"_PREFIX", "_KEY"} {
				t.Setenv("IT"+suffix, "")
				for _, other := range doors.Variables[i+1:] {
					if other.Name == v.Name+suffix {
						t.Setenv("IT"+suffix, other.Value)
					}
				}
			}
			if load[v.Kind] == nil {
				t.Errorf("%s: nothing reads the kind %s", d.call, v.Kind)
			} else if err := load[v.Kind](t.Context()); err != nil {
				t.Errorf("%s: %v", d.call, err)
			}
			read[v.Kind] = true
		}
	}
	for kind := range load {
		if !read[kind] {
			t.Errorf("no link writes the kind %s", kind)
		}
	}
}
