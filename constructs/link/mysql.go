package link

import "github.com/securegofunction/cdk/internal/contract"

// MySQL is Postgres for MySQL and MariaDB. The variable holds
// mysql://user@host:port/database?tls=verify-full. The user is at most 32
// letters, digits, underscores and hyphens:
//
//	CREATE USER orders_app IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL;
func MySQL(variable string, db Database, user string, options ...DatabaseOption) Link {
	return newDatabaseUser(mySQL, variable, db, user, options)
}

// Lengths: MySQL manual, "Account User Names" and "Identifier Length Limits".
var mySQL = engine{
	name: "MySQL", kind: contract.MySQL, scheme: "mysql", tls: "tls=verify-full", port: 3306, userMax: 32, nameMax: 64,
}
