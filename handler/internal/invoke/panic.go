package invoke

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"runtime"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"
)

// panicked logs a panic and returns what makes aws-lambda-go report it and end
// the process: after a panic, what the process holds may be broken, and Lambda
// starts another one. It is returned, not thrown again, because aws-lambda-go
// leaves out a fixed number of frames, and ours would show.
func (f *Function) panicked(ctx context.Context, value any) error {
	frames := panicFrames()
	lines := make([]string, len(frames))
	trace := make([]*messages.InvokeResponse_Error_StackFrame, len(frames))
	for i, frame := range frames {
		lines[i] = frame.Function + " " + frame.File + ":" + strconv.Itoa(frame.Line)
		trace[i] = &messages.InvokeResponse_Error_StackFrame{
			Path:  frame.File,
			Line:  int32(frame.Line),
			Label: frame.Function[strings.LastIndexByte(frame.Function, '/')+1:],
		}
	}
	err, ok := value.(error)
	if !ok {
		err = panicValue{value}
	}
	f.Logger().LogAttrs(ctx, LevelFatal, "invocation panicked", slog.Any("error", err), slog.Any("stack", lines))
	return messages.InvokeResponse_Error{Message: err.Error(), Type: typeName(value), StackTrace: trace, ShouldExit: true}
}

// panicValue is a panic with something that is no error.
type panicValue struct{ value any }

func (p panicValue) Error() string { return fmt.Sprintf("%v", p.value) }

// typeName is the name that aws-lambda-go gives an error's type.
func typeName(value any) string {
	t := reflect.TypeOf(value)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// panicFrames are the handler's own frames, the innermost first. Call it while
// the panic unwinds.
func panicFrames() []runtime.Frame {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	var own []runtime.Frame
	for panicking := false; ; {
		frame, more := frames.Next()
		switch {
		case !panicking: // what comes before is who recovers
			panicking = frame.Function == "runtime.gopanic"
		case strings.HasPrefix(frame.Function, packagePath+".Run["):
			return own
		case !strings.HasPrefix(frame.Function, "runtime."):
			own = append(own, frame)
		}
		if !more {
			return own
		}
	}
}

var packagePath = reflect.TypeFor[Function]().PkgPath()
