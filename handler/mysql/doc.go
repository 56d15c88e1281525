// Package mysql opens the MySQL or MariaDB database that the stack linked with
// link.MySQL, as a database/sql pool:
//
//	cfg, err := config.Load[Config](ctx)
//	...
//	db, err := mysql.Open(ctx, cfg.DB)
//
// Do so in handler.Init: the first event does not wait for the database, and a
// function that cannot reach it says so at once.
//
// # What it secures
//
//   - TLS 1.2 or 1.3, with the name and the chain of the certificate verified
//     against the roots of RDS in the database's region and those of Amazon Trust
//     Services, and against no others. No fallback to plain text.
//   - No password: each new connection logs in with an IAM token of its own,
//     which is valid for 15 minutes and for this user on this database. MySQL
//     sends it as it is (mysql_clear_password), and so after TLS only.
//   - Neither the token nor a credential is in an error or on the log.
//
// RDS, Aurora by its writer and reader endpoints, and RDS Proxy all work. The
// endpoint of an Aurora global database is in no one region, and is refused; for
// an Aurora custom endpoint, or a name of your own in DNS, the database takes no
// token (Aurora guide, "Connecting to your DB cluster using IAM authentication").
//
// # What suits Lambda
//
//   - The pool has two connections at most. To spare the database more, set
//     ReservedConcurrency or put RDS Proxy in front: each execution environment
//     has a pool of its own, and keeps its connections while it is frozen.
//   - A connection that was not used for a second by the wall clock is tried
//     before it is used again, and replaced if it does not answer within another.
//     What broke while the function was frozen is not noticed by its code.
//   - A connection is made within 5 s or not at all.
//
// # What it does not do
//
// It does not repeat a statement that failed half way, since it cannot know
// whether the database has done it.
//
// Unverified in an account: that RDS takes the token. The tests log in to a
// MariaDB that takes it as a password.
//
// It adds 0.9 MB to a function (linux/arm64, stripped), 0.4 MB of which are the driver.
//
// In the database, once, as an administrator (RDS guide, "Creating a database
// account using IAM authentication"):
//
//	CREATE USER orders_app IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL;
package mysql
