package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/securegofunction/cdk/handler/internal/rds"
)

// Explain says of an error of the pool which door is shut, if it had to connect
// anew and could not. It returns others as they are. Open has done so already.
func Explain(err error) error {
	var connect *pgconn.ConnectError
	if !errors.As(err, &connect) {
		return err
	}
	c := connect.Config
	return explain(rds.Database{Package: "postgres", Link: "link.Postgres", Host: c.Host, Port: int(c.Port), User: c.User, Database: c.Database}, err)
}

func explain(to rds.Database, err error) error { return to.Explain(door(to, err), err) }

// door tells by what the server says (PostgreSQL manual, "PostgreSQL Error
// Codes"; RDS guide, "Troubleshooting for IAM DB authentication" and
// "Troubleshooting for RDS Proxy").
func door(to rds.Database, err error) string {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		if strings.Contains(err.Error(), "server refused TLS connection") { // pgconn has no error of its own for it
			return "it offers no TLS, and a token is not sent in plain text: turn TLS on, or check the port"
		}
		return ""
	}
	switch says := server.Message; server.Code {
	case "28000", "28P01": // invalid authorization, invalid password
		switch {
		case strings.Contains(says, "PAM authentication failed"), strings.Contains(says, "IAM authentication failed"):
			return fmt.Sprintf("it refuses the IAM token: check that link.Postgres names this database and the user %q in the same case, that no boundary or service control policy denies rds-db:connect, and that the database has IAM authentication turned on", to.User)
		case strings.Contains(says, "no credentials for the role"):
			return fmt.Sprintf("RDS Proxy has no secret for the user %q, and is not set to log in with IAM: give it either", to.User)
		}
		return fmt.Sprintf("it asks the user %q for a password and not for an IAM token: turn on IAM authentication of the database, and GRANT rds_iam TO %q", to.User, to.User)
	case "3D000": // invalid catalog name
		return fmt.Sprintf("it has no database %q: check the name that is linked", to.Database)
	case "42501": // insufficient privilege
		return fmt.Sprintf("the user %q may not connect: GRANT CONNECT ON DATABASE %q TO %q", to.User, to.Database, to.User)
	case "53300": // too many connections
		return "it has no connection left: set ReservedConcurrency of the function, or put RDS Proxy in front"
	case "57P03": // cannot connect now
		return "it starts, stops or recovers: try again"
	}
	return ""
}
