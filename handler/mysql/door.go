package mysql

import (
	"errors"
	"fmt"

	"github.com/go-sql-driver/mysql"

	"github.com/securegofunction/cdk/handler/internal/rds"
)

func explain(to rds.Database, err error) error { return to.Explain(door(to, err), err) }

// door tells by what the server says (MySQL manual, "Server Error Message
// Reference"; RDS guide, "Creating a database account using IAM
// authentication" and "Troubleshooting for RDS Proxy").
func door(to rds.Database, err error) string {
	if errors.Is(err, mysql.ErrNoTLS) {
		return "it offers no TLS, and a token is not sent in plain text: turn TLS on, or check the port"
	}
	var server *mysql.MySQLError
	if !errors.As(err, &server) {
		return ""
	}
	switch server.Number {
	case 1045: // ER_ACCESS_DENIED_ERROR
		return fmt.Sprintf("it refuses the IAM token: check that link.MySQL names this database and the user %q in the same case, that no boundary or service control policy denies rds-db:connect, and that the user is IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'", to.User)
	case 1524: // ER_PLUGIN_IS_NOT_LOADED
		return "it has no IAM authentication: turn it on for the database"
	case 1044: // ER_DBACCESS_DENIED_ERROR
		return fmt.Sprintf("the user %q may not use the database %q: GRANT it what the function needs there", to.User, to.Database)
	case 1049: // ER_BAD_DB_ERROR
		return fmt.Sprintf("it has no database %q: check the name that is linked", to.Database)
	case 1040, 1203, 1226: // ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED
		return "it has no connection left: set ReservedConcurrency of the function, or put RDS Proxy in front"
	}
	return ""
}
