// Package plainsecret recognises a secret in a plain Lambda environment variable, by its name and by its value.
//
// A plain variable is readable in the template and by who may call lambda:GetFunctionConfiguration. AWS recommends against it for
// credentials, keys and tokens: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
//
// It looks for the usual mistake and prefers a miss to a false alarm.
//
// Not seen, unless the name says secret: a password or short key of no known form; random lower case letters and digits that are not hex;
// UUIDs; the path of a URL; base64 that "-" or "_" cuts into short pieces (one in five of 43 characters). Not seen under any but a known
// form: a secret in a variable whose name says id, name or digest.
//
// Refused although it may be fine: long base64 of harmless content; hex ids of 128 bits; keys and JSON Web Tokens that are public while the
// variable's name does not say so.
package plainsecret
