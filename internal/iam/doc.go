// Package iam holds IAM policy statements as plain Go values, so that what a
// function may do is decided, merged and tested before CDK is asked to render
// it. Strings may hold CDK tokens; nothing here looks into them.
package iam
