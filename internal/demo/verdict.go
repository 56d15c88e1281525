package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// verdict lists what was seen in this run, and what was not. A line stands under the
// first heading only if a step fails without it.
func (d *demo) verdict(context.Context) (string, error) {
	binary := "The deployed binary, taken from the asset bucket, has the SHA-256 that Lambda reports, started, and answered 2 invocations in one process."
	if d.deployed.rebuilt {
		binary = "The deployed archive has the SHA-256 that Lambda reports. The same handler, built for this host, answered 2 invocations in one process."
	}
	proved := []string{
		"The app builds, synthesizes, deploys and is destroyed by the CDK CLI, with no stack and no function left.",
		"The function's environment, as Lambda reports it, holds the parameters' names. Their values were made after the deployment.",
		binary,
		"It read both parameters, decrypted, by the names in that environment: the lengths match what was stored.",
		"Neither value is in its answers or its logs.",
		"By the template, as posture evaluates it, the function may get these two parameters and no other, reaches ssm alone, and nobody is let in to invoke it.",
	}
	not := []string{
		"Permissions, as AWS enforces them. The function ran with test credentials and not as its role; no role, key or endpoint policy was asked.",
		"The network. The function ran as a process on this machine, outside the VPC; no security group or endpoint was in its way.",
		"Encryption at rest, and the key behind the parameters: a local AWS need not encrypt.",
		"The settings of the other resources: they were not compared with the template.",
		"That each resource is deleted: only the stack, the function and the parameters were looked for.",
		"Lambda's own environment: its kernel and libraries, memory limit, read-only file system, cold start, concurrency.",
	}
	if d.deployed.rebuilt {
		not = append(not, "The deployed binary itself: it needs Linux.")
	}
	if lost := d.deployed.notReported(); lost != nil {
		not = append(not, "Settings of the function that the template has and this local AWS does not report: "+strings.Join(lost, ", ")+".")
	}
	if left := d.leftOut(); left != nil {
		not = append(not, "Resources that moto left out without an error: "+strings.Join(left, ", ")+".")
	} else if d.local.given {
		not = append(not, "Resources that "+d.local.endpoint+" may have left out without an error: the demo cannot see that of a local AWS that it did not start.")
	}
	report := "Proved here\n- " + strings.Join(proved, "\n- ") + "\nNot proved here\n- " + strings.Join(not, "\n- ")
	if d.local.given {
		report += "\nLeft at " + d.local.endpoint + ": the stack CDKToolkit, which cdk bootstrap made."
	}
	return report, nil
}

// leftOut counts the stack's resources that moto does not know. Metadata makes nothing in
// AWS either.
func (d *demo) leftOut() []string {
	unknown := d.local.unsupported()
	count := map[string]int{}
	for _, r := range d.deployed.template.Resources {
		if slices.Contains(unknown, r.Type) && r.Type != "AWS::CDK::Metadata" {
			count[r.Type]++
		}
	}
	var left []string
	for _, t := range unknown {
		if count[t] > 0 {
			left = append(left, fmt.Sprintf("%d %s", count[t], t))
		}
	}
	return left
}
