// Package golambda holds SecureGoFunction: a Lambda function written in Go
// that can do nothing and reach nothing until a link says so.
//
// What it secures, by default and without a prop to switch it off:
//
//   - a role of its own that Lambda alone can assume, with customer managed
//     policies and no wildcard resource but where IAM knows none narrower
//   - an environment under a customer key, in which props and links let no
//     secret
//   - a security group with nothing in, and out only what links open; the
//     function's own code may not touch network interfaces
//   - a log group of its own, under the key, kept for a year, in JSON
//   - alarms on errors, throttles, time, lost events and denied calls, to an
//     encrypted topic
//   - failed asynchronous events in an encrypted queue, for fourteen days
//   - explicit timeout, memory, retries, event age and recursion guard
//
// One more function adds 13 resources to the 500 that a stack may have, one for
// each interface endpoint that it is linked to, and one for the alarm on its
// reserved concurrency if it has that. The first function of a stack adds the
// key, the topic and the queue with their policies and alarm as well: 6.
//
// What it does not: it cannot see what is attached to the function from
// outside of it, such as a policy added to the role by other means. The alarm
// on denied calls hears of those that the function logs.
//
// Props are checked, then planned, then rendered. Checking and planning are
// plain Go; rendering alone talks to CDK, through jsii, and as little as it
// can, since every call is a round trip to Node.
package golambda
