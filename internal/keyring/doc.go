// Package keyring knows the customer keys of a stack: it makes the one that a
// stack's functions and networks share, reads keys once, and writes the key
// policy statements without which CloudWatch Logs or CloudWatch alarms deploy
// cleanly and then fail silently.
package keyring
