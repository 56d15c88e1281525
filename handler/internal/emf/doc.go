// Package emf collects the metrics of one invocation and writes them in
// CloudWatch's embedded metric format: as lines on the log, from which
// CloudWatch takes them without a call of its API.
//
// Source: CloudWatch guide, "Specification: Embedded metric format".
package emf
