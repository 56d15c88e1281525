// Package gobuild compiles a Go main package into the file that Lambda's
// provided.al2023 runtime starts: bootstrap, alone in a folder, with its hash.
//
// It secures what is deployed:
//
//   - The same source gives the same bytes in any folder, on any machine with
//     the same Go toolchain, so a hash that changed is code that changed.
//   - The machine's own settings do not reach the binary. Those that choose what
//     is built still do: GOWORK and GOTOOLCHAIN choose the source and the
//     compiler, GOEXPERIMENT and GOFIPS140 are decisions about the handler.
//   - go.mod and go.sum are never changed, cgo is off and the binary is static.
//   - A binary kept from an earlier build is used only while its bytes have the
//     hash they were kept under and Go's own build id says that it is up to date.
//
// It does not look for vulnerabilities, does not sign, and does not protect the
// user's cache folder from the user.
package gobuild
