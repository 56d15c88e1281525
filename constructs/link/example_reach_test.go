package link_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/securegofunction/cdk/constructs/link"
)

// These stand for constructs of CDK's, in examples that run without Node.
type (
	ourCluster  struct{ ourPeer }
	ourEndpoint struct{}
	ourPeer     struct{}
	ourGroup    struct{ awsec2.ISecurityGroup }
	ourNode     struct{ constructs.Node }
	inGroups    = awsec2.Connections
	ourGroups   struct{ inGroups }
)

func (ourCluster) ClusterResourceIdentifier() *string {
	id := "cluster-ABCDEFGHIJKL01234"
	return &id
}

func (ourCluster) ClusterEndpoint() ourEndpoint { return ourEndpoint{} }

func (ourCluster) ClusterReadEndpoint() ourEndpoint { return ourEndpoint{} }

func (ourCluster) Node() constructs.Node { return ourNode{} }

func (ourNode) DefaultChild() constructs.IConstruct { return nil }

func (ourEndpoint) Hostname() *string {
	host := "orders.cluster-abc.eu-west-1.rds.amazonaws.com"
	return &host
}

func (ourEndpoint) Port() *float64 {
	port := 5432.0
	return &port
}

func (ourEndpoint) SocketAddress() *string {
	socket := "orders.cluster-abc.eu-west-1.rds.amazonaws.com:5432"
	return &socket
}

func (ourPeer) Connections() awsec2.Connections { return ourGroups{} }

func (ourGroups) SecurityGroups() *[]awsec2.ISecurityGroup {
	return &[]awsec2.ISecurityGroup{ourGroup{}}
}

func (ourGroup) SecurityGroupId() *string {
	id := "sg-0123456789abcdef0"
	return &id
}

// reach prints the variables of a link, and what it lets the function out to.
func reach(l link.Link) {
	at := site
	at.URLSuffix = "amazonaws.com"
	doors, err := l.Open(at)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range doors.Variables {
		fmt.Println(v.Name, v.Value)
	}
	for _, e := range doors.Egress {
		fmt.Println(e.CIDR+e.PrefixList+e.Group, e.Port)
	}
	for _, name := range doors.Names {
		fmt.Println(name)
	}
}

// One user of one database, from group to group, and no password.
func ExamplePostgres() {
	cluster := ourCluster{} // awsrds.NewDatabaseCluster(stack, jsii.String("Orders"), &awsrds.DatabaseClusterProps{IamAuthentication: jsii.Bool(true), ...})
	l := link.Postgres("DB", link.Cluster(cluster), "orders_app", link.DatabaseName("orders"))

	reach(l)
	show(l)
	// Output:
	// DB postgres://orders_app@orders.cluster-abc.eu-west-1.rds.amazonaws.com:5432/orders?sslmode=verify-full
	// sg-0123456789abcdef0 5432
	// *.eu-west-1.rds.amazonaws.com
	// *.rds.eu-west-1.amazonaws.com
	// [{DB postgres://orders_app@orders.cluster-abc.eu-west-1.rds.amazonaws.com:5432/orders?sslmode=verify-full postgres}]
	// [rds-db:connect] [arn:aws:rds-db:eu-west-1:111122223333:dbuser:cluster-ABCDEFGHIJKL01234/orders_app]
}

// What a link needs of a cache is a few strings, tokens or not.
func ExampleValkey() {
	show(link.Valkey("SESSIONS", link.Cache{
		Name:   "sessions",                                     // *group.Ref()
		Host:   "master.sessions.abc.euw1.cache.amazonaws.com", // *group.AttrPrimaryEndPointAddress()
		Groups: []string{*ourGroup{}.SecurityGroupId()},        // those of the cache
	}, "orders-app"))
	// Output:
	// [{SESSIONS rediss://orders-app@master.sessions.abc.euw1.cache.amazonaws.com:6379?cache=sessions valkey}]
	// [elasticache:Connect] [arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:sessions arn:aws:elasticache:eu-west-1:111122223333:user:orders-app]
}

// Any other construct, from group to group.
func ExampleConnectable() {
	search := ourPeer{} // an awsec2.IConnectable
	reach(link.Connectable("SEARCH", search, "search.internal.example.com", 9200))
	// Output:
	// SEARCH search.internal.example.com:9200
	// sg-0123456789abcdef0 9200
	// search.internal.example.com
}

// One host outside: the group opens the port, and the network's filter of names
// holds the function to the host.
func ExampleHTTPS() {
	reach(link.HTTPS("PAYMENTS", "api.stripe.com"))

	_, err := link.HTTPS("STORE", "s3.eu-west-1.amazonaws.com").Open(site)
	fmt.Println(err)
	// Output:
	// PAYMENTS https://api.stripe.com
	// 0.0.0.0/0 443
	// api.stripe.com
	// link.HTTPS of variable STORE: "s3.eu-west-1.amazonaws.com" is an AWS service, and behind its name is every account's data: use the link of the resource, or link.Statements with the service's endpoint
}

// One address has a variable; a range and a prefix list have none.
func ExampleAddress() {
	reach(link.Address("LEDGER", "192.0.2.10", 8443))
	reach(link.CIDR("10.20.0.0/16", 5432))
	reach(link.PrefixListOutside("pl-0123456789abcdef0", 443))
	// Output:
	// LEDGER 192.0.2.10:8443
	// 192.0.2.10/32 8443
	// 10.20.0.0/16 5432
	// pl-0123456789abcdef0 443
}

// What has no link takes a reason, and it is recorded what it allows.
func ExampleStatements() {
	doors, err := link.Statements("receipts go out by e-mail, and SES has no link", []string{"email"}, link.Statement{
		Actions:   []string{"ses:SendEmail"},
		Resources: []string{"arn:aws:ses:eu-west-1:111122223333:identity/example.com"},
	}).Open(site)
	fmt.Println(doors.Endpoints, err)
	fmt.Println(doors.Relaxed[0].What)
	// Output:
	// [email] <nil>
	// a raw statement allows ses:SendEmail on arn:aws:ses:eu-west-1:111122223333:identity/example.com
}
