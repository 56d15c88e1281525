// Package policy evaluates IAM policies as a CloudFormation template holds them: with parts that are known only when the template is
// deployed. Every answer is Yes, No or CannotTell, and what is unknown never makes a No.
//
// It follows the IAM guide's "Policy evaluation logic", "Cross-account policy evaluation logic", "Condition operators", "Policies with
// multiple context keys or values" and "Policy variables", and the KMS guide's "Key policies". Organizations' policies and session policies
// are in no template: give them as Filters where they are known.
//
// No library served: cloud-copilot's iam-simulate is TypeScript under the AGPL, nsiow's yams is Go under the GPL, micahhausler's
// aws-iam-policy and utgwkk's aws-iam-policy-sim hold types and ask AWS, and none knows a third value.
package policy
