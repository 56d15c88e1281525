// Package network says where a function runs. It is the third of a link's
// doors: what may leave the function, and to where.
//
// New makes a VPC of isolated subnets: no NAT, no internet gateway, flow logs
// under a customer key, and an alarm on packets out that are refused. Internet
// adds subnets with a way out, for functions with a link to the outside and for
// no others, and a filter of names. FromVpc takes a VPC that exists. None puts
// the function in no VPC, for a stated reason.
//
// An endpoint appears because a link needs it, once per VPC: interface
// endpoints with private DNS and a group of their own that takes 443 from the
// linked functions only, gateway endpoints of S3 and DynamoDB with egress to
// their prefix list only. Its policy admits what is linked: those actions, on
// those resources, under those conditions, for callers of this account. An
// endpoint that nothing was admitted to admits nothing.
//
// What this does not stop: a security group knows no names, and it does not
// filter the VPC's own resolver. Without a name filter a function can look up
// any name, and so can tell what it knows to whoever answers; README.md has what
// each filter stops.
package network
