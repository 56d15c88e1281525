// Package rdstest has what tests with a real database need: a CA, a server that
// runs as nobody in particular, and a network that forgets connections.
package rdstest
