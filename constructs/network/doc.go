// Package network says where a function runs. It is the third of a link's
// doors: what may leave the function, and to where.
//
// New makes a VPC of isolated subnets: no NAT, no internet gateway, flow logs
// under a customer key. FromVpc takes a VPC that exists. None puts the function
// in no VPC, for a stated reason.
//
// An interface endpoint appears because a link needs it: once per VPC, with
// private DNS, a group of its own that takes 443 from the linked functions only,
// and a policy that admits callers and resources of this account only.
//
// What this does not stop: security groups know no names, and they do not
// filter the VPC's own resolver, so a function can still look up any name.
package network
