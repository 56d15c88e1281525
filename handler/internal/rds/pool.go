package rds

import "time"

// What suits one execution environment of Lambda. It serves one invocation at a
// time, and a thousand of them share the database's connections.
const (
	// MaxConns leaves a query its connection while a transaction is open.
	MaxConns = 2
	// MaxIdle and MaxLifetime are for environments that stay busy: no timer
	// runs in one that is frozen.
	MaxIdle     = 5 * time.Minute
	MaxLifetime = time.Hour
	// ConnectTimeout of one address. It leaves time to log the error within the
	// 10 s that a function has to start, and has to answer by default.
	ConnectTimeout = 5 * time.Second

	// TryAfter is how long a connection was unused when it is tried before it
	// is used again, by one packet there and back.
	TryAfter = time.Second
	// TryTimeout is after how long one that does not answer is given up.
	// Without an end, what a security group or NAT forgot would be waited for
	// until the kernel stops to send again, which takes minutes.
	TryTimeout = time.Second
)

// Now is the wall clock's time. The monotonic clock stands still while Lambda
// has frozen the process (hashicorp/vault-lambda-extension#150), so by it a
// connection that was unused for an hour would be as good as new.
func Now() time.Time { return time.Now().Round(0) }

// Unused reports whether a connection that was last used at a time has to be
// tried first. A clock that was set back says so too.
func Unused(since, now time.Time) bool {
	unused := now.Sub(since)
	return unused > TryAfter || unused < 0
}
