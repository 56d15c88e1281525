package invoke

import "log/slog"

// Lambda's levels that slog has no name for.
const (
	LevelTrace = slog.LevelDebug - 4
	LevelFatal = slog.LevelError + 4
)

// levels are Lambda's, the lowest first (Lambda guide, "Log-level filtering").
var levels = []struct {
	name  string
	level slog.Level
}{
	{"TRACE", LevelTrace},
	{"DEBUG", slog.LevelDebug},
	{"INFO", slog.LevelInfo},
	{"WARN", slog.LevelWarn},
	{"ERROR", slog.LevelError},
	{"FATAL", LevelFatal},
}

// levelName is the highest of Lambda's levels that l reaches: one that it does
// not know, such as slog's INFO+2, it would take for INFO.
func levelName(l slog.Level) string {
	name := levels[0].name
	for _, known := range levels {
		if l >= known.level {
			name = known.name
		}
	}
	return name
}

// parseLevel reads AWS_LAMBDA_LOG_LEVEL. Without one, which is so for the text
// format, the level is INFO.
func parseLevel(name string) slog.Level {
	for _, known := range levels {
		if name == known.name {
			return known.level
		}
	}
	return slog.LevelInfo
}
