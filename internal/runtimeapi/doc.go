// Package runtimeapi runs a compiled Lambda bootstrap on this machine and invokes it, as
// the Lambda service would: by the Runtime API, over HTTP on loopback. The binary is the
// deployed one, byte for byte; nothing is linked into it or changed in it.
//
// Source: Lambda guide, "Using the Lambda runtime API for custom runtimes" (runtimes-api)
// and "Using Lambda environment variables" (configuration-envvars).
//
// It is no sandbox: the process runs as the caller, with the caller's network and files.
// Nor does it know response streaming, extensions, the payload limits, or a new process
// after the old one has ended.
package runtimeapi
