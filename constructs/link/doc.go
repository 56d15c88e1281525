// Package link says what a function may reach. A function can do nothing and
// reach nothing until a link says so, and a link opens one door on every layer
// at once: identity (IAM statements), key (kms:Decrypt bound to what is read),
// network (the endpoint or the egress rule) and configuration (the variable
// that the handler reads).
//
// Links to what invokes the function, such as FunctionURL and QueueConsume,
// open the door the other way: a permission for one source in one account, or
// what Lambda needs to read one queue or stream.
//
// README.md lists what each link opens, generated from the code.
//
// A link is a plain value. It decides nothing about CDK resources: the
// construct asks it, through Open, which doors it opens, and opens them.
package link
