package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"runtime"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"
)

// SetDefault makes the function's logger the default of packages slog and log.
func (f *Function) SetDefault() {
	slog.SetDefault(f.Logger()) // which takes date and time off the lines of log
	log.SetOutput(printed{f})
}

// printed turns lines of package log into records. As text, Lambda would take
// each for INFO, the reports of aws-lambda-go among them, and drop failures of
// a function whose level is WARN (aws-lambda-go#533).
type printed struct{ function *Function }

func (p printed) Write(line []byte) (int, error) {
	text := strings.TrimSuffix(string(line), "\n")
	report, failed := failureReport(text)
	switch {
	case text == afterPanic, failed && p.function.isLogged():
	case failed:
		p.log(slog.LevelError, "invocation failed", slog.Any("error", errors.New(report)))
	case exiting():
		p.log(LevelFatal, text)
	default:
		p.log(slog.LevelInfo, text)
	}
	return len(line), nil
}

// afterPanic is aws-lambda-go's last word. The panic is on the log.
const afterPanic = "calling the handler function resulted in a panic, the process should exit"

func (p printed) log(level slog.Level, text string, attrs ...slog.Attr) {
	p.function.Logger().LogAttrs(context.Background(), level, text, attrs...)
}

// isLogged takes one of the failures that are on the log already, if there is
// one.
func (f *Function) isLogged() bool {
	if f.failed.Add(-1) >= 0 {
		return true
	}
	f.failed.Add(1)
	return false
}

// failureReport recognizes what aws-lambda-go prints of a failed invocation.
func failureReport(text string) (string, bool) {
	if !strings.HasPrefix(text, `{"errorMessage":`) {
		return "", false
	}
	var report messages.InvokeResponse_Error
	if json.Unmarshal([]byte(text), &report) != nil {
		return "", false
	}
	return fmt.Sprintf("%s: %s", report.Type, report.Message), true
}

// exiting reports whether the line is that of log.Fatal, which ends the process
// with it.
func exiting() bool {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "log.") {
			return false
		}
		if strings.Contains(frame.Function, "Fatal") {
			return true
		}
		if !more {
			return false
		}
	}
}
