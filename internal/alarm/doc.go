// Package alarm makes CloudWatch alarms and the topic that they tell. The
// functions and the networks of a stack share one topic for each key: a stack
// holds 500 resources, and one more topic would be one more to subscribe to.
package alarm
