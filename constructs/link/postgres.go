package link

import "github.com/securegofunction/cdk/internal/contract"

// Postgres lets the function connect to a PostgreSQL database of RDS or Aurora
// as one user, with IAM authentication: no password is in any template or
// environment. The function signs a token in its place, good for 15 minutes.
// The variable holds postgres://user@host:port/database?sslmode=verify-full, by
// which the handler connects with TLS and verifies the server.
//
// The user is at most 63 letters, digits, underscores and hyphens. It has to be
// there, and what it may do is the database's to say:
//
//	CREATE USER orders_app; GRANT rds_iam TO orders_app;
//
// Behind a proxy it is one of those that the proxy has a secret of, unless the
// proxy itself connects with IAM authentication. The database is in the
// function's account and region.
func Postgres(variable string, db Database, user string, options ...DatabaseOption) Link {
	return newDatabaseUser(postgres, variable, db, user, options)
}

// Lengths: PostgreSQL manual, "Identifiers and Key Words".
var postgres = engine{
	name: "PostgreSQL", kind: contract.Postgres, scheme: "postgres", tls: "sslmode=verify-full", port: 5432,
	database: "postgres", userMax: 63, nameMax: 63,
}
