package link

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
)

func init() {
	cluster := &fakeCluster{fakePeer: peerIn("sg-0123456789abcdef0"), id: ptr("cluster-ABCDEFGHIJKL01234"),
		writer: &fakeEndpoint{5432, "orders.cluster-abc.eu-west-1.rds.amazonaws.com:5432"}}
	proxy := &fakeProxy{arn: proxyARN, host: "orders.proxy-abc.eu-west-1.rds.amazonaws.com"}
	group := &fakeGroup{id: "sg-0123456789abcdef0"}
	document(documented{function: "Postgres", call: `Postgres("DB", Cluster(cluster), "orders_app", DatabaseName("orders"))`,
		link: Postgres("DB", Cluster(cluster), "orders_app", DatabaseName("orders"))},
		documented{function: "MySQL", call: `MySQL("DB", Proxy(proxy, group), "orders_app", DatabaseName("orders"))`,
			link: MySQL("DB", Proxy(proxy, awsec2.ISecurityGroup(group)), "orders_app", DatabaseName("orders"))})
}

func TestDatabasesOpenTheirDoors(t *testing.T) {
	t.Parallel()
	name := DatabaseName("orders")
	port := tokenPort
	made := Database{id: token, socket: token + ":${Token[PORT]}", port: tokenPort, groups: []string{"sg-1", token}}
	imported := Database{id: "db-ABC", socket: "db.example.com:6000", port: 6000, groups: []string{"sg-1"}}
	proxy := Database{id: "prx-0123", host: "proxy.example.com", groups: []string{"sg-1"}}
	const (
		postgresRule = "PostgreSQL as orders_app"
		mySQLRule    = "MySQL as orders_app"
	)
	names := []string{"*.eu-west-1.rds.amazonaws.com", "*.rds.eu-west-1.amazonaws.com"}
	for _, c := range []struct {
		situation string
		link      Link
		at        Site
		resource  string
		want      Doors
	}{
		{"PostgreSQL that the app makes: all but the user is tokens", Postgres("DB", made, "orders_app", name), ireland,
			"arn:aws:rds-db:eu-west-1:111122223333:dbuser:" + token + "/orders_app",
			Doors{Variables: []Variable{{"DB", "postgres://orders_app@" + token + ":${Token[PORT]}/orders?sslmode=verify-full", "postgres"}},
				Egress: []Egress{{Group: "sg-1", PortToken: &port, Description: postgresRule}, {Group: token, PortToken: &port, Description: postgresRule}}, Names: names}},
		{"PostgreSQL that was imported, its database not named", Postgres("DB", imported, "orders_app"), ireland,
			"arn:aws:rds-db:eu-west-1:111122223333:dbuser:db-ABC/orders_app",
			Doors{Variables: []Variable{{"DB", "postgres://orders_app@db.example.com:6000/postgres?sslmode=verify-full", "postgres"}},
				Egress: []Egress{{Group: "sg-1", Port: 6000, Description: postgresRule}}, Names: names}},
		{"PostgreSQL behind a proxy", Postgres("DB", proxy, "orders_app", name), ireland,
			"arn:aws:rds-db:eu-west-1:111122223333:dbuser:prx-0123/orders_app",
			Doors{Variables: []Variable{{"DB", "postgres://orders_app@proxy.example.com:5432/orders?sslmode=verify-full", "postgres"}},
				Egress: []Egress{{Group: "sg-1", Port: 5432, Description: postgresRule}}, Names: names}},
		{"MySQL behind a proxy, in China", MySQL("DB", proxy, "orders_app", name), china,
			"arn:aws-cn:rds-db:cn-north-1:444455556666:dbuser:prx-0123/orders_app",
			Doors{Variables: []Variable{{"DB", "mysql://orders_app@proxy.example.com:3306/orders?tls=verify-full", "mysql"}},
				Egress: []Egress{{Group: "sg-1", Port: 3306, Description: mySQLRule}},
				Names:  []string{"*.cn-north-1.rds.amazonaws.com.cn", "*.rds.cn-north-1.amazonaws.com.cn"}}},
		{"MySQL that was imported", MySQL("DB", imported, "orders_app", name), ireland,
			"arn:aws:rds-db:eu-west-1:111122223333:dbuser:db-ABC/orders_app",
			Doors{Variables: []Variable{{"DB", "mysql://orders_app@db.example.com:6000/orders?tls=verify-full", "mysql"}},
				Egress: []Egress{{Group: "sg-1", Port: 6000, Description: mySQLRule}}, Names: names}},
	} {
		opensDoors(t, c.situation, c.link, c.at, `[{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "`+c.resource+`"}]`, c.want)
	}
}

func TestDatabaseUsers(t *testing.T) {
	t.Parallel()
	const (
		malformed = "the user is malformed: use a letter or underscore, then letters, digits, underscores and hyphens, "
		own       = "the user is one of the server's own: make one for the function"
	)
	db := Database{id: "db-ABC", host: "h", groups: []string{"sg-1"}}
	for _, c := range []struct{ situation, user, postgres, mysql string }{
		{"a plain one", "orders_app", "", ""},
		{"a hyphen", "jane-doe", "", ""},
		{"the most that MySQL takes", strings.Repeat("u", 32), "", ""},
		{"more than MySQL takes", strings.Repeat("u", 33), "", malformed + "32 in all"},
		{"the most that PostgreSQL takes", strings.Repeat("u", 63), "", malformed + "32 in all"},
		{"more than PostgreSQL takes", strings.Repeat("u", 64), malformed + "63 in all", malformed + "32 in all"},
		{"none", "", malformed + "63 in all", malformed + "32 in all"},
		{"every user", "*", malformed + "63 in all", malformed + "32 in all"},
		{"all that begin alike", "orders*", malformed + "63 in all", malformed + "32 in all"},
		{"one character open", "orders?", malformed + "63 in all", malformed + "32 in all"},
		{"a variable of IAM's", "${aws:username}", malformed + "63 in all", malformed + "32 in all"},
		{"a password", "orders:secret", malformed + "63 in all", malformed + "32 in all"},
		{"another host", "orders@evil.example.com", malformed + "63 in all", malformed + "32 in all"},
		{"a slash", "a/b", malformed + "63 in all", malformed + "32 in all"},
		{"a line break at the end", "orders\n", malformed + "63 in all", malformed + "32 in all"},
		{"a digit in front", "1a", malformed + "63 in all", malformed + "32 in all"},
		{"a letter that is not ASCII", "bücher", malformed + "63 in all", malformed + "32 in all"},
		{"RDS's own", "rdsadmin", own, own},
		{"RDS's own, in capitals", "RdsAdmin", own, own},
		{"a role of RDS's", "rds_superuser", own, own},
		{"a role of PostgreSQL's", "pg_monitor", own, own},
		{"one that begins with rds", "rdsorders", "", ""},
		{"a token", token, "the user is a token: IAM is to allow one user, whose name has to be known at synth", "the user is a token: IAM is to allow one user, whose name has to be known at synth"},
	} {
		for engine, check := range map[string]struct {
			link Link
			want string
		}{
			"PostgreSQL": {Postgres("DB", db, c.user, DatabaseName("orders")), c.postgres},
			"MySQL":      {MySQL("DB", db, c.user, DatabaseName("orders")), c.mysql},
		} {
			if check.want != "" {
				isRefused(t, engine+", "+c.situation, check.link, engine+` user `+strconv.Quote(c.user)+` of variable DB: `+check.want)
			} else if _, err := check.link.Open(ireland); err != nil {
				t.Errorf("%s, %s: %v", engine, c.situation, err)
			}
		}
	}
}

func TestDatabaseNames(t *testing.T) {
	t.Parallel()
	const (
		at        = ` user "app" of variable DB: `
		malformed = " is malformed: use a letter or underscore, then letters, digits, underscores and hyphens, "
	)
	db := Database{id: "db-ABC", host: "h", groups: []string{"sg-1"}}
	for _, c := range []struct {
		situation string
		link      Link
		want      string // "" where nothing is wrong
	}{
		{"the most that PostgreSQL takes", Postgres("DB", db, "app", DatabaseName(strings.Repeat("d", 63))), ""},
		{"more", Postgres("DB", db, "app", DatabaseName(strings.Repeat("d", 64))), "PostgreSQL" + at + "DatabaseName " + strconv.Quote(strings.Repeat("d", 64)) + malformed + "63 in all"},
		{"the most that MySQL takes", MySQL("DB", db, "app", DatabaseName(strings.Repeat("d", 64))), ""},
		{"more for MySQL", MySQL("DB", db, "app", DatabaseName(strings.Repeat("d", 65))), "MySQL" + at + "DatabaseName " + strconv.Quote(strings.Repeat("d", 65)) + malformed + "64 in all"},
		{"MySQL without one", MySQL("DB", db, "app"), "MySQL" + at + "the database is not named: add link.DatabaseName, such as of orders"},
		{"an empty one", Postgres("DB", db, "app", DatabaseName("")), "PostgreSQL" + at + "DatabaseName is empty: give one such as orders"},
		{"an empty one for MySQL, told once", MySQL("DB", db, "app", DatabaseName("")), "MySQL" + at + "DatabaseName is empty: give one such as orders"},
		{"a setting behind it", Postgres("DB", db, "app", DatabaseName("orders?sslmode=disable&x=")), "PostgreSQL" + at + `DatabaseName "orders?sslmode=disable&x="` + malformed + "63 in all"},
		{"a path", Postgres("DB", db, "app", DatabaseName("a/b")), "PostgreSQL" + at + `DatabaseName "a/b"` + malformed + "63 in all"},
		{"a nil option", Postgres("DB", db, "app", nil), "PostgreSQL" + at + "option 0 is nil: leave it out"},
		{"no database", Postgres("DB", Database{}, "app"), "PostgreSQL" + at + "there is no database: give link.Instance, link.Cluster, link.ClusterReader or link.Proxy"},
		{"a database that cannot be read, and a malformed user", Postgres("DB", Proxy(nil), "*"),
			`PostgreSQL user "*" of variable DB: the proxy is nil: give CDK's` + "\nthe user is malformed: use a letter or underscore, then letters, digits, underscores and hyphens, 63 in all"},
		{"a port that does not exist", Postgres("DB", Database{id: "db-ABC", socket: "h:0", groups: []string{"sg-1"}}, "app"), "PostgreSQL" + at + "port 0: give one from 1 to 65535"},
		{"a fraction of a port", Postgres("DB", Database{id: "db-ABC", socket: "h:1.5", port: 1.5, groups: []string{"sg-1"}}, "app"), "PostgreSQL" + at + "port 1.5: give one from 1 to 65535"},
	} {
		if c.want != "" {
			isRefused(t, c.situation, c.link, c.want)
		} else if _, err := c.link.Open(ireland); err != nil {
			t.Errorf("%s: %v", c.situation, err)
		}
	}
}
