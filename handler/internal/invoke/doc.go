// Package invoke runs one invocation of a handler, the same way in Lambda and
// in a test: it decodes the event, gives the context its log fields and its
// metrics, logs how the handler failed, and writes the metrics.
package invoke
