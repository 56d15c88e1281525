// A handler that does nothing, for functions whose code does not matter.
package main

func main() {}
