// Package posture proves what each Lambda function of a CDK app or of any CloudFormation template may do and reach, who may invoke it, what
// protects it, and what was relaxed and why. It looks at the finished template alone, so that it also sees what somebody added past a
// construct, and it knows functions of any kind.
//
// AWS changes its managed policies: of the few whose content is known here, it is that of this version.
//
// Every answer is yes, no or cannot tell; a value that is known only when the template is deployed never makes a no. What of a template was
// not understood is listed in Unreadable.
//
// What is attached to a name that is a parameter may be attached to any, as far as policies go; a route, a rule of a group, an alarm or a
// subscription of a parameter is taken to be another's: whoever deploys gives it before the stack's own are made.
//
// It does not see what is in no template: the policies of imported roles, keys and resources, organizations' policies, routes of imported
// subnets, the code of layers, and what is changed by hand after a deployment. What a filter of names stops is what AWS says of it: a DNS Firewall
// stops look-ups, a Network Firewall what names another host in TLS or HTTP, and neither code that names an allowed host and means another. Nothing
// here talks to AWS or to Node.
package posture
