// Package template reads CloudFormation templates: one alone, or those of a CDK app's cdk.out with its stages and nested stacks. Intrinsic
// functions are resolved as far as a template tells; the rest stays a symbol, the same one wherever the same resource is meant.
//
// What it does not understand it lists as unreadable. Any file may come in: nothing here panics, follows a path out of the folder, or grows
// without bound.
package template
