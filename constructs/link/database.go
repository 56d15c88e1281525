package link

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// DatabaseOption says more of a link of a database.
type DatabaseOption interface{ database(*databaseUser) }

type databaseOption func(*databaseUser)

func (set databaseOption) database(u *databaseUser) { set(u) }

// DatabaseName is the database to connect to, of those that the server holds.
// Defaults to postgres with Postgres, which RDS always makes. MySQL needs it.
func DatabaseName(name string) DatabaseOption {
	return databaseOption(func(u *databaseUser) {
		if name == "" {
			u.mistakes = append(u.mistakes, errors.New("DatabaseName is empty: give one such as orders"))
			return
		}
		u.name = name
	})
}

// engine is what the links of PostgreSQL and MySQL differ in.
type engine struct {
	name             string // as its makers write it
	kind             Kind
	scheme, tls      string // of the variable
	port             int    // that it listens on by default
	database         string // by default
	userMax, nameMax int    // bytes
}

type databaseUser struct {
	engine
	variable, user, name string
	on                   Database
	mistakes             []error
}

func newDatabaseUser(e engine, variable string, on Database, user string, options []DatabaseOption) Link {
	u := databaseUser{engine: e, variable: variable, user: user, name: e.database, on: on}
	wrong := apply(options, func(o DatabaseOption) { o.database(&u) }) // which may add to the mistakes
	u.mistakes = append(u.mistakes, wrong...)
	return u
}

// Open implements Link.
func (u databaseUser) Open(at Site) (Doors, error) {
	port, socket := u.on.port, u.on.socket
	if socket == "" {
		port, socket = float64(u.port), u.on.host+":"+strconv.Itoa(u.port)
	}
	if err := errors.Join(append(u.mistakes, u.on.check(port), u.checkUser(), u.checkName())...); err != nil {
		return Doors{}, fmt.Errorf("%s user %q of variable %s: %w", u.engine.name, u.user, u.variable, err)
	}
	return Doors{
		Variables: []Variable{{u.variable, u.scheme + "://" + u.user + "@" + socket + "/" + u.name + "?" + u.tls, u.kind}},
		// One user of one database (RDS guide, "Creating and using an IAM
		// policy for IAM database access"). The token that stands for the
		// password is signed where the function runs: no service is called.
		Statements: []Statement{{
			Actions:   []string{"rds-db:connect"},
			Resources: []string{"arn:" + at.Partition + ":rds-db:" + at.Region + ":" + at.Account + ":dbuser:" + u.on.id + "/" + u.user},
		}},
		Egress: toGroups(u.on.groups, port, u.engine.name+" as "+u.user),
		// All of RDS's in the region, the second form in China: a host that is
		// a token would make a cycle of the network and what runs in it, and a
		// cluster's host is an alias of its instances'. The groups hold the
		// function to the one database.
		Names: []string{"*." + at.Region + ".rds." + at.URLSuffix, "*.rds." + at.Region + "." + at.URLSuffix},
	}, nil
}

func (d Database) check(port float64) error {
	switch {
	case d.err != nil:
		return d.err
	case d.id == "":
		return errors.New("there is no database: give link.Instance, link.Cluster, link.ClusterReader or link.Proxy")
	case port >= 0 && (port < 1 || port > 65535 || port != math.Trunc(port)):
		return fmt.Errorf("port %v: give one from 1 to 65535", port)
	}
	return nil
}

var (
	// databaseWord needs no quotes in SQL, but for hyphens, and none in a URL;
	// and it is no wildcard to IAM.
	databaseWord = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
	// reservedUser are RDS's own, and the roles of PostgreSQL's (PostgreSQL
	// manual, "CREATE ROLE").
	reservedUser = regexp.MustCompile(`(?i)^(rds_.*|rdsadmin|rdsrepladmin|rdstopmgr|rdsproxyadmin|pg_.*)$`)
)

func (u databaseUser) checkUser() error {
	switch {
	case pseudo.IsToken(u.user):
		return errors.New("the user is a token: IAM is to allow one user, whose name has to be known at synth")
	case !databaseWord.MatchString(u.user) || len(u.user) > u.userMax:
		return fmt.Errorf("the user is malformed: use a letter or underscore, then letters, digits, underscores and hyphens, %d in all", u.userMax)
	case reservedUser.MatchString(u.user):
		return errors.New("the user is one of the server's own: make one for the function")
	}
	return nil
}

func (u databaseUser) checkName() error {
	switch {
	case len(u.mistakes) > 0:
		return nil
	case u.name == "":
		return errors.New("the database is not named: add link.DatabaseName, such as of orders")
	case !databaseWord.MatchString(u.name) || len(u.name) > u.nameMax:
		return fmt.Errorf("DatabaseName %q is malformed: use a letter or underscore, then letters, digits, underscores and hyphens, %d in all", u.name, u.nameMax)
	}
	return nil
}
