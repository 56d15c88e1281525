package invoke

import (
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// reserved are the members that Lambda, CloudWatch and this package read at the
// top of a record. An attribute of that name gets an underscore at its end: one
// called level would else decide whether Lambda drops the record.
var reserved = []string{
	"_aws", "coldStart", "functionName", "functionVersion", "level", "message", "requestId", "service", "time", "timestamp", "xrayTraceId",
}

// appendAttr leaves b as it is if there is nothing to write.
func appendAttr(b []byte, a slog.Attr, top bool) []byte {
	v := a.Value.Resolve()
	if a.Key == "" && v.Equal(slog.Value{}) {
		return b
	}
	if v.Kind() != slog.KindGroup {
		if top && slices.Contains(reserved, a.Key) {
			a.Key += "_"
		}
		return appendValue(appendKey(b, a.Key), v)
	}
	before := len(b)
	if a.Key != "" {
		b = append(appendKey(b, a.Key), '{')
		top = false
	}
	inside := len(b)
	for _, member := range v.Group() {
		b = appendAttr(b, member, top)
	}
	switch {
	case len(b) == inside:
		return b[:before]
	case a.Key != "":
		b = append(b, '}')
	}
	return b
}

func appendField(b []byte, key, value string) []byte { return appendString(appendKey(b, key), value) }

// appendKey starts a member. All but the first of an object need a comma.
func appendKey(b []byte, key string) []byte {
	if len(b) == 0 || b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(appendString(b, key), ':')
}

func appendValue(b []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return appendString(b, v.String())
	case slog.KindInt64:
		return strconv.AppendInt(b, v.Int64(), 10)
	case slog.KindUint64:
		return strconv.AppendUint(b, v.Uint64(), 10)
	case slog.KindFloat64:
		return appendFloat(b, v.Float64())
	case slog.KindBool:
		return strconv.AppendBool(b, v.Bool())
	case slog.KindDuration:
		return strconv.AppendInt(b, int64(v.Duration()), 10) // in nanoseconds, as slog's own handler
	case slog.KindTime:
		b = v.Time().AppendFormat(append(b, '"'), time.RFC3339Nano)
		return append(b, '"')
	}
	return appendAny(b, v.Any())
}

func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendString(b, strconv.FormatFloat(f, 'g', -1, 64)) // JSON has no number for it
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

// appendAny writes a value of any type. One that cannot be written says so in
// its place: a record is not worth an invocation.
func appendAny(b []byte, value any) (line []byte) {
	defer func() {
		if r := recover(); r != nil {
			text := "<nil>"
			if v := reflect.ValueOf(value); v.Kind() != reflect.Pointer || !v.IsNil() {
				text = fmt.Sprintf("!PANIC: %v", r)
			}
			line = appendString(b, text)
		}
	}()
	if err, ok := value.(error); ok {
		return appendError(b, err)
	}
	text, err := encode(value)
	if err != nil {
		return appendString(b, "!ERROR: "+err.Error())
	}
	return append(b, text...)
}

const hexDigits = "0123456789abcdef"

// appendString quotes s. A line break in it cannot start another record.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && size == 1:
				b = append(b, `\ufffd`...)
			case r == '\u2028' || r == '\u2029': // line breaks to some readers
				b = append(b, `\u202`...)
				b = append(b, hexDigits[r&0xf])
			default:
				b = append(b, s[i:i+size]...)
			}
			i += size
			continue
		}
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c == 0x7f:
			b = append(b, `\u00`...)
			b = append(b, hexDigits[c>>4], hexDigits[c&0xf])
		default:
			b = append(b, c)
		}
		i++
	}
	return append(b, '"')
}
